"""The files of a recording: slices, playlists, MP4s and snapshots, drawn when they arrive.

Playlists are written once for all the slices of a batch: the versions between could not be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

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
from mockrec.domain.streams import Item, Part, Slice, Snapshot, StreamKey
from mockrec.render.names import part_name, path, slice_name, snapshot_name, transcoded_name
from mockrec.render.snapshot import snapshot
from mockrec.sinks.album import Album, Keep

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.outgoing import Outgoing
    from mockrec.domain.task import Storage, Task
    from mockrec.render.footage import Footage

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
        from mockrec.sinks import drawings

        match item:
            case Slice():
                name, data = slice_name(task, item), drawings.slice_of(self._footage(), item)
            case Part():
                name = part_name(task, item.index, item.server)
                data = drawings.part_of(self._footage(), task, item)
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
                from mockrec.sinks import drawings

                key = path(storage.prefix, transcoded_name(task, file))
                data = drawings.transcoded_of(self._footage(), task, file)
                keep.put(storage.bucket, key, data, event.at)
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
