"""What a jump of the clock is to end with: a notice, an event, a status, an anchor."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from mockrec.api.control.guard import Wrong
from mockrec.domain.events import Event, StatusChanged
from mockrec.domain.notices import Notice
from mockrec.domain.outgoing import Happening, Outgoing
from mockrec.domain.world import World
from mockrec.realm import Realm
from mockrec.render.ledger import event_names
from mockrec.render.notification import ANNOUNCED, AUDIO_CHANGED, VIDEO_CHANGED, announcement
from mockrec.settings import did_you_mean
from mockrec.timekeeper import Reached

Until = dict[str, Any]

NOTICES: Final = {
    said.event_type: said.name for said in (*ANNOUNCED.values(), AUDIO_CHANGED, VIDEO_CHANGED)
}
"""The names of all notices, by their event types."""


def sought(until: Until, one: Realm) -> Reached:
    """What tells the happening that is looked for from all others.

    Raises `Wrong` for a notice, an event or a recording that there is none of: to wait for it would
    be to wait for ever.
    """
    if "notified" in until:
        notified = until["notified"]
        _check(notified, "notified", NOTICES if isinstance(notified, int) else NOTICES.values())
    if "event" in until:
        _check(until["event"], "event", event_names())
    if "anchor" in until:
        return lambda _: attained(until, one.world)
    sid, world = until.get("sid"), one.world
    if sid is not None and sid not in world.recordings:
        raise Wrong(404, f"no recording {sid[:60]!r} in this world", "/until/sid", "a sid of it")

    def reached(happened: Happening) -> bool:
        if isinstance(happened, Outgoing):
            return sid in (None, happened.task.sid) and _is_it(until, happened.event)
        return sid is None and _is_it(until, happened)

    return reached


def attained(until: Until, world: World) -> bool:
    """Whether it is so already: all live recordings, or that of the sid, have this status."""
    if "anchor" in until:
        known = world.script.deck.anchors if world.script else {}
        return any(anchor in known for anchor in until["anchor"])
    if "status" not in until:
        return False
    if "sid" in until:
        return bool(world.recordings[until["sid"]].status == until["status"])
    live = {world.recordings[sid].status for sid in world.active.values()}
    return live == {until["status"]}


def _is_it(until: Until, event: Event) -> bool:
    if "notified" in until:
        notice = announcement(event) if isinstance(event, Notice) else None
        return notice is not None and until["notified"] in (notice.event_type, notice.name)
    if "event" in until:
        return bool(type(event).__name__ == until["event"])
    return isinstance(event, StatusChanged) and bool(event.status == until["status"])


def _check(given: str | int, key: str, known: Iterable[str | int]) -> None:
    names = sorted(known)
    if given not in names:
        hint = did_you_mean(given[:40], map(str, names)) if isinstance(given, str) else ""
        got = json.dumps(given if isinstance(given, int) else given[:40])
        raise Wrong(400, f"got {got}{hint}", f"/until/{key}", ", ".join(map(str, names)))
