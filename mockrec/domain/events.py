"""What happened, in the past tense; what the outside is told of has a room beside it: the notices.

Each carries all that a listener needs: after a long jump the sinks hear of it when the recording
has long moved on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.recording import Status
    from mockrec.domain.streams import (
        Item,
        Part,
        RecordedFile,
        Slice,
        Transcoded,
    )
    from mockrec.domain.task import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a recording."""

    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Event):
    """The recording turned to another status."""

    status: Status
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CuePlayed(Event):
    """A line of the scenario's timeline was played; to the world, not to a recording."""

    id: str
    what: str
    problem: str = ""
    """Why it could not be done, or why nothing came of it; empty if something did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeBefallen(Event):
    """A rule has something happen to a notification on its way."""

    rule: str
    effect: str
    number: int
    """The sequence number of the notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLost(Event):
    """The server died; another will take over at that moment."""

    until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadBefallen(Event):
    """A rule has something happen to an upload."""

    rule: str
    effect: str
    item: Item
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceCut(Event):
    """A slice was finished and is on its way to the bucket."""

    slice: Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTried(Event):
    """A real bucket is asked to take a file; its answer names the number."""

    number: int
    attempt: int
    item: Item
    storage: Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBackedUp(Event):
    """The bucket did not take a file; the service's own backup has it."""

    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreTried(Event):
    """The backup brings what it has to the bucket; its answer names the attempt."""

    attempt: int
    items: tuple[Item, ...]
    storage: Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreFailed(Event):
    """The backup could not bring anything, as was known without asking."""

    attempt: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Event):
    """The bucket has everything at last, or never will have."""

    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceUploaded(Event):
    """A slice arrived in the bucket, and its playlist after it."""

    slice: Slice
    storage: Storage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartUploaded(Event):
    """An MP4 file arrived in the bucket."""

    part: Part
    file: RecordedFile
    storage: Storage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistsFinished(Event):
    """All slices have arrived: the playlists of the last server get their last line."""

    storage: Storage | None
    server: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscodingUploaded(Event):
    """A file of postponed transcoding or mixing arrived in the bucket."""

    file: Transcoded
    storage: Storage
