"""The state of one recording: a value that every change makes anew."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final, Self

import immutables

from mockrec.domain.channel import NOBODY, Users
from mockrec.domain.conditions import FAIR, Conditions
from mockrec.domain.ids import recorder_uid
from mockrec.domain.moments import Millis
from mockrec.domain.promises import Cause, FinishUpload, Timer
from mockrec.domain.rules import NO_RULES, Deck
from mockrec.domain.streams import Item, OutputState, Part, RecordedFile, Stream, StreamKey
from mockrec.domain.task import Mode
from mockrec.domain.values import dataclass, replace

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.layout import Layout
    from mockrec.domain.notices import Notice
    from mockrec.domain.subscription import Heard, Subscription
    from mockrec.domain.task import Storage, Task


class Status(IntEnum):
    """The numbers a query answers (docs/protocol.md#status)."""

    NOT_STARTED = 0
    INITIALISED = 1
    STARTING = 2
    PARTLY_READY = 3
    READY = 4
    IN_PROGRESS = 5
    STOP_REQUESTED = 6
    STOPPED = 7
    EXITED = 8
    FAILED = 20


class Ending(StrEnum):
    """Why a recording ends."""

    STOPPED = "stopped"
    IDLE = "idle"
    MAX_HOURS = "maximum hours reached"
    KICKED = "kicked out of the channel"
    BUCKET_REFUSED = "the bucket refused"
    SERVER_LOST = "lost with its server"
    TOKEN_EXPIRED = "the token has expired"  # noqa: S105
    TOKEN_INVALID = "the token is not valid"  # noqa: S105
    NEVER_READY = "the recorder never got ready"
    PAGE_LIMITED = "the page asks for too much"
    ENGINE_FAILED = "no browser for the page"
    PAGE_TIMEOUT = "the page never got ready"
    PAGE_FAILED = "the page cannot be opened"
    PAGE_CRASHED = "the page has crashed"


NORMAL: Final = frozenset({Ending.STOPPED, Ending.IDLE, Ending.MAX_HOURS, Ending.PAGE_TIMEOUT})
"""The ends that a recording is meant to come to; all others are failures."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of status, and why."""

    at: Millis
    status: Status
    because: str


Streams = immutables.Map[StreamKey, Stream]


@dataclass(frozen=True)
class Recording:
    """A recording at one moment. A value: every change makes the next one."""

    task: Task
    now: Millis
    subscription: Subscription
    layout: Layout
    storage: Storage | None
    status: Status = Status.NOT_STARTED
    agenda: tuple[Timer, ...] = ()
    promises: int = 0
    said: tuple[Event, ...] = ()
    """What happened in the step being taken; empty between steps."""
    sequence: int = 0
    """The number of the next notice; lost and unsubscribed ones count too."""

    server: int = 0
    """How many fail-overs there were."""
    lost: bool = False
    """Whether its server is gone and no other has taken over yet: no call finds it."""
    token_expired: bool = False
    """Whether its token has expired meanwhile: then that other cannot join."""
    users: Users = NOBODY
    conditions: Conditions = FAIR
    joined: bool = False
    capturing: bool = False
    on_hold: bool = False
    began: Millis | None = None
    """When the first media came in: the start that queries tell."""
    heard: Heard = immutables.Map()
    met: frozenset[int] = frozenset()
    """Who has been heard since joining and is still there: they keep a mixed stream alive."""
    streams: Streams = immutables.Map()
    part: Part | None = None
    parts: int = 0
    cut: int = 0
    arrived: int = 0
    files: tuple[RecordedFile, ...] = ()
    asked: immutables.Map[int, FinishUpload] = immutables.Map()
    """The uploads that a real bucket has not answered yet, by their numbers."""
    uploads: int = 0
    backup: tuple[Item, ...] = ()
    """What only the service's own backup has."""
    keys_expired: bool = False
    push_urls: tuple[str, ...] = ()
    """Where it is to be pushed, from when the page is open."""
    outputs: immutables.Map[str, OutputState] = immutables.Map()
    deck: Deck = NO_RULES
    """What may go wrong with its uploads."""
    ending: Ending | None = None
    refusal: str = ""
    """What the bucket said, if it refused."""
    history: tuple[Turn, ...] = ()

    @property
    def next_due(self) -> Millis | None:
        """When the next timer fires; None once all is over."""
        return self.agenda[0].due if self.agenda else None

    @property
    def exited(self) -> bool:
        """Whether the task is gone: the calls no longer find it."""
        return self.status in (Status.EXITED, Status.FAILED)

    @property
    def exiting(self) -> bool:
        """Whether the end has begun but the task is still there."""
        return self.ending is not None and not self.exited

    @property
    def uid(self) -> int:
        """What the recorder goes by in the channel: a fail-over gives it another uid."""
        return recorder_uid(self.task.sid, self.server) if self.server else self.task.uid

    @property
    def listed(self) -> tuple[RecordedFile, ...]:
        """What the file lists name: a server knows of no files but its own."""
        newest = max((file.key.server for file in self.files), default=0)
        return tuple(file for file in self.files if file.key.server == newest)

    @property
    def page_open(self) -> bool:
        """Whether the page of a web recording is there to be recorded."""
        return self.task.mode is Mode.WEB and self.capturing and self.ending is None

    @property
    def uploading(self) -> bool:
        """Whether files are on their way."""
        waiting = any(isinstance(timer.cause, FinishUpload) for timer in self.agenda)
        return waiting or bool(self.asked)

    @property
    def recorded(self) -> bool:
        """Whether there is anything to show for it."""
        return self.cut > 0

    @property
    def presentable(self) -> bool:
        """Whether a stop has anything to answer: a refused bucket holds nothing of it."""
        return self.recorded and self.ending is not Ending.BUCKET_REFUSED

    def later(self, delay: Millis, cause: Cause) -> Self:
        """With a timer `delay` from now."""
        return self.promising((delay, cause))

    def promising(self, *promises: tuple[Millis, Cause]) -> Self:
        """With a timer for each of them, so long from now, promised in this order."""
        agenda = list(self.agenda)
        for order, (delay, cause) in enumerate(promises, self.promises):
            insort(agenda, Timer(self.now + delay, order, cause))
        return replace(self, agenda=tuple(agenda), promises=self.promises + len(promises))

    def without(self, *causes: Cause) -> Self:
        """With these promises taken back."""
        kept = tuple(timer for timer in self.agenda if timer.cause not in causes)
        return self if len(kept) == len(self.agenda) else replace(self, agenda=kept)

    def tell(self, event: Event) -> Self:
        """With something that happened, which nobody outside is told."""
        return replace(self, said=(*self.said, event))

    def announce(self, notice: type[Notice], **details: object) -> Self:
        """With a numbered notice for the outside."""
        recorder = self.uid if self.server else None
        told = notice(at=self.now, sequence=self.sequence, recorder=recorder, **details)
        return replace(self, said=(*self.said, told), sequence=self.sequence + 1)

    def with_stream(self, stream: Stream) -> Self:
        """With the stream as it is now."""
        return replace(self, streams=self.streams.set(stream.key, stream))

    def open_streams(self) -> Iterator[Stream]:
        """The streams being recorded, in a stable order."""
        for key in sorted(self.streams):
            if self.streams[key].slice_start is not None:
                yield self.streams[key]
