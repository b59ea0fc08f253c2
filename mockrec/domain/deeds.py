"""What each command does to a world, once it may be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.advance import begin
from mockrec.domain.audience import dismiss, seat
from mockrec.domain.commands import (
    Accepted,
    Acquire,
    Acquired,
    Awaiting,
    Command,
    Gone,
    Join,
    Leave,
    Present,
    Queried,
    Query,
    Resource,
    Start,
    Stop,
    Stopping,
    Update,
    UpdateLayout,
)
from mockrec.domain.decisions import (
    check_media,
    check_room,
    fingerprint,
    live,
    no_data,
    refused,
    runs,
    startable,
)
from mockrec.domain.ids import new_id, new_resource_id
from mockrec.domain.ordeals import undergo
from mockrec.domain.problems import (
    ALREADY_STARTED,
    BODY_CHECK,
    INVALID_OPERATION,
    NO_CAPACITY,
    NO_WORKER,
    NO_WORKER_EXITING,
    OVERLOADED,
    Refusal,
)
from mockrec.domain.signals import (
    ChangeHold,
    ChangeLayout,
    ChangeOutputs,
    ChangeStorage,
    ChangeSubscription,
    Signal,
    StartedAgain,
    StopRecording,
)
from mockrec.domain.subscription import subscription
from mockrec.domain.task import Mode
from mockrec.domain.values import replace

if TYPE_CHECKING:
    from mockrec.domain.channel import Channel
    from mockrec.domain.recording import Recording
    from mockrec.domain.task import Task
    from mockrec.domain.world import Outcome, World


def do(world: World, command: Command) -> Outcome:
    """Do what was asked; raises `Refusal`, and then nothing has been done."""
    match command:
        case Acquire():
            return _acquire(world, command)
        case Start():
            return _start(world, command)
        case Query(session):
            return world, Queried(live(world, session, exiting=NO_WORKER_EXITING)), ()
        case Update(session):
            return _update(world, live(world, session, exiting=NO_WORKER), command)
        case UpdateLayout(session, layout):
            recording = live(world, session, exiting=NO_WORKER)
            return _changed(world, recording, [ChangeLayout(layout)])
        case Stop(session, asynchronous):
            recording = live(world, session, exiting=INVALID_OPERATION)
            return _stop(world, recording, asynchronous=asynchronous)
        case Join():
            return _join(world, command)
        case Leave(cname, uid):
            channel = world.channel(cname)
            left, outgoing = world.populated(replace(channel.without(uid), by_hand=True))
            return left, Gone(uid in channel.users), outgoing
    return undergo(world, command)


def _join(world: World, command: Join) -> Outcome:
    """A user joins, or changes; an audience goes before him, in the same moment."""
    channel = world.channel(command.cname)
    left = dismiss(channel, command.user.uid)
    world, before = world.populated(left) if left is not channel else (world, ())
    joined, present = left.with_user(command.user, world.now)
    world, after = world.populated(replace(joined, by_hand=True))
    return world, Present(present), before + after


def _acquire(world: World, command: Acquire) -> Outcome:
    check_room(world, exhausted=NO_CAPACITY)
    if world.policy.pcw is not None and world.live >= world.policy.pcw:
        raise Refusal(OVERLOADED, f"{world.live} recordings are live, the limit is reached")
    resource = Resource(
        id=new_resource_id(world.seed, world.app_id, world.issued),
        number=world.issued,
        cname=command.cname,
        uid=command.uid,
        acquired=world.now,
        scene=command.scene,
        expires=command.expires,
        announced=fingerprint(command.start_parameter),
    )
    return world.with_resource(resource), Acquired(resource), ()


def _start(world: World, command: Start) -> Outcome:
    resource = startable(world, command)
    if runs(world, resource):
        recording = world.recordings[resource.sid or ""]
        told, outgoing = world.told(recording, [StartedAgain()])
        answer = refused(world, command, ALREADY_STARTED, "this resource runs already")
        return told, answer, outgoing
    task = replace(
        command.order,
        app_id=world.app_id,
        sid=new_id(world.seed, "sid", world.app_id, world.started),
        number=world.started,
        started=world.now,
        timing=world.policy.timing,
        external=world.policy.external,
        scene=resource.scene,
        expires=resource.expires,
    )
    channel = _attended(world, task)
    recording, events = begin(task, channel.users, world.conditions)
    begun, outgoing = world.with_start(resource, channel, recording).report(task, events)
    return begun, Accepted(task), outgoing


def _attended(world: World, task: Task) -> Channel:
    """The channel of a task, with an audience where nobody has seen to it."""
    channel, size = world.channel(task.cname), world.policy.audience
    if channel.by_hand or channel.users or task.mode is Mode.WEB or not size:
        return channel
    return seat(channel, task, world.seed, size, world.now)


def _update(world: World, recording: Recording, command: Update) -> Outcome:
    signals: list[Signal] = []
    task = recording.task
    if command.audio is not None or command.video is not None:
        check_media(task, command)
        wanted = subscription(command.audio, command.video, media=task.media)
        signals.append(ChangeSubscription(wanted))
    if command.outputs is not None:
        if task.outputs is None:
            raise Refusal(BODY_CHECK, "the recording was started without rtmp_publish_service")
        signals.append(ChangeOutputs(command.outputs))
    if command.on_hold is not None:
        signals.append(ChangeHold(command.on_hold))
    if command.storage is not None:
        signals.append(ChangeStorage(command.storage))
    return _changed(world, recording, signals)


def _changed(world: World, recording: Recording, signals: list[Signal]) -> Outcome:
    told, outgoing = world.told(recording, signals)
    return told, Accepted(recording.task), outgoing


def _stop(world: World, recording: Recording, *, asynchronous: bool) -> Outcome:
    patience = None if asynchronous else world.policy.timing.stop_limit
    told, outgoing = world.told(recording, [StopRecording(patience)])
    ending = told.recordings[recording.task.sid]
    if patience is not None:
        return told, Awaiting(recording.task.sid, world.now + patience), outgoing
    return told, Stopping(ending) if ending.recorded else no_data(ending), outgoing
