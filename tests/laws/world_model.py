"""A small model of a world: who lives, and which ids are used up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from hypothesis.stateful import RuleBasedStateMachine

from mockrec.domain.calendar import Calendar, Entry
from mockrec.domain.commands import (
    Answer,
    Command,
    Query,
    Refused,
    Resource,
    Stop,
    Update,
    UpdateLayout,
)
from mockrec.domain.events import ServerLost, StatusChanged
from mockrec.domain.moments import Millis
from mockrec.domain.notices import FailedOver, SessionExited
from mockrec.domain.outgoing import Happening, Outgoing, of_tasks
from mockrec.domain.policy import Policy
from mockrec.domain.problems import (
    ACCOUNT_SUSPENDED,
    ALLOCATION_FAILED,
    ALREADY_STARTED,
    NO_CAPACITY,
    NO_RECORDED_DATA,
    NO_SERVICE_SELECTED,
    NO_WORKER,
    OVERLOADED,
    RESOURCE_EXPIRED,
    TASK_CONFLICT,
    Problem,
)
from mockrec.domain.recording import Status
from mockrec.domain.task import Mode, Task
from mockrec.domain.world import World
from tests.laws.strategies import APP_ID, EPOCH


@dataclass
class Model:
    """Which recording each resource was used up for, and how far each recording is."""

    acquired: set[str] = field(default_factory=set)
    used: dict[str, str] = field(default_factory=dict)
    """The sid, by resource id."""
    tasks: dict[str, Task] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    """Whose server is gone."""
    ending: set[str] = field(default_factory=set)
    gone: list[str] = field(default_factory=list)
    suspended: bool = False
    exhausted: bool = False
    """In the order of their goodbyes."""

    def alive(self) -> dict[str, Task]:
        """The tasks that have not exited, by sid."""
        return {sid: task for sid, task in self.tasks.items() if sid not in self.gone}

    def hear(self, outgoing: Iterable[Outgoing]) -> None:
        """Learn from what happened whose end has begun and who has exited."""
        for happening in outgoing:
            match happening.event:
                case ServerLost():
                    self.lost.add(happening.task.sid)
                case FailedOver():
                    self.lost.remove(happening.task.sid)
                case StatusChanged(status=Status.STOP_REQUESTED):
                    self.ending.add(happening.task.sid)
                    self.lost.discard(happening.task.sid)
                case SessionExited():
                    self.gone.append(happening.task.sid)
                case _:
                    pass

    def objects_to_acquire(self, policy: Policy) -> Problem | None:
        """Why nothing can be acquired, if so."""
        full = policy.pcw is not None and len(self.alive()) >= policy.pcw
        return self.no_room(NO_CAPACITY) or (OVERLOADED if full else None)

    def no_room(self, exhausted: Problem) -> Problem | None:
        """What the account or the servers have against it, if anything."""
        if self.suspended:
            return ACCOUNT_SUSPENDED
        return exhausted if self.exhausted else None

    def objects_to_start(
        self, resource: Resource, mode: Mode, policy: Policy, now: Millis
    ) -> Problem | None:
        """Why this resource cannot be started, if so."""
        used_for = self.used.get(resource.id)
        if used_for is not None:
            return RESOURCE_EXPIRED if used_for in self.gone else ALREADY_STARTED
        if now - resource.acquired > policy.timing.resource:
            return RESOURCE_EXPIRED
        whose = (resource.cname, resource.uid)
        if whose in {(task.cname, task.uid) for task in self.alive().values()}:
            return TASK_CONFLICT
        if policy.strict and (resource.scene == 1) != (mode is Mode.WEB):
            return NO_SERVICE_SELECTED
        return self.no_room(ALLOCATION_FAILED)

    def objects_to_call(self, sid: str, now: Millis, exiting: Problem) -> Problem | None:
        """Why no call reaches this recording, if so."""
        task = self.tasks[sid]
        if sid in self.gone or sid in self.lost or now - task.started > task.expires:
            return NO_WORKER
        return exiting if sid in self.ending else None


def entries(calendar: Calendar | None) -> Iterator[Entry]:
    """All entries of a calendar, in no particular order."""
    if calendar:
        _, entry, left, right = calendar
        yield entry
        yield from entries(left)
        yield from entries(right)


def same(one: World, other: World) -> bool:
    """Whether two worlds are equal; their calendars may hold other stale entries."""
    return replace(one, calendar=None) == replace(other, calendar=None)


def problem(answer: Answer) -> Problem | None:
    return answer.problem if isinstance(answer, Refused) else None


Call = Query | Update | UpdateLayout | Stop


class PlayedWorld(RuleBasedStateMachine):
    """A world beside its model: whatever is done to it is checked, noted and played once more."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.played: list[tuple[Command | None, Millis]] = []
        self.heard: tuple[Outgoing, ...] = ()
        self.begin(Policy())

    def begin(self, policy: Policy) -> None:
        """A fresh world with this policy."""
        self.origin = self.world = World(APP_ID, 0, EPOCH, policy)

    def keep(self, world: World, happenings: tuple[Happening, ...]) -> None:
        outgoing = of_tasks(happenings)
        moments = [happening.event.at for happening in outgoing]
        assert moments == sorted(moments)
        assert all(self.world.now <= moment <= world.now for moment in moments)
        self.model.hear(outgoing)
        self.heard += outgoing
        self.world = world

    def let_pass(self, span: Millis, share: int = 50) -> None:
        """Time passes; it makes no difference whether at once or in two steps."""
        until, midway = self.world.now + span, self.world.now + span * share // 100
        at_once, all_of_it = self.world.pass_time(until)
        halfway, some = self.world.pass_time(midway)
        in_two, other = halfway.pass_time(until)

        assert some + other == all_of_it
        assert same(in_two, at_once)
        self.keep(at_once, all_of_it)
        self.played.append((None, until))

    def do(
        self, command: Command, after: Millis, objection: Callable[[], Problem | None]
    ) -> Answer:
        """Give a command; a refusal must be the one expected, and change nothing but the time."""
        earlier, heard = self.world, len(self.heard)
        self.let_pass(after)
        expected, passed = objection(), self.heard[heard:]
        done, answer, outgoing = self.world.obey(command, self.world.now)

        assert earlier.obey(command, self.world.now) == (done, answer, passed + outgoing)
        if expected or problem(answer) is not NO_RECORDED_DATA:  # the model knows no slices
            assert problem(answer) is expected
        if problem(answer) not in {None, NO_RECORDED_DATA, ALREADY_STARTED}:
            assert same(done, self.world)
            assert outgoing == ()
        self.keep(done, outgoing)
        self.played.append((command, self.world.now))
        return answer

    def call(self, command: Call, after: Millis, exiting: Problem = NO_WORKER) -> Answer:
        """Give a command that means a session."""
        sid = command.session.sid
        return self.do(
            command,
            after,
            lambda: self.model.objects_to_call(sid, self.world.now, exiting),
        )

    def teardown(self) -> None:
        """The same commands at the same moments: the same world, and the same happenings."""
        world, heard = self.origin, tuple[Outgoing, ...]()
        for command, at in self.played:
            if command is None:
                world, outgoing = world.pass_time(at)
            else:
                world, _, outgoing = world.obey(command, at)
            heard += of_tasks(outgoing)

        assert heard == self.heard
        assert world == self.world
