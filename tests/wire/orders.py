"""What can be ordered: a start's clientRequest for every mode and variant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from tests.wire.line import STORAGE, UID, App, Json, Recording


def page(**changes: object) -> Json:
    """An extensionServiceConfig with the web recorder."""
    parameters: Json = {
        "url": "https://example.org/",
        "audioProfile": 0,
        "videoWidth": 1280,
        "videoHeight": 720,
        "maxRecordingHour": 3,
    }
    service = {"serviceName": "web_recorder_service", "serviceParam": parameters | changes}
    return {"extensionServiceConfig": {"extensionServices": [service]}}


def pushed(url: str) -> Json:
    """The same with an RTMP push beside it."""
    order = page()
    push = {"serviceName": "rtmp_publish_service", "serviceParam": {"outputs": [{"rtmpUrl": url}]}}
    order["extensionServiceConfig"]["extensionServices"].append(push)
    return order


PAGE: Final = page()
STORED: Final[Json] = {"storageConfig": STORAGE | {"fileNamePrefix": ["day1", "room2"]}}
HLS_AND_MP4: Final[Json] = {"recordingFileConfig": {"avFileType": ["hls", "mp4"]}}
SHOTS: Final[Json] = {"snapshotConfig": {"captureInterval": 5, "fileType": ["jpg"]}}
FILES: Final[Json] = {"recordingFileConfig": {"avFileType": ["hls"]}}
VOD: Final[Json] = {
    "extensionServiceConfig": {
        "extensionServices": [
            {
                "serviceName": "aliyun_vod_service",
                "serviceParam": {
                    "accessKey": "a",
                    "secretKey": "s",
                    "regionId": "cn-shanghai",
                    "apiData": {"videoData": {"title": "My Video"}},
                },
            }
        ]
    }
}


def postponed(kind: str, **container: str) -> Json:
    """Postponed transcoding or mixing."""
    options: Json = {"transConfig": {"transMode": kind}}
    if container:
        options["container"] = container
    return {
        "appsCollection": {"combinationPolicy": "postpone_transcoding"},
        "transcodeOptions": options,
    }


@dataclass(frozen=True, slots=True)
class Order:
    """A start, with what its acquire says and the shape that its answers have."""

    mode: str
    shape: str
    """The name of the replies in schemas/replies.json, after ``query.`` and ``stop.``."""
    request: Json
    acquired: dict[str, Any] = field(default_factory=dict)
    modern: bool = False
    """Whether the older edition knows nothing of it."""


def _streams(types: int, mode: str = "default") -> Json:
    return {"recordingConfig": {"streamTypes": types, "streamMode": mode}}


ORDERS: Final[dict[str, Order]] = {
    "individual": Order("individual", "individual", STORED),
    "individual-standard": Order("individual", "individual", STORED | _streams(2, "standard")),
    "individual-original": Order("individual", "individual", STORED | _streams(0, "original")),
    "individual-audio-only": Order("individual", "individual", STORED | _streams(0)),
    "individual-video-only": Order("individual", "individual", STORED | _streams(1)),
    "individual-snapshots": Order("individual", "individual.snapshot", STORED | SHOTS),
    "individual-snapshots-and-files": Order(
        "individual", "individual.snapshot", STORED | SHOTS | FILES, modern=True
    ),
    "individual-postponed-transcoding": Order(
        "individual",
        "individual",
        STORED | postponed("postponeTranscoding"),
        {"scene": 2},
        modern=True,
    ),
    "individual-postponed-mixing": Order(
        "individual",
        "individual",
        STORED | _streams(0) | postponed("audioMix", format="m4a"),
        {"scene": 2},
        modern=True,
    ),
    "mix": Order("mix", "mix.hls", STORED),
    "mix-hls": Order("mix", "mix.hls", STORED | FILES),
    "mix-audio-only": Order("mix", "mix.hls", STORED | _streams(0)),
    "mix-hls-and-mp4": Order("mix", "mix.mp4", STORED | HLS_AND_MP4, modern=True),
    "mix-VoD": Order("mix", "vod", VOD),
    "web": Order("web", "web", STORED | PAGE, {"scene": 1}, modern=True),
    "web-hls-and-mp4": Order("web", "web", STORED | PAGE | HLS_AND_MP4, {"scene": 1}, modern=True),
    "web-on-hold": Order("web", "web", STORED | page(onhold=True), {"scene": 1}, modern=True),
    "web-ready-timeout": Order(
        "web", "web", STORED | page(readyTimeout=30), {"scene": 1}, modern=True
    ),
    "web-rtmp": Order(
        "web", "web", STORED | pushed("rtmp://cdn.example/live/a"), {"scene": 1}, modern=True
    ),
}


def begun(app: App, name: str, profile: str = "2026", *, uid: str = UID) -> Recording:
    """The recording of this order, with two users in its channel."""
    order = ORDERS[name]
    app.behave(profile=profile)
    app.join(101)
    app.join(202, publishes=["audio", "video"], codec="vp8", width=1280, height=720)
    return app.record(order.mode, order.request, uid=uid, **order.acquired)


def resume(recording: Recording) -> None:
    """Whatever was ordered on hold goes on, or there would be nothing to see."""
    assert recording.update({"webRecordingConfig": {"onhold": False}}).status == 200
