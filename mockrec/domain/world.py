"""All of one App ID at one moment: resources, channels, recordings, and when each is due.

A world is a value. It obeys a command, lets time pass, and hears what the outside said; each gives
the next world and what happened on the way. A refusal is an answer, not an exception: the time that
passed before it has passed all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

import immutables

from mockrec.domain.advance import advance, begin, react
from mockrec.domain.audience import seat
from mockrec.domain.calendar import EMPTY, Calendar, add, first, rest
from mockrec.domain.channel import Channel
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
    Start,
    Stop,
    Stopped,
    Stopping,
    Update,
    UpdateLayout,
)
from mockrec.domain.decisions import check_media, live, refused, runs, startable
from mockrec.domain.ids import new_id, new_resource_id
from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.policy import Policy
from mockrec.domain.problems import (
    ALREADY_STARTED,
    BODY_CHECK,
    INVALID_OPERATION,
    NO_RECORDED_DATA,
    NO_WORKER,
    NO_WORKER_EXITING,
    OVERLOADED,
    UPLOAD_TIMEOUT,
    Problem,
    Refusal,
)
from mockrec.domain.signals import (
    ChangeHold,
    ChangeLayout,
    ChangeOutputs,
    ChangeStorage,
    ChangeSubscription,
    SawUsers,
    Signal,
    StartedAgain,
    StopRecording,
)
from mockrec.domain.subscription import subscription
from mockrec.domain.task import Mode
from mockrec.domain.transcoding import Transcoding, plan, proceed
from mockrec.domain.values import replace

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.recording import Recording
    from mockrec.domain.task import Task

KEPT_RESOURCES: Final = 20_000
"""How many resources a world remembers; an older one is as good as expired."""
KEPT_RECORDINGS: Final = 1_000
"""How many recordings that have exited a world remembers."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something that happened, with the task that it happened to."""

    task: Task
    event: Event


Outcome = tuple["World", Answer, tuple[Outgoing, ...]]
Passage = tuple["World", tuple[Outgoing, ...]]


@dataclass(frozen=True)
class World:
    """One App ID at one moment."""

    app_id: str
    seed: int
    now: Millis
    policy: Policy = Policy()
    resources: immutables.Map[str, Resource] = immutables.Map()
    issued: int = 0
    recordings: immutables.Map[str, Recording] = immutables.Map()
    started: int = 0
    live: int = 0
    active: immutables.Map[tuple[str, int], str] = immutables.Map()
    """The live recording of a channel under a uid; there can be but one."""
    exited: immutables.Map[int, str] = immutables.Map()
    """The sids of the recordings that have exited, by the order of their goodbyes."""
    goodbyes: int = 0
    jobs: immutables.Map[str, Transcoding] = immutables.Map()
    """What is still being made of recordings that have exited."""
    channels: immutables.Map[str, Channel] = immutables.Map()
    calendar: Calendar | None = EMPTY
    window: tuple[int, int] = (0, 0)
    """The second that the rate limit counts, and how many requests came in it."""

    @property
    def next_due(self) -> Millis | None:
        """When something may be due; never later than when something is."""
        return first(self.calendar)[0] if self.calendar else None

    def channel(self, cname: str) -> Channel:
        """The channel of this name, empty if nobody has been there."""
        return self.channels.get(cname) or Channel(cname)

    def admit(self, at: Millis) -> tuple[World, bool]:
        """Count a request; whether it is within the rate limit of its second."""
        if self.policy.qps is None:
            return self, True
        second = at // SECOND
        count = self.window[1] + 1 if self.window[0] == second else 1
        return replace(self, window=(second, count)), count <= self.policy.qps

    def obey(self, command: Command, at: Millis) -> Outcome:
        """Let time pass up to `at`, then do what was asked, or refuse."""
        world, before = self.pass_time(at)
        try:
            done, answer, after = world._do(command)
        except Refusal as refusal:
            return world, refused(world, command, refusal.problem, refusal.detail), before
        return done, answer, before + after

    def pass_time(self, until: Millis) -> Passage:
        """Everything due by `until` has happened, in the order of time."""
        world = self
        outgoing: list[Outgoing] = []
        while (calendar := world.calendar) and first(calendar)[0] <= until:
            due, _, sid = first(calendar)
            world = replace(world, calendar=rest(calendar))
            job = world.jobs.get(sid)
            if job is not None and job.due == due:
                world, events = world._proceeded(job)
                outgoing.extend(Outgoing(job.task, event) for event in events)
                continue
            recording = world.recordings.get(sid)
            if recording is None or recording.next_due != due:
                continue
            recording, events = advance(recording, due)
            world = world._with(recording, rescheduled=True)
            outgoing.extend(Outgoing(recording.task, event) for event in events)
        return replace(world, now=max(until, world.now)), tuple(outgoing)

    def conclude(self, waited: Awaiting) -> Answer:
        """What a stop that waited is answered, now that it has waited."""
        recording = self.recordings.get(waited.sid)
        if recording is None:
            return Refused(NO_WORKER, "the recording has exited and is forgotten", sid=waited.sid)
        if not recording.exited:
            return _of(recording, UPLOAD_TIMEOUT, "the uploads take longer than a stop waits")
        if not recording.recorded:
            return _of(recording, NO_RECORDED_DATA, "nobody sent a stream")
        return Stopped(recording)

    def _do(self, command: Command) -> Outcome:
        match command:
            case Acquire():
                return self._acquire(command)
            case Start():
                return self._start(command)
            case Query(session):
                return self, Queried(live(self, session, exiting=NO_WORKER_EXITING)), ()
            case Update(session):
                return self._update(live(self, session, exiting=NO_WORKER), command)
            case UpdateLayout(session, layout):
                recording = live(self, session, exiting=NO_WORKER)
                return self._changed(recording, [ChangeLayout(layout)])
            case Stop(session, asynchronous):
                recording = live(self, session, exiting=INVALID_OPERATION)
                return self._stop(recording, asynchronous=asynchronous)
            case Join(cname, user):
                channel, present = self.channel(cname).with_user(user, self.now)
                world, outgoing = self._populated(replace(channel, by_hand=True))
                return world, Present(present), outgoing
            case Leave(cname, uid):
                channel = self.channel(cname)
                there = uid in channel.users
                left = channel.without(uid) if there else channel
                world, outgoing = self._populated(replace(left, by_hand=True))
                return world, Gone(there), outgoing
        assert_never(command)

    def _acquire(self, command: Acquire) -> Outcome:
        if self.policy.pcw is not None and self.live >= self.policy.pcw:
            raise Refusal(OVERLOADED, f"{self.live} recordings are live, the limit is reached")
        number = self.issued
        resource = Resource(
            id=new_resource_id(self.seed, self.app_id, number),
            number=number,
            cname=command.cname,
            uid=command.uid,
            acquired=self.now,
            scene=command.scene,
            expires=command.expires,
            start_parameter=command.start_parameter,
        )
        kept = self.resources.set(resource.id, resource)
        forgotten = (
            new_resource_id(self.seed, self.app_id, number - KEPT_RESOURCES)
            if (number >= KEPT_RESOURCES)
            else ""
        )
        if forgotten in kept and not runs(self, kept[forgotten]):
            kept = kept.delete(forgotten)
        return replace(self, resources=kept, issued=number + 1), Acquired(resource), ()

    def _start(self, command: Start) -> Outcome:
        resource = startable(self, command)
        if resource is None:
            recording = self.recordings[self.resources[command.resource_id].sid or ""]
            world, outgoing = self._tell(recording, [StartedAgain()])
            return (
                world,
                refused(self, command, ALREADY_STARTED, "this resource runs already"),
                outgoing,
            )
        task = replace(
            command.order,
            app_id=self.app_id,
            sid=new_id(self.seed, "sid", self.app_id, self.started),
            number=self.started,
            started=self.now,
            timing=self.policy.timing,
            scene=resource.scene,
            expires=resource.expires,
        )
        channel = self._attended(task)
        recording, events = begin(task, channel.users)
        channel = replace(channel, recordings=channel.recordings | {task.sid})
        world = replace(
            self,
            resources=self.resources.set(resource.id, replace(resource, sid=task.sid)),
            started=self.started + 1,
            live=self.live + 1,
            active=self.active.set((task.cname, task.uid), task.sid),
            channels=self.channels.set(task.cname, channel),
        )._with(recording, rescheduled=True)
        return world, Accepted(task), tuple(Outgoing(task, event) for event in events)

    def _attended(self, task: Task) -> Channel:
        """The channel of a task, with an audience where nobody has seen to it."""
        channel = self.channel(task.cname)
        size = self.policy.audience
        if channel.by_hand or channel.users or task.mode is Mode.WEB or not size:
            return channel
        return seat(channel, task, self.seed, size, self.now)

    def _update(self, recording: Recording, command: Update) -> Outcome:
        signals: list[Signal] = []
        task = recording.task
        if command.audio is not None or command.video is not None:
            wanted = subscription(command.audio, command.video, media=task.media)
            check_media(task, command)
            signals.append(ChangeSubscription(wanted))
        if command.outputs is not None:
            if task.outputs is None:
                raise Refusal(BODY_CHECK, "the recording was started without rtmp_publish_service")
            signals.append(ChangeOutputs(command.outputs))
        if command.on_hold is not None:
            signals.append(ChangeHold(command.on_hold))
        if command.storage is not None:
            signals.append(ChangeStorage(command.storage))
        return self._changed(recording, signals)

    def _changed(self, recording: Recording, signals: list[Signal]) -> Outcome:
        world, outgoing = self._tell(recording, signals)
        return world, Accepted(recording.task), outgoing

    def _stop(self, recording: Recording, *, asynchronous: bool) -> Outcome:
        world, outgoing = self._tell(recording, [StopRecording()])
        recording = world.recordings[recording.task.sid]
        if not asynchronous:
            limit = self.now + self.policy.timing.stop_limit
            return world, Awaiting(recording.task.sid, limit), outgoing
        if not recording.recorded:
            return world, _of(recording, NO_RECORDED_DATA, "nobody sent a stream"), outgoing
        return world, Stopping(recording), outgoing

    def _populated(self, channel: Channel) -> Passage:
        """The channel as it is now; its recordings see it."""
        world: World = replace(self, channels=self.channels.set(channel.cname, channel))
        outgoing: list[Outgoing] = []
        for sid in sorted(channel.recordings):
            recording = world.recordings[sid]
            if recording.task.mode is Mode.WEB:
                continue
            world, events = world._tell(recording, [SawUsers(channel.users)])
            outgoing.extend(events)
        return world, tuple(outgoing)

    def _tell(self, recording: Recording, signals: list[Signal]) -> Passage:
        outgoing: list[Outgoing] = []
        for signal in signals:
            recording, events = react(recording, signal, self.now)
            outgoing.extend(Outgoing(recording.task, event) for event in events)
        return self._with(recording), tuple(outgoing)

    def _with(self, recording: Recording, *, rescheduled: bool = False) -> World:
        """The world with the recording as it is now, and an entry for when it is next due."""
        sid = recording.task.sid
        known = self.recordings.get(sid)
        world: World = replace(self, recordings=self.recordings.set(sid, recording))
        if recording.exited:
            world, job = world._without_worker(recording), plan(recording)
            return world if job is None else world._employed(job)
        due = recording.next_due
        if due is not None and (rescheduled or known is None or known.next_due != due):
            entry = (due, recording.task.number, sid)
            world = replace(world, calendar=add(world.calendar, entry))
        return world

    def _proceeded(self, job: Transcoding) -> tuple[World, tuple[Event, ...]]:
        following, events = proceed(job)
        sid = job.task.sid
        if following is None:
            return replace(self, jobs=self.jobs.delete(sid)), events
        return self._employed(following), events

    def _employed(self, job: Transcoding) -> World:
        """The world with a job, and an entry for its next step."""
        entry = (job.due, job.task.number, job.task.sid)
        jobs = self.jobs.set(job.task.sid, job)
        return replace(self, jobs=jobs, calendar=add(self.calendar, entry))

    def _without_worker(self, recording: Recording) -> World:
        """The recording has exited: its uid is free, and the oldest of its kind is forgotten."""
        task = recording.task
        channel = self.channel(task.cname)
        channel = replace(channel, recordings=channel.recordings - {task.sid})
        forsaken = not channel.recordings and not channel.by_hand
        recordings, exited = self.recordings, self.exited.set(self.goodbyes, task.sid)
        oldest = self.goodbyes - KEPT_RECORDINGS
        if oldest in exited:
            recordings, exited = recordings.delete(exited[oldest]), exited.delete(oldest)
        return replace(
            self,
            recordings=recordings,
            exited=exited,
            goodbyes=self.goodbyes + 1,
            live=self.live - 1,
            active=self.active.delete((task.cname, task.uid)),
            channels=self.channels.delete(task.cname)
            if forsaken
            else self.channels.set(task.cname, channel),
        )


def _of(recording: Recording, problem: Problem, detail: str) -> Refused:
    task = recording.task
    return Refused(problem, detail, task.cname, task.uid, task.resource_id, task.sid)
