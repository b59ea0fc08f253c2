"""A few thousand requests with something wrong about each; fuzz.py by itself sends many more."""

from dataclasses import replace

import pytest

from mockrec.domain.commands import Acquire
from mockrec.domain.world import World
from tests.robustness.fuzz import APP_IDS, Trial, served_well
from tests.robustness.house import served, sound, unchanged


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_spoilt_requests_do_no_harm(seed: int) -> None:
    async with served() as house:
        report = await Trial(house, seed).run(1_500)

    assert report.evidence == {}
    assert {200, 201, 400, 401, 404} <= report.statuses.keys()
    assert report.statuses[200] > 300, "most requests are refused at the door: nothing is tried"


async def test_the_judge_sees_a_traceback_and_a_500(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("mockrec.api.parsing.stop", broken)
    async with served() as house:
        report = await Trial(house, 1).run(300)

    assert report.faults["status 500"] > 0
    assert report.faults["in the log: RuntimeError: planted"] > 0


async def test_the_judge_sees_a_refusal_that_leaves_its_mark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decent = World.obey

    def leaving_a_mark(*args: object) -> object:
        world, answer, outgoing = decent(*args)  # type: ignore[arg-type]
        return replace(world, issued=world.issued + 1), answer, outgoing

    monkeypatch.setattr(World, "obey", leaving_a_mark)
    async with served() as house:
        report = await Trial(house, 1).run(100)

    assert report.faults["the world has changed"] > 0


async def test_a_good_client_is_served_from_beginning_to_end() -> None:
    async with served() as house:
        assert await served_well(house.port, APP_IDS[0]) == []

    assert house.complaints == []


def test_only_time_may_pass_over_a_world_that_is_unchanged() -> None:
    world = World("a" * 32, 0, 1_000)
    changed, _, _ = world.obey(Acquire("room", 1), 1_000)

    assert unchanged(world, world.pass_time(5_000)[0])
    assert not unchanged(world, changed)


def test_a_world_that_does_not_add_up_is_not_sound() -> None:
    assert list(sound(World("a" * 32, 0, 1_000))) == []
    assert list(sound(World("a" * 32, 0, 1_000, live=1)))
