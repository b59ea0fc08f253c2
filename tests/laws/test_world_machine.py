"""A world is played at random, beside a small model of who lives and which ids are used up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from mockrec.domain.changes import Change, ExhaustCapacity, Felt, Mute, Publish, SuspendAccount
from mockrec.domain.channel import Medium, User
from mockrec.domain.commands import (
    Accepted,
    Acquire,
    Acquired,
    Awaiting,
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
from mockrec.domain.layout import Layout
from mockrec.domain.moments import DAY, MINUTE, Millis
from mockrec.domain.policy import Policy
from mockrec.domain.problems import (
    INVALID_OPERATION,
    NO_RECORDED_DATA,
    NO_WORKER_EXITING,
    UPLOAD_TIMEOUT,
)
from mockrec.domain.subscription import Selection
from mockrec.domain.task import Mode, Storage, Task
from tests.laws.strategies import (
    CHANGES,
    LAYOUTS,
    POLICIES,
    PUBLISHED,
    SELECTIONS,
    SPANS,
    STORAGES,
    UIDS,
    URLS,
    USERS,
    tasks,
)
from tests.laws.world_model import PlayedWorld, entries, problem

CNAMES = st.sampled_from(["room", "hall"])
RECORDERS = st.integers(90, 95)
AFTER = st.just(0) | st.just(0) | st.integers(0, 5_000)
"""How long a command comes after the one before; most often at once."""
KICKS = st.integers(1, 10).map(lambda one: one == 10)
"""Seldom a user comes who has the uid of a recorder."""

EXPIRIES = st.sampled_from([DAY, MINUTE])


class WorldMachine(PlayedWorld):
    """The commands of a world, in any order and at any moment."""

    resources = Bundle("resources")
    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Awaiting] = []

    @initialize(target=sessions, policy=POLICIES, order=tasks())
    def open(self, policy: Policy, order: Task) -> object:
        """A world with some policy, and a first recording in it."""
        self.begin(policy)
        return self.record("room", 90, DAY, order)

    # The steps.

    @rule(span=SPANS, share=st.integers(0, 100))
    def time_passes(self, span: Millis, share: int) -> None:
        self.let_pass(span, share)

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
    def acquire_and_start(self, cname: str, uid: int, expires: Millis, order: Task) -> object:
        return self.record(cname, uid, expires, order)

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
        self.call(Stop(session), 0, INVALID_OPERATION)
        self.call(Query(session), 0, NO_WORKER_EXITING)

    @precondition(lambda self: self.waiting)
    @rule()
    def a_stop_has_waited_enough(self) -> None:
        waited = self.waiting.pop()
        recording = self.world.recordings[waited.sid]

        answer = self.world.conclude(waited)

        in_time = waited.sid in self.model.gone and recording.history[-1].at <= waited.until
        if not in_time:
            assert problem(answer) is UPLOAD_TIMEOUT
        elif recording.presentable:
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

    @rule(cname=CNAMES, uid=UIDS, media=PUBLISHED, mutes=st.booleans(), after=AFTER)
    def mute_or_publish(
        self, cname: str, uid: int, media: frozenset[Medium], mutes: bool, after: Millis
    ) -> None:
        before = self.world.channel(cname).users.get(uid)

        answer = self.do((Mute if mutes else Publish)(cname, uid, media), after, _nothing)

        now = self.world.channel(cname).users.get(uid)
        if before is None or now is None:
            assert answer == Gone(was_there=False)
        else:
            assert answer == Present(now)
            sends = before.publishes - media if mutes else before.publishes | media
            assert now == replace(before, publishes=sends)

    @rule(cname=CNAMES, uid=UIDS, after=AFTER)
    def leave(self, cname: str, uid: int, after: Millis) -> None:
        was_there = uid in self.world.channel(cname).users

        answer = self.do(Leave(cname, uid), after, _nothing)

        # An audience has no uid so low, and goes with the last recording; users stay.
        assert answer == Gone(was_there)
        assert uid not in self.world.channel(cname).users

    @rule(change=CHANGES, after=AFTER)
    def something_befalls_it(self, change: Change, after: Millis) -> None:
        self.let_pass(after)
        heard = len(self.heard)

        answer = self.do(change, 0, _nothing)

        match change:
            case SuspendAccount(suspended):
                self.model.suspended = suspended
            case ExhaustCapacity(exhausted):
                self.model.exhausted = exhausted
            case _:
                pass
        assert isinstance(answer, Felt)
        assert set(answer.sids) == {each.task.sid for each in self.heard[heard:]}
        assert set(answer.sids) <= set(self.model.alive())

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
            due = recording.next_due
            assert due is None or (due, recording.task.number, sid) in noted

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


def _nothing() -> None:
    """No objection."""


TestWorld = WorldMachine.TestCase
TestWorld.settings = settings(max_examples=2 * settings().max_examples)
