"""Which world a control call means, and how its entries are told."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from mockrec.api.control.guard import Wrong
from mockrec.api.documents import Unreadable, read
from mockrec.api.keys import ENGINE
from mockrec.clock import TimeEnds, TimeGoesBack
from mockrec.domain.events import CuePlayed
from mockrec.domain.moments import LATEST, Millis, duration, iso
from mockrec.domain.outgoing import Outgoing
from mockrec.realm import Realm
from mockrec.render.ledger import cue_played, happening
from mockrec.render.redaction import redacted
from mockrec.sinks.journal import Call, ClockMove, Entry, Mishap


def realm(request: web.Request) -> Realm:
    """The world of the path, made at first use."""
    engine, app_id = request.app[ENGINE], request.match_info["appid"]
    if not engine.admits(app_id):
        expected = "32 lower-case hex digits, or an App ID given by --app"
        raise Wrong(400, f"got {app_id[:60]!r}", "appid", expected)
    return engine.realm(app_id)


def span(text: str, where: str) -> Millis:
    """A duration of the body."""
    try:
        return duration(text)
    except ValueError as error:
        raise Wrong(400, str(error), where, 'a duration such as "31s" or "1h30m"') from None


def reachable(one: Realm, to: Millis, where: str) -> Millis:
    """The moment, where the clock could go there."""
    try:
        one.clock.check(to)
    except (TimeGoesBack, TimeEnds) as error:
        raise Wrong(400, str(error), where, f"a moment from now to {LATEST}") from None
    return to


def later(one: Realm, length: Millis, where: str) -> Millis:
    """The moment that is so much later than now, which a clock that runs may overtake."""
    to = one.now() + length
    if to > LATEST:
        raise Wrong(400, f"no clock goes beyond {LATEST}, the year 2200", where, "less of it")
    return to


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
