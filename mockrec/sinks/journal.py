"""What has been: requests, events and clock moves of one world on one axis, bounded.

An entry is kept as it came, as small as may be, and put into words when somebody reads it; secrets
are taken out on the way (render/ledger.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass
from mockrec.sinks.feed import Feed

if TYPE_CHECKING:
    from mockrec.domain.outgoing import Happening

MOST_ENTRIES: Final = 10_000
MOST_BYTES: Final = 32 * 1024 * 1024
_OVERHEAD: Final = 600


class Kind(StrEnum):
    """What an entry is about."""

    REQUEST = "request"
    EVENT = "event"
    NOTIFICATION = "notification"
    CLOCK = "clock"


@dataclass(slots=True)  # frozen costs a microsecond a request, and nobody changes it
class Call:
    """A request to the emulated service, and what it was answered."""

    number: int
    request_id: str
    method: str
    path: str
    operation: str | None
    body: bytes = field(repr=False)
    """As it came, its secrets with it."""
    status: int
    answer: bytes
    detail: str
    rule: str = ""
    """The rule of a scenario that befell it; a status of 0 means that nothing was answered."""
    host: str = ""
    """The service's name that it came by; empty where it used an address, or another name."""
    came: Millis | None = None
    """When; its entry has the moment of its answer."""

    @property
    def size(self) -> int:
        """About how much memory it takes."""
        return len(self.path) + len(self.body) + len(self.answer) + len(self.detail)


@dataclass(frozen=True, slots=True)
class ClockMove:
    """The clock was moved, or told to run in another way."""

    mode: str
    rate: float
    came_from: Millis


@dataclass(frozen=True, slots=True)
class Mishap:
    """A sink failed at something; the world went on."""

    what: str


class Entry(NamedTuple):
    """One line of the journal; the numbers run on from 0 without a gap."""

    number: int
    serial: int
    """The number in the feed of all worlds."""
    at: Millis
    kind: Kind
    subject: Call | Happening | ClockMove | Mishap

    @property
    def size(self) -> int:
        """About how much memory it takes."""
        return _OVERHEAD + (self.subject.size if isinstance(self.subject, Call) else 0)


class Journal:
    """The newest entries of a world, of at most so many and so much."""

    def __init__(
        self, app_id: str, feed: Feed, most: int = MOST_ENTRIES, room: int = MOST_BYTES
    ) -> None:
        self._app_id, self._feed = app_id, feed
        self._entries: deque[Entry] = deque()
        self._most, self._room, self._used = most, room, 0
        self.next_number = 0

    def write(
        self, at: Millis, kind: Kind, subject: Call | Happening | ClockMove | Mishap
    ) -> Entry:
        """Add an entry, at the price of the oldest, and show it to whoever watches."""
        entry = Entry(self.next_number, self._feed.next_serial(), at, kind, subject)
        self.next_number += 1
        self._entries.append(entry)
        self._used += entry.size
        while len(self._entries) > self._most or self._used > self._room:
            self._used -= self._entries.popleft().size
        self._feed.show(self._app_id, entry)
        return entry

    def mute(self) -> None:
        """Show nobody what is written from now on: its world has been reset."""
        self._feed = Feed()

    @property
    def oldest(self) -> int:
        """The number of the oldest entry that is still there."""
        return self._entries[0].number if self._entries else self.next_number

    def since(self, number: int) -> Iterator[Entry]:
        """The entries from this number on that are still there."""
        skipped = min(max(0, number - self.oldest), len(self._entries))
        yield from islice(self._entries, skipped, None)

    def __len__(self) -> int:
        return len(self._entries)
