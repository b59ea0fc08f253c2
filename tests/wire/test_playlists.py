"""The playlists of a scripted session, as they lie in the bucket, kept to the byte.

In seventy seconds a native user mutes and unmutes his camera and changes its resolution, and a user
of a browser leaves and comes back.
"""

from __future__ import annotations

import re
from typing import Final

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.wire.line import App, Json, Recording
from tests.wire.orders import STORED

FOLDERS: Final = "day1/room2/"
SESSIONS: Final[dict[str, tuple[str, Json]]] = {
    "individual": ("individual", {}),
    "individual-standard": ("individual", {"streamMode": "standard"}),
    "individual-original": ("individual", {"streamMode": "original", "streamTypes": 0}),
    "mix": ("mix", {}),
    "mix-commas": ("mix", {"privateParams": '{"correctEXTINF":true}'}),
}
SLICE: Final = re.compile(r"[0-9a-f]{32}_class-7(?:__uid_s_\d+__uid_e_\w+?)?_\d{17}\.(ts|webm)")


def seventy_seconds(app: App, name: str) -> Recording:
    """The session, played up to the moment before the stop."""
    mode, config = SESSIONS[name]
    app.join(101)
    app.join(202, codec="vp8", width=320, height=240)
    recording = app.record(mode, STORED | {"recordingConfig": {"maxIdleTime": 60} | config})
    app.advance("20s")
    app.join(101, publishes=["audio"])
    app.advance("8s")
    app.join(101, publishes=["audio", "video"])
    app.advance("7s")
    app.leave(202)
    app.advance("5s")
    app.join(101, width=1280, height=720)
    app.advance("20s")
    app.join(202, codec="vp8", width=320, height=240)
    app.advance("10s")
    return recording


def playlists(app: App) -> dict[str, list[str]]:
    """The lines of every playlist and manifest, by its name without the folders."""
    return {
        key.removeprefix(FOLDERS): app.read(url).splitlines()
        for key, url in app.files().items()
        if key.endswith((".m3u8", ".mpd"))
    }


@pytest.mark.parametrize("name", SESSIONS)
def test_golden(golden: App, snapshot: SnapshotAssertion, name: str) -> None:
    recording = seventy_seconds(golden, name)
    assert recording.stop().status == 200

    assert snapshot.use_extension(JSONSnapshotExtension) == playlists(golden)


@pytest.mark.parametrize("name", SESSIONS)
def test_the_last_line_comes_with_the_end(app: App, name: str) -> None:
    def last_lines() -> set[str]:
        indexes = ("av.m3u8", "av.mpd")
        return {lines[-1] for key, lines in playlists(app).items() if not key.endswith(indexes)}

    recording = seventy_seconds(app, name)
    running = last_lines()
    recording.stop()

    assert running
    assert "#EXT-X-ENDLIST" not in running
    assert last_lines() == {"#EXT-X-ENDLIST"}


def test_a_gap_in_a_manifest_is_marked_as_merge_scripts_look_for_it(app: App) -> None:
    seventy_seconds(app, "individual-standard").stop()

    [manifest] = [lines for key, lines in playlists(app).items() if key.endswith(".mpd")]

    assert re.search(r'ExtDiscontinuity time="\d+"', "\n".join(manifest))


@pytest.mark.parametrize("name", SESSIONS)
def test_they_list_just_the_slices_that_are_there(app: App, name: str) -> None:
    seventy_seconds(app, name).stop()

    listed = [
        match[0]
        for lines in playlists(app).values()
        for line in lines
        for match in SLICE.finditer(line)
    ]

    slices = {key for key in app.files() if key.endswith((".ts", ".webm"))}
    assert {FOLDERS + name for name in listed} == slices


@pytest.mark.parametrize(
    ("suffix", "content_type"),
    [
        (".m3u8", "application/x-mpegURL"),
        (".mpd", "application/dash+xml"),
        (".ts", "video/MP2T"),
        (".webm", "video/webm"),
    ],
)
def test_a_player_gets_them_with_their_type(app: App, suffix: str, content_type: str) -> None:
    seventy_seconds(app, "individual-standard").stop()
    url = next(url for key, url in app.files().items() if key.endswith(suffix))

    answer = app.line.say("GET", url, headers={"Origin": "https://player.example"})

    assert answer.status == 200
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.raw
