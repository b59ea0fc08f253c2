"""Which answer a start gets that does not fit, and what is left after it.

The rows are those of docs/protocol.md#decisions; bodies are compared whole, ids and all.
"""

from __future__ import annotations

from typing import Final

import pytest

from tests.wire.line import STORAGE, App, Json
from tests.wire.orders import STORED
from tests.wire.verdicts import (
    ALREADY,
    BODY_CHECK,
    CONFLICT,
    EXPIRED,
    FOREIGN,
    HASH,
    MISMATCH,
    NO_SERVICE,
    NO_WORKER,
    UNREADABLE,
    Verdict,
    each_edition,
)

# --- start -------------------------------------------------------------------------------------


@each_edition
@pytest.mark.parametrize("resource", ["nonsense", "A" * 240, "_-" * 120])
def test_a_resource_that_cannot_be_read(app: App, profile: str, resource: str) -> None:
    app.behave(profile=profile)

    assert app.start(resource, "mix", STORED).verdict == UNREADABLE


@each_edition
def test_a_resource_with_one_letter_wrong_cannot_be_read(app: App, profile: str) -> None:
    app.behave(profile=profile)
    resource = app.resource()
    first = "B" if resource[0] == "A" else "A"

    assert app.start(first + resource[1:], "mix", STORED).verdict == UNREADABLE


@each_edition
def test_a_resource_of_another_app_id(app: App, other: App, profile: str) -> None:
    app.behave(profile=profile)

    assert app.start(other.resource(), "mix", STORED).verdict == FOREIGN


@each_edition
@pytest.mark.parametrize(
    "ids", [{"cname": "class-8"}, {"uid": "527842"}, {"cname": "class-8", "uid": "1"}]
)
def test_a_start_that_names_another_channel_or_uid(
    app: App, profile: str, ids: dict[str, str]
) -> None:
    app.behave(profile=profile)

    assert app.start(app.resource(), "mix", STORED, **ids).verdict == MISMATCH


@each_edition
def test_a_resource_lasts_five_minutes_to_the_millisecond(app: App, profile: str) -> None:
    app.behave(profile=profile)
    in_time, too_late = app.resource(uid="1"), app.resource(uid="2")

    app.advance("5m")
    assert app.start(in_time, "mix", STORED, uid="1").status == 200
    app.advance("1ms")
    assert app.start(too_late, "mix", STORED, uid="2").verdict == EXPIRED


@each_edition
def test_a_resource_is_good_for_one_recording(app: App, profile: str) -> None:
    app.behave(profile=profile)
    recording = app.record("mix")
    app.advance("40s")
    recording.stop()

    assert app.start(recording.resource, "mix", STORED).verdict == EXPIRED


def test_a_resource_of_before_the_reset_has_expired(app: App) -> None:
    recording = app.record("mix")

    app.control("DELETE", "")

    assert app.start(recording.resource, "mix", STORED).verdict == EXPIRED
    assert recording.query().verdict == NO_WORKER


def test_a_second_start_is_no_error_but_gives_no_sid(app: App) -> None:
    recording = app.record("mix")

    for later in ("0s", "40s", "10m"):
        app.advance(later)
        assert app.start(recording.resource, "mix", STORED).said == (
            201,
            {
                "cname": "class-7",
                "uid": "527841",
                "resourceId": recording.resource,
                "sid": "",
                "code": 7,
                "reason": "already started",
            },
        )


def test_a_second_start_in_the_older_edition_is_a_code_and_no_reason(app: App) -> None:
    app.behave(profile="2020")
    recording = app.record("mix")

    answer = app.start(recording.resource, "mix", STORED)

    assert answer.said == (201, {"resourceId": recording.resource, "sid": "", "code": 7})


def test_a_second_start_may_differ_from_the_first(app: App) -> None:
    recording = app.record("mix")

    assert app.start(recording.resource, "individual", STORED).verdict == ALREADY


def test_another_resource_for_the_same_recording_is_a_conflict(app: App) -> None:
    recording = app.record("mix")
    app.advance("40s")
    second = app.resource()

    for mode in ("mix", "individual"):
        assert app.start(second, mode, STORED).said == (
            400,
            {
                "cname": "class-7",
                "uid": "527841",
                "resourceId": second,
                "sid": "",
                "code": 53,
                "reason": "task conflict",
            },
        )
    assert recording.query().server["status"] == 5


def test_a_conflict_in_the_older_edition_is_a_code_and_no_reason(app: App) -> None:
    app.behave(profile="2020")
    app.record("mix")
    second = app.resource()

    answer = app.start(second, "mix", STORED)

    assert answer.said == (400, {"resourceId": second, "sid": "", "code": 53})


def test_a_channel_may_be_recorded_twice_with_two_uids(app: App) -> None:
    first, second = app.record("mix", uid="1"), app.record("individual", uid="2")
    app.advance("40s")

    assert (first.query().status, second.query().status) == (200, 200)
    assert first.sid != second.sid


def test_the_same_ids_of_another_app_are_no_conflict(app: App, other: App) -> None:
    app.record("mix")

    assert other.record("mix").query().status == 200


# --- startParameter ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("announced", "started"),
    [
        ({"storageConfig": STORAGE}, {"storageConfig": STORAGE | {"bucket": "other"}}),
        ({"storageConfig": STORAGE}, {"storageConfig": STORAGE, "token": "t"}),
        ({"storageConfig": STORAGE, "token": "t"}, {"storageConfig": STORAGE}),
        ({"storageConfig": STORAGE, "recordingConfig": {}}, {"storageConfig": STORAGE}),
        ({"whatever": [1]}, {"storageConfig": STORAGE}),
        ({"token": ""}, {"storageConfig": STORAGE}),
    ],
)
def test_a_start_that_is_not_what_was_announced(app: App, announced: Json, started: Json) -> None:
    resource = app.resource(startParameter=announced)

    assert app.start(resource, "mix", started).verdict == HASH
    assert "sid" not in app.start(resource, "mix", started).body


@pytest.mark.parametrize(
    ("announced", "started"),
    [
        ({"storageConfig": STORAGE}, {"storageConfig": STORAGE}),
        ({"storageConfig": STORAGE}, {"storageConfig": dict(reversed(STORAGE.items()))}),
        ({"storageConfig": STORAGE, "token": None}, {"storageConfig": STORAGE}),
        ({"storageConfig": STORAGE}, {"storageConfig": STORAGE | {"fileNamePrefix": None}}),
        ({}, {"storageConfig": STORAGE}),
        (None, {"storageConfig": STORAGE}),
        ({"storageConfig": STORAGE}, {"storageConfig": STORAGE | {"vendor": 1.0}}),
    ],
)
def test_a_start_that_is_what_was_announced(app: App, announced: Json, started: Json) -> None:
    resource = app.resource(startParameter=announced)

    assert app.start(resource, "mix", started).status == 200


# --- a refused start ---------------------------------------------------------------------------


REFUSED_STARTS: Final[dict[str, tuple[str, object, Verdict]]] = {
    "no storage": ("mix", {}, BODY_CHECK),
    "an unknown vendor": ("mix", {"storageConfig": STORAGE | {"vendor": 9}}, BODY_CHECK),
    "text for a number": ("mix", {"storageConfig": STORAGE | {"vendor": "1"}}, BODY_CHECK),
    "snapshots in mix": ("mix", STORED | {"snapshotConfig": {"fileType": ["jpg"]}}, BODY_CHECK),
    "mp4 alone": ("mix", STORED | {"recordingFileConfig": {"avFileType": ["mp4"]}}, BODY_CHECK),
    "mp4 in individual": (
        "individual",
        STORED | {"recordingFileConfig": {"avFileType": ["hls", "mp4"]}},
        NO_SERVICE,
    ),
    "web without a page": ("web", STORED, NO_SERVICE),
    "a list for a request": ("mix", [], BODY_CHECK),
    "layout 3 without places": (
        "mix",
        STORED | {"recordingConfig": {"transcodingConfig": {"mixedVideoLayout": 3}}},
        BODY_CHECK,
    ),
}


@pytest.mark.parametrize("name", REFUSED_STARTS)
def test_a_refused_start_leaves_the_resource_as_it_was(app: App, name: str) -> None:
    mode, request, verdict = REFUSED_STARTS[name]
    resource = app.resource()
    before = app.control("GET", "")

    assert app.start(resource, mode, request).verdict == verdict

    after = app.control("GET", "")
    assert {key: after[key] for key in ("resources", "started", "live", "now", "channels")} == {
        key: before[key] for key in ("resources", "started", "live", "now", "channels")
    }
    assert app.start(resource, "mix", STORED).status == 200


@pytest.mark.parametrize("ids", [{"cname": "class-8"}, {"uid": "1"}])
def test_a_start_with_the_wrong_ids_leaves_it_as_it_was_too(app: App, ids: dict[str, str]) -> None:
    resource = app.resource()
    assert app.start(resource, "mix", STORED, **ids).verdict == MISMATCH

    assert app.start(resource, "mix", STORED).status == 200


def test_a_conflict_is_over_when_the_other_has_exited(app: App) -> None:
    first = app.record("mix")
    second = app.resource()
    assert app.start(second, "mix", STORED).verdict == CONFLICT
    app.advance("40s")

    first.stop()

    assert app.start(second, "mix", STORED).status == 200


def test_a_start_that_was_not_as_announced_may_be_put_right(app: App) -> None:
    resource = app.resource(startParameter={"storageConfig": STORAGE})
    assert app.start(resource, "mix", STORED).verdict == HASH

    assert app.start(resource, "mix", {"storageConfig": STORAGE}).status == 200
