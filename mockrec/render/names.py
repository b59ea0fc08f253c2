"""Object names: what each file is called in the bucket (docs/protocol.md#names)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, assert_never

from mockrec.domain.moments import Millis, stamp
from mockrec.domain.streams import EVERYBODY, FileKind, Track
from mockrec.domain.task import Mode, Postponed

if TYPE_CHECKING:
    from mockrec.domain.streams import RecordedFile, Slice, Snapshot, StreamKey, Transcoded
    from mockrec.domain.task import Task

_REPLACED_IN_WEB: Final = re.compile(r"[!@#$%^&*()+_.=\[\]{}~|,;:?<>/\\\s]")

CONTENT_TYPES: Final = {
    "m3u8": "application/x-mpegURL",
    "mpd": "application/dash+xml",
    "ts": "video/MP2T",
    "webm": "video/webm",
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "mp3": "audio/mpeg",
    "jpg": "image/jpeg",
}


def path(prefix: tuple[str, ...], name: str) -> str:
    """The object's key: the prefix's parts and the name, joined by slashes."""
    return "/".join((*prefix, name))


def content_type(name: str) -> str:
    """The Content-Type by the name's suffix."""
    return CONTENT_TYPES.get(name.rpartition(".")[2], "application/octet-stream")


def slice_name(task: Task, piece: Slice) -> str:
    """``<sid>_<cname>[__uid_s_<uid>__uid_e_<type>]_<utc>.ts``."""
    return f"{_stem(task, piece.key)}_{stamp(piece.start)}.{piece.container}"


def snapshot_name(task: Task, snapshot: Snapshot) -> str:
    """``<sid>_<cname>__uid_s_<uid>__uid_e_video_<utc>.jpg``."""
    base = _base(task, snapshot.server)
    return f"{base}{_user(snapshot.uid)}video_{stamp(snapshot.at)}.jpg"


def playlist_name(task: Task, key: StreamKey) -> str:
    """The index of one stream."""
    return f"{_stem(task, key)}.m3u8"


def file_name(task: Task, file: RecordedFile) -> str:
    """The name of a file that the lists name, without the prefix path."""
    match file.kind:
        case FileKind.PLAYLIST:
            return playlist_name(task, file.key)
        case FileKind.MERGED:
            return f"{_base(task, file.key.server)}{_user(file.key.uid)}av.m3u8"
        case FileKind.MPD:
            return f"{_base(task, file.key.server)}{_user(file.key.uid)}av.mpd"
        case FileKind.MP4:
            return part_name(task, file.index, file.key.server)
    assert_never(file.kind)


def part_name(task: Task, index: int, server: int = 0) -> str:
    """An MP4 file of composite or web recording: ``<sid>_<cname>_<index>.mp4``."""
    return f"{_base(task, server)}_{index}.mp4"


def restored_name(name: str, at: Millis, index: int) -> str:
    """A playlist that the backup brought: ``<name>_<tick>_<index>.m3u8``, the tick of 11 digits."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}_{at % 10**11:011d}_{index}{dot}{suffix}"


def transcoded_name(task: Task, file: Transcoded) -> str:
    """What postponed transcoding or mixing makes: of each user, or of all together."""
    if task.postponed is Postponed.MIXING:
        return f"{_base(task)}_{file.index}.{task.postponed_format}"
    return f"{_base(task)}{_user(file.uid)}{file.index}.{task.postponed_format}"


def _stem(task: Task, key: StreamKey) -> str:
    base = _base(task, key.server)
    if key.uid == EVERYBODY:
        return base
    kind = "audio" if key.track is Track.AUDIO else "video"
    return f"{base}{_user(key.uid)}{kind}"


def _user(uid: int) -> str:
    return f"__uid_s_{uid}__uid_e_"


def _base(task: Task, server: int = 0) -> str:
    """``<sid>_<cname>``; after the n-th fail-over, counted from 0, with ``bak<n>_`` before it."""
    cname = task.cname
    if task.mode is Mode.WEB:
        cname = _REPLACED_IN_WEB.sub("-", cname)
    return f"{f'bak{server - 1}_' if server else ''}{task.sid}_{cname}"
