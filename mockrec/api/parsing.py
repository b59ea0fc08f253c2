"""From the wire to the domain: the only place that reads the service's own key names.

Documents have passed their schema. What a client leaves empty (null, "", [], {}) counts as absent
for an optional key, as the official clients send it so (docs/protocol.md#leniency).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mockrec.domain.channel import BOTH, Medium
from mockrec.domain.commands import Acquire, Query, Session, Start, Stop, Update, UpdateLayout
from mockrec.domain.layout import Arrangement, Fill, Layout, Place, UserImage
from mockrec.domain.moments import DAY, HOUR, MINUTE, SECOND
from mockrec.domain.subscription import Everyone, Except, Only, Selection, subscription
from mockrec.domain.task import (
    Canvas,
    ChannelType,
    Mode,
    Page,
    Postponed,
    Storage,
    StreamMode,
    Task,
    Vod,
)

Document = Mapping[str, Any]

_MEDIA: Final = {0: frozenset({Medium.AUDIO}), 1: frozenset({Medium.VIDEO}), 2: BOTH}
_FRAME_RATES: Final = frozenset({1, 7, 10, 15, 24, 30, 60})
_EVERY_STREAM: Final = "#allstream#"
_LONGEST_IDLE: Final = 30 * DAY
_UNSUBSCRIBE: Final = {
    "Audio": ("unsubscribeAudioUids", "unSubscribeAudioUids"),
    "Video": ("unsubscribeVideoUids", "unSubscribeVideoUids", "unsunscribeVideoUids"),
}
_POSTPONED: Final = {str(kind): kind for kind in Postponed}


def acquire(body: Document) -> Acquire:
    """``acquire``: a resource for a channel and a uid."""
    request = body["clientRequest"]
    return Acquire(
        cname=body["cname"],
        uid=int(body["uid"]),
        scene=_int(request, "scene", 0),
        expires=_int(request, "resourceExpiredHour", 72) * HOUR,
        start_parameter=request.get("startParameter") or None,
    )


def start(body: Document, resource_id: str, mode: Mode) -> Start:
    """``start``: the task as the request describes it."""
    request = body["clientRequest"]
    config = _part(request, "recordingConfig") if mode is not Mode.WEB else {}
    files = _part(request, "recordingFileConfig")
    shots = _part(request, "snapshotConfig") if mode is Mode.INDIVIDUAL else {}
    services = _services(request)
    media = _MEDIA[_int(config, "streamTypes", 2)]
    transcoding = _part(config, "transcodingConfig") if mode is Mode.MIX else {}
    task = Task(
        app_id="",
        sid="",
        resource_id=resource_id,
        number=0,
        cname=body["cname"],
        uid=int(body["uid"]),
        mode=mode,
        started=0,
        token=_text(request, "token"),
        storage=_storage(request),
        channel_type=ChannelType(_int(config, "channelType", 0)),
        media=media,
        stream_mode=_stream_mode(config) if mode is Mode.INDIVIDUAL else StreamMode.DEFAULT,
        subscription=subscription(
            _selection(config, "Audio"), _selection(config, "Video"), media=media
        ),
        uid_group=_int(config, "subscribeUidGroup", 0),
        max_idle=min(_int(config, "maxIdleTime", 30) * SECOND, _LONGEST_IDLE),
        correct_extinf=_correct_extinf(config),
        canvas=_canvas(config, transcoding),
        layout=_layout(transcoding),
        records=bool(files) or not shots,
        mp4=mode is not Mode.INDIVIDUAL and "mp4" in (files.get("avFileType") or ()),
        snapshot_every=_int(shots, "captureInterval", 10) * SECOND if shots else None,
        page=_page(services) if mode is Mode.WEB else None,
        outputs=_outputs(services.get("rtmp_publish_service")) if mode is Mode.WEB else None,
        vod=_vod(services) if mode is Mode.MIX else None,
        **_postponed(request, mode),
    )
    return Start(resource_id, task, request)


def query(session: Session) -> Query:
    """``query``: nothing but the ids of the path."""
    return Query(session)


def update(body: Document, session: Session) -> Update:
    """``update``: what is to be replaced; what is not named stays."""
    request = body["clientRequest"]
    lists = _part(request, "streamSubscribe")
    web = _part(request, "webRecordingConfig")
    push = request.get("rtmpPublishConfig")
    return Update(
        session,
        audio=_selection(_part(lists, "audioUidList"), "Audio"),
        video=_selection(_part(lists, "videoUidList"), "Video"),
        on_hold=web.get("onhold"),
        outputs=_outputs(push) if push else None,
        storage=_storage(request),
    )


def update_layout(body: Document, session: Session) -> UpdateLayout:
    """``updateLayout``: the whole layout; what is left out returns to its default."""
    return UpdateLayout(session, _layout(body["clientRequest"]))


def stop(body: Document, session: Session) -> Stop:
    """``stop``: now, and whether to wait for the files."""
    return Stop(session, asynchronous=bool(body["clientRequest"].get("async_stop")))


def session(body: Document | None, resource_id: str, sid: str, mode: Mode) -> Session:
    """The ids of the path, with channel and uid where there is a body."""
    if body is None:
        return Session(resource_id, sid, mode)
    return Session(resource_id, sid, mode, body["cname"], int(body["uid"]))


def _part(document: Document, key: str) -> Document:
    """An object that may be absent or empty; an empty list counts as absent, too."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _int(document: Document, key: str, default: int) -> int:
    value = document.get(key)
    return default if value is None or value == "" else int(value)


def _text(document: Document, key: str, default: str = "") -> str:
    value = document.get(key)
    return value if isinstance(value, str) and value else default


def _uid(document: Document, key: str) -> int | None:
    text = _text(document, key)
    return int(text) if text.isdecimal() else None


def _stream_mode(config: Document) -> StreamMode:
    return StreamMode(_text(config, "streamMode", "default"))


def _correct_extinf(config: Document) -> bool:
    """``privateParams`` is a JSON text inside the JSON; any other text is accepted and ignored."""
    text = _text(config, "privateParams")
    if "correctEXTINF" not in text:
        return False
    try:
        private = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(private, dict) and private.get("correctEXTINF") is True


def _selection(lists: Document, medium: str) -> Selection | None:
    wanted = lists.get(f"subscribe{medium}Uids")
    if wanted:
        return Everyone() if _EVERY_STREAM in wanted else Only(_uids(wanted))
    for spelling in _UNSUBSCRIBE[medium]:
        unwanted = lists.get(spelling)
        if unwanted:
            return Except(_uids(unwanted))
    return None


def _uids(texts: Iterable[str]) -> frozenset[int]:
    return frozenset(int(text) for text in texts if text.isdecimal())


def _canvas(config: Document, transcoding: Document) -> Canvas:
    fps = _int(transcoding, "fps", 15)
    return Canvas(
        width=_int(transcoding, "width", 360) or 360,
        height=_int(transcoding, "height", 640) or 640,
        fps=fps if fps in _FRAME_RATES else 15,
        bitrate=_int(transcoding, "bitrate", 500) or 500,
        audio_profile=_int(config, "audioProfile", 0),
    )


def _layout(document: Document) -> Layout:
    arrangement = Arrangement(_int(document, "mixedVideoLayout", 0))
    # Places of another layout are ignored, as they came: nobody has looked at them.
    places = document.get("layoutConfig") if arrangement is Arrangement.CUSTOM else ()
    return Layout(
        arrangement=arrangement,
        large_uid=_uid(document, "maxResolutionUid"),
        background_color=_text(document, "backgroundColor", "#000000"),
        background_image=_text(document, "backgroundImage") or None,
        default_user_image=_text(document, "defaultUserBackgroundImage") or None,
        user_images=tuple(map(_user_image, document.get("backgroundConfig") or ())),
        places=tuple(map(_place, places or ())),
    )


def _user_image(document: Document) -> UserImage:
    fill = Fill(_int(document, "render_mode", 0))
    return UserImage(_uid(document, "uid") or 0, _text(document, "image_url"), fill)


def _place(document: Document) -> Place:
    alpha = document.get("alpha")
    return Place(
        uid=_uid(document, "uid"),
        x=float(document["x_axis"]),
        y=float(document["y_axis"]),
        width=float(document["width"]),
        height=float(document["height"]),
        alpha=1.0 if alpha is None else float(alpha),
        fill=Fill(_int(document, "render_mode", 0)),
    )


def _storage(request: Document) -> Storage | None:
    config = _part(request, "storageConfig")
    if not config:
        return None
    extension = _part(config, "extensionParams")
    return Storage(
        vendor=int(config["vendor"]),
        region=int(config["region"]),
        bucket=config["bucket"],
        access_key=config["accessKey"],
        secret_key=config["secretKey"],
        prefix=tuple(config.get("fileNamePrefix") or ()),
        sts_token=_text(config, "stsToken"),
        sts_expiration=_int(config, "stsExpiration", 0),
        sse=_text(extension, "sse"),
        tag=_text(extension, "tag"),
        endpoint=_text(extension, "endpoint"),
    )


def _services(request: Document) -> dict[str, Document]:
    config = _part(request, "extensionServiceConfig")
    return {
        one["serviceName"]: _part(one, "serviceParam")
        for one in config.get("extensionServices") or ()
    }


def _page(services: Mapping[str, Document]) -> Page | None:
    page = services.get("web_recorder_service")
    if page is None:
        return None
    width, height = int(page["videoWidth"]), int(page["videoHeight"])
    default = 2000 if width * height >= 1280 * 720 else 1500
    bitrate = _int(page, "videoBitrate", 0) or _int(page, "VideoBitrate", 0) or default
    return Page(
        url=page["url"],
        width=width,
        height=height,
        max_hours=int(page["maxRecordingHour"]),
        audio_profile=_int(page, "audioProfile", 0),
        fps=_int(page, "videoFps", 15),
        bitrate=bitrate,
        mobile=bool(page.get("mobile")),
        part=_int(page, "maxVideoDuration", 120) * MINUTE,
        on_hold=bool(page.get("onhold")),
        ready_timeout=_int(page, "readyTimeout", 0) * SECOND,
    )


def _outputs(service: Document | None) -> tuple[str, ...] | None:
    if service is None:
        return None
    return tuple(one["rtmpUrl"] for one in service.get("outputs") or ())


def _vod(services: Mapping[str, Document]) -> Vod | None:
    vod = services.get("aliyun_vod_service")
    if vod is None:
        return None
    video = _part(_part(vod, "apiData"), "videoData")
    return Vod(title=_text(video, "title"), region=_text(vod, "regionId"))


def _postponed(request: Document, mode: Mode) -> dict[str, Any]:
    apps = _part(request, "appsCollection")
    if mode is not Mode.INDIVIDUAL or apps.get("combinationPolicy") != "postpone_transcoding":
        return {}
    options = _part(request, "transcodeOptions")
    mode_of = _text(_part(options, "transConfig"), "transMode")
    kind = _POSTPONED.get(mode_of, Postponed.TRANSCODING)
    usual = "mp3" if kind is Postponed.MIXING else "mp4"
    return {
        "postponed": kind,
        "postponed_format": _text(_part(options, "container"), "format", usual),
    }
