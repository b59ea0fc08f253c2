"""What each notice is called outside: its event type, service and message name, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mockrec.domain.channel import Medium
from mockrec.domain.events import (
    CallMisplaced,
    Notice,
    OutputChanged,
    PlaylistAppeared,
    PostponedFinished,
    RecorderLeft,
    RecorderStarted,
    RecordingFailed,
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


@dataclass(frozen=True, slots=True)
class Announcement:
    """The numbers and the name of a kind of notice (docs/protocol.md#notifications)."""

    event_type: int
    service_type: int
    name: str


_SERVICE, _RECORDER, _UPLOADER, _EXTENSION, _WEB, _TRANSCODER = 0, 1, 2, 4, 6, 7

AUDIO_CHANGED: Final = Announcement(43, _RECORDER, "recorder_audio_stream_state_changed")
VIDEO_CHANGED: Final = Announcement(44, _RECORDER, "recorder_video_stream_state_changed")

ANNOUNCED: Final[dict[type[Notice], Announcement]] = {
    RecordingFailed: Announcement(1, _SERVICE, "cloud_recording_error"),
    CallMisplaced: Announcement(3, _SERVICE, "cloud_recording_status_update"),
    PlaylistAppeared: Announcement(4, _SERVICE, "cloud_recording_file_infos"),
    SessionExited: Announcement(11, _SERVICE, "session_exit"),
    Registered: Announcement(13, _SERVICE, "ha_register_success"),
    UploaderStarted: Announcement(30, _UPLOADER, "uploader_started"),
    Uploaded: Announcement(31, _UPLOADER, "uploaded"),
    UploadProgressed: Announcement(33, _UPLOADER, "uploading_progress"),
    RecorderStarted: Announcement(40, _RECORDER, "recorder_started"),
    RecorderLeft: Announcement(41, _RECORDER, "recorder_leave"),
    SliceStarted: Announcement(42, _RECORDER, "recorder_slice_start"),
    SnapshotUploaded: Announcement(45, _RECORDER, "recorder_snapshot_file"),
    VodStarted: Announcement(60, _EXTENSION, "vod_started"),
    VodTriggered: Announcement(61, _EXTENSION, "vod_triggered"),
    WebStarted: Announcement(70, _WEB, "web_recorder_started"),
    WebStopped: Announcement(71, _WEB, "web_recorder_stopped"),
    TranscoderStarted: Announcement(80, _TRANSCODER, "transcoder_started"),
    TranscoderCompleted: Announcement(81, _TRANSCODER, "transcoder_completed"),
    PostponedFinished: Announcement(1001, _SERVICE, "postpone_transcode_final_result"),
    OutputChanged: Announcement(100, _WEB, "rtmp_publish_status"),
}


def announcement(notice: Notice) -> Announcement:
    """What this notice is called outside."""
    if isinstance(notice, StreamChanged):
        return AUDIO_CHANGED if notice.medium is Medium.AUDIO else VIDEO_CHANGED
    return ANNOUNCED[type(notice)]
