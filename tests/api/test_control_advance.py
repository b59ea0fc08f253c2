"""The clock is moved: by, to, or until; the answer comes when all that was due is carried out."""

import asyncio
from typing import Any

import pytest

from mockrec.domain.moments import HOUR, LATEST, SECOND
from tests.api.service import EPOCH, Service, World, wrong

# --- moved -------------------------------------------------------------------------------------


async def test_advance_by_a_duration(world: World) -> None:
    assert await world.post("/clock/advance", by="1h30m") == {
        "now": EPOCH + 90 * 60 * SECOND,
        "happenings": [],
    }


async def test_advance_to_a_moment(world: World) -> None:
    moved = await world.post("/clock/advance", to=EPOCH + 250)

    assert moved == {"now": EPOCH + 250, "happenings": []}


async def test_advance_by_nothing_carries_out_what_is_due_now(world: World) -> None:
    assert await world.advance("0s") == []
    assert await world.now() == EPOCH


async def test_a_whole_number_may_be_written_as_a_fraction(world: World) -> None:
    moved = await world.post("/clock/advance", to=float(EPOCH + 250))

    assert repr(moved["now"]) == repr(EPOCH + 250)


async def test_advance_answers_with_what_happened_in_the_order_of_time(world: World) -> None:
    await world.record()

    happenings = await world.advance("2s")

    assert [(each["at"] - EPOCH, each["event"]) for each in happenings] == [
        (500, "StatusChanged"),
        (800, "UploaderStarted"),
        (800, "StatusChanged"),
        (1_500, "RecorderStarted"),
        (1_500, "StatusChanged"),
    ]


async def test_when_advance_answers_the_files_are_written(world: World) -> None:
    await world.record()

    happenings = await world.advance("40s")

    arrived = {
        each["details"]["slice"]["file"] for each in happenings if each["event"] == "SliceUploaded"
    }
    names = {file["key"].removeprefix("day1/") for file in (await world.get("/files"))["files"]}
    assert arrived
    assert arrived <= names


async def test_a_clock_that_overtakes_the_moment_meanwhile_is_no_fault_of_ours(
    service: Service, world: World
) -> None:
    real = service.real_time()
    real.stride = 1.0  # every look at it takes a second

    reply = await world.control("POST", "/clock/advance", {"by": "500ms"})

    assert reply.status == 200


async def test_a_wall_clock_can_be_moved_too_and_goes_on_from_there(
    service: Service, world: World
) -> None:
    real = service.real_time()
    await world.advance("1h")
    real.seconds += 1

    assert await world.now() == EPOCH + HOUR + SECOND


# --- until something happens -------------------------------------------------------------------

FIRST_FILE = 18_319
"""When the first slice of audio has arrived: first media, 704 frames of it, and the upload."""


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        pytest.param({"notified": 40}, 1_500, id="notified by number"),
        pytest.param({"notified": "recorder_started"}, 1_500, id="notified by name"),
        pytest.param({"notified": 43}, 2_500, id="a number that depends on the medium"),
        pytest.param({"event": "SliceCut"}, FIRST_FILE - 800, id="an event of the house"),
        pytest.param({"event": "RecorderStarted"}, 1_500, id="a notice as an event"),
        pytest.param({"status": 4}, 1_500, id="a status"),
        pytest.param({"status": 5}, FIRST_FILE, id="a later status"),
    ],
)
async def test_advance_until(world: World, until: dict[str, Any], moment: int) -> None:
    await world.record()

    happenings = await world.until(**until)

    assert await world.now() == EPOCH + moment
    assert happenings[-1]["at"] == EPOCH + moment


async def test_advance_until_something_happens_to_one_recording(world: World) -> None:
    await world.record(cname="first")
    await world.advance("10s")
    second = await world.record(cname="second")

    happenings = await world.until(status=5, sid=second.sid)

    assert await world.now() == EPOCH + 10 * SECOND + FIRST_FILE
    turned = [each["sid"] for each in happenings if each["details"].get("status") == 5]
    assert len(turned) == 2
    assert turned[-1] == second.sid


async def test_a_limit_that_is_reached_first_is_408_and_tells_what_happened(world: World) -> None:
    await world.record()
    body = {"until": {"notified": 31}, "limit": "1s"}

    error, path, expected = wrong(await world.control("POST", "/clock/advance", body), 408)

    assert error == ("the limit was reached first; until then: StatusChanged, uploader_started")
    assert (path, expected) == ("/until", '{"notified":31} within 1s')
    assert await world.now() == EPOCH + SECOND


async def test_without_a_limit_it_looks_an_hour_ahead(world: World) -> None:
    body = {"until": {"status": 5}}

    error, _, expected = wrong(await world.control("POST", "/clock/advance", body), 408)

    assert error.endswith("until then: nothing")
    assert expected == '{"status":5} within 1h'
    assert await world.now() == EPOCH + HOUR


async def test_a_status_that_is_there_already_is_answered_at_once(world: World) -> None:
    session = await world.record()
    await world.until(status=5)
    now = await world.now()

    for until in ({"status": 5}, {"status": 5, "sid": session.sid}):
        moved = await world.post("/clock/advance", until=until)
        assert moved == {"now": now, "happenings": []}


async def test_a_status_that_one_recording_has_is_awaited_of_the_others(world: World) -> None:
    await world.record(cname="first")
    await world.until(status=5)
    second = await world.record(cname="second")

    await world.until(status=5)

    assert await world.status(second) == 5


async def test_an_exit_of_before_is_not_the_one_that_is_looked_for(world: World) -> None:
    first = await world.record()
    await world.stop(first)
    second = await world.record()
    await world.stop(second, async_stop=True)
    now = await world.now()

    happenings = await world.until(status=8)

    assert happenings[-1]["sid"] == second.sid
    assert await world.now() > now
    assert await world.until(status=8, sid=first.sid) == []


@pytest.mark.parametrize(
    ("until", "error", "known"),
    [
        (
            {"notified": "uploadedd"},
            'got "uploadedd"; did you mean "uploaded"?',
            "uploader_started",
        ),
        ({"notified": "nonsense"}, 'got "nonsense"', "recorder_leave"),
        ({"notified": 99}, "got 99", "31, 32, 33"),
        (
            {"event": "SliceUploadd"},
            'got "SliceUploadd"; did you mean "SliceUploaded"?',
            "SliceCut",
        ),
        ({"event": "Notice"}, 'got "Notice"', "GivenUp"),
        ({"event": "Posted"}, 'got "Posted"', "Delivered"),
    ],
)
async def test_what_never_happens_is_not_waited_for(
    world: World, until: dict[str, Any], error: str, known: str
) -> None:
    await world.record()

    refused = wrong(await world.control("POST", "/clock/advance", {"until": until}))

    assert refused[0].startswith(error)
    assert refused[1] == f"/until/{next(iter(until))}"
    assert known in refused[2]
    assert await world.now() == EPOCH


async def test_a_recording_that_there_is_none_of_is_not_waited_for(world: World) -> None:
    body = {"until": {"status": 5, "sid": "0" * 32}}

    error, path, _ = wrong(await world.control("POST", "/clock/advance", body), 404)

    assert (error, path) == (f"no recording '{'0' * 32}' in this world", "/until/sid")


# --- for those who are still there -------------------------------------------------------------


async def test_a_jump_ends_at_its_next_stride_once_nobody_wants_it(
    service: Service, world: World
) -> None:
    await world.record()
    wanted = iter([True, True, False])

    await service.engine.advance(service.realm(), EPOCH + HOUR, wanted=lambda: next(wanted))

    assert await world.now() == EPOCH + 20 * 60 * SECOND


async def test_who_hangs_up_is_not_advanced_for_any_more(service: Service, world: World) -> None:
    await world.record("individual")
    body = b'{"by":"24h"}'
    path = f"/_mockrec/worlds/{world.app_id}/clock/advance"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    _, writer = await asyncio.open_connection("127.0.0.1", service.client.port)

    writer.write(head.encode() + body)
    await writer.drain()
    writer.transport.abort()
    await world.happened(kind="clock")

    assert await world.now() < EPOCH + 24 * HOUR


# --- not back, nor beyond the end ---------------------------------------------------------------


async def test_advance_does_not_go_back(world: World) -> None:
    _, path, expected = wrong(await world.control("POST", "/clock/advance", {"to": EPOCH - 1}))

    assert (path, expected) == ("/to", f"a moment from now to {LATEST}")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"by": "1ms"}, "/by"),
        ({"until": {"status": 5}}, "/limit"),
        ({"until": {"status": 5}, "limit": "1ms"}, "/limit"),
    ],
)
async def test_and_not_beyond(world: World, body: dict[str, object], path: str) -> None:
    await world.put("/clock", now=LATEST)

    error, where, _ = wrong(await world.control("POST", "/clock/advance", body))

    assert error == f"no clock goes beyond {LATEST}, the year 2200"
    assert where == path


# --- what means nothing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, ""),
        ({"by": "1s", "to": EPOCH}, ""),
        ({"by": 31}, "/by"),
        ({"by": "31"}, "/by"),
        ({"by": "1 s"}, "/by"),
        ({"by": "-1s"}, "/by"),
        ({"by": "36601d"}, "/by"),
        ({"to": "tomorrow"}, "/to"),
        ({"to": LATEST + 1}, "/to"),
        ({"until": {}}, "/until"),
        ({"until": {"notified": 31, "status": 5}}, "/until"),
        ({"until": {"status": 9}}, "/until/status"),
        ({"until": {"notified": None}}, "/until/notified"),
        ({"until": {"status": 5, "sid": 7}}, "/until/sid"),
        ({"until": {"status": 5}, "limit": "soon"}, "/limit"),
        ({"until": {"statsu": 5, "status": 5}}, "/until/statsu"),
    ],
)
async def test_an_advance_that_means_nothing(
    world: World, body: dict[str, object], path: str
) -> None:
    _, where, _ = wrong(await world.control("POST", "/clock/advance", body))

    assert where == path
    assert await world.now() == EPOCH


async def test_one_call_goes_a_month_at_most_while_a_recording_is_live(world: World) -> None:
    await world.control("POST", "/clock/advance", {"by": "800h"})  # nothing is live yet
    await world.record()

    reply = await world.control("POST", "/clock/advance", {"by": "745h"})

    assert reply.status == 400
    assert reply.body["expected"] == "at most 744h 0m 0s while any is live"
