"""The files of a recording: slices, playlists, MP4s and snapshots, drawn when they arrive.

Playlists are written once for all the slices of a batch: the versions between could not be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from mockrec.domain.channel import Medium
from mockrec.domain.events import (
    ItemBackedUp,
    PartUploaded,
    PlaylistsFinished,
    Restored,
    RestoreTried,
    SliceUploaded,
    TranscodingUploaded,
)
from mockrec.domain.moments import Millis
from mockrec.domain.notices import SessionExited, SnapshotUploaded
from mockrec.domain.streams import Container, Item, Part, Slice, Snapshot, StreamKey, Track
from mockrec.domain.task import Mode, Postponed
from mockrec.render.audio import aac, mp3
from mockrec.render.mp4 import m4a, mp4
from mockrec.render.names import part_name, path, slice_name, snapshot_name, transcoded_name
from mockrec.render.snapshot import snapshot
from mockrec.render.transport_stream import transport_stream, volume
from mockrec.render.webm import webm
from mockrec.sinks.album import Album, Keep
from mockrec.storage.drawing import Drawing

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.outgoing import Outgoing
    from mockrec.domain.streams import Transcoded
    from mockrec.domain.task import Storage, Task
    from mockrec.render.footage import Footage
    from mockrec.storage.drawing import Content

WANTED = (
    SliceUploaded,
    PartUploaded,
    SnapshotUploaded,
    ItemBackedUp,
    RestoreTried,
    Restored,
    TranscodingUploaded,
    PlaylistsFinished,
    SessionExited,
)
"""The events that this sink has something to do for."""


class MediaSink:
    """Draws files and hands them to whoever keeps them."""

    def __init__(self, footage: Callable[[], Footage]) -> None:
        self._footage = footage
        self._albums: dict[str, Album] = {}

    def take(self, batch: Iterable[Outgoing], keep: Keep) -> None:
        """Write what these events brought to the bucket, the playlists last.

        What goes to a real bucket was written before the recording heard that it arrived.
        """
        changed: dict[str, set[StreamKey]] = {}
        over: list[str] = []
        at: Millis = 0
        for outgoing in batch:
            task, event, at = outgoing.task, outgoing.event, outgoing.event.at
            keys = self._one(task, event, keep)
            if keys:
                changed.setdefault(task.sid, set()).update(keys)
            if isinstance(event, SessionExited | Restored):
                over.append(task.sid)
        for sid, keys in changed.items():
            self._albums[sid].write(keys, at, keep)
        for sid in over:
            self._close(sid)

    def draw(self, task: Task, item: Item, storage: Storage, at: Millis, keep: Keep) -> None:
        """One file: a slice, a part or a snapshot."""
        match item:
            case Slice():
                name, data = slice_name(task, item), self._slice(item)
            case Part():
                name, data = part_name(task, item.index, item.server), self._part(task, item)
            case Snapshot():
                note = f"mockrec {task.sid} uid {item.uid} at {item.at}"
                data = snapshot(self._footage(), portrait=item.portrait, note=note)
                name = snapshot_name(task, item)
        keep.put(storage.bucket, path(storage.prefix, name), data, at)

    def list(self, task: Task, item: Item, storage: Storage, at: Millis, keep: Keep) -> None:
        """The playlists of a file that has arrived; only a slice has any."""
        if isinstance(item, Slice):
            album = self._album(task, storage)
            album.write({album.add(item)}, at, keep)

    def restore(self, task: Task, event: RestoreTried, keep: Keep) -> None:
        """What the backup has, with its playlists under names of their own."""
        album = self._album(task, event.storage)
        for item in event.items:
            self.draw(task, item, event.storage, event.at, keep)
        keys = {album.add(item) for item in event.items if isinstance(item, Slice)}
        album.write_restored(keys, event.at, keep)

    def forget(self, app_id: str) -> None:
        """Drop the playlists in the making of this world."""
        for sid in [sid for sid, album in self._albums.items() if album.task.app_id == app_id]:
            del self._albums[sid]

    def _one(self, task: Task, event: Event, keep: Keep) -> set[StreamKey]:
        """What one event brought is drawn; the playlists that it changed."""
        match event:
            case SliceUploaded(slice=piece, storage=storage) if storage and not task.external:
                self.draw(task, piece, storage, event.at, keep)
                return {self._album(task, storage).add(piece)}
            case PartUploaded(part=part, storage=storage) if storage and not task.external:
                self.draw(task, part, storage, event.at, keep)
            case SnapshotUploaded(snapshot=shot, storage=storage) if storage and not task.external:
                self.draw(task, shot, storage, event.at, keep)
            case ItemBackedUp() if task.storage:
                self._albums.setdefault(task.sid, Album(task, task.storage)).in_backup = True
            case RestoreTried() if not task.external:
                self.restore(task, event, keep)
            case Restored() if task.sid in self._albums:
                self._albums[task.sid].in_backup = False
            case TranscodingUploaded(file=file, storage=storage):
                key = path(storage.prefix, transcoded_name(task, file))
                keep.put(storage.bucket, key, self._transcoded(task, file), event.at)
            case PlaylistsFinished(storage=storage) if storage and task.sid in self._albums:
                return self._album(task, storage).end(event.server)
        return set()

    def _close(self, sid: str) -> None:
        """The recording is over; what the backup still has will be needed."""
        album = self._albums.get(sid)
        if album is not None and not album.in_backup:
            del self._albums[sid]

    def _album(self, task: Task, storage: Storage) -> Album:
        album = self._albums.setdefault(task.sid, Album(task, storage))
        album.storage = storage
        return album

    def _slice(self, piece: Slice) -> Content:
        """A WebM slice, or the drawing of a transport stream: there are far more of those."""
        audio, video = piece.key.track is not Track.VIDEO, piece.key.track is not Track.AUDIO
        start, duration = piece.start - piece.opened, piece.end - piece.start
        if piece.container is Container.WEBM:
            return webm(self._footage(), audio=audio, video=video, start=start, duration=duration)
        portrait = piece.picture is not None and piece.picture.height > piece.picture.width
        cut: dict[str, Any] = {
            "audio": audio,
            "video": video,
            "portrait": portrait,
            "start": start,
            "duration": duration,
        }
        footage = self._footage()
        return Drawing(volume(footage, **cut), partial(transport_stream, footage, **cut))

    def _part(self, task: Task, part: Part) -> bytes:
        canvas = task.page or task.canvas
        return mp4(
            self._footage(),
            audio=task.mode is Mode.WEB or Medium.AUDIO in task.media,
            video=task.mode is Mode.WEB or Medium.VIDEO in task.media,
            portrait=canvas.height > canvas.width,
            duration=part.media,
        )

    def _transcoded(self, task: Task, file: Transcoded) -> bytes:
        match task.postponed_format:
            case "mp3":
                return mp3(self._footage(), duration=file.media)
            case "aac":
                return aac(self._footage(), duration=file.media)
            case "m4a":
                return m4a(self._footage(), duration=file.media)
        return mp4(
            self._footage(),
            audio=Medium.AUDIO in task.media,
            video=Medium.VIDEO in task.media and task.postponed is not Postponed.MIXING,
            portrait=file.portrait,
            duration=file.media,
        )
