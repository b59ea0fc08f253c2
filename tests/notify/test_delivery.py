"""What arrives: signed to the byte, in order, once, and told of where mockrec keeps its books."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest

from tests.api.service import EPOCH, STORAGE, UID, Service, World
from tests.notify.receivers import SECRET, Arrival, Receiver, mac

# How the tests in service.py record; the mode and what its start says.
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "individual": ("individual", {}),
    "snapshots": (
        "individual",
        {"snapshotConfig": {"captureInterval": 5, "fileType": ["jpg"]}},
    ),
    "mix": ("mix", {"recordingFileConfig": {"avFileType": ["hls", "mp4"]}}),
    "web": ("web", {}),
}


async def recorded(world: World, kind: str = "mix", cname: str = "room") -> str:
    """A recording of twenty seconds, from its start to its goodbye; its sid."""
    mode, request = KINDS[kind]
    session = await world.record(mode, cname, **request)
    await world.advance("25s")
    assert (await world.stop(session)).status == 200
    await world.advance("1s")
    return session.sid


# --- the request -------------------------------------------------------------------------------


def test_the_receiver_signs_as_the_vectors_of_the_service_do() -> None:
    body = (
        b'{"eventMs":1560408533119,"eventType":10,"noticeId":"4eb720f0-8da7-11e9-a43e-53f411c2761f"'
        b',"notifyMs":1560408533119,"payload":{"a":"1","b":2},"productId":1}'
    )

    assert mac("sha1", "secret", body) == "033c62f40f687675f17f0f41f91a40c71c0f134c"
    assert mac("sha256", "secret", body) == (
        "6d3320c60b11101395b7fc8f9068748808a0aa1bfa064438e39d1bc2c7d74d99"
    )


@pytest.mark.parametrize("kind", KINDS)
async def test_every_notification_is_signed_over_its_exact_bytes(
    world: World, receiver: Receiver, kind: str
) -> None:
    await recorded(world, kind)

    assert len(receiver.arrivals) >= 8
    for arrival in receiver.arrivals:
        assert arrival.signed_with(SECRET)
        assert not arrival.signed_with(SECRET + "?")


async def test_it_is_one_compact_json_document_posted_as_such(
    world: World, receiver: Receiver
) -> None:
    await recorded(world)

    for arrival in receiver.arrivals:
        assert (arrival.method, arrival.path) == ("POST", "/hook")
        assert arrival.headers["Content-Type"] == "application/json"
        assert arrival.headers["Content-Length"] == str(len(arrival.raw))
        compact = json.dumps(arrival.body, separators=(",", ":"), ensure_ascii=False)
        assert arrival.raw == compact.encode()
        assert list(arrival.body) == (
            ["noticeId", "notifyMs", "eventType", "sid", "payload", "productId"]
        )


async def test_the_envelope_says_whose_it_is(world: World, receiver: Receiver) -> None:
    sid = await recorded(world)

    for arrival in receiver.arrivals:
        assert arrival.body["productId"] == 3
        assert arrival.body["sid"] == arrival.payload["sid"] == sid
        assert (arrival.payload["cname"], arrival.payload["uid"]) == ("room", UID)
        assert EPOCH < arrival.payload["sendts"] <= arrival.at


async def test_the_query_of_the_address_is_kept(world: World, receiver: Receiver) -> None:
    await world.put("/callback", url=receiver.url + "/a%2Fb?c=d%26e")
    await world.record()

    await world.advance("1s")

    assert receiver.arrivals[0].path == "/hook/a%2Fb?c=d%26e"


# --- the order ---------------------------------------------------------------------------------


async def test_sequences_arrive_in_order_and_whole(world: World, receiver: Receiver) -> None:
    """Several recordings at a time: numbers rise in each of them, and none is missing."""
    sessions = [
        await world.record(mode, cname=f"room {number}", uid=str(number), **request)
        for number, (mode, request) in enumerate(KINDS.values(), 1)
    ]
    await world.advance("65s")
    for session in sessions:
        await world.stop(session)
    await world.advance("1s")

    for session in sessions:
        told = receiver.of(session.sid)
        assert [one.payload["sequence"] for one in told] == list(range(len(told)))
        assert told[-1].event == 11
        assert len({one.id for one in told}) == len(told)


async def test_they_arrive_as_they_happened(world: World, receiver: Receiver) -> None:
    await world.record(cname="one", uid="1")
    await world.record("web", cname="other", uid="2")

    await world.advance("65s")

    moments = [one.payload["sendts"] for one in receiver.arrivals]
    assert moments == sorted(moments)


async def test_the_order_holds_while_time_runs_by_itself(
    service: Service, world: World, receiver: Receiver
) -> None:
    """Whatever fell due meanwhile is told as it happened, by the moment at which it was noticed."""
    time = service.real_time()
    session = await world.record("mix")
    for second in (1, 2, 6, 30):
        time.seconds = second
        await world.query(session)

    told = await receiver.until(11)

    assert [one.payload["sequence"] for one in told] == list(range(11))
    assert all(later.at >= one.at for one, later in pairwise(told))


async def test_the_next_is_posted_when_the_one_before_was_answered(
    world: World, receiver: Receiver
) -> None:
    """Though they fell due in one moment: any other way they could overtake each other."""
    await world.put("/callback", events=[43, 44])
    await world.record()

    def hesitate(_: Arrival) -> None:
        if len(receiver.arrivals) == 2:
            receiver.gate.clear()

    receiver.look = hesitate
    moving = asyncio.ensure_future(world.advance("3s"))
    await receiver.until(2)
    for _ in range(10):
        await world.now()
    assert len(receiver.arrivals) == 2
    receiver.gate.set()
    await moving
    assert receiver.events == [43, 44, 43, 44]


async def test_a_start_is_answered_though_its_notifications_are_on_their_way(
    world: World, receiver: Receiver
) -> None:
    receiver.gate.clear()

    session = await world.record()

    assert await world.status(session) == 1
    assert receiver.answered == 0


# --- time --------------------------------------------------------------------------------------


async def test_the_line_after_an_advance_sees_what_was_due(
    world: World, receiver: Receiver
) -> None:
    await world.record("web")

    await world.advance("799ms")
    assert receiver.events == []
    await world.advance("1ms")
    assert receiver.events == [30]
    await world.advance("4200ms")
    assert receiver.events == [30, 70, 13]


async def test_the_line_after_an_advance_until_something_sees_it(
    world: World, receiver: Receiver
) -> None:
    await world.record()

    await world.until(notified=40)

    assert receiver.events == [30, 40]


async def test_the_answer_of_an_advance_comes_after_the_receivers(
    world: World, receiver: Receiver
) -> None:
    await world.record()

    await world.advance("1m")

    assert receiver.answered == len(receiver.arrivals) > 0
    letters = (await world.get("/notifications"))["notifications"]
    assert {letter["verdict"] for letter in letters} == {"delivered"}


async def test_notify_ms_is_the_moment_of_the_attempt(world: World, receiver: Receiver) -> None:
    await world.record()

    await world.advance("1m")

    assert all(one.at == one.payload["sendts"] for one in receiver.arrivals)


# --- what is subscribed to ---------------------------------------------------------------------


async def test_kinds_not_subscribed_to_leave_gaps_and_are_not_posted(
    world: World, receiver: Receiver
) -> None:
    await world.put("/callback", events=[40, 44, 31, 11])
    sid = await recorded(world)

    told = receiver.of(sid)
    numbers = [one.payload["sequence"] for one in told]
    assert set(receiver.events) == {40, 44, 31, 11}
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1, "30 was the first, and nobody was told"
    assert any(later - one > 1 for one, later in pairwise(numbers))


async def test_audio_and_video_are_subscribed_to_one_by_one(
    world: World, receiver: Receiver
) -> None:
    await world.put("/callback", events=[43])

    await recorded(world)

    assert set(receiver.events) == {43}


async def test_a_subscription_to_nothing_posts_nothing(world: World, receiver: Receiver) -> None:
    await world.put("/callback", events=[])

    await recorded(world)

    assert receiver.arrivals == []


async def test_of_what_is_not_subscribed_to_there_is_no_letter(
    world: World, receiver: Receiver
) -> None:
    await world.put("/callback", events=[31])
    await recorded(world)

    letters = (await world.get("/notifications"))["notifications"]

    assert [letter["body"]["eventType"] for letter in letters] == receiver.events == [31]


# --- the books ---------------------------------------------------------------------------------


async def test_the_journal_says_what_became_of_each(world: World, receiver: Receiver) -> None:
    receiver.script(500)
    await world.put("/callback", events=[30])
    session = await world.record()
    await world.advance("1s")

    (entry,) = await world.journal("kind=notification")

    assert entry["kind"] == "notification"
    assert entry["event"] == "Delivered"
    assert entry["at"] == EPOCH + 800
    assert (entry["sid"], entry["cname"], entry["uid"]) == (session.sid, "room", UID)
    assert entry["details"] == {"id": receiver.arrivals[0].id, "attempts": 2}


async def test_an_advance_tells_of_events_and_not_of_their_delivery(world: World) -> None:
    await world.record()

    happenings = await world.advance("1s")

    assert {entry["kind"] for entry in happenings} == {"event"}


async def test_the_ledger_has_the_bytes_that_were_signed(world: World, receiver: Receiver) -> None:
    sid = await recorded(world)

    letters = (await world.get("/notifications"))["notifications"]

    assert [letter["bytes"].encode() for letter in letters] == [
        one.raw for one in receiver.arrivals
    ]
    assert [letter["body"] for letter in letters] == [one.body for one in receiver.arrivals]
    assert {letter["sid"] for letter in letters} == {sid}
    assert letters[0]["attempts"] == [
        {"number": 1, "at": EPOCH + 800, "status": 200, "problem": "", "answer": '{"ok": true}'}
    ]


# --- what they name ----------------------------------------------------------------------------


def named(details: dict[str, Any]) -> list[str]:
    """The files that a notification names."""
    listed = details.get("fileList", [])
    rows = [{"fileName": listed}] if isinstance(listed, str) else list(listed)
    rows += [one for user in details.get("uids", []) for one in user["fileList"]]
    rows.append(details)
    found = (row.get("fileName") or row.get("filename") for row in rows)
    return [name for name in found if name]


class Visit:
    """A look into the bucket for every file that is named, at the moment it is named."""

    def __init__(self, service: Service, folder: str = "") -> None:
        self.service, self.folder = service, folder
        self.found: list[str] = []
        self.missing: list[str] = []

    def __call__(self, arrival: Arrival) -> None:
        for name in named(arrival.details):
            there = self.service.realm().shelf.get("bucket", self.folder + name)
            (self.found if there and there[1] else self.missing).append(name)


@pytest.mark.parametrize("kind", KINDS)
async def test_files_lie_in_the_bucket_when_they_are_told_of(
    service: Service, world: World, receiver: Receiver, kind: str
) -> None:
    # Names of web recordings come without the folders before them.
    visit = Visit(service, "day1/" if kind == "web" else "")
    receiver.look = visit

    await recorded(world, kind)

    assert len(visit.found) >= 2
    assert visit.missing == []


async def test_what_is_made_of_them_afterwards_lies_there_too(
    service: Service, world: World, receiver: Receiver
) -> None:
    receiver.look = visit = Visit(service)
    acquired = await world.acquire(scene=2)
    policy = {"combinationPolicy": "postpone_transcoding"}
    await world.start(acquired.body["resourceId"], appsCollection=policy)
    await world.advance("20s")
    for user in (await world.get("/channels/room"))["users"]:
        await world.leave(user["uid"])

    await world.until(notified=1001)
    await world.advance("1s")

    assert receiver.events[-3:] == [80, 81, 1001]
    assert visit.missing == []
    assert visit.found[-2:] == visit.found[-4:-2], "81 and 1001 name the same"
    assert all(name.endswith(".mp4") for name in visit.found[-4:])


async def test_they_lie_there_though_time_runs_by_itself(
    service: Service, world: World, receiver: Receiver
) -> None:
    receiver.look = visit = Visit(service)
    time = service.real_time()
    session = await world.record()
    time.seconds = 30
    await world.query(session)

    await receiver.until(15)

    assert len(visit.found) == 4
    assert visit.missing == []


async def test_nobody_is_told_anything_before_the_files_are_written(
    service: Service, world: World, receiver: Receiver
) -> None:
    time = service.real_time()
    session = await world.record()
    async with service.realm().carrying:  # whoever writes files has to wait
        time.seconds = 30
        await world.query(session)
        for _ in range(10):
            await world.now()
        assert receiver.arrivals == []

    assert (await receiver.until(1))[0].event == 30


async def test_no_notification_tells_a_secret(world: World, receiver: Receiver) -> None:
    secrets = {"accessKey": "AKIA-1", "secretKey": "shhh-2", "stsToken": "sts-3"}
    storage = {**STORAGE, **secrets, "stsExpiration": 4_000_000_000}
    for mode in ("individual", "mix", "web"):
        session = await world.record(mode, token="token-4", storageConfig=storage)
        await world.advance("65s")
        await world.stop(session)
        await world.advance("1s")

    everything = b"".join(arrival.raw for arrival in receiver.arrivals)
    ledger = (await world.control("GET", "/notifications")).raw
    journal = (await world.control("GET", "/journal?kind=notification")).raw

    for secret in (*secrets.values(), "token-4", SECRET):
        for told in (everything, ledger, journal):
            assert secret.encode() not in told
