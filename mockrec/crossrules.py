"""The rules that tie values of a request body together and that JSON Schema cannot say plainly.

Each rule is a small function that looks at a whole body and yields what breaks it; `_RULES` says
which bodies it holds for. A rule meets any JSON object whatever: what has the wrong type or is out
of range has been named by the schema, and is passed over here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias


class Breach(NamedTuple):
    """A broken rule: where, what was expected there, and the name of the rule."""

    path: tuple[str | int, ...]
    expected: str
    rule: str


Object: TypeAlias = Mapping[str, Any]
Rule: TypeAlias = Callable[[Object], Iterator[Breach]]

_MOST_PIXELS: Final = 1920 * 1080
_LONGEST_SIDE: Final = 1920
_LONGEST_PREFIX: Final = 128
_LONGEST_CHANNEL_NAME: Final = 63
_LONGEST_LABEL: Final = 1024
_WEB_PAGE: Final = 1  # the scene
_CUSTOM: Final = 3  # the layout
_ROUNDING: Final = 1.5e-6  # coordinates have six decimals, so a sum may be off by two halves
_NUMBERS: Final = (int, float)  # the types themselves: true and false are no numbers
_NOTHING: Final[Object] = {}

_AUDIO_LISTS: Final = ("subscribeAudioUids", "unSubscribeAudioUids", "unsubscribeAudioUids")
_VIDEO_LISTS: Final = (
    "subscribeVideoUids",
    "unSubscribeVideoUids",
    "unsubscribeVideoUids",
    "unsunscribeVideoUids",
)
_UPDATED_LISTS: Final = (("audioUidList", _AUDIO_LISTS), ("videoUidList", _VIDEO_LISTS))

_REQUEST: Final = ("clientRequest",)
_RECORDING: Final = ("clientRequest", "recordingConfig")
_TRANSCODING: Final = ("clientRequest", "recordingConfig", "transcodingConfig")
_SERVICES: Final = ("clientRequest", "extensionServiceConfig", "extensionServices")


def breaches(schema: str, document: object) -> Iterator[Breach]:
    """What breaks the rules for this kind of body, say ``start.mix``. Takes any JSON document."""
    if isinstance(document, dict):
        for rule in _RULES.get(schema, ()):
            yield from rule(document)


def _channel_name_fits(body: Object) -> Iterator[Breach]:
    """Whether it will be web mode is not known at acquire, but the scene tells (V5)."""
    web = _part(body, *_REQUEST).get("scene") == _WEB_PAGE
    yield from _at_most(_LONGEST_LABEL if web else _LONGEST_CHANNEL_NAME, body)


def _label_fits(body: Object) -> Iterator[Breach]:
    yield from _at_most(_LONGEST_LABEL, body)


def _at_most(limit: int, body: Object) -> Iterator[Breach]:
    cname = body.get("cname")
    if isinstance(cname, str) and len(cname.encode(errors="surrogatepass")) > limit:
        yield Breach(("cname",), f"at most {limit} bytes of UTF-8", "V5")


def _folders_fit(body: Object) -> Iterator[Breach]:
    folders = _part(body, "clientRequest", "storageConfig").get("fileNamePrefix")
    if not isinstance(folders, list):
        return
    if sum(len(folder) + 1 for folder in folders if isinstance(folder, str)) > _LONGEST_PREFIX:
        expected = f"at most {_LONGEST_PREFIX} characters, a slash after each folder included"
        yield Breach(("clientRequest", "storageConfig", "fileNamePrefix"), expected, "V8")


def _start_lists_agree(body: Object) -> Iterator[Breach]:
    recording = _part(body, *_RECORDING)
    yield from _one_of_a_kind(_RECORDING, recording)
    streams = recording.get("streamTypes")
    for without, names in ((1, _AUDIO_LISTS), (0, _VIDEO_LISTS)):
        if streams == without:
            for name in filter(recording.get, names):
                yield Breach((*_RECORDING, name), f"no {name}, as streamTypes is {streams}", "V12")


def _update_lists_agree(body: Object) -> Iterator[Breach]:
    for kind, names in _UPDATED_LISTS:
        path = ("clientRequest", "streamSubscribe", kind)
        lists = _part(body, *path)
        yield from _one_of_a_kind(path, lists)
        given = [name for name in names if isinstance(lists.get(name), list)]
        if given and not any(map(lists.get, given)):
            yield Breach((*path, given[0]), "a list that names somebody", "V21")


def _one_of_a_kind(path: tuple[str, ...], lists: Object) -> Iterator[Breach]:
    for wanted, *unwanted in (_AUDIO_LISTS, _VIDEO_LISTS):
        if lists.get(wanted):
            for name in filter(lists.get, unwanted):
                yield Breach((*path, name), f"no {name} beside {wanted}", "V11")


def _snapshots_have_video(body: Object) -> Iterator[Breach]:
    lists = _part(body, *_RECORDING)
    snapshots = _part(body, "clientRequest", "snapshotConfig")
    if snapshots and lists.get("subscribeAudioUids") and not lists.get("subscribeVideoUids"):
        expected = "a list of users, as snapshotConfig and subscribeAudioUids are given"
        yield Breach((*_RECORDING, "subscribeVideoUids"), expected, "V15")


def _canvas_fits(body: Object) -> Iterator[Breach]:
    canvas = _part(body, *_TRANSCODING)
    if _too_large(_number(canvas, "width", 360), _number(canvas, "height", 640)):
        yield Breach(_TRANSCODING, f"width times height of at most {_MOST_PIXELS}", "V13")


def _page_fits(body: Object) -> Iterator[Breach]:
    services = _part(body, "clientRequest", "extensionServiceConfig").get("extensionServices")
    for index, service in enumerate(services if isinstance(services, list) else ()):
        page = _part(service, "serviceParam") if isinstance(service, dict) else _NOTHING
        if _too_large(_number(page, "videoWidth", 0), _number(page, "videoHeight", 0)):
            path = (*_SERVICES, index, "serviceParam")
            yield Breach(path, f"videoWidth times videoHeight of at most {_MOST_PIXELS}", "V17")


def _start_regions_fit(body: Object) -> Iterator[Breach]:
    yield from _regions_fit(_TRANSCODING, _part(body, *_TRANSCODING))


def _update_regions_fit(body: Object) -> Iterator[Breach]:
    yield from _regions_fit(_REQUEST, _part(body, *_REQUEST))


def _regions_fit(path: tuple[str, ...], layout: Object) -> Iterator[Breach]:
    regions = layout.get("layoutConfig")
    if layout.get("mixedVideoLayout") != _CUSTOM or not isinstance(regions, list):
        return
    for index, region in enumerate(regions):
        if isinstance(region, dict):
            for edge, extent in (("x_axis", "width"), ("y_axis", "height")):
                if _sticks_out(region, edge, extent):
                    expected = f"{edge} and {extent} together at most 1"
                    yield Breach((*path, "layoutConfig", index, extent), expected, "V13")


def _sticks_out(region: Object, edge: str, extent: str) -> bool:
    start, length = _number(region, edge, 0), _number(region, extent, 0)
    return 0 <= start <= 1 and 0 <= length <= 1 and start + length > 1 + _ROUNDING


def _too_large(width: float, height: float) -> bool:
    # The bounds are the schema's affair; here they keep huge numbers from being multiplied.
    within = 0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE
    return within and width * height > _MOST_PIXELS


def _number(part: Object, key: str, default: float) -> float:
    value: Any = part.get(key)
    return value if type(value) in _NUMBERS else default


def _part(whole: Object, *path: str) -> Object:
    """The object at that path; an empty one where there is none."""
    for key in path:
        inner = whole.get(key)
        if not isinstance(inner, dict):
            return _NOTHING
        whole = inner
    return whole


_RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "acquire": (_channel_name_fits,),
    "start.individual": (_folders_fit, _start_lists_agree, _snapshots_have_video),
    "start.mix": (_folders_fit, _start_lists_agree, _canvas_fits, _start_regions_fit),
    "start.web": (_label_fits, _folders_fit, _page_fits),
    "update.individual": (_folders_fit, _update_lists_agree),
    "update.mix": (_folders_fit, _update_lists_agree),
    "update.web": (_folders_fit,),
    "update_layout": (_update_regions_fit,),
    "stop": (),
}
