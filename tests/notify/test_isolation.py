"""A receiver that is slow or dead harms nobody else; and after a reset nothing arrives any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from mockrec import steward
from mockrec.clock import ClockMode
from mockrec.domain.commands import Refused, Stop
from mockrec.domain.commands import Session as Addressed
from mockrec.domain.task import Mode
from mockrec.postman import Postman
from mockrec.sinks.webhook import Webhook
from tests.api.service import OTHER, Service, World, served, soon
from tests.notify.receivers import Receiver, listening, misbehaving, never_answer

T = TypeVar("T")


@asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Something that goes on while the block is carried out, and is over after it."""
    task = asyncio.ensure_future(work)
    try:
        yield task
        await task
    finally:
        task.cancel()


@pytest.fixture
async def second(service: Service, other: Receiver) -> World:
    """Another world, with a receiver of its own."""
    one = service.world(OTHER)
    await one.put("/callback", url=other.url, secret=other.secret)
    return one


# --- nobody waits for it but those who have to -------------------------------------------------


async def test_an_advance_waits_for_the_receiver(world: World, receiver: Receiver) -> None:
    await world.record()
    receiver.gate.clear()

    async with meanwhile(world.advance("1s")) as moving:
        await receiver.until(1)
        assert not moving.done()
        receiver.gate.set()

    assert receiver.answered == 1


@pytest.mark.parametrize("mode", ["individual", "mix", "web"])
async def test_a_stop_on_a_standing_clock_does_not(
    world: World, receiver: Receiver, mode: str
) -> None:
    session = await world.record(mode)
    await world.advance("30s")
    answered = receiver.answered
    receiver.gate.clear()

    stopped = await world.stop(session)

    assert stopped.status == 200
    assert receiver.answered == answered
    receiver.gate.set()
    await world.advance("0s")
    assert receiver.events[-1] == 11


async def test_a_stop_on_a_running_clock_does_not_either(
    service: Service, world: World, receiver: Receiver
) -> None:
    time = service.real_time()
    session = await world.record()
    time.seconds = 30
    await world.query(session)
    await receiver.until(15)
    receiver.gate.clear()

    async with meanwhile(world.stop(session)) as stopping:
        await world.happened(kind="event", event="StatusChanged", details={"status": 6})
        time.seconds = 40
        await world.query(session)
        stopped = await stopping

    assert stopped.status == 200
    assert receiver.answered == 15


async def test_calls_are_answered_while_a_receiver_is_waited_for(
    world: World, receiver: Receiver
) -> None:
    session = await world.record()
    receiver.gate.clear()

    async with meanwhile(world.advance("30s")) as moving:
        await receiver.until(1)
        assert await world.status(session) == 3
        assert (await world.acquire("elsewhere")).status == 200
        assert (await world.update(session)).status == 200
        assert len(await world.journal("kind=notification")) == 0
        assert not moving.done()
        receiver.gate.set()


async def test_other_worlds_go_on_while_it_is_waited_for(
    world: World, receiver: Receiver, second: World, other: Receiver
) -> None:
    await world.record()
    receiver.gate.clear()

    async with meanwhile(world.advance("30s")) as moving:
        await receiver.until(1)
        session = await second.record("mix")
        await second.advance("30s")
        assert (await second.stop(session)).status == 200
        await second.advance("1s")
        assert other.events[-1] == 11
        assert receiver.answered == 0
        assert not moving.done()
        receiver.gate.set()


async def test_a_dead_receiver_costs_a_moment_two_deadlines_at_most(
    service: Service, world: World
) -> None:
    """However much falls due in it: one alone runs into its deadline, then all others at once."""
    service.engine.steward.postman = Postman(Webhook(deadline=0.05))
    async with misbehaving(never_answer) as url:
        await world.put("/callback", url=url, events=[30], retry=[])
        for number in range(10):
            await world.record(cname=f"room {number}")

        await world.advance("1s")

        letters = (await world.get("/notifications"))["notifications"]
        assert {letter["verdict"] for letter in letters} == {"given up"}
        assert {letter["attempts"][0]["status"] for letter in letters} == {590}
        assert len(letters) == 10


async def test_retries_of_a_dead_receiver_end(service: Service, world: World) -> None:
    service.engine.steward.postman = Postman(Webhook(deadline=0.01))
    async with misbehaving(never_answer) as url:
        await world.put("/callback", url=url, events=[30, 40])
        await world.record()

        await world.advance("1m")

    given_up = await world.journal("kind=notification")
    assert [entry["details"]["attempts"] for entry in given_up] == [4, 4]


# --- the order ---------------------------------------------------------------------------------


async def test_a_slow_receiver_is_given_time_before_the_next_moment_is_told(
    service: Service, world: World, receiver: Receiver
) -> None:
    await held(service, world, receiver)

    assert receiver.events == [30]
    receiver.gate.set()
    told = await receiver.until(6)

    assert [one.payload["sequence"] for one in told] == [0, 1, 2, 3, 4, 5]


async def test_but_not_too_much(
    service: Service, world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steward, "_ORDERLY", 0.01)
    await held(service, world, receiver)

    told = await receiver.until(3)

    assert [one.event for one in told[:2]] == [30, 40]
    assert receiver.answered == 0


async def held(service: Service, world: World, receiver: Receiver) -> None:
    """Three moments have come of a recording, and the receiver has not answered to the first."""
    time = service.real_time()
    session = await world.record()
    receiver.gate.clear()
    for second in (0.9, 1.6, 3):
        time.seconds = second
        await world.query(session)
    await receiver.until(1)


# --- reset -------------------------------------------------------------------------------------


async def test_after_a_reset_nothing_is_tried_again(world: World, receiver: Receiver) -> None:
    receiver.script(500, 500, 500)
    await world.record()
    await world.advance("1s")

    await world.reset()
    await world.advance("1h")

    assert len(receiver.arrivals) == 2
    assert await world.get("/notifications") == {"notifications": []}
    assert (await world.get("/callback"))["url"] is None


async def test_a_reset_ends_what_is_on_its_way(
    service: Service, world: World, receiver: Receiver
) -> None:
    await world.record()
    realm = service.realm()
    receiver.gate.clear()

    async with meanwhile(world.control("POST", "/clock/advance", {"by": "1h"})) as moving:
        await receiver.until(1)
        (posting,) = realm.posting
        await world.reset()

        assert (await moving).status == 409
        await soon(posting.done)
        assert posting.cancelled()
        await soon(lambda: not realm.posting)

    receiver.gate.set()
    await world.advance("1h")
    assert len(receiver.arrivals) == 1


async def test_a_reset_while_the_clock_runs_ends_all_waiting(
    service: Service, world: World, receiver: Receiver
) -> None:
    time = service.real_time()
    session = await world.record()
    realm = service.realm()
    receiver.gate.clear()
    for second in (1, 2, 3):
        time.seconds = second
        await world.query(session)
    await receiver.until(1)

    await world.reset()
    await soon(lambda: not realm.posting)
    receiver.gate.set()

    assert await world.journal() == []
    assert receiver.events == [30]


async def test_a_reset_of_one_world_leaves_the_others_letters(
    world: World, second: World, other: Receiver
) -> None:
    other.script(500, 500)
    await second.record()
    await second.advance("1s")

    await world.reset()
    await second.advance("2s")

    assert other.events.count(30) == 3


async def test_a_callback_that_was_set_while_the_world_was_reset_is_that_of_the_new_one(
    world: World, receiver: Receiver
) -> None:
    async with put(world, "/callback", b'{"url": "http://127.0.0.1:9/new"}'):
        await world.reset()

    assert (await world.get("/callback"))["url"] == "http://127.0.0.1:9/new"
    assert receiver.arrivals == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/settings", b'{"strict": true}'),
        ("/clock", b'{"mode": "wall"}'),
        ("/channels/room/users/101", b'{"publishes": []}'),
    ],
)
async def test_a_call_that_comes_too_late_for_a_world_wakes_nothing_in_it(
    service: Service, world: World, receiver: Receiver, path: str, body: bytes
) -> None:
    time = service.real_time()
    await world.record()
    gone = service.realm()
    async with put(world, path, body):
        await world.reset()
        time.seconds = 30
        left = gone.world

    await world.advance("1h")
    assert receiver.arrivals == []
    assert gone.world is left


async def test_it_is_for_the_world_that_came_after(world: World) -> None:
    async with put(world, "/settings", b'{"strict": true}'):
        await world.reset()
    async with put(world, "/channels/room/users/101", b'{"publishes": []}'):
        await world.reset()

    assert not (await world.get("/settings"))["strict"]
    assert [user["uid"] for user in (await world.get("/channels/room"))["users"]] == ["101"]


async def test_so_is_a_call_to_the_service(world: World) -> None:
    body = b'{"cname": "room", "uid": "527841", "clientRequest": {}}'
    path = f"/v1/apps/{world.app_id}/cloud_recording/acquire"
    async with sent(world, "POST", path, body):
        await world.reset()

    assert [entry["operation"] for entry in await world.journal("kind=request")] == ["acquire"]
    assert (await world.get())["resources"] == 1


async def test_whoever_still_holds_a_world_that_was_reset_cannot_move_it(
    service: Service, world: World, receiver: Receiver
) -> None:
    time = service.real_time()
    session = await world.record()
    gone = service.realm()
    await world.reset()
    time.seconds, left = 30, gone.world

    answer = await service.engine.do(
        gone, Stop(Addressed(session.resource_id, session.sid, Mode.INDIVIDUAL), asynchronous=False)
    )
    service.engine.set_clock(gone, ClockMode.MANUAL, 0)
    await service.engine.advance(gone, gone.now() + 60_000)

    assert isinstance(answer, Refused)
    assert gone.world is left
    assert receiver.arrivals == []


async def test_a_world_that_was_reset_tells_its_watchers_nothing_more(
    service: Service, world: World
) -> None:
    session = await world.record()
    await world.advance("30s")
    shown: list[str] = []
    realm = service.realm()

    await realm.carrying.acquire()  # the files take their time
    async with meanwhile(world.stop(session)):
        await soon(lambda: realm.world.recordings[session.sid].ending)
        await world.reset()
        service.engine.feed.watch(lambda _, entry: shown.append(str(entry.kind)))
        realm.carrying.release()

    assert shown == []


@asynccontextmanager
async def put(world: World, path: str, body: bytes) -> AsyncIterator[None]:
    """A control call whose body is still on its way during the block, and which succeeds."""
    async with sent(world, "PUT", f"/_mockrec/worlds/{world.app_id}{path}", body):
        yield


@asynccontextmanager
async def sent(world: World, method: str, path: str, body: bytes) -> AsyncIterator[None]:
    """A call whose body is still on its way during the block, and which succeeds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", world.service.client.port)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: {world.authorization}\r\n"
    )
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
    await writer.drain()
    for _ in range(20):
        await world.now()  # by now the call has begun
    yield
    writer.write(body[5:])
    assert b" 200 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_at_the_end_of_the_service_nothing_is_left(receiver: Receiver) -> None:
    async with served() as service:
        world = service.world()
        await world.put("/callback", url=receiver.url, secret=receiver.secret)
        time = service.real_time()
        session = await world.record()
        realm = service.realm()
        receiver.gate.clear()
        time.seconds = 3
        await world.query(session)
        await receiver.until(1)

    await soon(lambda: not realm.posting)
    assert realm.closed
    assert receiver.answered == 0


async def test_each_receiver_hears_of_its_own_world_only(
    world: World, receiver: Receiver, second: World, other: Receiver
) -> None:
    async with listening() as third:
        here, there = await world.record(), await second.record()
        await world.advance("20s")
        await second.advance("20s")

        assert {one.payload["sid"] for one in receiver.arrivals} == {here.sid}
        assert {one.payload["sid"] for one in other.arrivals} == {there.sid}
        assert third.arrivals == []
