"""All of one App ID at one moment: resources, channels, recordings, and when each is due.

A world is a value. It obeys a command, lets time pass, and hears what the outside said; each gives
the next world and what happened on the way. A refusal is an answer, not an exception: the time that
passed before it has passed all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import immutables

from mockrec.domain.advance import advance, react
from mockrec.domain.calendar import EMPTY, Calendar, add, first, rest
from mockrec.domain.channel import Channel
from mockrec.domain.commands import Answer, Awaiting, Command, Refused, Resource, Stopped
from mockrec.domain.conditions import FAIR, Conditions
from mockrec.domain.decisions import no_data, refused, runs, too_slow
from mockrec.domain.deeds import do
from mockrec.domain.delivery import (
    Bucketed,
    Delivery,
    Echo,
    Heard,
)
from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.notices import Notice
from mockrec.domain.outgoing import Happening, Outgoing
from mockrec.domain.policy import Policy
from mockrec.domain.posting import heard, owe, post
from mockrec.domain.problems import NO_WORKER, Refusal
from mockrec.domain.restoring import Restoring, answered
from mockrec.domain.restoring import plan as plan_restoring
from mockrec.domain.restoring import proceed as restore
from mockrec.domain.signals import BucketAnswered, SawUsers, Signal
from mockrec.domain.staging import dealt, heed, play, witness
from mockrec.domain.task import Mode
from mockrec.domain.transcoding import Transcoding
from mockrec.domain.transcoding import plan as plan_transcoding
from mockrec.domain.transcoding import proceed as transcode
from mockrec.domain.values import dataclass, replace

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.recording import Recording
    from mockrec.domain.script import Script
    from mockrec.domain.task import Task

KEPT_RESOURCES: Final = 12_000
"""How many resources a world remembers; an older one is as good as expired."""
KEPT_RECORDINGS: Final = 1_000
"""How many recordings that have exited a world remembers."""


Job = Transcoding | Restoring
Outcome = tuple["World", Answer, tuple[Happening, ...]]
Passage = tuple["World", tuple[Happening, ...]]

_SCRIPT: Final = "script"
_FIRST: Final = -1
"""What a scenario does comes before all else that is due in the same moment."""


@dataclass(frozen=True)
class World:
    """One App ID at one moment."""

    app_id: str
    seed: int
    now: Millis
    policy: Policy = Policy()
    resources: immutables.Map[str, Resource] = immutables.Map()
    issued: int = 0
    issues: immutables.Map[int, str] = immutables.Map()
    """The ids of the newest resources, by their numbers."""
    recordings: immutables.Map[str, Recording] = immutables.Map()
    started: int = 0
    live: int = 0
    active: immutables.Map[tuple[str, int], str] = immutables.Map()
    """The live recording of a channel under a uid; there can be but one."""
    exited: immutables.Map[int, str] = immutables.Map()
    """The sids of the recordings that have exited, by the order of their goodbyes."""
    goodbyes: int = 0
    jobs: immutables.Map[str, Job] = immutables.Map()
    """What is still being made of recordings that have exited."""
    channels: immutables.Map[str, Channel] = immutables.Map()
    conditions: Conditions = FAIR
    outbox: immutables.Map[str, Delivery] = immutables.Map()
    """The notifications that the receiver has not taken yet, by their ids."""
    notices: int = 0
    calendar: Calendar | None = EMPTY
    window: tuple[int, int] = (0, 0)
    """The second that the rate limit counts, and how many requests came in it."""
    script: Script | None = None
    """The scenario that is played here."""

    @property
    def next_due(self) -> Millis | None:
        """When something may be due; never later than when something is."""
        return first(self.calendar)[0] if self.calendar else None

    def overdue(self, at: Millis) -> bool:
        """Whether anything is due by this moment."""
        due = self.next_due
        return due is not None and due <= at

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
            done, answer, after = do(world, command)
        except Refusal as refusal:
            return world, refused(world, command, refusal.problem, refusal.detail), before
        if done.script is not None and done.overdue(at):  # what counts from the deed itself
            done, following = done.pass_time(at)
            after += following
        return done, answer, before + after

    def pass_time(self, until: Millis) -> Passage:
        """Everything due by `until` has happened, in the order of time."""
        world = self
        outgoing: list[Happening] = []
        while (calendar := world.calendar) and first(calendar)[0] <= until:
            due, _, key = first(calendar)
            world = replace(world, calendar=rest(calendar), now=max(due, world.now))
            world, happened = world._reached(due, key)
            outgoing.extend(happened)
        if world.now < until:
            world = replace(world, now=until)
        return world, tuple(outgoing)

    def hear(self, echo: Echo, at: Millis) -> Passage:
        """What the outside said to what was tried: a receiver, or a bucket."""
        world, before = self.pass_time(at)
        if isinstance(echo, Heard):
            world, after = heard(world, echo)
        else:
            world, after = world._bucketed(echo)
        return world, before + after

    def _bucketed(self, echo: Bucketed) -> Passage:
        """A file has arrived or not; a job goes on or is over."""
        recording, job = self.recordings.get(echo.key), self.jobs.get(echo.key)
        if recording is not None:
            answer = BucketAnswered(echo.number, echo.verdict, echo.reason)
            return self.told(recording, [answer])
        if not isinstance(job, Restoring) or job.attempt != echo.number:
            return self, ()
        return self._continued(job, *answered(job, echo.verdict, self.now))

    def conclude(self, waited: Awaiting) -> Answer:
        """What a stop that waited is answered, now that it has waited."""
        recording = self.recordings.get(waited.sid)
        if recording is None:
            return Refused(NO_WORKER, "the recording has exited and is forgotten", sid=waited.sid)
        if not recording.exited or recording.history[-1].at > waited.until:
            return too_slow(recording)
        return Stopped(recording) if recording.presentable else no_data(recording)

    def report(self, task: Task, events: Iterable[Event]) -> Passage:
        """What happened to a task, and the notifications that are owed for it."""
        world = self
        outgoing: list[Happening] = []
        for event in events:
            outgoing.append(Outgoing(task, event))
            if world.script is not None:
                world = world.with_script(heed(world.script, task, event))
            if isinstance(event, Notice) and (world.policy.callback or world.script):
                world, posted = owe(world, task, event)
                outgoing.extend(posted)
        return world, tuple(outgoing)

    def told(self, recording: Recording, signals: Iterable[Signal]) -> Passage:
        """The recording has heard these signals."""
        events: list[Event] = []
        recording = dealt(self.script, recording)
        for signal in signals:
            recording, said = react(recording, signal, self.now)
            events.extend(said)
        return self._with(recording).report(recording.task, events)

    def populated(self, channel: Channel) -> Passage:
        """The channel as it is now; its recordings see it."""
        world: World = replace(self, channels=self.channels.set(channel.cname, channel))
        outgoing: list[Happening] = []
        for sid in sorted(channel.recordings):
            recording = world.recordings[sid]
            if recording.task.mode is not Mode.WEB:
                world, happened = world.told(recording, [SawUsers(channel.users)])
                outgoing.extend(happened)
        return world, tuple(outgoing)

    def with_resource(self, resource: Resource) -> World:
        """With a new resource, at the price of the oldest that no live recording holds."""
        number = resource.number
        kept = self.resources.set(resource.id, resource)
        issues = self.issues.set(number, resource.id)
        if number >= KEPT_RESOURCES:
            oldest = issues[number - KEPT_RESOURCES]
            issues = issues.delete(number - KEPT_RESOURCES)
            if not runs(self, kept[oldest]):
                kept = kept.delete(oldest)
        issued: World = replace(self, resources=kept, issues=issues, issued=number + 1)
        script = issued.script
        return issued.with_script(script.anchored("acquired", issued.now)) if script else issued

    def with_start(self, resource: Resource, channel: Channel, recording: Recording) -> World:
        """With a recording that begins, on the resource that it uses up."""
        task = recording.task
        listened = replace(channel, recordings=channel.recordings | {task.sid})
        begun: World = replace(
            self,
            resources=self.resources.set(resource.id, replace(resource, sid=task.sid)),
            started=self.started + 1,
            live=self.live + 1,
            active=self.active.set((task.cname, task.uid), task.sid),
            channels=self.channels.set(task.cname, listened),
        )
        return begun._with(recording)

    def with_script(self, script: Script) -> World:
        """With the scenario as it is now, and an entry for its next cue."""
        if script is self.script:
            return self
        due, known = script.next_due, self.script.next_due if self.script else None
        world: World = replace(self, script=script)
        if due is None or due == known:
            return world
        return replace(world, calendar=add(world.calendar, (due, _FIRST, _SCRIPT)))

    def _reached(self, due: Millis, key: str) -> Passage:
        """What an entry of the calendar stands for, if it still holds."""
        if key == _SCRIPT:
            return play(self, due)
        recording, job = self.recordings.get(key), self.jobs.get(key)
        if job is not None and job.due == due:
            if isinstance(job, Transcoding):
                return self._continued(job, *transcode(job, self.conditions))
            return self._continued(job, *restore(job, self.conditions))
        if recording is not None and recording.next_due == due:
            moved, events = advance(dealt(self.script, recording), due)
            return self._with(moved).report(moved.task, events)
        delivery = self.outbox.get(key)
        return post(self, delivery) if delivery and not delivery.asked else (self, ())

    def _with(self, recording: Recording) -> World:
        """The world with the recording as it is now, and an entry for when it is next due."""
        sid, due, calendar = recording.task.sid, recording.next_due, self.calendar
        known = self.recordings.get(sid)
        if due is not None and (known is None or known.next_due != due):
            calendar = add(calendar, (due, recording.task.number, sid))
        recordings = self.recordings.set(sid, recording)
        world: World = replace(self, recordings=recordings, calendar=calendar)
        if world.script is not None:
            world = world.with_script(witness(world.script, recording))
        if recording.exited and not (known is not None and known.exited):
            world = world._without_worker(recording)
            for job in (plan_transcoding(recording), plan_restoring(recording)):
                world = world if job is None else world._employed(job)
        return world

    def _continued(self, job: Job, following: Job | None, events: tuple[Event, ...]) -> Passage:
        """After a step of a job."""
        without: World = replace(self, jobs=self.jobs.delete(job.key))
        world = without if following is None else without._employed(following)
        return world.report(job.task, events)

    def _employed(self, job: Job) -> World:
        """The world with a job, and an entry for its next step."""
        entry = (job.due, job.task.number, job.key)
        jobs = self.jobs.set(job.key, job)
        return replace(self, jobs=jobs, calendar=add(self.calendar, entry))

    def _without_worker(self, recording: Recording) -> World:
        """The recording has exited: its uid is free, and the oldest of its kind is forgotten."""
        task = recording.task
        channel = self.channel(task.cname)
        channel = replace(channel, recordings=channel.recordings - {task.sid})
        forsaken = not channel.recordings and not channel.by_hand
        resources, resource = self.resources, self.resources.get(task.resource_id)
        if resource is not None and resource.number < self.issued - KEPT_RESOURCES:
            resources = resources.delete(resource.id)
        recordings, exited = self.recordings, self.exited.set(self.goodbyes, task.sid)
        oldest = self.goodbyes - KEPT_RECORDINGS
        if oldest in exited:
            recordings, exited = recordings.delete(exited[oldest]), exited.delete(oldest)
        return replace(
            self,
            resources=resources,
            recordings=recordings,
            exited=exited,
            goodbyes=self.goodbyes + 1,
            live=self.live - 1,
            active=self.active.delete((task.cname, task.uid)),
            channels=self.channels.delete(task.cname)
            if forsaken
            else self.channels.set(task.cname, channel),
        )
