"""The outbox: notifications owed to the outside, tried, delivered or given up.

The world decides when to try; somebody else posts and comes back with an `Echo`. A notification
keeps its id over all attempts (docs/protocol.md#delivery).
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from mockrec.domain.channel import Medium
from mockrec.domain.events import Event
from mockrec.domain.ids import new_id
from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.notices import Notice, StreamChanged
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.streams import Verdict
    from mockrec.domain.task import Task

MOST_OWED: Final = 10_000
"""How many notifications of a world may wait at once; what comes beyond is lost."""


def default_secret(seed: int) -> str:
    """The secret that is signed with where none was given: the same after every start."""
    return new_id(seed, "callback secret", "", 0)


Topic = tuple[type[Notice], Medium | None]


def topic(notice: Notice) -> Topic:
    """What can be subscribed to: a kind of notice, for streams by medium."""
    return type(notice), notice.medium if isinstance(notice, StreamChanged) else None


@dataclass(frozen=True, slots=True)
class Callback:
    """Where notifications go, which of them, and how patiently."""

    url: str
    secret: str = field(repr=False)
    topics: frozenset[Topic] | None = None
    """What is subscribed to; None is everything."""
    retry: tuple[Millis, ...] = (0, 2 * SECOND, 5 * SECOND)
    """The gap before each further attempt (docs/protocol.md#delivery)."""

    def wants(self, notice: Notice) -> bool:
        """Whether this notice is subscribed to."""
        return self.topics is None or topic(notice) in self.topics


@dataclass(frozen=True)
class Delivery:
    """One notification and how often it was tried."""

    id: str
    number: int
    task: Task
    notice: Notice
    attempts: int = 0
    asked: bool = False
    """Whether an attempt is under way; its answer counts once."""
    repeats: int = 0
    gap: Millis = 0
    """How often it is posted again once the receiver has taken it, and how much later each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted(Event):
    """An attempt is to be made now."""

    id: str
    attempt: int
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Event):
    """The receiver has it."""

    id: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp(Event):
    """The receiver never took it, or there was no room to let it wait."""

    id: str
    attempts: int
    why: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a receiver said to an attempt; `problem` is empty where it took the notification."""

    id: str
    attempt: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Bucketed:
    """What a bucket said to an upload, or to the backup's (`key` is then the job's)."""

    key: str
    number: int
    verdict: Verdict
    reason: str = ""


Echo = Heard | Bucketed
