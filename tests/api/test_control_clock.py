"""A world's clock: read, told to run in another way, and moved; time never goes back."""

from typing import Any

import pytest

from mockrec.clock import ClockMode
from mockrec.domain.moments import DAY, HOUR, LATEST, SECOND
from mockrec.engine import Defaults
from tests.api.service import EPOCH, OTHER, Service, World, done, served, wrong

AT_EPOCH = {"mode": "manual", "rate": 1.0, "now": EPOCH, "time": "2026-01-01T00:00:00.000Z"}


async def test_a_manual_clock_stands(world: World) -> None:
    assert await world.get("/clock") == AT_EPOCH
    assert await world.get("/clock") == AT_EPOCH


async def test_a_wall_clock_follows_real_time(service: Service, world: World) -> None:
    real = service.real_time()

    real.seconds += 2.5

    assert await world.now() == EPOCH + 2_500
    assert (await world.get("/clock"))["mode"] == "wall"


async def test_a_world_begins_on_the_clock_that_the_settings_want() -> None:
    fast = Defaults(clock_mode=ClockMode.SCALED, clock_rate=60.0, start_at=EPOCH + DAY)

    async with served(fast) as service:
        clock = await service.world().get("/clock")

    assert (clock["mode"], clock["rate"]) == ("scaled", 60.0)
    assert EPOCH + DAY <= clock["now"] < EPOCH + 2 * DAY


# --- told to run in another way ----------------------------------------------------------------


async def test_a_scaled_clock_runs_at_its_rate(service: Service, world: World) -> None:
    real = service.real_time()
    await world.put("/clock", mode="scaled", rate=100)

    real.seconds += 3

    assert await world.get("/clock") == {
        "mode": "scaled",
        "rate": 100.0,
        "now": EPOCH + 300 * SECOND,
        "time": "2026-01-01T00:05:00.000Z",
    }


async def test_from_one_way_of_running_to_another_no_moment_is_lost(
    service: Service, world: World
) -> None:
    real = service.real_time()
    real.seconds += 1
    await world.put("/clock", mode="scaled", rate=10)
    real.seconds += 1
    await world.put("/clock", mode="manual")
    real.seconds += 1
    assert await world.now() == EPOCH + 11 * SECOND

    await world.put("/clock", mode="wall")
    real.seconds += 1
    assert await world.now() == EPOCH + 12 * SECOND


@pytest.mark.parametrize(
    ("first", "then", "rate"),
    [
        pytest.param({}, {"mode": "scaled"}, 60.0, id="scaled without a rate is 60x"),
        pytest.param({"mode": "scaled", "rate": 7}, {"mode": "scaled"}, 7.0, id="it stays"),
        pytest.param({"mode": "scaled", "rate": 7}, {"rate": 8}, 8.0, id="it changes alone"),
        pytest.param({"mode": "scaled", "rate": 7}, {"mode": "wall"}, 1.0, id="wall has none"),
        pytest.param({}, {"rate": 8}, 1.0, id="a clock that stands has none"),
        pytest.param({}, {"mode": "scaled", "rate": 0.5}, 0.5, id="it may be slower"),
    ],
)
async def test_the_rate(
    service: Service,
    world: World,
    first: dict[str, object],
    then: dict[str, object],
    rate: float,
) -> None:
    service.real_time()
    await world.put("/clock", mode="manual")
    await world.put("/clock", **first)

    assert (await world.put("/clock", **then))["rate"] == rate


async def test_a_manual_clock_goes_to_a_moment_and_what_was_due_has_happened(world: World) -> None:
    session = await world.record()

    clock = await world.put("/clock", now=EPOCH + 2 * SECOND)

    assert clock["now"] == EPOCH + 2 * SECOND
    assert await world.status(session) == 4


@pytest.mark.parametrize("mode", ["manual", "wall", "scaled"])
async def test_way_and_moment_are_set_together(service: Service, world: World, mode: str) -> None:
    service.real_time()

    clock = await world.put("/clock", mode=mode, now=EPOCH + HOUR)

    assert (clock["mode"], clock["now"]) == (mode, EPOCH + HOUR)


async def test_nothing_said_changes_nothing(world: World) -> None:
    assert await world.put("/clock") == AT_EPOCH


async def test_the_journal_tells_of_every_change(service: Service, world: World) -> None:
    real = service.real_time()
    await world.put("/clock", mode="scaled", rate=10)
    real.seconds += 1
    await world.put("/clock", mode="manual")
    await world.advance("5s")

    changes = [
        (each["mode"], each["rate"], each["from"] - EPOCH, each["at"] - EPOCH)
        for each in await world.journal("kind=clock")
    ]
    assert changes == [
        ("scaled", 10.0, 0, 0),
        ("manual", 1.0, 10_000, 10_000),
        ("manual", 1.0, 10_000, 15_000),
    ]


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


# --- time never goes back, nor beyond its end --------------------------------------------------


@pytest.mark.parametrize("step", [1, DAY, EPOCH])
async def test_the_clock_is_not_set_back(world: World, step: int) -> None:
    error, path, _ = wrong(await world.control("PUT", "/clock", {"now": EPOCH - step}))

    assert error == f"the clock shows {EPOCH}, and time never goes back to {EPOCH - step}"
    assert path == "/now"
    assert await world.get("/clock") == AT_EPOCH


async def test_a_way_of_running_that_comes_with_a_moment_gone_by_is_not_taken_either(
    world: World,
) -> None:
    wrong(await world.control("PUT", "/clock", {"mode": "wall", "now": EPOCH - 1}))

    assert await world.get("/clock") == AT_EPOCH


async def test_advance_does_not_go_back(world: World) -> None:
    _, path, expected = wrong(await world.control("POST", "/clock/advance", {"to": EPOCH - 1}))

    assert (path, expected) == ("/to", f"a moment from now to {LATEST}")


async def test_the_clock_goes_to_the_year_2200(world: World) -> None:
    await world.put("/clock", now=LATEST)

    assert (await world.get("/clock"))["time"] == "2200-01-01T00:00:00.000Z"


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


# --- what is no such call ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"mode": "fast"}, "/mode"),
        ({"mode": None}, "/mode"),
        ({"mode": "scaled", "rate": 0}, "/rate"),
        ({"mode": "scaled", "rate": -1}, "/rate"),
        ({"mode": "scaled", "rate": 1_000_001}, "/rate"),
        ({"mode": "scaled", "rate": "60"}, "/rate"),
        ({"now": "tomorrow"}, "/now"),
        ({"now": EPOCH + 0.5}, "/now"),
        ({"now": LATEST + 1}, "/now"),
        ({"now": True}, "/now"),
        ({"speed": 60}, "/speed"),
    ],
)
async def test_a_clock_that_there_is_none_of(
    world: World, body: dict[str, object], path: str
) -> None:
    _, where, _ = wrong(await world.control("PUT", "/clock", body))

    assert where == path
    assert await world.get("/clock") == AT_EPOCH


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


async def test_worlds_have_a_clock_each(service: Service, world: World) -> None:
    await world.advance("1h")

    assert await service.world(OTHER).now() == EPOCH
    assert done(await world.control("GET", "/clock"))["now"] == EPOCH + HOUR
