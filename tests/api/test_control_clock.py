"""A world's clock: read, and told to run in another way; time never goes back."""

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


async def test_the_clock_goes_to_the_year_2200(world: World) -> None:
    await world.put("/clock", now=LATEST)

    assert (await world.get("/clock"))["time"] == "2200-01-01T00:00:00.000Z"


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


async def test_worlds_have_a_clock_each(service: Service, world: World) -> None:
    await world.advance("1h")

    assert await service.world(OTHER).now() == EPOCH
    assert done(await world.control("GET", "/clock"))["now"] == EPOCH + HOUR
