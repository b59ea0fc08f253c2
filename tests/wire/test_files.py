"""Which files the answers name, of which mode and variant, and what is said of them."""

from __future__ import annotations

import pytest

from tests.wire.line import App, Json, Recording
from tests.wire.orders import HLS_AND_MP4, ORDERS, PAGE, STORED, begun, page, resume

# --- files -------------------------------------------------------------------------------------


def after_a_minute(app: App, name: str) -> tuple[Recording, Json]:
    """A recording that runs for a minute, and its query."""
    recording = begun(app, name)
    app.advance("60s")
    return recording, recording.query().server


@pytest.mark.parametrize("name", ["mix", "mix-hls", "mix-audio-only"])
def test_composite_hls_is_one_name_with_its_folders(app: App, name: str) -> None:
    recording, server = after_a_minute(app, name)
    stopped = recording.stop().server

    assert server["fileListMode"] == stopped["fileListMode"] == "string"
    assert server["fileList"] == f"day1/room2/{recording.sid}_class-7.m3u8"
    assert stopped["fileList"] == server["fileList"]


def test_before_the_first_slice_that_name_is_empty(app: App) -> None:
    recording = begun(app, "mix")
    app.advance("10s")

    assert recording.query().server["fileList"] == ""


def test_composite_mp4_is_listed_only_in_the_end(app: App) -> None:
    recording, server = after_a_minute(app, "mix-hls-and-mp4")
    stopped = recording.stop().server
    playlist, mp4 = (f"day1/room2/{recording.sid}_class-7{end}" for end in (".m3u8", "_0.mp4"))

    assert server["fileListMode"] == stopped["fileListMode"] == "json"
    assert [file["fileName"] for file in server["fileList"]] == [playlist]
    assert [file["fileName"] for file in stopped["fileList"]] == [playlist, mp4]
    for file in stopped["fileList"]:
        assert file["uid"] == "0"
        assert file["trackType"] == "audio_and_video"
        assert file["mixedAllUser"] is True
        assert file["isPlayable"] is True


def test_a_long_composite_recording_has_an_mp4_every_two_hours(app: App) -> None:
    recording = begun(app, "mix-hls-and-mp4")
    app.advance("5h")

    names = [file["fileName"] for file in recording.stop().server["fileList"]]

    assert [name.rpartition("class-7")[2] for name in names] == [
        ".m3u8",
        "_0.mp4",
        "_1.mp4",
        "_2.mp4",
    ]


def test_individual_files_are_those_of_each_user(app: App) -> None:
    recording, server = after_a_minute(app, "individual")
    began = server["sliceStartTime"]

    def entry(uid: str, track: str, *, playable: bool) -> Json:
        name = f"{recording.sid}_class-7__uid_s_{uid}__uid_e_{track}.m3u8"
        return {
            "fileName": f"day1/room2/{name}",
            "trackType": track,
            "uid": uid,
            "mixedAllUser": False,
            "isPlayable": playable,
            "sliceStartTime": began,
        }

    assert server["fileListMode"] == "json"
    assert server["fileList"] == [
        entry("101", "audio", playable=True),
        entry("101", "video", playable=False),
        entry("202", "audio", playable=True),
        entry("202", "video", playable=False),
    ]
    assert recording.stop().server["fileList"] == server["fileList"]


@pytest.mark.parametrize(
    ("name", "tracks"),
    [
        ("individual-audio-only", ["audio", "audio"]),
        ("individual-original", ["audio", "audio"]),
        ("individual-video-only", ["video", "video"]),
        ("individual-standard", ["audio", "video", "audio_and_video"] * 2),
    ],
)
def test_the_tracks_are_those_that_were_ordered(app: App, name: str, tracks: list[str]) -> None:
    _, server = after_a_minute(app, name)

    assert [file["trackType"] for file in server["fileList"]] == tracks


def test_standard_mode_merges_native_and_web_publishers_differently(app: App) -> None:
    _, server = after_a_minute(app, "individual-standard")

    merged = [f["fileName"] for f in server["fileList"] if f["trackType"] == "audio_and_video"]

    assert [name.rpartition("__uid_s_")[2] for name in merged] == [
        "101__uid_e_av.m3u8",
        "202__uid_e_av.mpd",
    ]


@pytest.mark.parametrize("name", ["individual-snapshots", "individual-snapshots-and-files"])
def test_with_snapshots_there_is_no_list_of_files(app: App, name: str) -> None:
    recording, server = after_a_minute(app, name)

    assert set(server) == {"status", "sliceStartTime"}
    assert recording.stop().server == {"uploadingStatus": "uploaded"}
    assert any(key.endswith(".jpg") for key in app.files())


def test_files_of_a_web_recording_are_named_without_folders(app: App) -> None:
    recording, server = after_a_minute(app, "web-hls-and-mp4")
    [running] = server["extensionServiceState"]
    recorder, upload = recording.stop().server["extensionServiceState"]
    stem = f"{recording.sid}_class-7"

    assert running["serviceName"] == recorder["serviceName"] == "web_recorder_service"
    assert [file["filename"] for file in running["payload"]["fileList"]] == [f"{stem}.m3u8"]
    assert [file["filename"] for file in recorder["payload"]["fileList"]] == [
        f"{stem}.m3u8",
        f"{stem}_0.mp4",
    ]
    assert (running["payload"]["state"], recorder["payload"]["state"]) == ("inProgress", "exit")
    assert upload == {"payload": {"uploadingStatus": "uploaded"}, "serviceName": "upload_service"}


def test_strange_characters_of_a_web_channel_become_dashes(app: App) -> None:
    label = "https://a.b/c_d?e=f g"
    recording = app.record("web", STORED | PAGE, cname=label, scene=1)
    app.advance("60s")

    [running] = recording.query().server["extensionServiceState"]

    assert [file["filename"] for file in running["payload"]["fileList"]] == [
        f"{recording.sid}_https---a-b-c-d-e-f-g.m3u8"
    ]


def test_an_rtmp_push_is_told_of_beside_the_recorder(app: App) -> None:
    recording = begun(app, "web-rtmp")

    def push() -> Json:
        _, service = recording.query().server["extensionServiceState"]
        assert service["serviceName"] == "rtmp_publish_service"
        payload = service["payload"]
        assert isinstance(payload, dict)
        return payload

    url = "rtmp://cdn.example/live/a"
    app.advance("5s")
    assert push() == {
        "outputs": [{"rtmpUrl": url, "status": "connecting"}],
        "state": "inProgress",
    }
    app.advance("1s")
    assert push()["outputs"] == [{"rtmpUrl": url, "status": "publishing"}]
    recording.update({"webRecordingConfig": {"onhold": True}})
    assert push()["outputs"] == [{"rtmpUrl": url, "status": "onhold"}]
    other = "rtmp://cdn.example/live/b"
    recording.update(
        {
            "webRecordingConfig": {"onhold": False},
            "rtmpPublishConfig": {"outputs": [{"rtmpUrl": other}]},
        }
    )
    app.advance("1s")
    assert push()["outputs"] == [{"rtmpUrl": other, "status": "publishing"}]


def test_a_page_on_hold_makes_no_files(app: App) -> None:
    recording = begun(app, "web-on-hold")
    app.advance("60s")
    [held] = recording.query().server["extensionServiceState"]
    resume(recording)
    app.advance("60s")
    [resumed] = recording.query().server["extensionServiceState"]

    assert held["payload"] == {"fileList": [], "onhold": True, "state": "inProgress"}
    assert resumed["payload"]["onhold"] is False
    assert len(resumed["payload"]["fileList"]) == 1


def test_a_page_is_recorded_for_as_many_hours_as_ordered(app: App) -> None:
    order = STORED | page(maxRecordingHour=1) | HLS_AND_MP4
    recording = app.record("web", order, scene=1)

    app.advance("1h")
    last = recording.query()
    app.advance("10s")

    assert last.server["status"] == 5
    assert recording.query().verdict == (404, 404, "failed to find worker")
    assert recording.stop().verdict == (404, 404, "failed to find worker")
    assert any(key.endswith("_0.mp4") for key in app.files())


def test_what_goes_to_vod_has_videos_and_no_list(app: App) -> None:
    recording, server = after_a_minute(app, "mix-VoD")
    [service] = server["extensionServiceState"]

    assert set(server) == {"extensionServiceState", "subServiceStatus"}
    assert server["subServiceStatus"] == {"recordingService": "serviceInProgress"}
    assert service["serviceName"] == "aliyun_vod_service"
    assert service["payload"]["state"] == "inProgress"
    [video] = service["payload"]["videoInfo"]
    assert video["fileName"] == f"{recording.sid}_class-7.m3u8"
    assert len(video["videoId"]) == 32


# --- stop --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name in ORDERS if not name.startswith(("web", "mix-VoD"))]
)
def test_only_a_stop_that_waits_knows_that_all_is_uploaded(app: App, name: str) -> None:
    waits, _ = after_a_minute(app, name)
    goes_on = begun(app, name, uid="2")
    app.advance("60s")

    assert waits.stop().server["uploadingStatus"] == "uploaded"
    assert goes_on.stop(async_stop=True).server["uploadingStatus"] == "unknown"


def test_a_stop_that_waits_finds_its_files_there(app: App) -> None:
    recording, _ = after_a_minute(app, "individual-standard")

    listed = [file["fileName"] for file in recording.stop().server["fileList"]]

    assert set(listed) <= set(app.files())


def test_the_times_are_milliseconds(app: App) -> None:
    recording = begun(app, "individual")
    before = app.control("GET", "/clock")["now"]
    app.advance("60s")

    server = recording.query().server

    assert server["sliceStartTime"] == before + 2_500
    assert {file["sliceStartTime"] for file in server["fileList"]} == {before + 2_500}


def test_the_older_edition_writes_filename_small(app: App) -> None:
    recording = begun(app, "individual", "2020")
    app.advance("60s")

    for answer in (recording.query(), recording.stop()):
        assert {"filename" in file for file in answer.server["fileList"]} == {True}
