"""What can be asked of a world, in the imperative, and what it answers."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from mockrec.domain.changes import Change, Felt
from mockrec.domain.moments import HOUR, Millis
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.channel import User
    from mockrec.domain.layout import Layout
    from mockrec.domain.problems import Problem
    from mockrec.domain.recording import Recording
    from mockrec.domain.subscription import Selection
    from mockrec.domain.task import Mode, Storage, Task


@dataclass(frozen=True, slots=True)
class Acquire:
    """Give out a resource."""

    cname: str
    uid: int
    scene: int = 0
    expires: Millis = 72 * HOUR
    start_parameter: object = field(default=None, repr=False)
    """What the start is to look like, as it was sent."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start a recording with a resource."""

    resource_id: str
    order: Task
    """The task as the request describes it; the world fills in what only it knows."""
    document: object = field(default=None, repr=False)
    """The order as it was sent, to be compared with the acquire's."""


@dataclass(frozen=True, slots=True)
class Session:
    """Which recording a call means. A query names no channel and no uid."""

    resource_id: str
    sid: str
    mode: Mode
    cname: str | None = None
    uid: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Ask how a recording fares."""

    session: Session


@dataclass(frozen=True, slots=True)
class Update:
    """Replace what a recording listens to, stores in, pushes to; None leaves it as it is."""

    session: Session
    audio: Selection | None = None
    video: Selection | None = None
    on_hold: bool | None = None
    outputs: tuple[str, ...] | None = None
    storage: Storage | None = None


@dataclass(frozen=True, slots=True)
class UpdateLayout:
    """Replace the layout of a composite recording."""

    session: Session
    layout: Layout


@dataclass(frozen=True, slots=True)
class Stop:
    """End a recording, and wait for its files or not."""

    session: Session
    asynchronous: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """A user joins a channel, or changes what he publishes."""

    cname: str
    user: User


@dataclass(frozen=True, slots=True)
class Leave:
    """A user leaves a channel."""

    cname: str
    uid: int


Command = Acquire | Start | Query | Update | UpdateLayout | Stop | Join | Leave | Change


@dataclass(frozen=True)
class Resource:
    """Leave to start one recording, for a while."""

    id: str
    number: int
    cname: str
    uid: int
    acquired: Millis
    scene: int = 0
    expires: Millis = 72 * HOUR
    announced: bytes = b""
    """The fingerprint of what the start is to look like; empty where the acquire did not say."""
    sid: str | None = None
    """The recording that used it up."""


@dataclass(frozen=True, slots=True)
class Acquired:
    """A resource was given out."""

    resource: Resource


@dataclass(frozen=True, slots=True)
class Accepted:
    """A start, an update or a layout was taken."""

    task: Task


@dataclass(frozen=True, slots=True)
class Queried:
    """How the recording fares."""

    recording: Recording


@dataclass(frozen=True, slots=True)
class Stopping:
    """The recording will end by itself; nobody waits for it."""

    recording: Recording


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The answer stands when this recording has exited, or at the latest at `until`."""

    sid: str
    until: Millis


@dataclass(frozen=True, slots=True)
class Stopped:
    """The recording has ended and its files have arrived."""

    recording: Recording


@dataclass(frozen=True, slots=True)
class Present:
    """Who a join made present."""

    user: User


@dataclass(frozen=True, slots=True)
class Gone:
    """Whether the user who left had been there."""

    was_there: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The service says no; with whatever ids the refusal carries."""

    problem: Problem
    detail: str = ""
    cname: str | None = None
    uid: int | str | None = None
    """A text where it may be no uid: as it was sent."""
    resource_id: str | None = None
    sid: str | None = None


Answer = (
    Acquired | Accepted | Queried | Stopping | Awaiting | Stopped | Present | Gone | Felt | Refused
)
