"""What the world does by itself: from the entries of a timeline to cues."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mockrec.domain.changes import (
    BreakBucket,
    BreakOutput,
    ExhaustCapacity,
    ExpireToken,
    FailOver,
    Kick,
    Mute,
    PreventJoin,
    Publish,
    SetPage,
    SuspendAccount,
)
from mockrec.domain.channel import BOTH, Codec, Medium, Role, User
from mockrec.domain.commands import Command, Join, Leave
from mockrec.domain.conditions import BucketFault, Hindrance, PageFate
from mockrec.domain.moments import Millis, duration
from mockrec.domain.rules import Instant
from mockrec.domain.script import Arm, Cue
from mockrec.playbook.instants import instant
from mockrec.playbook.wording import worded

Said = Mapping[str, Any]


def user(uid: int, said: Said) -> User:
    """The user that a join describes, in a scenario or through the control plane."""
    return User(
        uid,
        publishes=frozenset(map(Medium, said["publishes"])) if "publishes" in said else BOTH,
        role=Role(said.get("role", "host")),
        codec=Codec(said.get("codec", "h264")),
        width=int(said.get("width", 640)),
        height=int(said.get("height", 360)),
    )


def change_of(entry: Said) -> str:
    """The key of the change that an entry makes."""
    return next(name for name in CHANGES if name in entry)


def cues(entry: Said) -> Iterator[Cue]:
    """The cue of an entry, and another that takes it back where it says until when.

    Raises ``ValueError`` for a duration that is too long, or too short to be repeated.
    """
    name = change_of(entry)
    said = entry[name]
    yield Cue(
        instant(entry["at"]),
        CHANGES[name](said),
        id=entry.get("id", ""),
        text=worded(name, said),
        every=_period(entry),
        until=_instant(entry, "until"),
    )
    if name in _BACK and "until" in said:
        back = f"{name} is over: {worded(name, said)}"
        yield Cue(instant(said["until"]), _BACK[name](said), text=back)


def _media(said: Said) -> frozenset[Medium]:
    return frozenset(map(Medium, said.get("media", Medium)))


def _span(said: Said, key: str) -> Millis | None:
    return duration(said[key]) if key in said else None


def _period(said: Said) -> Millis | None:
    every = _span(said, "every")
    if every == 0:
        raise ValueError("every: expected at least 1ms; what takes no time never ends")
    return every


def _instant(said: Said, key: str) -> Instant | None:
    return instant(said[key]) if key in said else None


def _bucket_fault(said: Said) -> BucketFault | None:
    return None if said["fails"] == "none" else BucketFault(said["fails"])


def _hindrance(said: Said) -> Hindrance | None:
    return None if said["why"] == "none" else Hindrance(said["why"])


def _publish(said: Said) -> Command:
    return Publish(said["channel"], said["uid"], _media(said))


def _mute(said: Said) -> Command:
    return Mute(said["channel"], said["uid"], _media(said))


def _leave(said: Said) -> Command:
    return Leave(said["channel"], said["uid"])


CHANGES: Final[Mapping[str, Callable[[Any], Command | Arm]]] = {
    "join": lambda said: Join(said["channel"], user(said["uid"], said)),
    "leave": _leave,
    "publish": _publish,
    "mute": _mute,
    "bucket": lambda said: BreakBucket(_bucket_fault(said), said.get("bucket")),
    "failover": lambda said: FailOver(_span(said, "blackout"), said.get("channel")),
    "kick": lambda said: Kick(said.get("channel"), said.get("uid")),
    "token_expires": lambda said: ExpireToken(said.get("channel")),
    "join_fails": lambda said: PreventJoin(_hindrance(said), said.get("channel")),
    "page": lambda said: SetPage(PageFate(said["fate"]), said.get("channel")),
    "rtmp": lambda said: BreakOutput(said.get("url"), broken=said.get("broken", True)),
    "suspend_account": lambda said: SuspendAccount(said.get("suspended", True)),
    "capacity": lambda said: ExhaustCapacity(said.get("exhausted", True)),
    "arm": Arm,
    "disarm": lambda rule: Arm(rule, armed=False),
}
"""The changes by the keys that stand for them."""

_BACK: Final[Mapping[str, Callable[[Said], Command]]] = {
    "join": _leave,
    "publish": _mute,
    "mute": _publish,
    "bucket": lambda said: BreakBucket(None, said.get("bucket")),
    "join_fails": lambda said: PreventJoin(None, said.get("channel")),
    "page": lambda said: SetPage(PageFate.LOADS, said.get("channel")),
    "rtmp": lambda said: BreakOutput(said.get("url"), broken=not said.get("broken", True)),
    "suspend_account": lambda said: SuspendAccount(not said.get("suspended", True)),
    "capacity": lambda said: ExhaustCapacity(not said.get("exhausted", True)),
}
"""How each of them is taken back, where that can be said."""
