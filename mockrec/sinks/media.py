"""The files of a recording: slices, playlists, MP4s and snapshots, drawn when they arrive.

Playlists are written once for all the slices of a batch: the versions between could not be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockrec.domain.channel import Medium
from mockrec.domain.events import (
    PartUploaded,
    PlaylistsFinished,
    SessionExited,
    SliceUploaded,
    SnapshotUploaded,
    TranscodingUploaded,
)
from mockrec.domain.moments import Millis
from mockrec.domain.streams import Container, FileKind, RecordedFile, Slice, StreamKey, Track
from mockrec.domain.task import Mode, Postponed, StreamMode
from mockrec.render.audio import aac, mp3
from mockrec.render.mp4 import m4a, mp4
from mockrec.render.names import (
    file_name,
    path,
    playlist_name,
    slice_name,
    snapshot_name,
    transcoded_name,
)
from mockrec.render.playlist import manifest, merged, playlist, slice_lines
from mockrec.render.snapshot import snapshot
from mockrec.render.transport_stream import transport_stream
from mockrec.render.webm import webm

if TYPE_CHECKING:
    from mockrec.domain.task import Storage, Task
    from mockrec.domain.world import Outgoing
    from mockrec.render.footage import Footage
    from mockrec.sinks.shelf import Shelf

WANTED = (
    SliceUploaded,
    PartUploaded,
    SnapshotUploaded,
    TranscodingUploaded,
    PlaylistsFinished,
    SessionExited,
)
"""The events that this sink has something to do for."""


@dataclass(slots=True)
class _Listing:
    """A playlist in the making: the lines of its slices, joined when it is written."""

    lines: list[str] = field(default_factory=list)
    webm: list[tuple[Slice, str]] = field(default_factory=list)
    longest: Millis = 0
    ended: bool = False


@dataclass(slots=True)
class _Album:
    """The playlists of one recording, and which of them are to be written."""

    task: Task
    storage: Storage
    at: Millis = 0
    listings: dict[StreamKey, _Listing] = field(default_factory=dict)
    changed: set[StreamKey] = field(default_factory=set)


class MediaSink:
    """Draws files and puts them on the shelf of their world."""

    def __init__(self, footage: Callable[[], Footage]) -> None:
        self._footage = footage
        self._albums: dict[str, _Album] = {}

    def take(self, batch: Iterable[Outgoing], shelf: Shelf) -> None:
        """Write what these events brought to the bucket, the playlists last."""
        touched: dict[str, _Album] = {}
        over: list[str] = []
        for outgoing in batch:
            task, event = outgoing.task, outgoing.event
            match event:
                case SliceUploaded(storage=storage) if storage:
                    touched[task.sid] = self._slice(task, event, storage, shelf)
                case SnapshotUploaded(storage=storage) if storage:
                    self._snapshot(task, event, storage, shelf)
                case PartUploaded(storage=storage) if storage:
                    self._part(task, event, storage, shelf)
                case TranscodingUploaded():
                    self._transcoding(task, event, shelf)
                case PlaylistsFinished() if task.sid in self._albums:
                    touched[task.sid] = _end(self._albums[task.sid], event.at)
                case SessionExited():
                    over.append(task.sid)
        for album in touched.values():
            _write_playlists(album, shelf)
        for sid in over:
            self._albums.pop(sid, None)

    def forget(self, app_id: str) -> None:
        """Drop the playlists in the making of this world."""
        for sid in [sid for sid, album in self._albums.items() if album.task.app_id == app_id]:
            del self._albums[sid]

    def _slice(self, task: Task, event: SliceUploaded, storage: Storage, shelf: Shelf) -> _Album:
        piece = event.slice
        name = slice_name(task, piece)
        shelf.put(storage.bucket, path(storage.prefix, name), self._draw(piece), event.at)
        album = self._albums.setdefault(task.sid, _Album(task, storage))
        album.storage, album.at = storage, event.at
        listing = album.listings.setdefault(piece.key, _Listing())
        listing.lines.append(slice_lines(piece, name, comma=task.correct_extinf))
        listing.longest = max(listing.longest, piece.end - piece.start)
        if piece.container is Container.WEBM:
            listing.webm.append((piece, name))
        album.changed.add(piece.key)
        return album

    def _draw(self, piece: Slice) -> bytes:
        audio, video = piece.key.track is not Track.VIDEO, piece.key.track is not Track.AUDIO
        start, duration = piece.start - piece.opened, piece.end - piece.start
        if piece.container is Container.WEBM:
            return webm(self._footage(), audio=audio, video=video, start=start, duration=duration)
        portrait = piece.picture is not None and piece.picture.height > piece.picture.width
        return transport_stream(
            self._footage(),
            audio=audio,
            video=video,
            portrait=portrait,
            start=start,
            duration=duration,
        )

    def _part(self, task: Task, event: PartUploaded, storage: Storage, shelf: Shelf) -> None:
        size = (
            (task.page.width, task.page.height)
            if task.page
            else (
                task.canvas.width,
                task.canvas.height,
            )
        )
        data = mp4(
            self._footage(),
            audio=task.mode is Mode.WEB or Medium.AUDIO in task.media,
            video=task.mode is Mode.WEB or Medium.VIDEO in task.media,
            portrait=size[1] > size[0],
            duration=event.part.media,
        )
        name = file_name(task, event.file)
        shelf.put(storage.bucket, path(storage.prefix, name), data, event.at)

    def _snapshot(
        self, task: Task, event: SnapshotUploaded, storage: Storage, shelf: Shelf
    ) -> None:
        taken = event.snapshot
        note = f"mockrec {task.sid} uid {taken.uid} at {taken.at}"
        data = snapshot(self._footage(), portrait=taken.portrait, note=note)
        name = snapshot_name(task, taken)
        shelf.put(storage.bucket, path(storage.prefix, name), data, event.at)

    def _transcoding(self, task: Task, event: TranscodingUploaded, shelf: Shelf) -> None:
        file, storage = event.file, event.storage
        match task.postponed_format:
            case "mp3":
                data = mp3(self._footage(), duration=file.media)
            case "aac":
                data = aac(self._footage(), duration=file.media)
            case "m4a":
                data = m4a(self._footage(), duration=file.media)
            case _:
                data = mp4(
                    self._footage(),
                    audio=Medium.AUDIO in task.media,
                    video=Medium.VIDEO in task.media and task.postponed is not Postponed.MIXING,
                    portrait=file.portrait,
                    duration=file.media,
                )
        shelf.put(storage.bucket, path(storage.prefix, transcoded_name(task, file)), data, event.at)


def _end(album: _Album, at: Millis) -> _Album:
    for key, listing in album.listings.items():
        listing.ended = True
        album.changed.add(key)
    album.at = at
    return album


def _write_playlists(album: _Album, shelf: Shelf) -> None:
    task, storage = album.task, album.storage
    for key in sorted(album.changed):
        listing = album.listings[key]
        text = playlist(listing.lines, listing.longest, ended=listing.ended)
        name = playlist_name(task, key)
        shelf.put(storage.bucket, path(storage.prefix, name), text.encode(), album.at)
    if task.mode is Mode.INDIVIDUAL and task.stream_mode is StreamMode.STANDARD:
        for uid in sorted({key.uid for key in album.changed}):
            _write_merged(album, uid, shelf)
    album.changed.clear()


def _write_merged(album: _Album, uid: int, shelf: Shelf) -> None:
    """Standard mode's index over both tracks of a user: M3U8, or MPD for WebM slices."""
    task, storage, key = album.task, album.storage, StreamKey(uid, Track.BOTH)
    names = {
        track: playlist_name(task, StreamKey(uid, track))
        if StreamKey(uid, track) in album.listings
        else None
        for track in (Track.AUDIO, Track.VIDEO)
    }
    web = {
        track: album.listings.get(StreamKey(uid, track), _Listing()).webm
        for track in (Track.VIDEO, Track.AUDIO)
    }
    if web[Track.VIDEO]:
        text = manifest([(str(track), slices) for track, slices in web.items()])
        name = file_name(task, RecordedFile(FileKind.MPD, key, 0))
        shelf.put(storage.bucket, path(storage.prefix, name), text.encode(), album.at)
    if _has_ts(album, uid):
        text = merged(names[Track.AUDIO], names[Track.VIDEO])
        name = file_name(task, RecordedFile(FileKind.MERGED, key, 0))
        shelf.put(storage.bucket, path(storage.prefix, name), text.encode(), album.at)


def _has_ts(album: _Album, uid: int) -> bool:
    listings = [album.listings.get(StreamKey(uid, track)) for track in (Track.AUDIO, Track.VIDEO)]
    return any(one is not None and len(one.lines) > len(one.webm) for one in listings)
