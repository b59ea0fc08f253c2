"""Slices, parts and snapshots reach the bucket; playlists appear after their first slice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from mockrec.domain.capture import mixed_key
from mockrec.domain.events import (
    ItemBackedUp,
    PartUploaded,
    PlaylistsFinished,
    SliceUploaded,
    UploadTried,
)
from mockrec.domain.ids import video_id
from mockrec.domain.moments import Millis
from mockrec.domain.notices import (
    BackedUp,
    PlaylistAppeared,
    RecordingWarned,
    SliceStarted,
    SnapshotUploaded,
    Uploaded,
    UploadProgressed,
    VodStarted,
    VodTriggered,
)
from mockrec.domain.promises import FinishUpload
from mockrec.domain.recording import Ending, Recording
from mockrec.domain.streams import (
    Container,
    FileKind,
    Item,
    Part,
    RecordedFile,
    Slice,
    Snapshot,
    StreamKey,
    Track,
)
from mockrec.domain.task import Mode, StreamMode
from mockrec.domain.values import replace

if TYPE_CHECKING:
    from mockrec.domain.task import Storage

_ALL: Final = 10_000
ATTEMPTS: Final = 2
"""How often a file is brought to the bucket before the backup takes it."""
_UPLOADER, _TRIED_AGAIN, TO_BACKUP = 1, 31, 32
"""The module and the codes of the warnings (docs/protocol.md#notifications)."""


def ask(recording: Recording, promise: FinishUpload) -> Recording:
    """A real bucket is asked to take the file; its answer comes when it comes."""
    assert recording.storage is not None, "without a bucket nobody is asked"  # noqa: S101
    number = recording.uploads
    asked = recording.asked.set(number, promise)
    tried = UploadTried(
        at=recording.now,
        number=number,
        attempt=promise.attempt,
        item=promise.item,
        storage=recording.storage,
    )
    return replace(recording, uploads=number + 1, asked=asked).tell(tried)


def failed(recording: Recording, promise: FinishUpload) -> Recording:
    """An upload failed: it is tried again, and at last goes to the service's own backup."""
    if promise.attempt < ATTEMPTS:
        recording = recording.announce(RecordingWarned, module=_UPLOADER, code=_TRIED_AGAIN)
        again = FinishUpload(promise.item, promise.attempt + 1)
        return recording.later(recording.task.timing.retry_upload, again)
    recording = recording.announce(RecordingWarned, module=_UPLOADER, code=TO_BACKUP)
    return _back_up(recording, promise.item)


def arrive(recording: Recording, item: Item) -> Recording:
    """One file is in the bucket."""
    recording = replace(recording, arrived=recording.arrived + 1)
    match item:
        case Slice():
            return _slice_arrived(recording, item)
        case Part():
            return _part_arrived(recording, item)
        case Snapshot():
            return recording.announce(SnapshotUploaded, snapshot=item, storage=recording.storage)
    assert_never(item)


def redirect(recording: Recording, storage: Storage) -> Recording:
    """From now on files go elsewhere, and so do the playlists that this server still writes.

    What is written once stays where it is: MP4 files, and all that another server has written.
    """
    files = tuple(
        replace(file, prefix=storage.prefix)
        if file.kind is not FileKind.MP4 and file.key.server == recording.server
        else file
        for file in recording.files
    )
    return replace(recording, storage=storage, files=files)


def report_progress(recording: Recording) -> Recording:
    """The share of the recorded files that have arrived, in ten-thousandths."""
    done = _ALL * recording.arrived // recording.cut if recording.cut else 0
    return recording.announce(UploadProgressed, progress=done)


def finish_uploads(recording: Recording) -> Recording:
    """Everything has arrived: the playlists are ended and the outside is told."""
    if not recording.recorded or recording.ending is Ending.BUCKET_REFUSED:
        return recording
    finished = PlaylistsFinished(
        at=recording.now, storage=recording.storage, server=recording.server
    )
    recording = recording.tell(finished)
    if recording.task.vod:
        return recording.announce(VodTriggered)
    recording = recording.announce(UploadProgressed, progress=_ALL)
    if recording.backup:
        return recording.announce(BackedUp, files=recording.listed)
    return recording.announce(Uploaded, files=recording.listed)


def _back_up(recording: Recording, item: Item) -> Recording:
    recording = replace(recording, arrived=recording.arrived + 1, backup=(*recording.backup, item))
    recording = recording.tell(ItemBackedUp(at=recording.now, item=item))
    match item:
        case Slice():
            return _list_slice(recording, item)
        case Part():
            return replace(recording, files=(*recording.files, _mp4(recording, item)))
        case Snapshot():
            return recording
    assert_never(item)


def _slice_arrived(recording: Recording, made: Slice) -> Recording:
    uploaded = SliceUploaded(at=recording.now, slice=made, storage=recording.storage)
    return _list_slice(recording.tell(uploaded), made)


def _list_slice(recording: Recording, made: Slice) -> Recording:
    """The playlists of a slice are listed when they are first written."""
    key = made.key
    recording = _list(recording, _file(recording, FileKind.PLAYLIST, key, made.start))
    if recording.task.stream_mode is StreamMode.STANDARD and recording.task.mode is Mode.INDIVIDUAL:
        kind = FileKind.MPD if made.container is Container.WEBM else FileKind.MERGED
        merged = _file(recording, kind, key._replace(track=Track.BOTH), made.start)
        if kind is FileKind.MERGED or key.track is Track.VIDEO:
            recording = _list(recording, merged)
    if made.fresh and recording.task.mode is not Mode.WEB:
        recording = recording.announce(SliceStarted, slice=made)
    return recording


def _part_arrived(recording: Recording, part: Part) -> Recording:
    file = _mp4(recording, part)
    recording = replace(recording, files=(*recording.files, file))
    return recording.tell(
        PartUploaded(at=recording.now, part=part, file=file, storage=recording.storage)
    )


def _mp4(recording: Recording, part: Part) -> RecordedFile:
    key = mixed_key(recording.task, part.server)
    return _file(recording, FileKind.MP4, key, part.start, part.index)


def _file(
    recording: Recording, kind: FileKind, key: StreamKey, start: Millis, index: int = 0
) -> RecordedFile:
    prefix = recording.storage.prefix if recording.storage else ()
    return RecordedFile(kind, key, start, index, prefix)


def _list(recording: Recording, file: RecordedFile) -> Recording:
    """A playlist is listed, and told of, once."""
    if any((one.kind, one.key) == (file.kind, file.key) for one in recording.files):
        return recording
    recording = replace(recording, files=(*recording.files, file))
    recording = recording.announce(PlaylistAppeared, file=file)
    if recording.task.vod:
        given = video_id(recording.task.sid, len(recording.files) - 1)
        return recording.announce(VodStarted, video_id=given)
    return recording
