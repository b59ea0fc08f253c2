"""The playlists of one recording in the making: lines are made once, and joined at each writing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from mockrec.domain.moments import Millis
from mockrec.domain.streams import Container, FileKind, RecordedFile, Slice, StreamKey, Track
from mockrec.domain.task import Mode, StreamMode
from mockrec.domain.values import dataclass
from mockrec.render.names import file_name, path, playlist_name, restored_name, slice_name
from mockrec.render.playlist import manifest, merged, playlist, slice_lines

if TYPE_CHECKING:
    from mockrec.domain.task import Storage, Task
    from mockrec.storage.drawing import Content

_TRACKS = (Track.AUDIO, Track.VIDEO)


class Keep(Protocol):
    """Whoever takes files: a shelf, or a list of what is to be sent."""

    def put(self, bucket: str, key: str, data: Content, at: Millis) -> None:
        """Take a file."""


@dataclass(slots=True)
class Listing:
    """One playlist: its slices by their numbers, and the lines of each."""

    task: Task
    slices: dict[int, Slice] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    longest: Millis = 0
    ended: bool = False

    def add(self, piece: Slice) -> None:
        """List a slice; one that comes late, as from the backup, has the lines made anew."""
        if piece.number in self.slices:
            return
        last = next(reversed(self.slices.values()), None)
        whole = len(self.lines) == len(self.slices)
        self.slices[piece.number] = piece
        self.longest = max(self.longest, piece.end - piece.start)
        if whole and (last is None or last.number < piece.number):
            self.lines.append(self._lines(piece, last))

    def text(self) -> str:
        """The file as it is now; what the backup brought late stands in its place."""
        slices = self.in_order()
        if len(self.lines) < len(self.slices):
            befores = (None, *slices)
            self.lines = [
                self._lines(one, last) for last, one in zip(befores, slices, strict=False)
            ]
        return playlist(self.lines, self.longest, ended=self.ended)

    def in_order(self) -> Collection[Slice]:
        """The slices by their numbers, whenever they came."""
        if len(self.lines) < len(self.slices):
            self.slices = dict(sorted(self.slices.items()))
        return self.slices.values()

    def _lines(self, piece: Slice, last: Slice | None) -> str:
        name = slice_name(self.task, piece)
        return slice_lines(piece, name, last, comma=self.task.correct_extinf)


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
        self.listings.setdefault(piece.key, Listing(self.task)).add(piece)
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
        for both in self._users(changed):
            self._write_manifest(both, at, keep)
            self._write_merged(both, at, keep)

    def write_restored(self, keys: Iterable[StreamKey], at: Millis, keep: Keep) -> None:
        """Write these playlists for good, under the names that the backup gives them.

        The manifests over them have no such names: they are written again.
        """
        restored = sorted(keys)
        for key in restored:
            self.listings[key].ended = True
            name = restored_name(playlist_name(self.task, key), at, 0)
            self._put(name, self.listings[key].text(), at, keep)
        for both in self._users(restored):
            self._write_manifest(both, at, keep)

    def _put(self, name: str, text: str, at: Millis, keep: Keep) -> None:
        key = path(self.storage.prefix, name)
        keep.put(self.storage.bucket, key, text.encode(), at)

    def _users(self, keys: Iterable[StreamKey]) -> list[StreamKey]:
        """Both tracks of each of these users, where there is an index over them."""
        if (
            self.task.mode is not Mode.INDIVIDUAL
            or self.task.stream_mode is not StreamMode.STANDARD
        ):
            return []
        return sorted({key._replace(track=Track.BOTH) for key in keys})

    def _write_manifest(self, both: StreamKey, at: Millis, keep: Keep) -> None:
        """Standard mode's MPD over the WebM slices of a user, if there is such a video."""
        web = {
            track: [
                (piece, slice_name(self.task, piece))
                for piece in listing.in_order()
                if piece.container is Container.WEBM
            ]
            for track, listing in self._tracks(both)
        }
        if web.get(Track.VIDEO):
            text = manifest([(str(track), web[track]) for track in sorted(web, reverse=True)])
            self._put(file_name(self.task, RecordedFile(FileKind.MPD, both, 0)), text, at, keep)

    def _write_merged(self, both: StreamKey, at: Millis, keep: Keep) -> None:
        """Standard mode's M3U8 over the playlists of a user, if there is a TS slice in them."""
        tracks = dict(self._tracks(both))
        pieces = (piece for listing in tracks.values() for piece in listing.in_order())
        if any(piece.container is Container.TS for piece in pieces):
            audio, video = (
                playlist_name(self.task, both._replace(track=track)) if track in tracks else None
                for track in _TRACKS
            )
            name = file_name(self.task, RecordedFile(FileKind.MERGED, both, 0))
            self._put(name, merged(audio, video), at, keep)

    def _tracks(self, both: StreamKey) -> Iterator[tuple[Track, Listing]]:
        for track in _TRACKS:
            listing = self.listings.get(both._replace(track=track))
            if listing is not None:
                yield track, listing
