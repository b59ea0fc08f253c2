"""The body of a notification: an envelope around what a notice says; and made-up ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import orjson

from mockrec.domain.channel import Medium
from mockrec.domain.delivery import Topic, topic
from mockrec.domain.ids import video_id
from mockrec.domain.moments import Millis
from mockrec.domain.notices import (
    BackedUp,
    CallMisplaced,
    CapabilityLimited,
    DownloadFailed,
    FailedOver,
    KeysExpired,
    Limit,
    Mishap,
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
from mockrec.domain.recording import Ending, Status
from mockrec.domain.streams import (
    EVERYBODY,
    Container,
    FileKind,
    OutputState,
    RecordedFile,
    Slice,
    Snapshot,
    StreamKey,
    Track,
    Transcoded,
)
from mockrec.domain.task import Mode, Storage, Task
from mockrec.render.notification import NoticeStyle, announcement, details

PRODUCT: Final = 3
"""Cloud recording, among the products that the notification centre serves."""


def envelope(
    task: Task, notice: Notice, *, notice_id: str, notify_ms: Millis, options: NoticeStyle
) -> bytes:
    """The body of one attempt to notify: compact JSON, to be signed as it is.

    The id stays the same over all attempts, the moment is that of this one.
    """
    said = announcement(notice)
    payload = {
        "serviceType": said.service_type,
        "uid": str(task.uid if notice.recorder is None else notice.recorder),
        "sequence": notice.sequence,
        "sendts": notice.at,
        "cname": task.cname,
        "details": details(task, notice, options),
        "sid": task.sid,
        **({"serviceScene": _scene(task, notice)} if options.service_scene else {}),
    }
    body = {
        "noticeId": notice_id,
        "notifyMs": notify_ms,
        "eventType": said.event_type,
        **({"sid": task.sid} if options.top_level_sid else {}),
        "payload": payload,
        "productId": PRODUCT,
    }
    return orjson.dumps(body)


def health_check(
    event_type: int, *, notice_id: str, notify_ms: Millis, style: NoticeStyle
) -> bytes:
    """The made-up notification of this type with which the console tries out a receiver.

    Channel and uid tell it from a real one, and it has an empty sid and no scene. Raises `KeyError`
    for a type that there is none of.
    """
    notice = _specimens(notify_ms)[event_type]
    plain = replace(style, top_level_sid=False, service_scene=False)
    return envelope(_TRIAL, notice, notice_id=notice_id, notify_ms=notify_ms, options=plain)


# Scenes and specimens.

_AFTERWARDS: Final = (TranscoderStarted, TranscoderCompleted, DownloadFailed, PostponedFinished)


def _scene(task: Task, notice: Notice) -> str:
    """What the recording is for; what comes after it is a scene of its own."""
    if isinstance(notice, _AFTERWARDS):
        return f"postpone_transcode::transcode{'_failover' if _in_vain(notice) else ''}"
    if task.mode is Mode.WEB:
        return "web_record"
    if task.vod:
        return "rtc_vod"
    if task.postponed:
        return "postpone_transcode::rtc_record"
    return "rtc_record" if task.records else "rtc_snapshot"


def _in_vain(notice: Notice) -> bool:
    """Whether transcoding has come to nothing."""
    match notice:
        case TranscoderCompleted(files=files) | PostponedFinished(files=files):
            return not files
    return isinstance(notice, DownloadFailed)


_TRIAL: Final = Task("", "", "", 0, cname="test_webhook", uid=12121212, mode=Mode.MIX, started=0)
_BUCKET: Final = Storage(1, 0, "test", "", "")


def _specimens(at: Millis) -> dict[int, Notice]:
    """A notice of each event type, all of this moment."""
    now = {"at": at, "sequence": 0}
    key = StreamKey(EVERYBODY, Track.BOTH)
    piece = Slice(key, 0, at, at, at, Container.TS, None, fresh=True, turned=True, discontinued=at)
    files = (RecordedFile(FileKind.PLAYLIST, key, at),)
    picture = Snapshot(EVERYBODY, at, portrait=False)
    made = (Transcoded(EVERYBODY, 0, 0, portrait=False),)
    notices = (
        RecordingFailed(**now, module=2, level=1, code=50, message="test"),
        RecordingWarned(**now, module=1, code=31),
        CallMisplaced(**now, status=Status.IN_PROGRESS, files=files),
        PlaylistAppeared(**now, file=files[0]),
        SessionExited(**now, ending=Ending.STOPPED, abnormal=False),
        FailedOver(**now, new_uid=_TRIAL.uid),
        Registered(**now),
        UploaderStarted(**now),
        Uploaded(**now, files=files),
        BackedUp(**now, files=files),
        UploadProgressed(**now, progress=10_000),
        KeysExpired(**now),
        RecorderStarted(**now),
        RecorderLeft(**now, code=24),
        SliceStarted(**now, slice=piece),
        StreamChanged(**now, uid=EVERYBODY, medium=Medium.AUDIO, receiving=True),
        StreamChanged(**now, uid=EVERYBODY, medium=Medium.VIDEO, receiving=True),
        SnapshotUploaded(**now, snapshot=picture, storage=None),
        VodStarted(**now, video_id=video_id("", 0)),
        VodTriggered(**now),
        WebStarted(**now),
        WebStopped(**now, ending=Ending.STOPPED, files=files),
        CapabilityLimited(**now, limit=Limit.RESOLUTION),
        PageReloaded(**now, reason=Mishap.SILENCE),
        TranscoderStarted(**now),
        TranscoderCompleted(**now, files=made, storage=_BUCKET, failed=()),
        DownloadFailed(**now, files=files, storage=_BUCKET),
        OutputChanged(**now, url="rtmp://test/test", state=OutputState.CONNECTING),
        PostponedFinished(**now, files=made, storage=_BUCKET, failed=()),
    )
    return {announcement(notice).event_type: notice for notice in notices}


class UnknownEvent(LookupError):
    """A number that stands for no kind of notice."""


def event_types() -> tuple[int, ...]:
    """Every event type there is, in numerical order."""
    return tuple(sorted(_specimens(0)))


def event_names() -> dict[int, str]:
    """What each event type is called, in numerical order."""
    announced = map(announcement, _specimens(0).values())
    return dict(sorted((one.event_type, one.name) for one in announced))


def topics(event_types: Sequence[int]) -> frozenset[Topic]:
    """What these event types stand for; raises `UnknownEvent` for one that there is none of."""
    specimens = _specimens(0)
    for number in event_types:
        if number not in specimens:
            raise UnknownEvent(f"there is no event type {number}")
    return frozenset(topic(specimens[number]) for number in event_types)
