"""Slices, parts and snapshots reach the bucket; playlists appear after their first slice."""

from __future__ import annotations

from mockrec.domain.events import (
    PartUploaded,
    PlaylistAppeared,
    PlaylistsFinished,
    SliceStarted,
    SliceUploaded,
    SnapshotUploaded,
    Uploaded,
    UploadProgressed,
    VodStarted,
    VodTriggered,
)
from mockrec.domain.ids import video_id
from mockrec.domain.moments import Millis
from mockrec.domain.recording import Recording
from mockrec.domain.streams import (
    Container,
    FileKind,
    Part,
    RecordedFile,
    Slice,
    Snapshot,
    StreamKey,
    Track,
)
from mockrec.domain.task import Mode, StreamMode
from mockrec.domain.values import replace

_ALL = 10_000


def arrive(recording: Recording, item: Slice | Part | Snapshot) -> Recording:
    """One file is in the bucket."""
    recording = replace(recording, arrived=recording.arrived + 1)
    match item:
        case Slice():
            return _slice_arrived(recording, item)
        case Part():
            return _part_arrived(recording, item)
        case Snapshot():
            return recording.announce(SnapshotUploaded, snapshot=item, storage=recording.storage)


def report_progress(recording: Recording) -> Recording:
    """The share of the recorded files that have arrived, in ten-thousandths."""
    done = _ALL * recording.arrived // recording.cut if recording.cut else 0
    return recording.announce(UploadProgressed, progress=done)


def finish_uploads(recording: Recording) -> Recording:
    """Everything has arrived: the playlists are ended and the outside is told."""
    if not recording.recorded:
        return recording
    recording = recording.tell(PlaylistsFinished(at=recording.now, storage=recording.storage))
    recording = recording.announce(UploadProgressed, progress=_ALL)
    if recording.task.vod:
        return recording.announce(VodTriggered)
    return recording.announce(Uploaded, files=recording.files)


def _slice_arrived(recording: Recording, made: Slice) -> Recording:
    uploaded = SliceUploaded(at=recording.now, slice=made, storage=recording.storage)
    recording = recording.tell(uploaded)
    key = made.key
    recording = _list(recording, _file(recording, FileKind.PLAYLIST, key, made.start))
    if recording.task.stream_mode is StreamMode.STANDARD and recording.task.mode is Mode.INDIVIDUAL:
        kind = FileKind.MPD if made.container is Container.WEBM else FileKind.MERGED
        merged = _file(recording, kind, StreamKey(key.uid, Track.BOTH), made.start)
        if kind is FileKind.MERGED or key.track is Track.VIDEO:
            recording = _list(recording, merged)
    if made.fresh and recording.task.mode is not Mode.WEB:
        recording = recording.announce(SliceStarted, slice=made)
    return recording


def _part_arrived(recording: Recording, part: Part) -> Recording:
    key = next(iter(recording.streams))
    file = _file(recording, FileKind.MP4, key, part.start, part.index)
    recording = replace(recording, files=(*recording.files, file))
    return recording.tell(
        PartUploaded(at=recording.now, part=part, file=file, storage=recording.storage)
    )


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
