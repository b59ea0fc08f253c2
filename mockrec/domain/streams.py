"""What is recorded: streams, the slices cut from them, and the files that come of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from mockrec.domain.channel import Codec
from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass


class Track(StrEnum):
    """What a file holds."""

    AUDIO = "audio"
    VIDEO = "video"
    BOTH = "audio_and_video"


class Container(StrEnum):
    """How a slice is packed; the value is its suffix."""

    TS = "ts"
    WEBM = "webm"


EVERYBODY: Final = 0
"""The uid of a mixed stream."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The size and the codec of a video; a change of either cuts the slice."""

    width: int
    height: int
    codec: Codec = Codec.H264


class StreamKey(NamedTuple):
    """One sequence of slices: whose, and of what."""

    uid: int
    track: Track
    server: int = 0
    """How many fail-overs came before: each server begins streams and files of its own."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A finished piece of a stream."""

    word = "slice"
    key: StreamKey
    number: int
    start: Millis
    end: Millis
    opened: Millis
    """When the stream's first slice began: the media time of a slice counts from there."""
    container: Container
    picture: Picture | None
    fresh: bool
    """Whether it is the first after the stream began, or began again."""
    turned: bool
    """Whether the picture differs from the slice before."""
    discontinued: Millis
    """For a fresh slice: where the last good one ended, else its own start."""


@dataclass(frozen=True)
class Stream:
    """A stream while it is recorded. Closed (`slice_start` is None) it waits to begin again."""

    key: StreamKey
    opened: Millis
    slice_start: Millis | None
    container: Container = Container.TS
    """How the slice being recorded is packed: decided when it began."""
    picture: Picture | None = None
    number: int = 0
    fresh: bool = True
    turned: bool = True
    interrupted: bool = False
    last_end: Millis | None = None


@dataclass(frozen=True)
class Part:
    """An MP4 file in the making: its number, where it began and how much media it holds."""

    word = "part"
    index: int
    start: Millis
    media: Millis = 0
    server: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture taken of one user."""

    word = "snapshot"
    uid: int
    at: Millis
    portrait: bool
    server: int = 0


@dataclass(frozen=True, slots=True)
class Transcoded:
    """A file of postponed transcoding or mixing: whose, which, and how long."""

    uid: int
    index: int
    media: Millis
    portrait: bool


Item = Slice | Part | Snapshot
"""What goes to the bucket piece by piece; scenarios call each by its `word`."""


class Verdict(StrEnum):
    """What a bucket says to an upload."""

    STORED = "stored"
    FAILED = "failed"
    """This time; another attempt may succeed."""
    REFUSED = "refused"
    """For good: the keys or the bucket are wrong."""


class FileKind(StrEnum):
    """What the file lists name; slices are never listed."""

    PLAYLIST = "playlist"
    MERGED = "merged playlist"
    MPD = "merged manifest"
    MP4 = "mp4"


@dataclass(frozen=True)
class RecordedFile:
    """A file that the lists name."""

    kind: FileKind
    key: StreamKey
    start: Millis
    index: int = 0
    prefix: tuple[str, ...] = ()
    """Where it lies in its bucket: an update may send it elsewhere when it is written again."""


class OutputState(StrEnum):
    """How an RTMP push fares; the words are the wire's."""

    CONNECTING = "connecting"
    PUBLISHING = "publishing"
    ON_HOLD = "onhold"
    DISCONNECTED = "disconnected"
