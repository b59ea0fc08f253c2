"""May it be done? Each call's checks, in the order in which the service makes them.

The tables stand in docs/protocol.md#decisions; every check raises the `Refusal` of its row.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from mockrec.domain.commands import (
    Acquire,
    Command,
    Query,
    Refused,
    Start,
    Stop,
    Update,
    UpdateLayout,
)
from mockrec.domain.emptiness import why_empty
from mockrec.domain.ids import read_resource_id
from mockrec.domain.moments import SECOND
from mockrec.domain.problems import (
    ACCOUNT_SUSPENDED,
    ALLOCATION_FAILED,
    BODY_CHECK,
    FOREIGN_RESOURCE,
    NO_RECORDED_DATA,
    NO_SERVICE_SELECTED,
    NO_WORKER,
    NO_WORKER_FOR_FOREIGN,
    NO_WORKER_FOR_UNREADABLE,
    PARAMETER_MISMATCH,
    REQUEST_HASH,
    RESOURCE_EXPIRED,
    TASK_CONFLICT,
    UNREADABLE_RESOURCE,
    UPLOAD_TIMEOUT,
    Problem,
    Refusal,
    quoted,
)
from mockrec.domain.task import Mode

if TYPE_CHECKING:
    from mockrec.domain.commands import Resource, Session
    from mockrec.domain.recording import Recording
    from mockrec.domain.task import Task
    from mockrec.domain.world import World

_SCENE: Final = {Mode.INDIVIDUAL: (0, 2), Mode.MIX: (0, 2), Mode.WEB: (1,)}


def startable(world: World, command: Start) -> Resource:
    """The resource to start with, or that runs already (docs/protocol.md#decisions)."""
    order = command.order
    resource = world.resources.get(command.resource_id)
    if resource is None:
        raise Refusal(*_unknown(world, command.resource_id))
    _check_same(resource, order.cname, order.uid)
    if resource.sid is not None:
        if runs(world, resource):
            return resource
        raise Refusal(RESOURCE_EXPIRED, "this resource has been used; one is for one recording")
    if _expired(world, resource):
        waited = (world.now - resource.acquired) // SECOND
        raise Refusal(RESOURCE_EXPIRED, f"acquired {waited} s ago, never started")
    if (order.cname, order.uid) in world.active:
        raise Refusal(TASK_CONFLICT, "a live recording has this channel and uid")
    if resource.announced and resource.announced != fingerprint(command.document):
        raise Refusal(REQUEST_HASH, "clientRequest is not the startParameter of the acquire")
    if world.policy.strict and resource.scene not in _SCENE[order.mode]:
        raise Refusal(
            NO_SERVICE_SELECTED, f"scene {resource.scene} does not go with mode {order.mode}"
        )
    check_room(world, exhausted=ALLOCATION_FAILED)
    return resource


def check_room(world: World, *, exhausted: Problem) -> None:
    """Whether the account and the data centre have anything against something new."""
    if world.conditions.suspended:
        raise Refusal(ACCOUNT_SUSPENDED, "a script has the account suspended")
    if world.conditions.exhausted:
        raise Refusal(exhausted, "a script has the servers run out")


def _unknown(world: World, resource_id: str) -> tuple[Problem, str]:
    own = read_resource_id(resource_id, world.app_id)
    if own is None:
        return UNREADABLE_RESOURCE, "this is no resource id"
    if not own:
        return FOREIGN_RESOURCE, "this resource belongs to another App ID"
    return (
        RESOURCE_EXPIRED,
        "this resource was given out before the world was reset, or long ago",
    )


def _check_same(resource: Resource, cname: str, uid: int | None) -> None:
    """Whether a call names the channel and the uid that the resource was acquired for."""
    differ = []
    if cname != resource.cname:
        differ.append(f"/cname: got {quoted(cname)}, expected {quoted(resource.cname)}")
    if uid != resource.uid:
        differ.append(f'/uid: got "{uid}", expected "{resource.uid}"')
    if differ:
        raise Refusal(PARAMETER_MISMATCH, f"{'; '.join(differ)}, as in the acquire")


def live(world: World, session: Session, *, exiting: Problem) -> Recording:
    """The recording that a call means (docs/protocol.md#decisions)."""
    resource = world.resources.get(session.resource_id)
    if resource is None:
        raise Refusal(*_no_worker(world, session.resource_id))
    if session.cname is not None:
        _check_same(resource, session.cname, session.uid)
    recording = world.recordings.get(session.sid)
    if recording is None or recording.task.resource_id != resource.id:
        problem = NO_WORKER if _spent(world, resource) else NO_WORKER_FOR_FOREIGN
        raise Refusal(problem, "no recording of this resource has this sid")
    if recording.task.mode is not session.mode:
        raise Refusal(NO_WORKER, f"the recording's mode is {recording.task.mode}")
    if recording.exited:
        why = recording.history[-1].because
        raise Refusal(NO_WORKER, f"{why}, {world.now - recording.history[-1].at} ms ago")
    if world.now - recording.task.started > recording.task.expires:
        raise Refusal(NO_WORKER, "resourceExpiredHour has passed; the recording goes on")
    if recording.lost:
        raise Refusal(NO_WORKER, "its server is gone, and no other has taken over yet")
    if recording.exiting:
        raise Refusal(exiting, f"the recording is exiting: {recording.ending}")
    return recording


def _no_worker(world: World, resource_id: str) -> tuple[Problem, str]:
    problem, detail = _unknown(world, resource_id)
    worker = {
        UNREADABLE_RESOURCE.name: NO_WORKER_FOR_UNREADABLE,
        FOREIGN_RESOURCE.name: NO_WORKER_FOR_FOREIGN,
    }
    return worker.get(problem.name, NO_WORKER), detail


def _spent(world: World, resource: Resource) -> bool:
    """Whether the resource can be nobody's any more: its recording has exited, or it expired."""
    if resource.sid is not None:
        return not runs(world, resource)
    return _expired(world, resource)


def _expired(world: World, resource: Resource) -> bool:
    """Whether its start would come too late."""
    return world.now - resource.acquired > world.policy.timing.resource


def runs(world: World, resource: Resource) -> bool:
    recording = world.recordings.get(resource.sid or "")
    return recording is not None and not recording.exited


def check_media(task: Task, command: Update) -> None:
    for selection, medium in ((command.audio, "audio"), (command.video, "video")):
        if selection is not None and medium not in task.media:
            raise Refusal(BODY_CHECK, f"streamTypes leaves no {medium} to subscribe to")


def fingerprint(document: object) -> bytes:
    """What a JSON document says, in 16 bytes; the order of keys and null do not count.

    One that says nothing has an empty one.
    """
    said = _pruned(document)
    if not said:
        return b""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).digest()


def _pruned(document: object) -> object:
    match document:
        case dict():
            return {key: _pruned(value) for key, value in document.items() if value is not None}
        case list():
            return [_pruned(item) for item in document]
        case float() if document.is_integer():  # 1.0 is 1
            return int(document)
    return document


def no_data(recording: Recording) -> Refused:
    """The answer to the stop of a recording that has nothing to show."""
    return _of(recording, NO_RECORDED_DATA, why_empty(recording))


def too_slow(recording: Recording) -> Refused:
    """The answer to a stop that has waited for as long as a stop waits."""
    return _of(recording, UPLOAD_TIMEOUT, "the uploads take longer than a stop waits")


def _of(recording: Recording, problem: Problem, detail: str) -> Refused:
    task = recording.task
    return Refused(problem, detail, task.cname, task.uid, task.resource_id, task.sid)


def refused(world: World, command: Command, problem: Problem, detail: str) -> Refused:
    """The refusal as an answer, with all the ids that are known of what was asked."""
    match command:
        case Acquire(cname, uid):
            return Refused(problem, detail, cname, uid)
        case Start(resource_id, order):
            return Refused(problem, detail, order.cname, order.uid, resource_id, "")
        case Query(session) | Update(session) | UpdateLayout(session) | Stop(session):
            # As it was sent; a query names nobody, and is told whose resource it is.
            resource = world.resources.get(session.resource_id)
            asked = session if session.cname is not None else resource or session
            return Refused(
                problem, detail, asked.cname, asked.uid, session.resource_id, session.sid
            )
    raise TypeError(f"{type(command).__name__} is never refused")
