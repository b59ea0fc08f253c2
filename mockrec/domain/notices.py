"""What the outside is told of, in the past tense, and in the order of the numbers on the wire."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mockrec.domain.events import Event
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.channel import Medium
    from mockrec.domain.recording import Ending, Status
    from mockrec.domain.streams import OutputState, RecordedFile, Slice, Snapshot, Transcoded
    from mockrec.domain.task import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """Something the outside is told of, numbered from 0 in each recording."""

    sequence: int
    recorder: int | None = None
    """The uid of the recorder that tells it, where it is not the task's: after a fail-over."""


class Limit(StrEnum):
    """What a page can ask too much of; the words are the wire's."""

    RESOLUTION = "resolution"
    WEBGL = "WebGL"
    BANDWIDTH = "bandwidth"


class Mishap(StrEnum):
    """Why a page is loaded anew; the words are the wire's."""

    SILENCE = "audio_silence"
    TIMEOUT = "page_load_timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMisplaced(Notice):
    """A call did not fit the state."""

    status: Status
    files: tuple[RecordedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed(Notice):
    """An error that may end the recording."""

    module: int
    level: int
    code: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWarned(Notice):
    """Something went wrong that the recording survives."""

    module: int
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistAppeared(Notice):
    """A playlist was generated and uploaded for the first time."""

    file: RecordedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionExited(Notice):
    """The recording is over."""

    ending: Ending
    abnormal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedOver(Notice):
    """The recording moved to another server, where it goes by another uid."""

    new_uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(Notice):
    """The high-availability register knows the recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploaderStarted(Notice):
    """The uploader is up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded(Notice):
    """Every file is in the customer's bucket."""

    files: tuple[RecordedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp(Notice):
    """Every file is uploaded, but at least one only to the service's own backup."""

    files: tuple[RecordedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadProgressed(Notice):
    """How far the uploads are, from 0 to 10,000."""

    progress: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysExpired(Notice):
    """The temporary keys of the bucket are no longer good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderStarted(Notice):
    """The recorder joined the channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderLeft(Notice):
    """The recorder left the channel; the code is a bit mask."""

    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceStarted(Notice):
    """The first slice of a stream, or the first after an interruption, is there."""

    slice: Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamChanged(Notice):
    """A user's audio or video began to arrive, or ceased to."""

    uid: int
    medium: Medium
    receiving: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotUploaded(Notice):
    """A snapshot was taken and arrived in the bucket."""

    snapshot: Snapshot
    storage: Storage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VodStarted(Notice):
    """ApsaraVideo for VoD gave out a video id for a playlist."""

    video_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VodTriggered(Notice):
    """Every file is with ApsaraVideo for VoD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebStarted(Notice):
    """The page is loaded and recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebStopped(Notice):
    """The web recorder stopped, for whatever reason."""

    ending: Ending
    files: tuple[RecordedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityLimited(Notice):
    """The page needs what the web recorder cannot do."""

    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReloaded(Notice):
    """The page was loaded anew."""

    reason: Mishap


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscoderStarted(Notice):
    """Postponed transcoding began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscoderCompleted(Notice):
    """Postponed transcoding has its files, but of some users it could make none."""

    files: tuple[Transcoded, ...]
    storage: Storage
    failed: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadFailed(Notice):
    """Postponed transcoding could not fetch these files from the bucket."""

    files: tuple[RecordedFile | Slice, ...]
    storage: Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class PostponedFinished(Notice):
    """What became of postponed transcoding in the end."""

    files: tuple[Transcoded, ...]
    storage: Storage
    failed: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputChanged(Notice):
    """An RTMP push changed its state."""

    url: str
    state: OutputState
