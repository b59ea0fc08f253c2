"""What a world remembers is bounded, however long it is played with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockrec.domain.channel import User
from mockrec.domain.commands import (
    Accepted,
    Acquire,
    Acquired,
    Join,
    Leave,
    Query,
    Refused,
    Resource,
    Session,
    Start,
    Stop,
)
from mockrec.domain.policy import Policy
from mockrec.domain.problems import NO_WORKER, RESOURCE_EXPIRED
from mockrec.domain.task import Mode, Page, Task
from mockrec.domain.world import World
from tests.laws.strategies import APP_ID, EPOCH, RECORDER
from tests.laws.world_model import entries

KEPT_RESOURCES = 4
KEPT_RECORDINGS = 2

# A web recording goes on until it is stopped, whoever comes or goes.
ORDER = Task(
    APP_ID,
    sid="",
    resource_id="",
    number=0,
    cname="room",
    uid=RECORDER,
    mode=Mode.WEB,
    started=EPOCH,
    page=Page("https://example.org/", 1280, 720, max_hours=720),
)


@pytest.fixture(autouse=True, scope="module")
def forgetful() -> Iterator[None]:
    """Worlds that remember so little that a short story makes them forget."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mockrec.domain.world.KEPT_RESOURCES", KEPT_RESOURCES)
        patch.setattr("mockrec.domain.world.KEPT_RECORDINGS", KEPT_RECORDINGS)
        yield


@dataclass
class Keeper:
    """A world, and the sessions that run in it."""

    world: World

    def acquire(self, uid: int) -> Resource:
        self.world, answer, _ = self.world.obey(Acquire("room", uid), self.world.now)
        assert isinstance(answer, Acquired)
        return answer.resource

    def record(self, uid: int) -> Session:
        resource = self.acquire(uid)
        order = replace(ORDER, resource_id=resource.id, uid=uid)
        self.world, answer, _ = self.world.obey(Start(resource.id, order), self.world.now)
        assert isinstance(answer, Accepted)
        return Session(resource.id, answer.task.sid, Mode.WEB)

    def stop(self, session: Session) -> None:
        """Stop it, and let it exit."""
        self.world, _, _ = self.world.obey(Stop(session, asynchronous=True), self.world.now)
        self.world, _ = self.world.pass_time(self.world.now + 60_000)


def kept(steps: list[str]) -> Iterator[World]:
    """The world after each step."""
    keeper, running = Keeper(World(APP_ID, 0, EPOCH)), list[Session]()
    for number, step in enumerate(steps):
        if step == "acquire":
            keeper.acquire(1_000 + number)
        elif step == "record":
            running.append(keeper.record(1_000 + number))
        elif running:
            keeper.stop(running.pop(0 if step == "stop the oldest" else -1))
        yield keeper.world


STEPS = st.lists(
    st.sampled_from(["acquire", "record", "stop the oldest", "stop the youngest"]), max_size=40
)


@given(STEPS)
def test_a_world_remembers_a_bounded_number_of_recordings(steps: list[str]) -> None:
    for world in kept(steps):
        assert len(world.exited) <= KEPT_RECORDINGS
        assert len(world.recordings) == len(world.exited) + world.live


@given(STEPS)
@example(["record", *["acquire"] * KEPT_RESOURCES, "stop the oldest"] * 3)
def test_a_world_remembers_a_bounded_number_of_resources(steps: list[str]) -> None:
    for world in kept(steps):
        assert len(world.resources) <= KEPT_RESOURCES + world.live


@given(STEPS)
def test_a_world_never_forgets_what_is_alive(steps: list[str]) -> None:
    for world in kept(steps):
        for recording in (each for each in world.recordings.values() if not each.exited):
            session = Session(recording.task.resource_id, recording.task.sid, Mode.WEB)
            assert not isinstance(world.obey(Query(session), world.now)[1], Refused)


@given(STEPS)
def test_a_world_always_remembers_its_youngest_resources(steps: list[str]) -> None:
    for world in kept(steps):
        numbers = {resource.number for resource in world.resources.values()}
        assert numbers >= set(range(world.issued)[-KEPT_RESOURCES:])


def test_a_forgotten_resource_has_expired() -> None:
    keeper = Keeper(World(APP_ID, 0, EPOCH))
    oldest = keeper.acquire(1)
    for uid in range(2, 2 + KEPT_RESOURCES):
        keeper.acquire(uid)

    order = replace(ORDER, resource_id=oldest.id, uid=1)
    _, answer, _ = keeper.world.obey(Start(oldest.id, order), keeper.world.now)

    assert isinstance(answer, Refused)
    assert answer.problem is RESOURCE_EXPIRED


def test_a_forgotten_recording_has_no_worker() -> None:
    keeper = Keeper(World(APP_ID, 0, EPOCH))
    oldest = keeper.record(1)
    keeper.stop(oldest)
    for uid in range(2, 2 + KEPT_RECORDINGS):
        keeper.stop(keeper.record(uid))

    _, answer, _ = keeper.world.obey(Query(oldest), keeper.world.now)

    assert oldest.sid not in keeper.world.recordings
    assert isinstance(answer, Refused)
    assert answer.problem.now == NO_WORKER.now


def test_what_no_longer_holds_leaves_the_calendar_when_its_moment_has_passed() -> None:
    world = World(APP_ID, 0, EPOCH, Policy(audience=0))
    world, acquired, _ = world.obey(Acquire("room", RECORDER), EPOCH)
    assert isinstance(acquired, Acquired)
    order = replace(ORDER, resource_id=acquired.resource.id, mode=Mode.MIX, page=None, max_idle=150)
    world, _, _ = world.obey(Start(order.resource_id, order), EPOCH)

    # Each time the channel empties, the idle clock is the next to ring; then somebody comes.
    world, _, _ = world.obey(Join("room", User(1)), EPOCH)
    for moment in range(EPOCH + 5_000, EPOCH + 60_000, 500):
        world, _, _ = world.obey(Leave("room", 1), moment)
        world, _, _ = world.obey(Join("room", User(1)), moment + 100)
    world, _ = world.pass_time(world.now + 60_000)

    assert world.live == 1
    assert len(list(entries(world.calendar))) == 1
