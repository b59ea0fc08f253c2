"""What can befall a world, in the imperative: servers die, buckets break, pages crash.

A channel of None means every channel, and a bucket or an address of None every one. A change that
lasts holds for recordings that start later, too, until it is taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.channel import BOTH, Medium
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.conditions import BucketFault, Hindrance, PageFate
    from mockrec.domain.moments import Millis


@dataclass(frozen=True, slots=True)
class FailOver:
    """The servers of live recordings die; others take over after a while.

    No call finds such a recording in between (docs/protocol.md#fail-over). A recording that is
    moving already, or exiting, feels nothing.
    """

    blackout: Millis | None = None
    """How long it takes; None is the recording's own delay of that name."""
    cname: str | None = None


@dataclass(frozen=True, slots=True)
class Kick:
    """Recorders are thrown out of their channel; whoever has not joined yet feels nothing."""

    cname: str | None = None
    uid: int | None = None
    """The recorder's, as it was given or as it goes by after a fail-over; None is any."""


@dataclass(frozen=True, slots=True)
class ExpireToken:
    """The tokens of live recordings expire, whatever was sent for one; no call renews them."""

    cname: str | None = None


@dataclass(frozen=True, slots=True)
class PreventJoin:
    """Recorders cannot join from now on, and their recordings fail; None lets them in again."""

    hindrance: Hindrance | None
    cname: str | None = None


@dataclass(frozen=True, slots=True)
class BreakBucket:
    """Uploads to a bucket fare like this from now on; None mends it."""

    fails: BucketFault | None
    bucket: str | None = None


@dataclass(frozen=True, slots=True)
class SetPage:
    """The pages of web recordings fare like this from now on; `LOADS` mends them."""

    fate: PageFate
    cname: str | None = None


@dataclass(frozen=True, slots=True)
class BreakOutput:
    """An RTMP address takes nothing from now on; `broken=False` mends it."""

    url: str | None = None
    broken: bool = True


@dataclass(frozen=True, slots=True)
class SuspendAccount:
    """Nothing new can be acquired or started, until it is taken back."""

    suspended: bool = True


@dataclass(frozen=True, slots=True)
class ExhaustCapacity:
    """The service has no server left for anything new, until it is taken back."""

    exhausted: bool = True


@dataclass(frozen=True, slots=True)
class Mute:
    """A user who is there ceases to send these; all else about him stays."""

    cname: str
    uid: int
    media: frozenset[Medium] = BOTH


@dataclass(frozen=True, slots=True)
class Publish:
    """A user who is there sends these, too; all else about him stays."""

    cname: str
    uid: int
    media: frozenset[Medium] = BOTH


Change = (
    FailOver
    | Kick
    | ExpireToken
    | PreventJoin
    | BreakBucket
    | SetPage
    | BreakOutput
    | SuspendAccount
    | ExhaustCapacity
    | Mute
    | Publish
)


@dataclass(frozen=True, slots=True)
class Felt:
    """To which live recordings something happened at once, by their sids."""

    sids: tuple[str, ...] = ()
