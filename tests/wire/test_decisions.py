"""Which answer a call gets that does not fit: the decision tables, row by row, in both editions.

The rows are those of docs/protocol.md#decisions; those about starts have their own file, and so has
the end of a recording.
"""

from __future__ import annotations

from typing import Final

import pytest

from tests.wire.line import GOOD, STORAGE, App, Heard, Json, Recording, envelope
from tests.wire.orders import ORDERS, STORED
from tests.wire.verdicts import (
    BODY_CHECK,
    FOREIGN,
    MISMATCH,
    NO_WORKER,
    NOWHERE,
    UNREADABLE,
    by_edition,
    each_edition,
)

CALLS: Final = ["query", "update", "updateLayout", "stop"]
WITH_BODY: Final = ["update", "updateLayout", "stop"]

each_call = pytest.mark.parametrize("verb", CALLS)


# --- the other calls ---------------------------------------------------------------------------


@each_edition
@each_call
def test_a_call_for_a_resource_that_cannot_be_read(app: App, profile: str, verb: str) -> None:
    app.behave(profile=profile)

    answer = Recording(app, "nonsense", NOWHERE, "mix").call(verb)

    assert answer.verdict == by_edition(profile, NO_WORKER, UNREADABLE)


@each_edition
@each_call
def test_a_call_for_a_resource_of_another_app_id(
    app: App, other: App, profile: str, verb: str
) -> None:
    app.behave(profile=profile)
    foreign = other.record("mix")

    answer = Recording(app, foreign.resource, foreign.sid, "mix").call(verb)

    assert answer.verdict == by_edition(profile, NO_WORKER, FOREIGN)


@each_edition
@pytest.mark.parametrize("verb", WITH_BODY)
@pytest.mark.parametrize("ids", [{"cname": "class-8"}, {"uid": "1"}])
def test_a_call_that_names_another_channel_or_uid(
    app: App, profile: str, verb: str, ids: dict[str, str]
) -> None:
    app.behave(profile=profile)
    recording = app.record("mix")
    app.advance("40s")

    path = f"{recording.path}/{verb}"
    answer = app.line.say("POST", path, envelope(GOOD[verb, "mix"]) | ids)

    assert answer.verdict == MISMATCH
    assert recording.query().server["status"] == 5


@pytest.mark.parametrize(
    ("ids", "detail"),
    [
        ({"cname": "class-8"}, '/cname: got "class-8", expected "class-7", as in the acquire'),
        ({"uid": "1"}, '/uid: got "1", expected "527841", as in the acquire'),
        (
            {"cname": "class-8", "uid": "1"},
            '/cname: got "class-8", expected "class-7"; /uid: got "1", expected "527841",'
            " as in the acquire",
        ),
    ],
    ids=["cname", "uid", "both"],
)
def test_of_other_ids_it_says_which_and_repeats_what_was_sent(
    app: App, ids: dict[str, str], detail: str
) -> None:
    recording = app.record("mix")
    sent = {"cname": "class-7", "uid": "527841"} | ids

    started = app.start(app.resource(), "mix", {"storageConfig": STORAGE}, **ids)
    stopped = app.line.say("POST", f"{recording.path}/stop", envelope({}) | ids)

    for answer in (started, stopped):
        assert answer.said == (400, sent | {"code": 432, "reason": "parameter mismatch"})
        assert answer.detail == detail


def test_a_query_that_names_nobody_is_told_whose_resource_it_is(app: App) -> None:
    recording = app.record("mix")

    lost = Recording(app, recording.resource, NOWHERE, "mix").query()

    assert (lost.body["cname"], lost.body["uid"]) == ("class-7", "527841")


@each_edition
@each_call
def test_a_call_before_the_start(app: App, profile: str, verb: str) -> None:
    app.behave(profile=profile)

    answer = Recording(app, app.resource(), NOWHERE, "mix").call(verb)

    assert answer.verdict == by_edition(profile, NO_WORKER, FOREIGN)


@each_edition
@each_call
def test_a_call_for_a_resource_that_expired_unused(app: App, profile: str, verb: str) -> None:
    app.behave(profile=profile)
    resource = app.resource()
    app.advance("6m")

    assert Recording(app, resource, NOWHERE, "mix").call(verb).verdict == NO_WORKER


@each_edition
@each_call
def test_a_call_with_another_sid(app: App, profile: str, verb: str) -> None:
    app.behave(profile=profile)
    recording, another = app.record("mix"), app.record("mix", uid="2")

    answer = Recording(app, recording.resource, another.sid, "mix").call(verb)

    assert answer.verdict == by_edition(profile, NO_WORKER, FOREIGN)


@each_edition
@pytest.mark.parametrize(
    ("mode", "wrong", "verb"),
    [
        *(("individual", "mix", verb) for verb in CALLS),
        # Without a layout to update: that is refused before anybody looks for the recording.
        *(("mix", "individual", verb) for verb in ("query", "update", "stop")),
    ],
)
def test_a_call_with_another_mode(app: App, profile: str, mode: str, wrong: str, verb: str) -> None:
    app.behave(profile=profile)
    recording = app.record(mode)

    answer = Recording(app, recording.resource, recording.sid, wrong).call(verb)

    assert answer.verdict == NO_WORKER


@each_edition
@each_call
def test_a_call_after_the_exit(app: App, profile: str, verb: str) -> None:
    app.behave(profile=profile)
    recording = app.record("mix")
    app.advance("40s")
    assert recording.stop().status == 200

    assert recording.call(verb).verdict == NO_WORKER


@each_call
def test_who_is_not_found_is_named(app: App, verb: str) -> None:
    recording = app.record("mix")
    app.advance("40s")
    recording.stop()

    assert recording.call(verb).said == (
        404,
        {"cname": "class-7", "uid": "527841", "code": 404, "reason": "failed to find worker"},
    )


@each_call
def test_the_five_minutes_are_none_for_a_recording(app: App, verb: str) -> None:
    recording = app.record("mix")
    app.advance("3h")

    assert recording.call(verb).status == 200


@each_edition
@each_call
def test_after_its_hours_a_recording_is_out_of_reach(app: App, profile: str, verb: str) -> None:
    app.behave(profile=profile)
    recording = app.record("mix", resourceExpiredHour=1)
    app.advance("1h")
    assert recording.query().status == 200

    app.advance("1ms")

    assert recording.call(verb).verdict == NO_WORKER
    assert app.control("GET", f"/recordings/{recording.sid}")["status"] == 5


@pytest.mark.parametrize(
    ("mode", "request_"),
    [
        ("mix", {"webRecordingConfig": {"onhold": True}}),
        ("individual", {"rtmpPublishConfig": {"outputs": [{"rtmpUrl": "rtmp://a/b"}]}}),
        ("mix", {"streamSubscribe": {"audioUidList": {"subscribeAudioUids": []}}}),
        ("mix", {"streamSubscribe": {"audioUidList": {"subscribeAudioUids": [7]}}}),
        ("web", {"rtmpPublishConfig": {"outputs": [{"rtmpUrl": "rtmp://a/b"}]}}),
        ("web", {"webRecordingConfig": {"onhold": "yes"}}),
    ],
)
def test_an_update_that_does_not_fit_changes_nothing(app: App, mode: str, request_: Json) -> None:
    recording = app.record(mode, ORDERS[mode].request)
    app.advance("40s")
    before = app.control("GET", f"/recordings/{recording.sid}")

    assert recording.update(request_).verdict == BODY_CHECK

    assert app.control("GET", f"/recordings/{recording.sid}") == before


@pytest.mark.parametrize(("types", "kind"), [(0, "video"), (1, "audio")])
def test_an_update_cannot_subscribe_to_what_was_not_ordered(
    app: App, types: int, kind: str
) -> None:
    recording = app.record("mix", STORED | {"recordingConfig": {"streamTypes": types}})
    lists = {f"{kind}UidList": {f"subscribe{kind.title()}Uids": ["1"]}}

    assert recording.update({"streamSubscribe": lists}).verdict == BODY_CHECK


@each_edition
def test_a_bad_layout_has_a_code_of_its_own_in_the_older_edition(app: App, profile: str) -> None:
    app.behave(profile=profile)
    recording = app.record("mix")

    answer = recording.update_layout({"mixedVideoLayout": 9})

    older = (400, 1028, "invalid layout parameter")
    assert answer.verdict == by_edition(profile, BODY_CHECK, older)


# --- all calls at all stages -------------------------------------------------------------------


STAGES: Final = ["acquired", "starting", "running", "stopping", "exited", "expired"]
MATRIX: Final[dict[str, list[str]]] = {
    "acquire": ["200", "200", "200", "200", "200", "200"],
    "start": ["200", "201/7", "201/7", "201/7", "400/433", "201/7"],
    "start, new resource": ["200", "400/53", "400/53", "400/53", "200", "400/53"],
    "start, other uid": ["200", "200", "200", "200", "200", "200"],
    "query": ["404/404", "200", "200", "404/404", "404/404", "404/404"],
    "update": ["404/404", "200", "200", "404/404", "404/404", "404/404"],
    "updateLayout": ["404/404", "200", "200", "404/404", "404/404", "404/404"],
    "stop": ["404/404", "206/435", "200", "400/49", "404/404", "404/404"],
}
CELLS: Final = [
    (call, stage, answer)
    for call, answers in MATRIX.items()
    for stage, answer in zip(STAGES, answers, strict=True)
]


def at(app: App, stage: str) -> Recording:
    """A recording that has come so far."""
    if stage == "acquired":
        return Recording(app, app.resource(), NOWHERE, "mix")
    recording = app.record("mix", resourceExpiredHour=1)
    if stage != "starting":
        app.advance("40s")
    if stage in ("stopping", "exited"):
        recording.stop(async_stop=True)
    app.advance({"exited": "5s", "expired": "1h"}.get(stage, "0s"))
    return recording


def ask(recording: Recording, call: str) -> Heard:
    """The call of the table's row."""
    app = recording.app
    match call:
        case "acquire":
            return app.acquire()
        case "start":
            return app.start(recording.resource, "mix", STORED)
        case "start, new resource":
            return app.start(app.resource(), "mix", STORED)
        case "start, other uid":
            return app.start(app.resource(uid="2"), "mix", STORED, uid="2")
        case verb:
            return recording.call(verb)


@pytest.mark.parametrize(("call", "stage", "expected"), CELLS)
def test_what_a_call_is_answered_at_a_stage(app: App, call: str, stage: str, expected: str) -> None:
    status, code, _ = ask(at(app, stage), call).verdict

    assert (f"{status}/{code}" if code else str(status)) == expected
