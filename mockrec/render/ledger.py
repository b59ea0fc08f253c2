"""The journal in words: every entry as a JSON object, without secrets."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from mockrec.domain import events, notices
from mockrec.domain.delivery import Delivered, GivenUp
from mockrec.domain.events import CuePlayed, Event
from mockrec.domain.moments import iso
from mockrec.domain.notices import Notice
from mockrec.domain.streams import RecordedFile, Slice, Snapshot, Transcoded
from mockrec.domain.task import Storage
from mockrec.render.names import file_name, slice_name, snapshot_name, transcoded_name
from mockrec.render.notification import announcement
from mockrec.render.redaction import addresses_bared

if TYPE_CHECKING:
    from mockrec.domain.task import Task

Body = dict[str, Any]

_SAID_BEFORE: Final = frozenset({"at", "recorder", "sequence", "storage"})


def happening(task: Task, event: Event) -> Body:
    """An event: what happened, to which recording, and what the outside is told of it."""
    told: Body = {
        "event": type(event).__name__,
        "at": event.at,
        "time": iso(event.at),
        "sid": task.sid,
        "cname": task.cname,
        "uid": str(task.uid),
    }
    if isinstance(event, Notice):
        notice = announcement(event)
        if event.recorder is not None:
            told["uid"] = str(event.recorder)
        told |= {"notice": notice.event_type, "name": notice.name, "sequence": event.sequence}
    details = {
        field.name: _plain(task, getattr(event, field.name))
        for field in fields(event)
        if field.name not in _SAID_BEFORE
    }
    return {**told, "details": details}


def cue_played(cue: CuePlayed) -> Body:
    """A line of a scenario's timeline, and why it could not be done if it could not."""
    details = {"id": cue.id, "what": addresses_bared(cue.what), "problem": cue.problem}
    return {"event": "CuePlayed", "details": details}


def event_names() -> tuple[str, ...]:
    """The name of every event that a journal can tell of."""
    known = (*vars(events).values(), *vars(notices).values())
    kinds = [kind for kind in known if isinstance(kind, type)]
    told = [kind for kind in kinds if issubclass(kind, Event) and kind not in (Event, Notice)]
    return tuple(kind.__name__ for kind in (*told, Delivered, GivenUp))


def _plain(task: Task, value: object) -> object:
    """A value as JSON: a file by its name, a value of ours by its fields."""
    match value:
        case Slice():
            length = value.end - value.start
            return {"file": slice_name(task, value), "start": value.start, "length": length}
        case RecordedFile():
            return file_name(task, value)
        case Snapshot():
            return snapshot_name(task, value)
        case Transcoded():
            return transcoded_name(task, value)
        case Storage():
            return value.bucket
        case tuple() | list() | frozenset():
            return [_plain(task, item) for item in value]
        case str():
            return addresses_bared(value)
        case int() | float() | None:
            return value
    assert is_dataclass(value), "events hold plain values, and values of ours"  # noqa: S101
    return {field.name: _plain(task, getattr(value, field.name)) for field in fields(value)}
