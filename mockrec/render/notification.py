"""What each notice says outside: its numbers, its name and its details, in one table.

The table stands below the small functions that it refers to, `announcement` and the rest of what is
public below the table. Key order is that of real deliveries (docs/protocol.md#notifications).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, Final, Generic, Literal, TypeVar

from mockrec.domain.channel import Medium
from mockrec.domain.notices import (
    BackedUp,
    CallMisplaced,
    CapabilityLimited,
    DownloadFailed,
    FailedOver,
    KeysExpired,
    Notice,
    OutputChanged,
    PageReloaded,
    PlaylistAppeared,
    PostponedFinished,
    RecorderLeft,
    RecorderStarted,
    RecordingFailed,
    RecordingWarned,
    Registered,
    SessionExited,
    SliceStarted,
    SnapshotUploaded,
    StreamChanged,
    TranscoderCompleted,
    TranscoderStarted,
    Uploaded,
    UploaderStarted,
    UploadProgressed,
    VodStarted,
    VodTriggered,
    WebStarted,
    WebStopped,
)
from mockrec.domain.recording import Ending
from mockrec.domain.streams import (
    EVERYBODY,
    FileKind,
    RecordedFile,
    Slice,
    Track,
    Transcoded,
)
from mockrec.domain.task import Mode, Page, Storage, Task
from mockrec.domain.values import dataclass
from mockrec.render.endings import OTHER, WEB_ENDINGS, outcome
from mockrec.render.names import file_name, path, slice_name, snapshot_name, transcoded_name

Body = dict[str, Any]
N = TypeVar("N", bound=Notice)


@dataclass(frozen=True, slots=True)
class NoticeStyle:
    """Where documents and real notifications disagree, which of them is followed."""

    top_level_sid: bool = True
    """Whether the sid stands beside the payload as well as in it."""
    service_scene: bool = True
    """Whether the payload has a `serviceScene`."""
    utc_field: Literal["both", "utcMs", "UtcMs"] = "both"
    """How notices 43 and 44 spell their moment: receivers read `utcMs`, documents say `UtcMs`."""
    recording_mode: Literal["en", "zh"] = "en"
    """Whose numbers notice 3 uses: in English 0 is individual, in Chinese 0 is composite."""
    web_filename_both: bool = False
    """Whether the files of notice 71 have a `fileName` beside the `filename`."""


@dataclass(frozen=True, slots=True)
class _Told(Generic[N]):
    """A notice with all that its details depend on."""

    task: Task
    notice: N
    style: NoticeStyle


@dataclass(frozen=True, slots=True)
class Announcement:
    """The numbers and the name of a kind of notice, and what it says besides."""

    event_type: int
    service_type: int
    name: str
    details: Callable[[_Told[Any]], Body]


# What each notice says, in the order of the numbers.


def _nothing(_: _Told[Notice]) -> Body:
    return {}


def _good(_: _Told[Notice]) -> Body:
    return {"status": 0}


def _error(told: _Told[RecordingFailed]) -> Body:
    notice = told.notice
    return {
        "module": notice.module,
        "errorLevel": notice.level,
        "errorCode": notice.code,
        "stat": 1,
        "errorMsg": notice.message,
    }


def _warning(told: _Told[RecordingWarned]) -> Body:
    return {"module": told.notice.module, "warnCode": told.notice.code}


def _misplaced(told: _Told[CallMisplaced]) -> Body:
    composite = told.task.mode is not Mode.INDIVIDUAL
    playlists = (file for file in told.notice.files if file.kind is FileKind.PLAYLIST)
    return {
        "status": int(told.notice.status),
        "recordingMode": int(composite == (told.style.recording_mode == "en")),
        "fileList": next((_key(told.task, file) for file in playlists), ""),
    }


def _playlist(told: _Told[PlaylistAppeared]) -> Body:
    return {"fileList": _key(told.task, told.notice.file)}


def _exit(told: _Told[SessionExited]) -> Body:
    return {"exitStatus": int(told.notice.abnormal)}


def _failover(told: _Told[FailedOver]) -> Body:
    return {"newUid": told.notice.new_uid}  # a number, unlike every other uid


def _files(told: _Told[Uploaded] | _Told[BackedUp]) -> Body:
    """Web recordings name their files in notice 71; snapshots alone are listed nowhere."""
    if told.task.mode is Mode.WEB or not told.task.records:
        return {"status": 0}
    listed = sorted(told.notice.files, key=_place)
    return {"status": 0, "fileList": [_entry(told.task, file) for file in listed]}


def _progress(told: _Told[UploadProgressed]) -> Body:
    return {"progress": told.notice.progress}


def _leave(told: _Told[RecorderLeft]) -> Body:
    return {"leaveCode": told.notice.code}


def _slice(told: _Told[SliceStarted]) -> Body:
    piece = told.notice.slice
    return {
        "startUtcMs": piece.start,
        "discontinueUtcMs": piece.discontinued,
        "mixedAllUser": piece.key.uid == EVERYBODY,
        "streamUid": str(piece.key.uid),
        "trackType": str(piece.key.track),
    }


def _stream(told: _Told[StreamChanged]) -> Body:
    spelt = told.style.utc_field
    moment = {name: told.notice.at for name in ("utcMs", "UtcMs") if spelt in ("both", name)}
    return {"streamUid": str(told.notice.uid), "state": int(not told.notice.receiving), **moment}


def _snapshot(told: _Told[SnapshotUploaded]) -> Body:
    name = snapshot_name(told.task, told.notice.snapshot)
    return {"fileName": _under(told.notice.storage, name)}


def _vod(told: _Told[VodStarted]) -> Body:
    return {"aliVodInfo": {"videoId": told.notice.video_id}}


def _web_started(told: _Told[WebStarted]) -> Body:
    return {"recorderStartTime": told.notice.at}


def _web_stopped(told: _Told[WebStopped]) -> Body:
    code, message = WEB_ENDINGS.get(told.notice.ending, OTHER)
    listed = sorted(told.notice.files, key=lambda file: (file.kind is FileKind.MP4, file.index))
    return {
        "code": code,
        "message": message,
        "details": _reason(told),
        "fileList": [_web_entry(told, file) for file in listed],
    }


def _limit(told: _Told[CapabilityLimited]) -> Body:
    return {"limitType": str(told.notice.limit)}


def _reload(told: _Told[PageReloaded]) -> Body:
    return {"reason": str(told.notice.reason)}


def _transcoded(told: _Told[TranscoderCompleted]) -> Body:
    made = sorted(told.notice.files, key=lambda file: file.uid)
    uids = [
        {"uid": str(uid), "result": "success", "fileList": _made(told, files)}
        for uid, files in groupby(made, key=lambda file: file.uid)
    ]
    uids += [{"uid": str(uid), "result": "fail", "fileList": []} for uid in told.notice.failed]
    return {"result": outcome(told.notice, "all_success", "fail"), "uids": uids}


def _download(told: _Told[DownloadFailed]) -> Body:
    task, storage = told.task, told.notice.storage
    keys = (
        _under(storage, slice_name(task, file)) if isinstance(file, Slice) else _key(task, file)
        for file in told.notice.files
    )
    return {
        "vendor": storage.vendor,
        "region": storage.region,
        "bucket": storage.bucket,
        "fileName": ";".join(keys),
    }


def _output(told: _Told[OutputChanged]) -> Body:
    return {"rtmpUrl": told.notice.url, "status": str(told.notice.state)}


def _result(told: _Told[PostponedFinished]) -> Body:
    files = _made(told, told.notice.files)
    return {"result": outcome(told.notice, "total_success", "failed"), "fileList": files}


# What their details are made of.

_ORDER: Final = {Track.AUDIO: 0, Track.VIDEO: 1, Track.BOTH: 2}


def _place(file: RecordedFile) -> tuple[bool, int, int, int]:
    """MP4 files first, unlike in the answer to a stop; then per user audio, video, both."""
    return file.kind is not FileKind.MP4, file.key.uid, _ORDER[file.key.track], file.index


def _entry(task: Task, file: RecordedFile) -> Body:
    mixed = file.key.uid == EVERYBODY
    return {
        "fileName": _key(task, file),
        "trackType": str(file.key.track),
        "uid": str(file.key.uid),
        "mixedAllUser": mixed,
        "isPlayable": mixed or file.key.track is not Track.VIDEO,
        "sliceStartTime": file.start,
    }


def _web_entry(told: _Told[WebStopped], file: RecordedFile) -> Body:
    name = file_name(told.task, file)
    both = {"fileName": name} if told.style.web_filename_both else {}
    return {"filename": name, **both, "sliceStartTime": file.start}


def _made(
    told: _Told[TranscoderCompleted] | _Told[PostponedFinished], files: Iterable[Transcoded]
) -> list[Body]:
    names = (transcoded_name(told.task, file) for file in files)
    return [{"fileName": _under(told.notice.storage, name)} for name in names]


def _reason(told: _Told[WebStopped]) -> str:
    match told.notice.ending, told.task.page:
        case Ending.MAX_HOURS, Page(max_hours=hours):
            return f"max recording hour is {hours}"
    return ""


def _key(task: Task, file: RecordedFile) -> str:
    """The file's name, with the folders before it but in web mode."""
    name = file_name(task, file)
    return name if task.mode is Mode.WEB else path(file.prefix, name)


def _under(storage: Storage | None, name: str) -> str:
    return path(storage.prefix, name) if storage else name


# The table.

_SERVICE, _RECORDER, _UPLOADER, _EXTENSION, _WEB, _TRANSCODER, _DOWNLOADER = 0, 1, 2, 4, 6, 7, 8

AUDIO_CHANGED: Final = Announcement(43, _RECORDER, "recorder_audio_stream_state_changed", _stream)
VIDEO_CHANGED: Final = Announcement(44, _RECORDER, "recorder_video_stream_state_changed", _stream)

ANNOUNCED: Final[dict[type[Notice], Announcement]] = {
    RecordingFailed: Announcement(1, _SERVICE, "cloud_recording_error", _error),
    RecordingWarned: Announcement(2, _SERVICE, "cloud_recording_warning", _warning),
    CallMisplaced: Announcement(3, _SERVICE, "cloud_recording_status_update", _misplaced),
    PlaylistAppeared: Announcement(4, _SERVICE, "cloud_recording_file_infos", _playlist),
    SessionExited: Announcement(11, _SERVICE, "session_exit", _exit),
    FailedOver: Announcement(12, _SERVICE, "session_failover", _failover),
    Registered: Announcement(13, _SERVICE, "ha_register_success", _nothing),
    UploaderStarted: Announcement(30, _UPLOADER, "uploader_started", _good),
    Uploaded: Announcement(31, _UPLOADER, "uploaded", _files),
    BackedUp: Announcement(32, _UPLOADER, "backuped", _files),
    UploadProgressed: Announcement(33, _UPLOADER, "uploading_progress", _progress),
    KeysExpired: Announcement(34, _UPLOADER, "STSExpired", _nothing),
    RecorderStarted: Announcement(40, _RECORDER, "recorder_started", _good),
    RecorderLeft: Announcement(41, _RECORDER, "recorder_leave", _leave),
    SliceStarted: Announcement(42, _RECORDER, "recorder_slice_start", _slice),
    SnapshotUploaded: Announcement(45, _RECORDER, "recorder_snapshot_file", _snapshot),
    VodStarted: Announcement(60, _EXTENSION, "vod_started", _vod),
    VodTriggered: Announcement(61, _EXTENSION, "vod_triggered", _nothing),
    WebStarted: Announcement(70, _WEB, "web_recorder_started", _web_started),
    WebStopped: Announcement(71, _WEB, "web_recorder_stopped", _web_stopped),
    CapabilityLimited: Announcement(72, _WEB, "web_recorder_capability_limit", _limit),
    PageReloaded: Announcement(73, _WEB, "web_recorder_reload", _reload),
    TranscoderStarted: Announcement(80, _TRANSCODER, "transcoder_started", _nothing),
    TranscoderCompleted: Announcement(81, _TRANSCODER, "transcoder_completed", _transcoded),
    DownloadFailed: Announcement(90, _DOWNLOADER, "download_failed", _download),
    OutputChanged: Announcement(100, _WEB, "rtmp_publish_status", _output),
    PostponedFinished: Announcement(1001, _SERVICE, "postpone_transcode_final_result", _result),
}
"""All but `StreamChanged`, which goes by two names."""


def announcement(notice: Notice) -> Announcement:
    """What this notice is called outside."""
    if isinstance(notice, StreamChanged):
        return AUDIO_CHANGED if notice.medium is Medium.AUDIO else VIDEO_CHANGED
    return ANNOUNCED[type(notice)]


def details(task: Task, notice: Notice, options: NoticeStyle) -> Body:
    """What the notice says in particular: `payload.details`, the name first."""
    said = announcement(notice)
    return {"msgName": said.name, **said.details(_Told(task, notice, options))}
