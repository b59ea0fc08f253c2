"""What else a call has to meet: the announced parameters, the hours, the scene, the media."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.commands import (
    Accepted,
    Acquire,
    Answer,
    Query,
    Refused,
    Session,
    Start,
    Stop,
    Update,
    UpdateLayout,
)
from mockrec.domain.decisions import fingerprint
from mockrec.domain.layout import Layout
from mockrec.domain.moments import HOUR, MINUTE
from mockrec.domain.policy import Policy
from mockrec.domain.problems import (
    BODY_CHECK,
    NO_SERVICE_SELECTED,
    NO_WORKER,
    NO_WORKER_FOR_FOREIGN,
    PARAMETER_MISMATCH,
    REQUEST_HASH,
    RESOURCE_EXPIRED,
    TASK_CONFLICT,
)
from mockrec.domain.subscription import Everyone
from mockrec.domain.task import Mode, Task
from tests.domain.studio import (
    AUDIO,
    CNAME,
    INDIVIDUAL,
    MIX,
    UID,
    UNDER_WAY,
    VIDEO,
    WEB,
    Studio,
    refusal,
    refused,
    said,
)

NOWHERE = "404/404 failed to find worker"
CALLS = [Query, Update, UpdateLayout, Stop]


def call(kind: type, session: Session) -> Query | Update | UpdateLayout | Stop:
    """The call of this kind that means this session."""
    if kind is UpdateLayout:
        return UpdateLayout(session, Layout())
    command: Query | Update | Stop = kind(session)
    return command


each_call = pytest.mark.parametrize("kind", CALLS, ids=lambda kind: kind.__name__)


# startParameter mismatch: the last but one row of the decision table.


ANNOUNCED = {"recordingConfig": {"channelType": 1, "uids": ["1", "2"]}, "token": None}


@pytest.mark.parametrize(
    "document",
    [
        {"recordingConfig": {"channelType": 0, "uids": ["1", "2"]}},
        {"recordingConfig": {"channelType": 1, "uids": ["2", "1"]}},
        {"recordingConfig": {"channelType": 1, "uids": ["1", "2"]}, "token": "t"},
        {},
        None,
    ],
    ids=["another value", "another order", "one key more", "empty", "absent"],
)
def test_a_start_that_is_not_what_the_acquire_announced_is_a_hash_mismatch(
    studio: Studio, document: object
) -> None:
    resource = studio.acquire(start_parameter=ANNOUNCED)

    answer = studio.start(resource, document=document)

    assert said(answer) == refusal(REQUEST_HASH, "400/2 request_hash mismatch!")


@pytest.mark.parametrize(
    "document",
    [
        ANNOUNCED,
        {"recordingConfig": {"uids": ["1", "2"], "channelType": 1}},
        {"recordingConfig": {"channelType": 1, "uids": ["1", "2"], "maxIdleTime": None}},
    ],
    ids=["the very same", "without its null, in another order", "with another null"],
)
def test_a_start_agrees_with_the_acquire_whatever_their_nulls(
    studio: Studio, document: object
) -> None:
    resource = studio.acquire(start_parameter=ANNOUNCED)

    assert isinstance(studio.start(resource, document=document), Accepted)


JSON = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def shuffled(document: object, *, nulls: bool) -> object:
    """The same, said in another way: keys in reverse, whole numbers as fractions, with nulls."""
    match document:
        case dict():
            turned = {key: shuffled(document[key], nulls=nulls) for key in reversed(document)}
            return turned | ({f"{len(turned)}-th": None} if nulls else {})
        case list():
            return [shuffled(item, nulls=nulls) for item in document]
        case bool():
            return document
        case int() if int(float(document)) == document:
            return float(document)
    return document


@given(st.dictionaries(st.text(max_size=3), JSON), st.booleans())
def test_the_same_said_in_another_way_has_the_same_fingerprint(
    document: object, nulls: bool
) -> None:
    with suppress(OverflowError):  # of whole numbers that no fraction can hold
        assert fingerprint(shuffled(document, nulls=nulls)) == fingerprint(document)


@given(st.dictionaries(st.text(max_size=3), JSON, min_size=1), st.text(max_size=3), JSON)
def test_another_document_has_another_fingerprint(document: Any, key: str, value: object) -> None:
    other = {**document, key: [value, document.get(key)]}

    assert fingerprint(other) != fingerprint(document)


def test_a_fingerprint_tells_true_from_1_and_text_from_a_number() -> None:
    assert len({fingerprint({"a": value}) for value in (True, 1, "1", [1], {"b": 1})}) == 5


def test_of_what_was_announced_no_more_than_a_fingerprint_is_kept(studio: Studio) -> None:
    resource = studio.acquire(start_parameter={"token": "t" * 100_000})

    assert len(resource.announced) == 16


def test_nulls_are_ignored_inside_lists_of_objects_too(studio: Studio) -> None:
    resource = studio.acquire(start_parameter={"services": [{"name": "web", "policy": None}]})

    assert isinstance(studio.start(resource, document={"services": [{"name": "web"}]}), Accepted)


@pytest.mark.parametrize("nothing", [None, {}], ids=["absent", "empty"])
def test_an_acquire_that_announces_nothing_agrees_with_every_start(
    studio: Studio, nothing: object
) -> None:
    resource = studio.acquire(start_parameter=nothing)

    assert isinstance(studio.start(resource, document={"token": "t"}), Accepted)


# The order of the checks: a request with two faults is told of the earlier one.


def test_a_wrong_uid_is_told_before_an_expired_resource(studio: Studio) -> None:
    resource = studio.acquire()
    studio.jump(HOUR)

    answer = studio.do(Start(resource.id, replace(INDIVIDUAL, uid=UID + 1)))

    assert said(answer).problem == PARAMETER_MISMATCH.name


def test_an_expired_resource_is_told_before_a_task_conflict(studio: Studio) -> None:
    resource = studio.acquire()
    studio.record()
    studio.jump(5 * MINUTE + 1)

    assert said(studio.start(resource)).problem == RESOURCE_EXPIRED.name


def test_a_task_conflict_is_told_before_a_hash_mismatch(studio: Studio) -> None:
    studio.record()

    answer = studio.start(studio.acquire(start_parameter=ANNOUNCED), document={})

    assert said(answer).problem == TASK_CONFLICT.name


def test_a_wrong_uid_is_told_before_a_wrong_sid_and_that_before_a_wrong_mode(
    studio: Studio,
) -> None:
    session = studio.record()
    wrong_sid = replace(session, sid="f" * 32, mode=Mode.WEB)

    assert said(studio.do(Stop(replace(wrong_sid, uid=1)))).problem == PARAMETER_MISMATCH.name
    assert said(studio.do(Stop(wrong_sid))).problem == NO_WORKER_FOR_FOREIGN.name


# Ids of an earlier life of this App ID.


def test_a_resource_from_before_a_reset_has_expired(studio: Studio) -> None:
    earlier = Studio().acquire()

    assert said(studio.start(earlier)).problem == RESOURCE_EXPIRED.name


@each_call
def test_a_session_from_before_a_reset_has_no_worker(studio: Studio, kind: type) -> None:
    earlier = Studio().record()

    assert said(studio.do(call(kind, earlier))) == refusal(NO_WORKER, NOWHERE)


# resourceExpiredHour


@each_call
def test_the_calls_reach_a_recording_until_its_hours_have_passed(
    studio: Studio, kind: type
) -> None:
    session = studio.record(MIX, expires=HOUR)
    studio.jump(HOUR)

    assert not isinstance(studio.do(call(kind, session)), Refused)


@each_call
def test_a_millisecond_after_its_hours_a_recording_goes_on_but_is_not_found(
    studio: Studio, kind: type
) -> None:
    session = studio.record(MIX, expires=HOUR)
    studio.jump(HOUR + 1)

    assert said(studio.do(call(kind, session))) == refusal(NO_WORKER, NOWHERE)
    assert not studio.recording(session).exiting


# A strict world wants scene and mode to go together.


@pytest.mark.parametrize(
    ("scene", "order"),
    [(0, INDIVIDUAL), (2, INDIVIDUAL), (0, MIX), (2, MIX), (1, WEB)],
    ids=lambda value: value.mode if isinstance(value, Task) else str(value),
)
def test_a_strict_world_starts_a_mode_in_its_scene(scene: int, order: Task) -> None:
    studio = Studio(Policy(strict=True))

    assert isinstance(studio.start(studio.acquire(scene=scene), order), Accepted)


@pytest.mark.parametrize(
    ("scene", "order"),
    [(1, INDIVIDUAL), (1, MIX), (0, WEB), (2, WEB)],
    ids=lambda value: value.mode if isinstance(value, Task) else str(value),
)
def test_a_strict_world_selects_no_service_for_a_mode_in_another_scene(
    scene: int, order: Task
) -> None:
    studio = Studio(Policy(strict=True))

    answer = studio.start(studio.acquire(scene=scene), order)

    assert said(answer) == refusal(NO_SERVICE_SELECTED, "400/2 services not selected!")


def test_a_lenient_world_starts_any_mode_in_any_scene(studio: Studio) -> None:
    assert isinstance(studio.start(studio.acquire(scene=0), WEB), Accepted)


# The update's own checks.


def test_an_update_may_not_name_a_medium_that_the_stream_types_leave_out(studio: Studio) -> None:
    audio_only = studio.record(replace(INDIVIDUAL, media=AUDIO))
    video_only = studio.record(replace(INDIVIDUAL, media=VIDEO), uid=UID + 1)

    for update in (Update(audio_only, video=Everyone()), Update(video_only, audio=Everyone())):
        assert said(studio.do(update)) == refusal(
            BODY_CHECK, "400/2 post method api body check failed!"
        )


def test_an_update_may_not_push_where_no_push_was_ordered(studio: Studio) -> None:
    session = studio.record(WEB)

    answer = studio.do(Update(session, outputs=("rtmp://cdn.example/live/a",)))

    assert said(answer) == refusal(BODY_CHECK, "400/2 post method api body check failed!")


# What a refusal carries.


def carried(answer: Answer) -> tuple[str | None, int | str | None, str | None, str | None]:
    """The ids in a refusal."""
    no = refused(answer)
    return no.cname, no.uid, no.resource_id, no.sid


def test_a_refused_acquire_bears_cname_and_uid() -> None:
    full = Studio(Policy(pcw=0))

    assert carried(full.do(Acquire(CNAME, UID))) == (CNAME, UID, None, None)


def test_a_refused_start_bears_its_resource_and_an_empty_sid(studio: Studio) -> None:
    assert carried(studio.do(Start("noise", INDIVIDUAL))) == (CNAME, UID, "noise", "")


@each_call
def test_a_refused_call_bears_the_ids_it_came_with(studio: Studio, kind: type) -> None:
    stranger = Session("noise", "sid", Mode.MIX, CNAME, UID)

    assert carried(studio.do(call(kind, stranger))) == (CNAME, UID, "noise", "sid")


@each_call
def test_a_refused_call_bears_the_cname_and_uid_of_the_acquire_where_they_are_known(
    studio: Studio, kind: type
) -> None:
    session = replace(studio.record(), sid="unknown", cname=None, uid=None)

    assert carried(studio.do(call(kind, session))) == (
        CNAME,
        UID,
        session.resource_id,
        "unknown",
    )


def test_a_stop_of_an_empty_recording_bears_the_ids_of_the_recording(studio: Studio) -> None:
    session = studio.record()

    assert carried(studio.stop(session)) == (CNAME, UID, session.resource_id, session.sid)


def test_a_refusal_says_how_long_ago_the_end_was(studio: Studio) -> None:
    session = studio.record()
    studio.jump(UNDER_WAY)
    studio.stop(session)
    studio.jump(250)

    answer = refused(studio.do(Query(session)))

    assert answer.detail == "the task has exited: stopped, 250 ms ago"
