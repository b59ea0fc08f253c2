"""A world is played at random, beside a small model of who lives and which ids are used up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from mockrec.domain.calendar import Calendar, Entry
from mockrec.domain.channel import User
from mockrec.domain.commands import (
    Accepted,
    Acquire,
    Acquired,
    Answer,
    Awaiting,
    Command,
    Gone,
    Join,
    Leave,
    Present,
    Queried,
    Query,
    Refused,
    Resource,
    Session,
    Start,
    Stop,
    Stopped,
    Stopping,
    Update,
    UpdateLayout,
)
from mockrec.domain.events import SessionExited, StatusChanged
from mockrec.domain.layout import Layout
from mockrec.domain.moments import Millis
from mockrec.domain.policy import Policy
from mockrec.domain.problems import (
    ALREADY_STARTED,
    INVALID_OPERATION,
    NO_RECORDED_DATA,
    NO_SERVICE_SELECTED,
    NO_WORKER,
    NO_WORKER_EXITING,
    OVERLOADED,
    RESOURCE_EXPIRED,
    TASK_CONFLICT,
    UPLOAD_TIMEOUT,
    Problem,
)
from mockrec.domain.recording import Status
from mockrec.domain.subscription import Selection
from mockrec.domain.task import Mode, Storage, Task
from mockrec.domain.world import Outgoing, World
from tests.laws.strategies import (
    APP_ID,
    EPOCH,
    LAYOUTS,
    POLICIES,
    SELECTIONS,
    SPANS,
    STORAGES,
    UIDS,
    URLS,
    USERS,
    tasks,
)

CNAMES = st.sampled_from(["room", "hall"])
RECORDERS = st.integers(90, 95)
AFTER = st.just(0) | st.just(0) | st.integers(0, 5_000)
"""How long a command comes after the one before; most often at once."""
KICKS = st.integers(1, 10).map(lambda one: one == 10)
"""Seldom a user comes who has the uid of a recorder."""

Call = Query | Update | UpdateLayout | Stop
EXPIRIES = st.sampled_from([72 * 3_600_000, 60_000])


@dataclass
class Model:
    """Which recording each resource was used up for, and how far each recording is."""

    acquired: set[str] = field(default_factory=set)
    used: dict[str, str] = field(default_factory=dict)
    """The sid, by resource id."""
    tasks: dict[str, Task] = field(default_factory=dict)
    ending: set[str] = field(default_factory=set)
    gone: list[str] = field(default_factory=list)
    """In the order of their goodbyes."""

    def alive(self) -> dict[str, Task]:
        """The tasks that have not exited, by sid."""
        return {sid: task for sid, task in self.tasks.items() if sid not in self.gone}

    def hear(self, outgoing: Iterable[Outgoing]) -> None:
        """Learn from what happened whose end has begun and who has exited."""
        for happening in outgoing:
            match happening.event:
                case StatusChanged(status=Status.STOP_REQUESTED):
                    self.ending.add(happening.task.sid)
                case SessionExited():
                    self.gone.append(happening.task.sid)
                case _:
                    pass

    def objects_to_acquire(self, policy: Policy) -> Problem | None:
        """Why nothing can be acquired, if so."""
        full = policy.pcw is not None and len(self.alive()) >= policy.pcw
        return OVERLOADED if full else None

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
        return None

    def objects_to_call(self, sid: str, now: Millis, exiting: Problem) -> Problem | None:
        """Why no call reaches this recording, if so."""
        task = self.tasks[sid]
        if sid in self.gone or now - task.started > task.expires:
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


class WorldMachine(RuleBasedStateMachine):
    """The commands of a world, in any order and at any moment."""

    resources = Bundle("resources")
    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.origin = self.world = World(APP_ID, 0, EPOCH)
        self.model = Model()
        self.waiting: list[Awaiting] = []
        self.played: list[tuple[Command | None, Millis]] = []
        self.heard: tuple[Outgoing, ...] = ()

    @initialize(policy=POLICIES)
    def settle_the_policy(self, policy: Policy) -> None:
        self.origin = self.world = World(APP_ID, 0, EPOCH, policy)

    # What every step goes through.

    def keep(self, world: World, outgoing: tuple[Outgoing, ...]) -> None:
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

    def do(
        self, command: Command, after: Millis, objection: Callable[[], Problem | None]
    ) -> Answer:
        """Give a command; a refusal must be the one expected, and change nothing but the time."""
        earlier, heard = self.world, len(self.heard)
        self.let_pass(after)
        expected, passed = objection(), self.heard[heard:]
        done, answer, outgoing = self.world.obey(command, self.world.now)

        assert earlier.obey(command, self.world.now) == (done, answer, passed + outgoing)
        if problem(answer) is not NO_RECORDED_DATA:  # known only when the last slice is cut
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

    # The steps.

    @rule(span=SPANS, share=st.integers(0, 100))
    def time_passes(self, span: Millis, share: int) -> None:
        self.let_pass(span, share)
        self.played.append((None, self.world.now))

    @rule(
        target=resources,
        cname=CNAMES,
        uid=RECORDERS,
        scene=st.integers(0, 2),
        expires=EXPIRIES,
        after=AFTER,
    )
    def acquire(self, cname: str, uid: int, scene: int, expires: Millis, after: Millis) -> object:
        return self.acquired(Acquire(cname, uid, scene, expires), after) or multiple()

    def acquired(self, command: Acquire, after: Millis) -> Resource | None:
        answer = self.do(command, after, lambda: self.model.objects_to_acquire(self.world.policy))
        if not isinstance(answer, Acquired):
            return None
        assert answer.resource.id not in self.model.acquired
        self.model.acquired.add(answer.resource.id)
        return answer.resource

    @rule(target=sessions, resource=resources, order=tasks(), after=AFTER)
    def start(self, resource: Resource, order: Task, after: Millis) -> object:
        return self.started(resource, order, after) or multiple()

    @rule(target=sessions, cname=CNAMES, uid=RECORDERS, expires=EXPIRIES, order=tasks())
    def record(self, cname: str, uid: int, expires: Millis, order: Task) -> object:
        resource = self.acquired(Acquire(cname, uid, order.scene, expires), 0)
        return (resource and self.started(resource, order, 0)) or multiple()

    def started(self, resource: Resource, order: Task, after: Millis) -> Session | None:
        named = replace(order, resource_id=resource.id, cname=resource.cname, uid=resource.uid)
        answer = self.do(
            Start(resource.id, named),
            after,
            lambda: self.model.objects_to_start(
                resource, order.mode, self.world.policy, self.world.now
            ),
        )
        if not isinstance(answer, Accepted):
            return None
        task = answer.task
        assert task.sid not in self.model.tasks
        self.model.tasks[task.sid] = task
        self.model.used[resource.id] = task.sid
        return Session(task.resource_id, task.sid, task.mode, task.cname, task.uid)

    @rule(session=sessions, after=AFTER)
    def query(self, session: Session, after: Millis) -> None:
        anonymous = replace(session, cname=None, uid=None)

        answer = self.call(Query(anonymous), after, NO_WORKER_EXITING)

        if isinstance(answer, Queried):
            assert answer.recording == self.world.recordings[session.sid]
        assert self.world.obey(Query(session), self.world.now)[0] == self.world

    @rule(session=sessions, audio=SELECTIONS, video=SELECTIONS, after=AFTER)
    def update_subscription(
        self, session: Session, audio: Selection, video: Selection, after: Millis
    ) -> None:
        media = self.model.tasks[session.sid].media
        if session.mode is not Mode.WEB and len(media) == 2:
            self.call(Update(session, audio, video), after)

    @rule(session=sessions, on_hold=st.booleans(), urls=URLS, after=AFTER)
    def update_page(
        self, session: Session, on_hold: bool, urls: tuple[str, ...], after: Millis
    ) -> None:
        task = self.model.tasks[session.sid]
        if session.mode is Mode.WEB:
            outputs = urls if task.outputs is not None else None
            self.call(Update(session, on_hold=on_hold, outputs=outputs), after)

    @rule(session=sessions, storage=STORAGES, after=AFTER)
    def update_storage(self, session: Session, storage: Storage, after: Millis) -> None:
        answer = self.call(Update(session, storage=storage), after)

        if isinstance(answer, Accepted):
            assert self.world.recordings[session.sid].storage == storage

    @rule(session=sessions, layout=LAYOUTS, after=AFTER)
    def update_layout(self, session: Session, layout: Layout, after: Millis) -> None:
        answer = self.call(UpdateLayout(session, layout), after)

        if isinstance(answer, Accepted):
            assert self.world.recordings[session.sid].layout == layout

    @rule(session=sessions, asynchronous=st.booleans(), after=AFTER)
    def stop(self, session: Session, asynchronous: bool, after: Millis) -> None:
        answer = self.call(Stop(session, asynchronous), after, INVALID_OPERATION)

        recording = self.world.recordings[session.sid]
        match answer:
            case Awaiting(sid, until):
                assert not asynchronous
                assert sid == session.sid
                assert until == self.world.now + self.world.policy.timing.stop_limit
                self.waiting.append(answer)
            case Stopping(ending):
                assert asynchronous
                assert ending == recording
                assert recording.recorded
            case _:
                assert problem(answer) is not NO_RECORDED_DATA or not recording.recorded
        assert recording.ending is not None or isinstance(answer, Refused)

    @precondition(lambda self: self.waiting)
    @rule()
    def a_stop_has_waited_enough(self) -> None:
        waited = self.waiting.pop()
        recording = self.world.recordings[waited.sid]

        answer = self.world.conclude(waited)

        if waited.sid not in self.model.gone:
            assert problem(answer) is UPLOAD_TIMEOUT
        elif recording.recorded:
            assert answer == Stopped(recording)
        else:
            assert problem(answer) is NO_RECORDED_DATA

    @rule(cname=CNAMES, user=USERS, kicks=KICKS, after=AFTER)
    def join(self, cname: str, user: User, kicks: bool, after: Millis) -> None:
        coming = replace(user, uid=90) if kicks else user

        answer = self.do(Join(cname, coming), after, _nothing)

        assert isinstance(answer, Present)
        assert answer.user == self.world.channel(cname).users[coming.uid]
        assert replace(answer.user, joined=0, order=0) == coming

    @rule(cname=CNAMES, uid=UIDS, after=AFTER)
    def leave(self, cname: str, uid: int, after: Millis) -> None:
        was_there = uid in self.world.channel(cname).users

        answer = self.do(Leave(cname, uid), after, _nothing)

        # An audience has no uid so low, and goes with the last recording; users stay.
        assert answer == Gone(was_there)
        assert uid not in self.world.channel(cname).users

    # What holds after every step.

    @invariant()
    def it_counts_its_live_recordings(self) -> None:
        alive = self.model.alive()
        found = {sid for sid, each in self.world.recordings.items() if not each.exited}

        assert found == set(alive)
        assert self.world.live == len(self.world.active) == len(alive)
        assert dict(self.world.active) == {
            (task.cname, task.uid): sid for sid, task in alive.items()
        }

    @invariant()
    def it_remembers_who_has_exited_in_order(self) -> None:
        assert [sid for _, sid in sorted(self.world.exited.items())] == self.model.gone
        assert self.world.goodbyes == len(self.model.gone)
        assert set(self.world.recordings) == set(self.model.tasks)

    @invariant()
    def it_knows_which_resources_are_used_up(self) -> None:
        used = {each.id: each.sid for each in self.world.resources.values() if each.sid}

        assert used == self.model.used
        assert set(self.world.resources) == self.model.acquired

    @invariant()
    def every_live_recording_stands_in_the_calendar(self) -> None:
        noted = set(entries(self.world.calendar))
        for sid in self.model.alive():
            recording = self.world.recordings[sid]
            assert (recording.next_due, recording.task.number, sid) in noted

    @invariant()
    def nothing_in_the_calendar_is_overdue(self) -> None:
        due = self.world.next_due

        assert due is None or due >= self.world.now
        assert due == min((entry[0] for entry in entries(self.world.calendar)), default=None)

    @invariant()
    def every_channel_lists_exactly_its_live_recordings(self) -> None:
        listening = defaultdict(set)
        for sid, task in self.model.alive().items():
            listening[task.cname].add(sid)

        listed = {
            cname: set(channel.recordings)
            for cname, channel in self.world.channels.items()
            if channel.recordings
        }
        assert listed == listening
        assert all(
            channel.recordings or channel.by_hand for channel in self.world.channels.values()
        )

    @invariant()
    def every_live_recording_of_a_channel_sees_who_is_there(self) -> None:
        for sid, task in self.model.alive().items():
            if task.mode is not Mode.WEB:
                assert self.world.recordings[sid].users == self.world.channel(task.cname).users

    def teardown(self) -> None:
        """The same commands at the same moments: the same world, and the same happenings."""
        world, heard = self.origin, tuple[Outgoing, ...]()
        for command, at in self.played:
            if command is None:
                world, outgoing = world.pass_time(at)
            else:
                world, _, outgoing = world.obey(command, at)
            heard += outgoing

        assert heard == self.heard
        assert world == self.world


def _nothing() -> None:
    """No objection."""


TestWorld = WorldMachine.TestCase
