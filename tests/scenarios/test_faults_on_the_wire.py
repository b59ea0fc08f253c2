"""Every fault as a socket sees it: the bytes that arrive, and how the connection ends."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from mockrec.api import faults, scripted
from mockrec.clock import breathe
from mockrec.domain.faults import (
    Close,
    Drip,
    Effect,
    Fault,
    Garbage,
    Html,
    Limit,
    Never,
    Refuse,
    Reply,
    Reset,
    Truncate,
)
from mockrec.domain.problems import NO_CAPACITY, NOT_COMPLETED, REQUEST_TIMEOUT
from mockrec.domain.rules import Operation, Rule
from mockrec.playbook.scenario import Scenario
from tests.api.service import APP_ID, CNAME, STORAGE, UID, Service, World, basic, done, soon

ACQUIRE = f"/v1/apps/{APP_ID}/cloud_recording/acquire"
BODY = json.dumps({"cname": CNAME, "uid": UID, "clientRequest": {}}).encode()


@dataclass
class Arrived:
    """What a socket got until it ended, and how that was."""

    raw: bytes = b""
    end: str = ""
    """``closed``, ``reset``, or empty while it is open."""
    head: str = field(default="", init=False)
    body: bytes = field(default=b"", init=False)

    def __post_init__(self) -> None:
        head, _, self.body = self.raw.partition(b"\r\n\r\n")
        self.head = head.decode()

    @property
    def status(self) -> int:
        return int(self.head.split()[1])

    def header(self, name: str) -> str:
        lines = [line for line in self.head.split("\r\n") if line.lower().startswith(f"{name}:")]
        return lines[0].partition(": ")[2]


async def said(service: Service, closes: str = "close") -> Arrived:
    """One acquire over a socket of its own, and all that came back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.client.port)
    head = (
        f"POST {ACQUIRE} HTTP/1.1\r\nHost: localhost\r\nConnection: {closes}\r\n"
        f"Authorization: {basic('a', 'b')}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    writer.write(head.encode() + BODY)
    raw, end = b"", "closed"
    try:
        while piece := await reader.read(65_536):
            raw += piece
    except ConnectionResetError:
        end = "reset"
    finally:
        writer.transport.abort()
    return Arrived(raw, end)


def befall(service: Service, effect: Effect | None, **fault: Any) -> None:
    """Let every acquire have this fault."""
    rule = Rule("fault", Operation.ACQUIRE, Fault(effect, **fault))
    service.engine.put_on(service.realm(), Scenario("faults", rules=(rule,)))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The real seconds that would have passed; none do."""
    asked: list[float] = []

    async def pause(seconds: float) -> None:
        asked.append(seconds)
        await breathe()

    monkeypatch.setattr(faults, "pause", pause)
    monkeypatch.setattr(scripted, "pause", pause)
    return asked


def issued(service: Service) -> int:
    """How many resources the service gave out, whatever it said."""
    return service.realm().world.issued


async def test_a_refusal_has_the_body_that_the_service_gives_it(service: Service) -> None:
    befall(service, Refuse(NO_CAPACITY))
    arrived = await said(service)

    assert arrived.status == 500
    assert json.loads(arrived.body) == {
        "cname": CNAME,
        "uid": UID,
        "code": 501,
        "reason": "no_worker_manager_available",
    }
    assert arrived.header("x-mockrec-rule") == "fault"
    assert issued(service) == 0


async def test_a_refusal_after_the_deed_is_a_lie(service: Service) -> None:
    befall(service, Refuse(NO_CAPACITY), done=True)

    assert (await said(service)).status == 500
    assert issued(service) == 1


async def test_a_reset_leaves_nothing_but_a_reset(service: Service) -> None:
    befall(service, Reset())

    assert await said(service) == Arrived(b"", "reset")


async def test_a_close_before_the_answer_leaves_nothing(service: Service) -> None:
    befall(service, Close())

    assert await said(service) == Arrived(b"", "closed")


async def test_a_close_inside_the_body_leaves_its_beginning(service: Service) -> None:
    befall(service, Close(after_bytes=20), done=True)
    arrived = await said(service)

    assert arrived.end == "closed"
    assert len(arrived.body) == 20
    assert int(arrived.header("content-length")) > 200
    assert arrived.body.startswith(b'{"cname":"room"')


async def test_a_truncated_body_has_a_head_that_says_it_is_whole(service: Service) -> None:
    befall(service, Truncate(), done=True)
    arrived = await said(service)

    assert int(arrived.header("content-length")) == len(arrived.body) > 0
    with pytest.raises(json.JSONDecodeError):
        json.loads(arrived.body)


async def test_garbage_is_as_long_as_the_truth_and_no_json(service: Service) -> None:
    truth = len((await said(service)).body)
    befall(service, Garbage(), done=True)
    arrived = await said(service)

    assert (arrived.status, len(arrived.body)) == (200, truth)
    assert arrived.header("content-type").startswith("application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(arrived.body)


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_gateway_has_a_page_of_its_own(service: Service, status: int) -> None:
    befall(service, Html(status))
    arrived = await said(service)

    assert arrived.status == status
    assert arrived.header("content-type") == "text/html"
    assert f"<h1>{status} ".encode() in arrived.body


async def test_a_reply_is_sent_as_it_stands(service: Service) -> None:
    befall(service, Reply(299, (("Content-Type", "text/plain"), ("X-Odd", "1")), b"hello"))
    arrived = await said(service)

    assert (arrived.status, arrived.body) == (299, b"hello")
    assert arrived.header("content-type") == "text/plain"
    assert arrived.header("x-odd") == "1"


async def test_a_reply_without_a_body_has_that_of_the_service(service: Service) -> None:
    befall(service, Reply(202), done=True)
    arrived = await said(service)

    assert arrived.status == 202
    assert set(json.loads(arrived.body)) == {"cname", "uid", "resourceId"}


async def test_calls_beyond_a_limit_are_turned_away(service: Service) -> None:
    befall(service, Limit(rate=2, status=429))
    arrived = [await said(service) for _ in range(3)]

    assert [one.status for one in arrived] == [200, 200, 429]
    assert json.loads(arrived[-1].body) == {"message": "API rate limit exceeded"}
    assert issued(service) == 2


async def test_a_drip_comes_whole_in_the_end(service: Service, pauses: list[float]) -> None:
    befall(service, Drip(bytes=100, every=250), done=True)
    arrived = await said(service)

    assert set(json.loads(arrived.body)) == {"cname", "uid", "resourceId"}
    assert pauses == [0.25] * -(-len(arrived.body) // 100)


async def test_a_stall_takes_its_time_and_is_answered_then(
    service: Service, pauses: list[float]
) -> None:
    befall(service, None, done=True, stall=1_500)

    assert (await said(service)).status == 200
    assert pauses == [1.5]


async def test_who_is_never_answered_waits_until_he_gives_up(service: Service) -> None:
    befall(service, Never())
    waiting = asyncio.ensure_future(said(service))
    await soon(lambda: len(service.realm().journal) == 1)
    for _ in range(100):
        await breathe()

    assert not waiting.done()
    assert issued(service) == 0
    waiting.cancel()
    await asyncio.wait([waiting])


async def test_an_answer_may_take_virtual_time(service: Service, world: World) -> None:
    before = await world.now()
    befall(service, None, done=True, takes=5_000)

    done(await world.acquire())
    assert await world.now() == before + 5_000


async def test_a_connection_is_befallen_with_its_first_call(service: Service) -> None:
    rule = Rule("line", Operation.CONNECT, Fault(Reset()), times=1)
    service.engine.put_on(service.realm(), Scenario("faults", rules=(rule,)))

    assert (await said(service)).end == "reset"
    assert (await said(service)).status == 200


async def test_the_second_call_on_a_connection_is_no_connection(
    service: Service, world: World
) -> None:
    rule = Rule("line", Operation.CONNECT, Fault(Html(503)), skip=1)
    service.engine.put_on(service.realm(), Scenario("faults", rules=(rule,)))

    assert [(await world.acquire()).status for _ in range(3)] == [200, 200, 200]
    assert (await said(service)).status == 503


async def test_a_lost_answer_leaves_the_recording_running(service: Service, world: World) -> None:
    rule = Rule("lost", Operation.START, Fault(Refuse(NOT_COMPLETED), done=True), times=1)
    service.engine.put_on(service.realm(), Scenario("lost", rules=(rule,)))
    resource_id = done(await world.acquire())["resourceId"]

    lost = await world.start(resource_id)
    again = await world.start(resource_id)

    assert (lost.status, lost.body["code"]) == (206, 65)
    assert (again.status, again.body["code"]) == (201, 7)
    assert len(await world.get("/recordings")) == 1


async def test_what_the_model_refuses_was_not_done(service: Service, world: World) -> None:
    rule = Rule("lost", Operation.STOP, Fault(Refuse(REQUEST_TIMEOUT), done=True))
    session = await world.record()
    service.engine.put_on(service.realm(), Scenario("lost", rules=(rule,)))
    await world.advance("20s")

    assert (await world.stop(session)).status == 504
    assert (await world.stop(session)).status == 404


async def test_a_stop_that_has_nothing_to_show_was_done(service: Service, world: World) -> None:
    rule = Rule("lost", Operation.STOP, Fault(Refuse(NOT_COMPLETED), done=True))
    await world.put("/settings", audience=0)
    session = await world.record()
    service.engine.put_on(service.realm(), Scenario("lost", rules=(rule,)))
    await world.advance("20s")
    lost = await world.stop(session)

    assert (lost.status, lost.body["code"]) == (206, 65)
    assert (await world.query(session)).status == 404


async def test_an_answer_that_takes_its_time_ends_with_its_world(
    service: Service, world: World
) -> None:
    service.real_time()
    befall(service, None, done=True, takes=3_600_000)
    waiting = asyncio.ensure_future(world.acquire())
    await soon(lambda: issued(service) == 1)
    await world.reset()

    assert (await waiting).status == 404


@pytest.mark.parametrize("status", [299, 520, 599])
async def test_a_gateway_may_have_a_status_of_its_own(service: Service, status: int) -> None:
    befall(service, Html(status))

    assert (await said(service)).status == status


async def test_a_malformed_call_gets_its_400_and_is_not_counted(
    service: Service, world: World
) -> None:
    befall(service, Refuse(NO_CAPACITY))

    assert (await world.call("POST", "acquire", data=b"{")).status == 400
    assert (await world.call("POST", "acquire", {"cname": 1})).status == 400
    script = service.realm().world.script
    assert script is not None
    assert script.deck.tally(script.deck.rules[0]).seen == 0


async def test_a_rule_may_ask_for_the_region_of_a_call(service: Service, world: World) -> None:
    from mockrec.domain.rules import Condition

    when = Condition((("region", ("eu",)),))
    rule = Rule("eu", Operation.ANY, Fault(Html(504)), when=when)
    service.engine.put_on(service.realm(), Scenario("regions", rules=(rule,)))

    async def acquire(prefix: str) -> int:
        headers = {"Authorization": world.authorization}
        return (await service.send("POST", prefix + ACQUIRE, data=BODY, headers=headers)).status

    assert [await acquire(prefix) for prefix in ("", "/na", "/eu")] == [200, 200, 504]


async def test_the_journal_says_which_rule_it_was(service: Service, world: World) -> None:
    befall(service, Reset())
    await said(service)
    (entry,) = await world.journal("kind=request")

    assert (entry["rule"], entry["status"], entry["answer"]) == ("fault", 0, None)


async def test_a_storage_secret_is_no_part_of_what_a_rule_leaves(
    service: Service, world: World
) -> None:
    rule = Rule("lost", Operation.START, Fault(Html(502), done=True))
    service.engine.put_on(service.realm(), Scenario("lost", rules=(rule,)))
    resource_id = done(await world.acquire())["resourceId"]
    await world.start(resource_id, storageConfig={**STORAGE, "secretKey": "hush-hush"})

    assert "hush-hush" not in json.dumps(await world.journal())
