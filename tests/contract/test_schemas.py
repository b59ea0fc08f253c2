"""The schemas are valid, complete as reference documentation, and true to their own examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from mockrec import assets

OURS: Final = (
    "acquire",
    "common",
    "replies",
    "scenario",
    "start.individual",
    "start.mix",
    "start.web",
    "stop",
    "update.individual",
    "update.mix",
    "update.web",
    "update_layout",
)
SCHEMAS: Final[dict[str, Any]] = {name: json.loads(assets.schema(name)) for name in OURS}
REGISTRY: Final[Registry[Any]] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)
OF_OUR_OWN: Final = {"x-rule", "x-expected", "x-hint", "x-strict", "x-advice", "x-2020"}
SPEAK_FOR_THEMSELVES: Final = {"type", "enum"}
ASSERT: Final = {
    *("pattern", "const", "not", "contains", "anyOf", "oneOf", "minItems", "maxItems"),
    *("minimum", "maximum", "minLength", "maxLength", "minProperties", "maxProperties"),
}
SILENT: Final = {"if", "not", "contains", "anyOf", "default", "examples", "enum"}
"""What stands below these is never what a violation is told of."""

Place = tuple[str, ...]
Node = dict[str, Any]


def walk(node: Any, place: Place = ()) -> Iterator[tuple[Place, Node]]:
    """Every subschema with its place, values of keywords left out."""
    if isinstance(node, list):
        for index, inner in enumerate(node):
            yield from walk(inner, (*place, str(index)))
    elif isinstance(node, dict):
        if not place or place[-1] not in {"properties", "$defs", "x-rule"}:
            yield place, node
        for key, inner in node.items():
            literal = key in {"default", "examples", "enum", "const"}
            if not literal or (place and place[-1] == "properties"):
                yield from walk(inner, (*place, key))


def properties() -> Iterator[tuple[str, Node]]:
    """Every property of a described object, by its reference; conditions describe nothing."""
    for schema in SCHEMAS.values():
        for place, node in walk(schema):
            described = "title" in node or node.get("type") == "object"
            if described and "then" not in place and SILENT.isdisjoint(place):
                for key, inner in node.get("properties", {}).items():
                    pointer = "/".join((*place, "properties", key))
                    yield f"{schema['$id']}#/{pointer}", whole(inner, schema["$id"])


def whole(node: Node, base: str) -> Node:
    """A subschema together with what it refers to."""
    if "$ref" not in node:
        return node
    reference = urljoin(base, node["$ref"])
    return {**whole(REGISTRY.resolver().lookup(reference).contents, reference), **node}


PROPERTIES: Final = dict(properties())


def validator(schema: Node) -> Draft202012Validator:
    return Draft202012Validator(schema, registry=REGISTRY)


def reply(name: str) -> Draft202012Validator:
    return validator({"$ref": f"{SCHEMAS['replies']['$id']}#/$defs/{name}"})


@pytest.mark.parametrize("name", OURS)
def test_a_schema_is_a_valid_schema_and_is_named_by_its_file(name: str) -> None:
    schema = SCHEMAS[name]

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://mockrec.dev/schemas/{name}.json"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", OURS)
def test_references_resolve_offline(name: str) -> None:
    base = SCHEMAS[name]["$id"]
    for _, node in walk(SCHEMAS[name]):
        if "$ref" in node:
            assert REGISTRY.resolver().lookup(urljoin(base, node["$ref"])).contents


@pytest.mark.parametrize("name", OURS)
def test_only_known_keywords_are_of_our_own(name: str) -> None:
    for place, node in walk(SCHEMAS[name]):
        assert {key for key in node if key.startswith("x-")} <= OF_OUR_OWN, place


def test_there_are_properties_to_be_described() -> None:
    assert len(PROPERTIES) > 150


@pytest.mark.parametrize("reference", sorted(PROPERTIES))
def test_a_property_is_described(reference: str) -> None:
    node = PROPERTIES[reference]

    assert node["title"]
    assert node["description"].endswith((".", "|~,"))
    assert node.get("examples") or "properties" in node or "prefixItems" in node


@pytest.mark.parametrize("reference", sorted(PROPERTIES))
def test_examples_and_defaults_satisfy_their_own_schema(reference: str) -> None:
    node = PROPERTIES[reference]
    for value in (*node.get("examples", ()), *([node["default"]] if "default" in node else [])):
        validator({"$ref": reference}).validate(value)


@pytest.mark.parametrize("name", [name for name in OURS if name not in {"common", "replies"}])
def test_the_example_bodies_satisfy_their_schema(name: str) -> None:
    assert SCHEMAS[name]["examples"]
    for body in SCHEMAS[name]["examples"]:
        validator(SCHEMAS[name]).validate(body)


@pytest.mark.parametrize("name", [name for name in OURS if name != "replies"])
def test_what_can_fail_can_also_be_put_into_words(name: str) -> None:
    for place, node in walk(SCHEMAS[name]):
        told = SPEAK_FOR_THEMSELVES & node.keys() or "x-expected" in node
        assert told or ASSERT.isdisjoint(node) or not SILENT.isdisjoint(place), place


# --- replies --------------------------------------------------------------------------------------

SID: Final = "0f3c2d4b5a69788796a5b4c3d2e1f001"
IDS: Final = {"cname": "class-7", "uid": "527841", "resourceId": "QkFk_-x", "sid": SID}
OLD_IDS: Final = {"resourceId": "QkFk_-x", "sid": SID}
NOW: Final = 1700000000123
FILE: Final = {
    "fileName": f"day1/{SID}_class-7.m3u8",
    "trackType": "audio_and_video",
    "uid": "0",
    "mixedAllUser": True,
    "isPlayable": True,
    "sliceStartTime": NOW,
}
OLD_FILE: Final = {"filename": "xxx.m3u8", **{k: v for k, v in FILE.items() if k != "fileName"}}
WEB_FILE: Final = {"filename": f"{SID}_class-7.m3u8", "sliceStartTime": NOW}
RECORDER: Final = {
    "payload": {"fileList": [WEB_FILE], "onhold": False, "state": "inProgress"},
    "serviceName": "web_recorder_service",
}
PUBLISHER: Final = {
    "payload": {
        "outputs": [{"rtmpUrl": "rtmp://cdn.example/live/a", "status": "publishing"}],
        "state": "inProgress",
    },
    "serviceName": "rtmp_publish_service",
}
UPLOAD: Final = {"payload": {"uploadingStatus": "uploaded"}, "serviceName": "upload_service"}
VIDEO: Final = {
    "payload": {"state": "inProgress", "videoInfo": [{"fileName": "a.m3u8", "videoId": "3af7"}]},
    "serviceName": "aliyun_vod_service",
}
SUBMODULES: Final = {"recordingService": "serviceInProgress"}
JSON_STATE: Final = {
    "status": 5,
    "fileListMode": "json",
    "fileList": [FILE],
    "sliceStartTime": NOW,
}
JSON_END: Final = {"fileListMode": "json", "fileList": [FILE], "uploadingStatus": "uploaded"}
HLS: Final = {"fileListMode": "string", "fileList": f"day1/{SID}_class-7.m3u8"}

STATES: Final[dict[str, Any]] = {
    "query.individual": JSON_STATE,
    "query.individual.snapshot": {"status": 5, "sliceStartTime": NOW},
    "query.mix.hls": {"status": 5, **HLS, "sliceStartTime": NOW},
    "query.mix.mp4": JSON_STATE,
    "query.web": {"status": 5, "extensionServiceState": [RECORDER, PUBLISHER]},
    "query.vod": {"extensionServiceState": [VIDEO], "subServiceStatus": SUBMODULES},
    "stop.individual": JSON_END,
    "stop.individual.snapshot": {"uploadingStatus": "uploaded"},
    "stop.mix.hls": {**HLS, "uploadingStatus": "uploaded"},
    "stop.mix.mp4": JSON_END,
    "stop.web": {"extensionServiceState": [RECORDER, UPLOAD, PUBLISHER]},
    "stop.vod": {"extensionServiceState": [VIDEO]},
}
REPLIES: Final[dict[str, Any]] = {
    "acquired": {"cname": "class-7", "uid": "527841", "resourceId": "QkFk_-x"},
    "acquired.2020": {"resourceId": "QkFk_-x"},
    "started": IDS,
    "started.2020": OLD_IDS,
    **{name: {**IDS, "serverResponse": state} for name, state in STATES.items()},
    "query.individual.2020": {
        **OLD_IDS,
        "serverResponse": {**JSON_STATE, "fileList": [OLD_FILE]},
    },
    "stop.mix.hls.2020": {**OLD_IDS, "serverResponse": STATES["stop.mix.hls"]},
    "refusal.gateway": {"message": "no Route matched with those values"},
    "refusal.service": {"cname": "9", "code": 404, "reason": "failed to find worker", "uid": "1"},
    "refusal.worker": {**IDS, "code": 49, "serverResponse": {"payload": {"message": "Failed"}}},
    "ncs_ip": {"data": {"service": {"hosts": [{"primaryIP": "203.0.113.11"}]}}},
}
WRONG: Final[list[tuple[str, Any]]] = [
    ("started", {"Code": 200, "Body": IDS}),
    ("started", {**IDS, "code": 0}),
    ("started", {**IDS, "uid": 527841}),
    ("started", OLD_IDS),
    ("started.2020", IDS),
    ("query.individual", {**IDS, "serverResponse": {**JSON_STATE, "status": "5"}}),
    ("query.individual", {**IDS, "serverResponse": {**JSON_STATE, "fileList": [OLD_FILE]}}),
    ("query.individual", {**IDS, "serverResponse": {**JSON_STATE, "fileList": "a.m3u8"}}),
    ("query.individual", {**IDS, "serverResponse": {**JSON_STATE, "mockrec": True}}),
    ("query.individual.snapshot", {**IDS, "serverResponse": JSON_STATE}),
    ("query.mix.hls", {**IDS, "serverResponse": JSON_STATE}),
    ("query.mix.mp4", {**IDS, "serverResponse": {"status": 5, **HLS}}),
    ("query.web", {**IDS, "serverResponse": {"extensionServiceState": [RECORDER]}}),
    ("query.web", {**IDS, "serverResponse": {"status": 5, "extensionServiceState": [UPLOAD]}}),
    ("query.web", {**IDS, "serverResponse": {"status": 5, "extensionServiceState": []}}),
    ("stop.web", {**IDS, "serverResponse": {"extensionServiceState": [RECORDER]}}),
    ("stop.web", {**IDS, "serverResponse": {**STATES["stop.web"], "uploadingStatus": "uploaded"}}),
    ("stop.individual", {**IDS, "serverResponse": {**JSON_END, "uploadingStatus": "unknow"}}),
    ("refusal.gateway", {"message": "Unauthorized", "reason": "x"}),
    ("refusal.service", {"reason": "failed to find worker"}),
    ("refusal.service", {"code": "404"}),
    ("ncs_ip", {"data": {"service": {"hosts": []}}}),
]


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_a_documented_reply_satisfies_its_schema(name: str) -> None:
    reply(name).validate(REPLIES[name])


@pytest.mark.parametrize(("name", "body"), WRONG)
def test_a_reply_that_would_break_a_client_does_not(name: str, body: object) -> None:
    with pytest.raises(ValidationError):
        reply(name).validate(body)


@pytest.mark.parametrize("name", sorted(STATES))
def test_nothing_may_be_added_inside_the_state_of_a_recording(name: str) -> None:
    body = {**IDS, "serverResponse": {**STATES[name], "extra": 1}}

    with pytest.raises(ValidationError):
        reply(name).validate(body)
