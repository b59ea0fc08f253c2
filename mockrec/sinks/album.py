"""The playlists of one recording in the making: lines are made once, and joined at each writing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import TYPE_CHECKING, Protocol, TypeVar

from mockrec.domain.moments import Millis
from mockrec.domain.streams import Container, FileKind, RecordedFile, Slice, StreamKey, Track
from mockrec.domain.task import Mode, StreamMode
from mockrec.domain.values import dataclass
from mockrec.render.names import file_name, path, playlist_name, restored_name, slice_name
from mockrec.render.playlist import manifest, merged, playlist, slice_lines

if TYPE_CHECKING:
    from mockrec.domain.task import Storage, Task
    from mockrec.storage.drawing import Content


T = TypeVar("T")

_TRACKS = (Track.AUDIO, Track.VIDEO)


class Keep(Protocol):
    """Whoever takes files: a shelf, or a list of what is to be sent."""

    def put(self, bucket: str, key: str, data: Content, at: Millis) -> None:
        """Take a file."""


@dataclass(slots=True)
class Listing:
    """One playlist: the lines of its slices by their numbers."""

    lines: dict[int, str] = field(default_factory=dict)
    webm: dict[int, tuple[Slice, str]] = field(default_factory=dict)
    longest: Millis = 0
    ended: bool = False

    def text(self) -> str:
        """The file as it is now; what the backup brought late stands in its place."""
        return playlist(_in_order(self.lines), self.longest, ended=self.ended)


@dataclass(slots=True)
class Album:
    """The playlists of one recording."""

    task: Task
    storage: Storage
    listings: dict[StreamKey, Listing] = field(default_factory=dict)
    in_backup: bool = False
    """Whether the backup has something that the bucket lacks."""

    def add(self, piece: Slice) -> StreamKey:
        """List a slice that has arrived; listing one twice changes nothing."""
        listing = self.listings.setdefault(piece.key, Listing())
        name = slice_name(self.task, piece)
        comma = self.task.correct_extinf
        listing.lines[piece.number] = slice_lines(piece, name, comma=comma)
        listing.longest = max(listing.longest, piece.end - piece.start)
        if piece.container is Container.WEBM:
            listing.webm[piece.number] = (piece, name)
        return piece.key

    def end(self, server: int) -> set[StreamKey]:
        """Give the playlists of this server their last line; one that died has left none."""
        ended = {key for key in self.listings if key.server == server}
        for key in ended:
            self.listings[key].ended = True
        return ended

    def write(self, keys: Iterable[StreamKey], at: Millis, keep: Keep) -> None:
        """Write these playlists, and the indexes over them."""
        changed = sorted(keys)
        for key in changed:
            self._put(playlist_name(self.task, key), self.listings[key].text(), at, keep)
        if self.task.mode is Mode.INDIVIDUAL and self.task.stream_mode is StreamMode.STANDARD:
            for key in sorted({key._replace(track=Track.BOTH) for key in changed}):
                self._write_merged(key, at, keep)

    def write_restored(self, keys: Iterable[StreamKey], at: Millis, keep: Keep) -> None:
        """Write these playlists for good, under the names that the backup gives them."""
        for key in sorted(keys):
            self.listings[key].ended = True
            name = restored_name(playlist_name(self.task, key), at, 0)
            self._put(name, self.listings[key].text(), at, keep)

    def _put(self, name: str, text: str, at: Millis, keep: Keep) -> None:
        key = path(self.storage.prefix, name)
        keep.put(self.storage.bucket, key, text.encode(), at)

    def _write_merged(self, both: StreamKey, at: Millis, keep: Keep) -> None:
        """Standard mode's index over both tracks of a user: M3U8, or MPD for WebM slices."""
        tracks = {track: self.listings.get(both._replace(track=track)) for track in _TRACKS}
        audio, video = (
            playlist_name(self.task, both._replace(track=track)) if tracks[track] else None
            for track in _TRACKS
        )
        web = {
            track: list(_in_order(listing.webm))
            for track, listing in tracks.items()
            if listing is not None and listing.webm
        }
        if Track.VIDEO in web:
            text = manifest([(str(track), web[track]) for track in sorted(web, reverse=True)])
            self._put(file_name(self.task, RecordedFile(FileKind.MPD, both, 0)), text, at, keep)
        if any(one is not None and len(one.lines) > len(one.webm) for one in tracks.values()):
            name = file_name(self.task, RecordedFile(FileKind.MERGED, both, 0))
            self._put(name, merged(audio, video), at, keep)


def _in_order(numbered: dict[int, T]) -> Iterable[T]:
    return numbered.values() if _sorted(numbered) else (numbered[n] for n in sorted(numbered))


def _sorted(numbered: dict[int, T]) -> bool:
    """Whether the numbers came in order, as they do but for what the backup brings."""
    return not numbered or next(reversed(numbered)) == len(numbered) - 1
