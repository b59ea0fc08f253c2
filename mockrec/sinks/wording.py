"""A journal's entry in words: one JSON object, without secrets."""

from __future__ import annotations

from typing import Any

from mockrec.documents import Unreadable, read
from mockrec.domain.events import CuePlayed
from mockrec.domain.moments import iso
from mockrec.domain.outgoing import Outgoing
from mockrec.render.ledger import cue_played, happening
from mockrec.render.redaction import redacted
from mockrec.sinks.journal import Call, ClockMove, Entry, Mishap


def told(entry: Entry) -> dict[str, Any]:
    """An entry of the journal in words."""
    head = {"number": entry.number, "kind": str(entry.kind), "at": entry.at, "time": iso(entry.at)}
    match entry.subject:
        case Outgoing(task, event):
            return head | happening(task, event)
        case CuePlayed() as cue:
            return head | cue_played(cue)
        case Call() as call:
            return head | {
                "operation": call.operation,
                "request_id": call.request_id,
                "method": call.method,
                "path": call.path,
                "body": _document(call.body),
                "status": call.status,
                "answer": _document(call.answer),
                "detail": call.detail,
                **({"came": call.came} if call.came not in (None, entry.at) else {}),
                **({"host": call.host} if call.host else {}),
                **({"rule": call.rule} if call.rule else {}),
            }
        case ClockMove(mode, rate, came_from):
            return head | {"mode": mode, "rate": rate, "from": came_from}
        case Mishap(what):
            return head | {"event": "Mishap", "details": {"what": what}}


def _document(raw: bytes) -> object:
    """A body without its secrets; of what cannot be read, only how long it was."""
    if not raw:
        return None
    try:
        return redacted(read(raw))
    except Unreadable:
        return {"unreadable": f"{len(raw)} bytes"}
