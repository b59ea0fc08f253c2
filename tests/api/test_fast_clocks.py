"""A world that takes longer than its clock: others get their turn, and nothing is told wrong.

No test here measures time. The stopwatch says that a breath is over whenever it is looked at, so
that every moment at which something is due takes one.
"""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Final

import pytest

from mockrec import steward
from mockrec.clock import BREATH, Clock, ClockMode, breathe
from mockrec.realm import Realm
from mockrec.steward import Steward
from tests.api.service import EPOCH, OTHER, FakeTime, Service, World, done, soon

RATE: Final = 100_000
HOUR: Final = 3_600_000
FIRST_DUE: Final = EPOCH + 500
"""When the components of a recording start."""


@pytest.fixture(autouse=True)
def _breathless(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = count()
    monkeypatch.setattr(steward, "stopwatch", lambda: next(looks) * BREATH)


def fast(service: Service) -> FakeTime:
    """Let the first world run after a real time of the test's, as fast as any clock may."""
    time = FakeTime()
    service.realm().clock = Clock(ClockMode.SCALED, RATE, EPOCH, source=time)
    return time


async def happenings(world: World) -> list[tuple[str, int]]:
    """What happened to the recordings of a world, and when."""
    entries = await world.journal("kind=event&limit=10000")
    return [(entry["event"], entry["at"]) for entry in entries]


# --- a fast clock ------------------------------------------------------------------------------


async def test_a_clock_that_is_too_fast_waits_for_its_world(service: Service, world: World) -> None:
    time, realm = fast(service), service.realm()
    await world.record()
    time.seconds += HOUR / 1_000 / RATE

    realm.ring(realm)

    assert realm.world.now == FIRST_DUE
    assert realm.clock.now() == FIRST_DUE


async def test_then_it_goes_on_as_fast_as_before(service: Service, world: World) -> None:
    time, realm = fast(service), service.realm()
    await world.record()
    time.seconds += HOUR / 1_000 / RATE
    realm.ring(realm)

    time.seconds += 0.2 / RATE

    assert realm.clock.now() == FIRST_DUE + 200


async def test_it_does_not_run_away_from_the_files(service: Service, world: World) -> None:
    time, realm = fast(service), service.realm()
    await world.record()
    time.stride = 0.01

    async with realm.carrying:  # the files take their time
        await soon(lambda: realm.follower is not None)
        now = realm.world.now
        for _ in range(1_000):
            await breathe()
        assert realm.world.now == now

    await soon(lambda: realm.world.now > now)


async def test_what_it_tells_never_goes_back(service: Service, world: World) -> None:
    time = fast(service)
    await world.record()
    time.stride = 0.001

    told = [await world.now() for _ in range(50)]
    entries = await happenings(world)

    assert told == sorted(told)
    assert [at for _, at in entries] == sorted(at for _, at in entries)
    assert told[-1] > told[0]


async def test_up_to_what_it_told_everything_has_happened(service: Service, world: World) -> None:
    time, realm = fast(service), service.realm()
    await world.record()
    time.seconds += HOUR / 1_000 / RATE
    told = realm.now()

    realm.ring(realm)

    assert realm.world.now == told
    assert realm.now() == told


async def test_whoever_asks_waits_for_a_breath_and_not_for_an_hour(
    service: Service, world: World
) -> None:
    time, realm = fast(service), service.realm()
    session = await world.record()
    time.seconds += HOUR / 1_000 / RATE

    assert await world.status(session) == 2

    assert realm.world.now == FIRST_DUE


async def test_a_stop_is_answered_all_the_same(service: Service, world: World) -> None:
    time = fast(service)
    session = await world.record()
    time.stride = 0.001
    await world.happened(event="SliceUploaded")

    assert done(await world.stop(session))["serverResponse"]["uploadingStatus"] == "uploaded"


async def test_what_happens_is_what_happens_on_any_clock(service: Service, world: World) -> None:
    time, other = fast(service), service.world(OTHER)
    await other.record()
    await world.record()
    time.stride = 0.001
    await world.happened(event="SliceUploaded")
    time.stride = 0.0
    reached = await world.now()

    await other.post("/clock/advance", to=reached)

    assert await happenings(world) == await happenings(other)


# --- the clock on the wall ---------------------------------------------------------------------


async def test_a_wall_clock_waits_for_nobody_but_others_get_their_turn(
    service: Service, world: World
) -> None:
    time, realm, other = service.real_time(), service.realm(), service.world(OTHER)
    await world.record()
    time.seconds = HOUR / 1_000

    realm.ring(realm)
    assert realm.world.now == FIRST_DUE
    assert (await other.acquire()).status == 200
    assert realm.world.now < EPOCH + HOUR

    await soon(lambda: realm.world.now == EPOCH + HOUR)
    await other.record()
    await other.advance("1h")
    assert await happenings(world) == await happenings(other)


async def test_whoever_asks_finds_the_present(service: Service, world: World) -> None:
    time, realm = service.real_time(), service.realm()
    session = await world.record()
    time.seconds = HOUR / 1_000
    realm.ring(realm)

    assert await world.status(session) == 5

    assert realm.world.now == EPOCH + HOUR


# --- a clock that stands -----------------------------------------------------------------------


async def test_a_jump_lets_others_in_and_comes_to_the_same(
    service: Service, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, realm = service.world(OTHER), service.realm()
    await world.record()
    await other.record()
    jump = asyncio.get_running_loop().create_task(world.advance("1h"))

    await soon(lambda: realm.world.now >= FIRST_DUE)
    turns = 0
    while not jump.done():
        turns += 1
        assert realm.clock.now() - realm.world.now <= 10 * 60_000
        await breathe()

    monkeypatch.setattr(steward, "stopwatch", lambda: 0.0)
    await other.advance("1h")
    assert turns > 100
    assert await happenings(world) == await happenings(other)


async def test_a_jump_that_nobody_wants_any_more_ends_when_all_has_happened(
    service: Service, world: World
) -> None:
    realm = service.realm()
    await world.record()
    wanted = iter([True, True, False])

    await service.engine.advance(realm, EPOCH + HOUR, wanted=lambda: next(wanted))

    assert realm.world.now == realm.clock.now() == EPOCH + 20 * 60_000
    assert not realm.late


async def test_it_does_so_where_there_are_no_files_to_write(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_: Steward, realm: Realm) -> None:
        realm.backlog = []

    monkeypatch.setattr(Steward, "carry", at_once)
    await world.record()
    jump = asyncio.get_running_loop().create_task(world.advance("1h"))

    turns = 0
    while not jump.done():
        turns += 1
        await breathe()

    assert turns > 100
