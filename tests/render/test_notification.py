"""Every notice says outside what the service would say, byte for byte."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from mockrec import assets
from mockrec.domain import notices
from mockrec.domain.advance import advance, begin, react
from mockrec.domain.channel import Medium, User, Users
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
from mockrec.domain.signals import StartedAgain, StopRecording
from mockrec.domain.streams import (
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
from mockrec.domain.task import Mode, Page, Postponed, Storage, StreamMode, Task, Vod
from mockrec.domain.transcoding import plan, proceed
from mockrec.render.endings import WEB_ENDINGS
from mockrec.render.envelope import UnknownEvent, envelope, event_types, health_check, topics
from mockrec.render.notification import (
    ANNOUNCED,
    AUDIO_CHANGED,
    VIDEO_CHANGED,
    NoticeStyle,
    announcement,
    details,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

# 2026-07-01T09:00:00Z; then the first media, the end of the first slice, and the moment of telling.
EPOCH: Final = 1_782_896_400_000
MEDIA: Final = EPOCH + 3_412
CUT: Final = MEDIA + 15_019
NOW: Final = EPOCH + 20_000
NOTICE_ID: Final = "9f3c1d7e5a2b48c69d0e7f1a2b3c4d5e"

FOLDERS: Final = ("dir1", "dir2")
STORAGE: Final = Storage(2, 3, "recordings", "key", "secret", FOLDERS)
PAGE: Final = Page("https://example.org/", 1280, 720, max_hours=3)

MIX: Final = Task(
    app_id="a" * 32,
    sid="7c0f9a51e2d84b36a1f5c0de93b7a264",
    resource_id="",
    number=0,
    cname="demo_room",
    uid=900001,
    mode=Mode.MIX,
    started=EPOCH,
    storage=STORAGE,
)
MP4: Final = replace(MIX, mp4=True)
BARE: Final = replace(MIX, storage=replace(STORAGE, prefix=()))
INDIVIDUAL: Final = replace(MIX, mode=Mode.INDIVIDUAL)
STANDARD: Final = replace(INDIVIDUAL, stream_mode=StreamMode.STANDARD)
SNAPSHOTS: Final = replace(INDIVIDUAL, snapshot_every=10_000, records=False)
BOTH_KINDS: Final = replace(INDIVIDUAL, snapshot_every=10_000)
TRANSCODING: Final = replace(INDIVIDUAL, scene=2, postponed=Postponed.TRANSCODING)
MIXING: Final = replace(TRANSCODING, postponed=Postponed.MIXING, postponed_format="mp3")
VOD: Final = replace(MIX, storage=None, vod=Vod("lesson"))
WEB: Final = replace(
    MIX, mode=Mode.WEB, scene=1, mp4=True, page=PAGE, outputs=("rtmp://cdn.example/live/k",)
)

EVERYBODY: Final = StreamKey(0, Track.BOTH)
AUDIO, VIDEO = StreamKey(1001, Track.AUDIO), StreamKey(1001, Track.VIDEO)
MERGED, OTHER = StreamKey(1001, Track.BOTH), StreamKey(1002, Track.AUDIO)


def piece(key: StreamKey, discontinued: int = MEDIA) -> Slice:
    """The first slice of a stream, or the first after an interruption."""
    return Slice(
        key=key,
        number=0,
        start=MEDIA,
        end=CUT,
        opened=MEDIA,
        container=Container.TS,
        picture=None,
        fresh=True,
        turned=True,
        discontinued=discontinued,
    )


def playlist(key: StreamKey, kind: FileKind = FileKind.PLAYLIST) -> RecordedFile:
    """A playlist of a stream."""
    return RecordedFile(kind, key, MEDIA, prefix=FOLDERS)


def part(index: int) -> RecordedFile:
    """An MP4 file of the mix."""
    return RecordedFile(FileKind.MP4, EVERYBODY, MEDIA + 7_200_000 * index, index, FOLDERS)


WITHOUT_FOLDERS: Final = RecordedFile(FileKind.PLAYLIST, EVERYBODY, MEDIA)
MOVED: Final = RecordedFile(FileKind.PLAYLIST, OTHER, MEDIA, prefix=("new",))
MIX_FILES: Final = (playlist(EVERYBODY),)
MP4_FILES: Final = (playlist(EVERYBODY), part(0), part(1))
USER_FILES: Final = (playlist(VIDEO), playlist(OTHER), playlist(AUDIO))
STANDARD_FILES: Final = (
    *(playlist(MERGED, FileKind.MERGED), playlist(MERGED, FileKind.MPD)),
    *USER_FILES,
)
SNAPSHOT: Final = Snapshot(1001, EPOCH + 10_042, portrait=False)
MADE: Final = (
    Transcoded(1001, 0, 7_200_000, portrait=False),
    Transcoded(1002, 0, 60_000, portrait=False),
    Transcoded(1001, 1, 60_000, portrait=False),
)
MIXED: Final = (Transcoded(0, 0, 60_000, portrait=False),)

TOLD: Final = {"at": NOW, "sequence": 7}


def completed(
    files: tuple[Transcoded, ...], failed: tuple[int, ...] = (), storage: Storage = STORAGE
) -> TranscoderCompleted:
    """Postponed transcoding has come to this."""
    return TranscoderCompleted(**TOLD, files=files, storage=storage, failed=failed)


def finished(
    files: tuple[Transcoded, ...], failed: tuple[int, ...] = (), storage: Storage = STORAGE
) -> PostponedFinished:
    """The same, at last."""
    return PostponedFinished(**TOLD, files=files, storage=storage, failed=failed)


CASES: Final[dict[str, tuple[Task, Notice]]] = {
    "0001 error": (
        MIX,
        RecordingFailed(
            **TOLD, module=1, level=5, code=32, message="invalid storage configuration"
        ),
    ),
    "0002 warning": (MIX, RecordingWarned(**TOLD, module=1, code=31)),
    "0003 mix": (MIX, CallMisplaced(**TOLD, status=Status.IN_PROGRESS, files=MP4_FILES)),
    "0003 individual": (
        INDIVIDUAL,
        CallMisplaced(**TOLD, status=Status.IN_PROGRESS, files=STANDARD_FILES),
    ),
    "0003 web": (WEB, CallMisplaced(**TOLD, status=Status.IN_PROGRESS, files=MIX_FILES)),
    "0003 early": (MIX, CallMisplaced(**TOLD, status=Status.READY, files=())),
    "0004 mix": (MIX, PlaylistAppeared(**TOLD, file=playlist(EVERYBODY))),
    "0004 mix without folders": (BARE, PlaylistAppeared(**TOLD, file=WITHOUT_FOLDERS)),
    "0004 individual": (INDIVIDUAL, PlaylistAppeared(**TOLD, file=playlist(AUDIO))),
    "0004 standard": (STANDARD, PlaylistAppeared(**TOLD, file=playlist(MERGED, FileKind.MERGED))),
    "0004 standard webm": (STANDARD, PlaylistAppeared(**TOLD, file=playlist(MERGED, FileKind.MPD))),
    "0004 vod": (VOD, PlaylistAppeared(**TOLD, file=WITHOUT_FOLDERS)),
    "0004 web": (WEB, PlaylistAppeared(**TOLD, file=playlist(EVERYBODY))),
    "0011 normal": (MIX, SessionExited(**TOLD, ending=Ending.STOPPED, abnormal=False)),
    "0011 abnormal": (MIX, SessionExited(**TOLD, ending=Ending.KICKED, abnormal=True)),
    "0012 failover": (MIX, FailedOver(**TOLD, new_uid=3_719_204_488)),
    "0013 registered": (MIX, Registered(**TOLD)),
    "0030 uploader started": (MIX, UploaderStarted(**TOLD)),
    "0031 mix": (MIX, Uploaded(**TOLD, files=MIX_FILES)),
    "0031 mix mp4": (MP4, Uploaded(**TOLD, files=MP4_FILES)),
    "0031 individual": (INDIVIDUAL, Uploaded(**TOLD, files=USER_FILES)),
    "0031 moved": (INDIVIDUAL, Uploaded(**TOLD, files=(playlist(AUDIO), MOVED))),
    "0031 standard": (STANDARD, Uploaded(**TOLD, files=STANDARD_FILES)),
    "0031 postponed": (TRANSCODING, Uploaded(**TOLD, files=USER_FILES)),
    "0031 snapshots": (SNAPSHOTS, Uploaded(**TOLD, files=())),
    "0031 snapshots and files": (BOTH_KINDS, Uploaded(**TOLD, files=USER_FILES)),
    "0031 web": (WEB, Uploaded(**TOLD, files=MP4_FILES)),
    "0032 mix": (MIX, BackedUp(**TOLD, files=MIX_FILES)),
    "0032 individual": (INDIVIDUAL, BackedUp(**TOLD, files=USER_FILES)),
    "0032 web": (WEB, BackedUp(**TOLD, files=MP4_FILES)),
    "0033 progress": (MIX, UploadProgressed(**TOLD, progress=9_231)),
    "0034 keys expired": (MIX, KeysExpired(**TOLD)),
    "0040 recorder started": (MIX, RecorderStarted(**TOLD)),
    "0041 recorder left": (MIX, RecorderLeft(**TOLD, code=24)),
    "0042 mix": (MIX, SliceStarted(**TOLD, slice=piece(EVERYBODY))),
    "0042 individual": (INDIVIDUAL, SliceStarted(**TOLD, slice=piece(AUDIO))),
    "0042 interrupted": (INDIVIDUAL, SliceStarted(**TOLD, slice=piece(VIDEO, MEDIA - 9_000))),
    "0043 begins": (
        MIX,
        StreamChanged(**TOLD, uid=1001, medium=Medium.AUDIO, receiving=True),
    ),
    "0043 of the mix": (MIX, StreamChanged(**TOLD, uid=0, medium=Medium.AUDIO, receiving=True)),
    "0044 ceases": (MIX, StreamChanged(**TOLD, uid=1001, medium=Medium.VIDEO, receiving=False)),
    "0045 snapshot": (SNAPSHOTS, SnapshotUploaded(**TOLD, snapshot=SNAPSHOT, storage=STORAGE)),
    "0045 in new folders": (
        BOTH_KINDS,
        SnapshotUploaded(**TOLD, snapshot=SNAPSHOT, storage=replace(STORAGE, prefix=("new",))),
    ),
    "0060 vod started": (VOD, VodStarted(**TOLD, video_id="5f0e1a0b")),
    "0061 vod triggered": (VOD, VodTriggered(**TOLD)),
    "0070 web started": (WEB, WebStarted(**TOLD)),
    "0071 stopped": (WEB, WebStopped(**TOLD, ending=Ending.STOPPED, files=MP4_FILES[::-1])),
    "0071 after its hours": (WEB, WebStopped(**TOLD, ending=Ending.MAX_HOURS, files=MIX_FILES)),
    "0071 too much": (WEB, WebStopped(**TOLD, ending=Ending.PAGE_LIMITED, files=MIX_FILES)),
    "0071 no engine": (WEB, WebStopped(**TOLD, ending=Ending.ENGINE_FAILED, files=())),
    "0071 never ready": (WEB, WebStopped(**TOLD, ending=Ending.PAGE_TIMEOUT, files=())),
    "0071 not opened": (WEB, WebStopped(**TOLD, ending=Ending.PAGE_FAILED, files=())),
    "0071 crashed": (WEB, WebStopped(**TOLD, ending=Ending.PAGE_CRASHED, files=MIX_FILES)),
    "0072 capability limit": (WEB, CapabilityLimited(**TOLD, limit=Limit.WEBGL)),
    "0073 reload": (WEB, PageReloaded(**TOLD, reason=Mishap.SILENCE)),
    "0080 transcoder started": (TRANSCODING, TranscoderStarted(**TOLD)),
    "0081 transcoding": (
        TRANSCODING,
        completed(MADE),
    ),
    "0081 mixing": (MIXING, completed(MIXED)),
    "0081 partly": (
        TRANSCODING,
        completed(MADE, failed=(1003,)),
    ),
    "0081 failed": (
        TRANSCODING,
        completed((), failed=(1001, 1002)),
    ),
    "0081 nothing": (
        TRANSCODING,
        completed(()),
    ),
    "0090 download failed": (
        TRANSCODING,
        DownloadFailed(
            **TOLD, files=(playlist(AUDIO), piece(AUDIO)), storage=replace(STORAGE, bucket="b")
        ),
    ),
    "0081 after an update": (
        TRANSCODING,
        completed(MADE[:1], storage=replace(STORAGE, prefix=("new",))),
    ),
    "0090 after an update": (
        TRANSCODING,
        DownloadFailed(**TOLD, files=(piece(AUDIO),), storage=replace(STORAGE, prefix=("new",))),
    ),
    "1001 after an update": (
        TRANSCODING,
        finished(MADE[:1], storage=replace(STORAGE, prefix=("new",))),
    ),
    "0100 rtmp": (
        WEB,
        OutputChanged(**TOLD, url="rtmp://cdn.example/live/k", state=OutputState.PUBLISHING),
    ),
    "1001 transcoding": (
        TRANSCODING,
        finished(MADE),
    ),
    "1001 mixing": (MIXING, finished(MIXED)),
    "1001 partly": (
        TRANSCODING,
        finished(MADE, failed=(1003,)),
    ),
    "1001 nothing": (TRANSCODING, finished(())),
}
"""Each kind of notice in each mode that changes what it says."""

PLAIN: Final = NoticeStyle()
STYLES: Final = {
    "documented": NoticeStyle(top_level_sid=False, service_scene=False, utc_field="UtcMs"),
    "seen": NoticeStyle(utc_field="utcMs"),
    "chinese": NoticeStyle(recording_mode="zh"),
    "both spellings": NoticeStyle(web_filename_both=True),
}
CHANGED_BY: Final = {
    "documented": ["0040 recorder started", "0043 begins"],
    "seen": ["0043 begins", "0044 ceases"],
    "chinese": ["0003 mix", "0003 individual"],
    "both spellings": ["0071 stopped"],
}

SCHEMAS: Final[list[Any]] = [
    json.loads(assets.schema(name)) for name in ("notification", "replies", "common")
]
REGISTRY: Final[Registry[Any]] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS
)
SCHEMA: Final = Draft202012Validator(SCHEMAS[0], registry=REGISTRY)

NOTICES: Final = {
    kind
    for kind in vars(notices).values()
    if isinstance(kind, type) and issubclass(kind, Notice) and kind is not Notice
}
EVENT_TYPES: Final = sorted(
    said.event_type for said in (*ANNOUNCED.values(), AUDIO_CHANGED, VIDEO_CHANGED)
)


def body(task: Task, notice: Notice, style: NoticeStyle = PLAIN) -> bytes:
    """The body of an attempt a little later."""
    return envelope(task, notice, notice_id=NOTICE_ID, notify_ms=NOW + 26, options=style)


def sent(name: str, style: NoticeStyle = PLAIN) -> Any:
    """A case as its receiver reads it."""
    return json.loads(body(*CASES[name], style))


def told(name: str, style: NoticeStyle = PLAIN) -> Any:
    """The details of a case."""
    return details(*CASES[name], style)


def check(event_type: int, style: NoticeStyle = PLAIN) -> bytes:
    """The body that tries out a receiver."""
    return health_check(event_type, notice_id=NOTICE_ID, notify_ms=NOW, style=style)


def play(task: Task) -> Iterator[Notice]:
    """All that a recording of two minutes and what comes after it have to tell."""
    users = Users({uid: User(uid, order=uid) for uid in (1001, 1002)})
    recording, happened = begin(task, users)
    for signal, at in ((StartedAgain(), EPOCH + 60_000), (StopRecording(), EPOCH + 120_000)):
        recording, more = react(recording, signal, at)
        happened += more
    recording, more = advance(recording, EPOCH + 300_000)
    happened += more
    job = plan(recording)
    while job:
        job, more = proceed(job)
        happened += more
    return (event for event in happened if isinstance(event, Notice))


# --- the table ---------------------------------------------------------------------------------


def test_every_kind_of_notice_has_a_row() -> None:
    assert {*ANNOUNCED, StreamChanged} == NOTICES


def test_every_kind_of_notice_is_among_the_cases() -> None:
    assert {type(notice) for _, notice in CASES.values()} == NOTICES


def test_no_two_kinds_share_a_number_or_a_name() -> None:
    said = [*ANNOUNCED.values(), AUDIO_CHANGED, VIDEO_CHANGED]

    assert len({one.event_type for one in said}) == len({one.name for one in said}) == len(said)


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_named_by_its_number(name: str) -> None:
    assert sent(name)["eventType"] == int(name[:4])


def test_every_end_of_a_web_recording_has_a_code() -> None:
    of_channels = {
        *(Ending.IDLE, Ending.KICKED),
        *(Ending.TOKEN_EXPIRED, Ending.TOKEN_INVALID, Ending.NEVER_READY),
    }

    assert set(Ending) == {*WEB_ENDINGS, *of_channels}


# --- bytes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_a_notice_is_sent_in_these_bytes(name: str, snapshot: SnapshotAssertion) -> None:
    assert body(*CASES[name]) == snapshot


@pytest.mark.parametrize(
    ("style", "name"), [(style, name) for style, names in CHANGED_BY.items() for name in names]
)
def test_a_style_changes_them(style: str, name: str, snapshot: SnapshotAssertion) -> None:
    changed = body(*CASES[name], STYLES[style])

    assert changed != body(*CASES[name])
    assert changed == snapshot


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_receiver_is_tried_out_with_these_bytes(
    event_type: int, snapshot: SnapshotAssertion
) -> None:
    assert check(event_type) == snapshot


# --- the envelope ------------------------------------------------------------------------------


def test_keys_come_in_the_order_of_real_deliveries() -> None:
    notification = sent("0040 recorder started")

    assert list(notification) == [
        *("noticeId", "notifyMs", "eventType", "sid", "payload", "productId"),
    ]
    assert list(notification["payload"]) == [
        *("serviceType", "uid", "sequence", "sendts", "cname", "details", "sid", "serviceScene"),
    ]


def test_the_envelope_is_the_one_that_was_asked_for() -> None:
    notice = RecorderStarted(at=NOW, sequence=3)

    again = json.loads(
        envelope(MIX, notice, notice_id="b" * 32, notify_ms=NOW + 2_000, options=PLAIN)
    )

    assert (again["noticeId"], again["notifyMs"], again["productId"]) == ("b" * 32, NOW + 2_000, 3)
    assert (again["payload"]["sequence"], again["payload"]["sendts"]) == (3, NOW)
    assert (again["payload"]["uid"], again["payload"]["cname"]) == ("900001", "demo_room")
    assert again["sid"] == again["payload"]["sid"] == MIX.sid


def test_a_cname_of_any_script_is_sent_as_it_is() -> None:
    task = replace(MIX, cname="Zürich 会议 🎥")

    assert "Zürich 会议 🎥".encode() in body(task, RecorderStarted(at=NOW, sequence=0))


@pytest.mark.parametrize(
    ("task", "scene"),
    [
        (MIX, "rtc_record"),
        (STANDARD, "rtc_record"),
        (BOTH_KINDS, "rtc_record"),
        (SNAPSHOTS, "rtc_snapshot"),
        (VOD, "rtc_vod"),
        (WEB, "web_record"),
        (TRANSCODING, "postpone_transcode::rtc_record"),
        (MIXING, "postpone_transcode::rtc_record"),
    ],
)
def test_a_notice_names_the_scene_of_its_task(task: Task, scene: str) -> None:
    notification = json.loads(body(task, UploaderStarted(at=NOW, sequence=0)))

    assert notification["payload"]["serviceScene"] == scene


@pytest.mark.parametrize(
    ("name", "scene"),
    [
        ("0080 transcoder started", "transcode"),
        ("0081 transcoding", "transcode"),
        ("1001 mixing", "transcode"),
        ("0081 nothing", "transcode_failover"),
        ("0090 download failed", "transcode_failover"),
        ("1001 nothing", "transcode_failover"),
    ],
)
def test_what_comes_after_the_session_is_another_scene(name: str, scene: str) -> None:
    assert sent(name)["payload"]["serviceScene"] == f"postpone_transcode::{scene}"


# --- details -----------------------------------------------------------------------------------


def names(name: str) -> list[str]:
    """What stands behind the sid in the names of the files that a case lists."""
    return [
        file.get("fileName", file.get("filename")).partition(MIX.sid)[2]
        for file in told(name)["fileList"]
    ]


@pytest.mark.parametrize("name", CASES)
def test_details_begin_with_the_name(name: str) -> None:
    assert next(iter(told(name).items())) == ("msgName", announcement(CASES[name][1]).name)


def test_uids_are_strings_but_that_of_a_failover() -> None:
    assert told("0012 failover")["newUid"] == 3_719_204_488
    assert told("0043 begins")["streamUid"] == "1001"
    assert told("0043 of the mix")["streamUid"] == told("0042 mix")["streamUid"] == "0"
    assert {file["uid"] for file in told("0031 individual")["fileList"]} == {"1001", "1002"}


def test_the_state_of_an_rtmp_push_is_a_string() -> None:
    assert told("0100 rtmp")["status"] == "publishing"


def test_a_stream_that_arrives_has_state_zero() -> None:
    assert told("0043 begins")["state"] == 0
    assert told("0044 ceases")["state"] == 1


@pytest.mark.parametrize(
    ("style", "keys"),
    [
        (PLAIN, {"utcMs", "UtcMs"}),
        (STYLES["seen"], {"utcMs"}),
        (STYLES["documented"], {"UtcMs"}),
    ],
)
def test_the_moment_of_a_stream_is_spelt_by_style(style: NoticeStyle, keys: set[str]) -> None:
    said = told("0044 ceases", style)

    assert {key: value for key, value in said.items() if key.lower() == "utcms"} == dict.fromkeys(
        keys, NOW
    )


@pytest.mark.parametrize(("style", "modes"), [(PLAIN, (0, 1, 1)), (STYLES["chinese"], (1, 0, 0))])
def test_the_recording_mode_is_numbered_by_style(
    style: NoticeStyle, modes: tuple[int, int, int]
) -> None:
    cases = ("0003 individual", "0003 mix", "0003 web")

    assert tuple(told(name, style)["recordingMode"] for name in cases) == modes


def test_names_have_their_folders_before_them_but_in_web_mode() -> None:
    folders = f"dir1/dir2/{MIX.sid}_demo_room"

    assert told("0004 mix")["fileList"] == f"{folders}.m3u8"
    assert told("0031 mix")["fileList"][0]["fileName"] == f"{folders}.m3u8"
    assert told("0045 in new folders")["fileName"].startswith(f"new/{MIX.sid}_demo_room__uid_s_")
    assert told("0004 mix without folders")["fileList"] == f"{MIX.sid}_demo_room.m3u8"
    assert told("0004 vod")["fileList"] == f"{MIX.sid}_demo_room.m3u8"
    assert told("0004 web")["fileList"] == f"{MIX.sid}_demo-room.m3u8"
    assert told("0071 stopped")["fileList"][0]["filename"] == f"{MIX.sid}_demo-room.m3u8"


def test_what_an_update_sent_elsewhere_is_named_there() -> None:
    listed = [file["fileName"].partition(MIX.sid)[0] for file in told("0031 moved")["fileList"]]

    assert listed == ["dir1/dir2/", "new/"]


def test_so_is_what_is_made_of_it_afterwards() -> None:
    (by_uid,) = told("0081 after an update")["uids"]
    (made,) = told("1001 after an update")["fileList"]

    assert by_uid["fileList"] == [made]
    assert made["fileName"].startswith("new/")
    assert told("0090 after an update")["fileName"].startswith("new/")


def test_the_mp4_files_come_first_when_uploaded_and_last_when_a_page_stopped() -> None:
    assert names("0031 mix mp4") == ["_demo_room_0.mp4", "_demo_room_1.mp4", "_demo_room.m3u8"]
    assert names("0071 stopped") == ["_demo-room.m3u8", "_demo-room_0.mp4", "_demo-room_1.mp4"]


def test_files_of_users_are_listed_by_user_audio_before_video() -> None:
    listed = [(file["uid"], file["trackType"]) for file in told("0031 standard")["fileList"]]

    both = "audio_and_video"
    assert listed == [
        *(("1001", "audio"), ("1001", "video"), ("1001", both), ("1001", both), ("1002", "audio")),
    ]


def test_only_the_video_of_a_single_user_is_not_playable() -> None:
    mix = replace(MIX_FILES[0], key=StreamKey(0, Track.VIDEO))
    muted = details(MIX, Uploaded(at=NOW, sequence=0, files=(mix,)), PLAIN)
    playable = {file["trackType"]: file["isPlayable"] for file in told("0031 standard")["fileList"]}

    assert playable == {"audio": True, "video": False, "audio_and_video": True}
    assert muted["fileList"][0]["isPlayable"]
    assert muted["fileList"][0]["mixedAllUser"]


@pytest.mark.parametrize("name", ["0031 web", "0032 web", "0031 snapshots"])
def test_some_recordings_list_no_files_when_uploaded(name: str) -> None:
    assert told(name).keys() == {"msgName", "status"}


def test_a_page_that_stops_says_why() -> None:
    stopped, over = told("0071 stopped"), told("0071 after its hours")

    assert (stopped["code"], stopped["message"], stopped["details"]) == (0, "ok", "")
    assert (over["code"], over["message"], over["details"]) == (
        *(1, "max_recording_hour", "max recording hour is 3"),
    )


def test_a_page_that_stops_for_another_reason_blames_the_recorder() -> None:
    failed = details(WEB, WebStopped(at=NOW, sequence=0, ending=Ending.KICKED, files=()), PLAIN)

    assert (failed["code"], failed["message"]) == (6, "recorder_error")


def test_both_results_of_transcoding_have_their_own_words() -> None:
    assert told("0081 transcoding")["result"] == "all_success"
    assert told("1001 transcoding")["result"] == "total_success"
    assert told("0081 nothing")["result"] == "fail"
    assert told("1001 nothing")["result"] == "failed"


def test_transcoded_files_are_told_user_by_user() -> None:
    files = {user["uid"]: len(user["fileList"]) for user in told("0081 transcoding")["uids"]}

    assert files == {"1001": 2, "1002": 1}


def test_files_that_could_not_be_fetched_stand_in_one_string() -> None:
    stem = f"dir1/dir2/{MIX.sid}_demo_room__uid_s_1001__uid_e_audio"

    assert told("0090 download failed")["fileName"] == (f"{stem}.m3u8;{stem}_20260701090003412.ts")


# --- the schema --------------------------------------------------------------------------------


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA.schema)


def test_the_schema_knows_every_event_type_and_no_other() -> None:
    schema = SCHEMAS[0]
    told_apart = [one["if"]["properties"]["eventType"]["const"] for one in schema["allOf"]]

    assert schema["properties"]["eventType"]["enum"] == told_apart == EVENT_TYPES


@pytest.mark.parametrize("style", [PLAIN, *STYLES.values()], ids=["default", *STYLES])
@pytest.mark.parametrize("name", CASES)
def test_every_notice_satisfies_the_schema(name: str, style: NoticeStyle) -> None:
    SCHEMA.validate(sent(name, style))


@pytest.mark.parametrize("style", [PLAIN, *STYLES.values()], ids=["default", *STYLES])
@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_trial_satisfies_the_schema(event_type: int, style: NoticeStyle) -> None:
    trial = json.loads(check(event_type, style))

    SCHEMA.validate(trial)
    assert trial["eventType"] == event_type
    assert (trial["payload"]["cname"], trial["payload"]["uid"]) == ("test_webhook", "12121212")
    assert (trial["payload"]["sid"], trial["payload"]["sequence"]) == ("", 0)
    assert "sid" not in trial
    assert "serviceScene" not in trial["payload"]


def test_there_is_no_trial_of_an_unknown_type() -> None:
    with pytest.raises(KeyError):
        check(46)


def test_event_types_can_be_subscribed_to() -> None:
    assert event_types() == tuple(EVENT_TYPES)
    assert topics([11, 43]) == {(SessionExited, None), (StreamChanged, Medium.AUDIO)}
    assert len(topics(EVENT_TYPES)) == len(EVENT_TYPES)
    with pytest.raises(UnknownEvent, match="46"):
        topics([11, 46])


@pytest.mark.parametrize(
    "task",
    [
        *(MIX, MP4, INDIVIDUAL, STANDARD, SNAPSHOTS, BOTH_KINDS, TRANSCODING, MIXING, VOD),
        *(
            WEB,
            replace(INDIVIDUAL, stream_mode=StreamMode.ORIGINAL, media=frozenset({Medium.AUDIO})),
        ),
    ],
)
def test_all_that_a_recording_tells_satisfies_the_schema(task: Task) -> None:
    notices = list(play(task))

    assert len(notices) > 8
    for notice in notices:
        SCHEMA.validate(json.loads(body(task, notice)))


MISSING: Final = object()
WRONG: Final[list[tuple[str, str, object]]] = [
    ("0040 recorder started", "/noticeId", "31AE75ED"),
    ("0040 recorder started", "/noticeId", MISSING),
    ("0040 recorder started", "/notifyMs", "1782896420026"),
    ("0040 recorder started", "/notifyMs", 1.5),
    ("0040 recorder started", "/eventType", "40"),
    ("0040 recorder started", "/eventType", 46),
    ("0040 recorder started", "/eventType", 30),
    ("0040 recorder started", "/productId", 1),
    ("0040 recorder started", "/productId", "3"),
    ("0040 recorder started", "/sid", "7C0F"),
    ("0040 recorder started", "/extra", 1),
    ("0040 recorder started", "/payload", MISSING),
    ("0040 recorder started", "/payload/serviceType", 0),
    ("0040 recorder started", "/payload/uid", 900001),
    ("0040 recorder started", "/payload/uid", "0"),
    ("0040 recorder started", "/payload/sequence", "7"),
    ("0040 recorder started", "/payload/sequence", -1),
    ("0040 recorder started", "/payload/sendts", MISSING),
    ("0040 recorder started", "/payload/cname", ""),
    ("0040 recorder started", "/payload/sid", MISSING),
    ("0040 recorder started", "/payload/serviceScene", "rtsc"),
    ("0040 recorder started", "/payload/extra", 1),
    ("0040 recorder started", "/payload/details", {}),
    ("0040 recorder started", "/payload/details/msgName", "uploader_started"),
    ("0040 recorder started", "/payload/details/status", "0"),
    ("0040 recorder started", "/payload/details/extra", 1),
    ("0001 error", "/payload/details/module", 3),
    ("0001 error", "/payload/details/errorLevel", 0),
    ("0001 error", "/payload/details/errorMsg", MISSING),
    ("0002 warning", "/payload/details/warnCode", "31"),
    ("0003 mix", "/payload/details/status", 9),
    ("0003 mix", "/payload/details/fileList", []),
    ("0004 mix", "/payload/details/fileList", ["a.m3u8"]),
    ("0004 mix", "/payload/details/fileList", ""),
    ("0011 normal", "/payload/details/exitStatus", False),
    ("0012 failover", "/payload/details/newUid", "3719204488"),
    ("0013 registered", "/payload/details/status", 0),
    ("0031 mix", "/payload/details/fileList", "a.m3u8"),
    ("0031 mix", "/payload/details/fileList/0/uid", 0),
    ("0031 mix", "/payload/details/fileList/0/fileName", MISSING),
    ("0031 mix", "/payload/details/fileList/0/filename", "a.m3u8"),
    ("0031 mix", "/payload/details/fileList/0/isPlayable", 1),
    ("0031 mix", "/payload/details/msgName", "backuped"),
    ("0033 progress", "/payload/details/progress", 10_001),
    ("0034 keys expired", "/payload/details/status", 0),
    ("0041 recorder left", "/payload/details/leaveCode", "24"),
    ("0041 recorder left", "/payload/details/leaveCode", 1),
    ("0042 mix", "/payload/details/streamUid", 0),
    ("0042 mix", "/payload/details/mixedAllUser", "true"),
    ("0042 mix", "/payload/details/trackType", "both"),
    ("0042 mix", "/payload/details/discontinueUtcMs", MISSING),
    ("0043 begins", "/payload/details/state", 2),
    ("0043 begins", "/payload/details/state", True),
    ("0043 begins", "/payload/details/streamUid", 1001),
    ("0043 begins", "/payload/details/msgName", "recorder_video_stream_state_changed"),
    ("0045 snapshot", "/payload/details/fileName", MISSING),
    ("0060 vod started", "/payload/details/aliVodInfo", "5f0e1a0b"),
    ("0060 vod started", "/payload/details/aliVodInfo/videoId", 1),
    ("0070 web started", "/payload/details/recorderStartTime", "now"),
    ("0071 stopped", "/payload/details/code", "0"),
    ("0071 stopped", "/payload/details/code", 1),
    ("0071 stopped", "/payload/details/message", "recorder_error "),
    ("0071 stopped", "/payload/details/details", {}),
    ("0071 stopped", "/payload/details/fileList/0/filename", MISSING),
    ("0072 capability limit", "/payload/details/limitType", "webgl"),
    ("0073 reload", "/payload/details/reason", "silence"),
    ("0080 transcoder started", "/payload/serviceType", 0),
    ("0081 transcoding", "/payload/details/result", "total_success"),
    ("0081 transcoding", "/payload/details/uids/0/uid", 1001),
    ("0081 transcoding", "/payload/details/uids/0/fileList/0", "a.mp4"),
    ("0090 download failed", "/payload/details/fileName", ["a.m3u8"]),
    ("0090 download failed", "/payload/details/vendor", "2"),
    ("0100 rtmp", "/payload/details/status", 1),
    ("1001 transcoding", "/payload/details/result", "all_success"),
    ("1001 transcoding", "/payload/details/fileList", ["a.mp4"]),
]


def bend(document: Any, pointer: str, value: object) -> Any:
    """The document with another value at this place, or with none."""
    *way, last = (int(step) if step.isdecimal() else step for step in pointer.split("/")[1:])
    place = document
    for step in way:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize(("name", "pointer", "value"), WRONG)
def test_a_notification_that_would_mislead_a_receiver_is_rejected(
    name: str, pointer: str, value: object
) -> None:
    with pytest.raises(ValidationError):
        SCHEMA.validate(bend(sent(name), pointer, value))


@pytest.mark.parametrize("name", CASES)
def test_nothing_may_be_added_to_details(name: str) -> None:
    with pytest.raises(ValidationError):
        SCHEMA.validate(bend(sent(name), "/payload/details/extra", 1))


def test_a_stream_that_does_not_say_when_is_rejected() -> None:
    whole = sent("0043 begins")
    bend(whole, "/payload/details/utcMs", MISSING)
    SCHEMA.validate(whole)

    with pytest.raises(ValidationError):
        SCHEMA.validate(bend(whole, "/payload/details/UtcMs", MISSING))
