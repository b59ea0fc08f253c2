"""The journal: requests, events and clock moves on one axis; read in pages, bounded, waited for."""

from typing import Any, Final

import pytest

from mockrec.sinks.feed import Feed
from mockrec.sinks.journal import (
    MOST_BYTES,
    MOST_ENTRIES,
    Call,
    Entry,
    Journal,
    Kind,
    Mishap,
)
from tests.api.service import APP_ID, EPOCH, PAGE, Service, World, wrong

MIB: Final = 1024 * 1024


def numbers(entries: list[Any]) -> list[int]:
    """Which entries these are."""
    return [entry["number"] for entry in entries]


# --- read --------------------------------------------------------------------------------------


async def test_a_new_journal_is_empty(world: World) -> None:
    assert await world.get("/journal") == {"entries": [], "next": 0, "dropped": 0}


async def test_a_request_is_told_with_what_it_was_answered(world: World) -> None:
    reply = await world.acquire()

    (entry,) = await world.journal()

    assert entry == {
        "number": 0,
        "kind": "request",
        "at": EPOCH,
        "time": "2026-01-01T00:00:00.000Z",
        "operation": "acquire",
        "request_id": reply.headers["X-Request-Id"],
        "method": "POST",
        "path": f"/v1/apps/{APP_ID}/cloud_recording/acquire",
        "body": {"cname": "room", "uid": "527841", "clientRequest": {}},
        "status": 200,
        "answer": reply.body,
        "detail": "",
    }


async def test_a_refusal_is_told_with_its_detail(world: World) -> None:
    reply = await world.acquire(uid="0")

    (entry,) = await world.journal()

    assert entry["status"] == 400
    assert entry["detail"] == reply.headers["X-Mockrec-Detail"]
    assert entry["detail"].startswith("/uid: got ")


async def test_of_a_body_that_cannot_be_read_only_the_length_is_told(world: World) -> None:
    await world.call("POST", "acquire", data=b'{"cname": "room", ')

    (entry,) = await world.journal()

    assert entry["body"] == {"unreadable": "18 bytes"}


async def test_a_query_has_no_body(world: World) -> None:
    await world.query(await world.record())

    assert (await world.journal("kind=request"))[-1]["body"] is None


async def test_an_event_is_told_with_what_the_outside_is_told_of_it(world: World) -> None:
    session = await world.record()
    await world.until(notified=30)

    told = next(each for each in await world.journal() if each.get("notice") == 30)

    assert told == {
        "number": told["number"],
        "kind": "event",
        "at": EPOCH + 800,
        "time": "2026-01-01T00:00:00.800Z",
        "event": "UploaderStarted",
        "sid": session.sid,
        "cname": "room",
        "uid": "527841",
        "notice": 30,
        "name": "uploader_started",
        "sequence": 0,
        "details": {},
    }


PUSH: Final = {
    "serviceName": "rtmp_publish_service",
    "serviceParam": {"outputs": [{"rtmpUrl": "rtmp://example.org/live/1"}]},
}
POSTPONED: Final = {
    "appsCollection": {"combinationPolicy": "postpone_transcoding"},
    "transcodeOptions": {"transConfig": {"transMode": "postponeTranscoding"}},
}


@pytest.mark.parametrize(
    ("mode", "request_", "event"),
    [
        ("individual", {}, "SliceUploaded"),
        ("individual", {"snapshotConfig": {"fileType": ["jpg"]}}, "SnapshotUploaded"),
        ("individual", POSTPONED, "SliceUploaded"),
        ("mix", {"recordingFileConfig": {"avFileType": ["hls", "mp4"]}}, "PartUploaded"),
        ("web", {"extensionServiceConfig": {"extensionServices": [PAGE, PUSH]}}, "OutputChanged"),
    ],
)
async def test_every_event_of_a_recording_can_be_told(
    world: World, mode: str, request_: dict[str, Any], event: str
) -> None:
    session = await world.record(mode, **request_)
    await world.advance("70s")
    await world.stop(session)
    await world.advance("1h")

    told = {entry["event"] for entry in await world.journal("kind=event")}

    assert {"StatusChanged", "SessionExited", event} <= told


async def test_an_event_names_files_as_they_lie_in_the_bucket(world: World) -> None:
    await world.record("mix")
    await world.advance("40s")

    told = [each["details"] for each in await world.journal("kind=event")]

    named = {each["slice"]["file"] for each in told if "slice" in each}
    stored = {file["key"].removeprefix("day1/") for file in (await world.get("/files"))["files"]}
    assert named
    assert named <= stored


async def test_entries_are_numbered_from_0_without_a_gap(world: World) -> None:
    await world.record()
    await world.advance("10s")

    entries = await world.journal()

    assert numbers(entries) == list(range(len(entries)))
    assert [each["at"] for each in entries] == sorted(each["at"] for each in entries)


async def test_same_commands_at_the_same_moments_give_the_same_journal(world: World) -> None:
    async def play() -> bytes:
        await world.stop(await world.record())
        await world.advance("1m")
        return (await world.control("GET", "/journal")).raw

    first = await play()
    await world.reset()

    assert await play() == first


# --- pages -------------------------------------------------------------------------------------


async def test_a_page_goes_on_where_the_last_one_ended(world: World) -> None:
    await world.record()
    await world.advance("30s")
    every = await world.journal()

    pages: list[Any] = []
    following, page = 0, [None]
    while page:
        answer = await world.get(f"/journal?since={following}&limit=7")
        page, following = answer["entries"], answer["next"]
        assert len(page) <= 7
        pages += page

    assert pages == every
    assert following == len(every)


async def test_a_page_of_some_kinds_skips_the_others(world: World) -> None:
    await world.record()
    await world.advance("5s")

    requests = await world.get("/journal?kind=request")
    both = await world.get("/journal?kind=request,clock")
    first = await world.get("/journal?kind=request&limit=1")

    assert [each["operation"] for each in requests["entries"]] == ["acquire", "start"]
    assert {each["kind"] for each in both["entries"]} == {"request", "clock"}
    assert (first["next"], numbers(first["entries"])) == (1, [0])
    assert requests["next"] == both["next"] == len(await world.journal())


async def test_no_kind_is_every_kind(world: World) -> None:
    await world.record()

    assert await world.journal("kind=") == await world.journal()


async def test_a_page_of_nothing(world: World) -> None:
    await world.acquire()

    assert await world.get("/journal?limit=0") == {"entries": [], "next": 0, "dropped": 0}


async def test_what_is_still_to_come_is_an_empty_page(world: World) -> None:
    answer = await world.get("/journal?since=12")

    assert answer == {"entries": [], "next": 12, "dropped": 0}


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("since=-1", "?since"),
        ("since=one", "?since"),
        ("since=1.5", "?since"),
        ("since=", "?since"),
        ("since=123456789012345678", "?since"),
        ("limit=10001", "?limit"),
        ("limit=all", "?limit"),
        ("kind=requests", "?kind"),
        ("kind=request,", "?kind"),
        ("kind=request,%20event", "?kind"),
    ],
)
async def test_a_page_that_there_is_none_of(world: World, query: str, path: str) -> None:
    _, where, _ = wrong(await world.control("GET", f"/journal?{query}"))

    assert where == path


# --- bounds ------------------------------------------------------------------------------------


def mishap(journal: Journal) -> Entry:
    """An entry of the smallest kind."""
    return journal.write(EPOCH, Kind.EVENT, Mishap("it rained"))


def call(journal: Journal, size: int) -> Entry:
    """An entry for a request whose body is this large."""
    record = Call(0, "", "POST", "", "acquire", b"x" * size, 400, b"", "")
    return journal.write(EPOCH, Kind.REQUEST, record)


def kept(journal: Journal) -> list[int]:
    """The numbers of what is still there."""
    return [entry.number for entry in journal.since(0)]


def test_a_journal_keeps_the_newest_10_000_entries() -> None:
    journal = Journal(APP_ID, Feed())

    for _ in range(MOST_ENTRIES + 5):
        mishap(journal)

    assert (len(journal), MOST_ENTRIES) == (10_000, 10_000)
    assert journal.oldest == 5
    assert next(journal.since(0)).number == 5
    assert next(journal.since(7)).number == 7


def test_a_journal_keeps_32_mib() -> None:
    journal = Journal(APP_ID, Feed())

    for _ in range(40):
        call(journal, MIB)

    assert MOST_BYTES == 32 * MIB
    assert len(journal) == 31  # each is a little more than its body
    assert journal.next_number == 40


def test_a_journal_of_small_bounds() -> None:
    few, tight = Journal(APP_ID, Feed(), most=3), Journal(APP_ID, Feed(), room=5_000)

    for _ in range(5):
        mishap(few)
    for size in (1_000, 3_000, 100):
        call(tight, size)

    assert kept(few) == [2, 3, 4]
    assert kept(tight) == [1, 2]


def test_an_entry_that_is_larger_than_the_journal_leaves_it_empty() -> None:
    journal = Journal(APP_ID, Feed(), room=5_000)

    call(journal, 10_000)

    assert (len(journal), journal.oldest, journal.next_number) == (0, 1, 1)
    assert mishap(journal).number == 1


async def test_what_was_dropped_is_told(service: Service, world: World) -> None:
    service.realm().journal = Journal(APP_ID, service.engine.feed, most=3)
    for _ in range(5):
        await world.acquire()

    answer = await world.get("/journal?since=1&limit=2")

    assert answer["dropped"] == 2
    assert numbers(answer["entries"]) == [2, 3]
    assert answer["next"] == 4
