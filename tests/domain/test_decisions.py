"""Which error a bad resourceId or sid earns: the decision table, row by row, in both editions.

The rows stand in the order in which the service checks them; those about route, credentials, rate
and schema are decided before the domain is asked, but their words are the domain's.
"""

from dataclasses import replace

import pytest

from mockrec.domain.commands import (
    Accepted,
    Acquire,
    Answer,
    Queried,
    Query,
    Refused,
    Session,
    Start,
    Stop,
    Update,
    UpdateLayout,
)
from mockrec.domain.layout import Layout
from mockrec.domain.moments import HOUR, MINUTE
from mockrec.domain.policy import Policy
from mockrec.domain.problems import (
    ALREADY_STARTED,
    BAD_CREDENTIALS,
    BODY_CHECK,
    FOREIGN_RESOURCE,
    NO_ROUTE,
    NO_SERVICE_SELECTED,
    NO_WORKER,
    NO_WORKER_FOR_FOREIGN,
    NO_WORKER_FOR_UNREADABLE,
    NOT_JSON,
    PARAMETER_MISMATCH,
    RATE_LIMITED,
    REQUEST_HASH,
    RESOURCE_EXPIRED,
    TASK_CONFLICT,
    UNAUTHORIZED,
    UNREADABLE_RESOURCE,
    Problem,
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
    worded,
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


# Before the domain: route, credentials, rate, schema.


@pytest.mark.parametrize(
    ("problem", "now", "then"),
    [
        (NO_ROUTE, "404 no Route matched with those values", ""),
        (UNAUTHORIZED, "401 Unauthorized", ""),
        (BAD_CREDENTIALS, "401 Invalid authentication credentials", ""),
        (RATE_LIMITED, "429 API rate limit exceeded", ""),
        (NOT_JSON, "400/2 post method api body check failed!", "400/8 invalid http request"),
        (BODY_CHECK, "400/2 post method api body check failed!", ""),
    ],
    ids=lambda value: value.name if isinstance(value, Problem) else "",
)
def test_what_stops_a_request_at_the_door_is_said_in_these_words(
    problem: Problem, now: str, then: str
) -> None:
    assert worded(problem) == refusal(problem, now, then)


# resourceid not decodable


def test_a_start_with_an_unreadable_resource_id_is_1001(studio: Studio) -> None:
    answer = studio.do(Start("noise", INDIVIDUAL))

    assert said(answer) == refusal(UNREADABLE_RESOURCE, "400/1001 invalid resourceid")


@each_call
def test_a_call_with_an_unreadable_resource_id_finds_no_worker_or_in_2020_is_1001(
    studio: Studio, kind: type
) -> None:
    session = replace(studio.record(), resource_id="noise")

    answer = studio.do(call(kind, session))

    assert said(answer) == refusal(
        NO_WORKER_FOR_UNREADABLE, NOWHERE, then="400/1001 invalid resourceid"
    )


# resourceid belongs to another App ID


def test_a_start_with_the_resource_of_another_app_id_is_1003(studio: Studio) -> None:
    foreign = Studio(app_id="b" * 32).acquire()

    answer = studio.start(foreign)

    assert said(answer) == refusal(
        FOREIGN_RESOURCE, "400/1003 resourceid does not match appid or sid"
    )


@each_call
def test_a_call_with_the_resource_of_another_app_id_finds_no_worker_or_in_2020_is_1003(
    studio: Studio, kind: type
) -> None:
    session = Studio(app_id="b" * 32).record()

    answer = studio.do(call(kind, session))

    assert said(answer) == refusal(
        NO_WORKER_FOR_FOREIGN, NOWHERE, then="400/1003 resourceid does not match appid or sid"
    )


# cname or uid differ from the acquire


@pytest.mark.parametrize(
    ("cname", "uid"), [("elsewhere", UID), (CNAME, UID + 1)], ids=["cname", "uid"]
)
def test_a_start_with_another_cname_or_uid_than_acquired_is_432(
    studio: Studio, cname: str, uid: int
) -> None:
    resource = studio.acquire()
    order = replace(INDIVIDUAL, resource_id=resource.id, cname=cname, uid=uid)

    answer = studio.do(Start(resource.id, order))

    assert said(answer) == refusal(PARAMETER_MISMATCH, "400/432 parameter mismatch")


@pytest.mark.parametrize(
    ("cname", "uid"), [("elsewhere", UID), (CNAME, UID + 1)], ids=["cname", "uid"]
)
@each_call
def test_a_call_with_another_cname_or_uid_than_acquired_is_432(
    studio: Studio, kind: type, cname: str, uid: int
) -> None:
    session = replace(studio.record(), cname=cname, uid=uid)

    answer = studio.do(call(kind, session))

    assert said(answer) == refusal(PARAMETER_MISMATCH, "400/432 parameter mismatch")


def test_a_query_names_neither_cname_nor_uid_and_needs_none(studio: Studio) -> None:
    session = replace(studio.record(), cname=None, uid=None)

    assert isinstance(studio.do(Query(session)), Queried)


# resourceid older than five minutes and never started


def test_a_start_five_minutes_after_the_acquire_is_still_in_time(studio: Studio) -> None:
    resource = studio.acquire()
    studio.jump(5 * MINUTE)

    assert isinstance(studio.start(resource), Accepted)


def test_a_start_a_millisecond_later_is_433(studio: Studio) -> None:
    resource = studio.acquire()
    studio.jump(5 * MINUTE + 1)

    answer = studio.start(resource)

    assert said(answer) == refusal(RESOURCE_EXPIRED, "400/433 resourceid expired")


@each_call
def test_a_call_with_an_expired_resource_that_was_never_started_finds_no_worker(
    studio: Studio, kind: type
) -> None:
    resource = studio.acquire()
    studio.jump(5 * MINUTE + 1)
    session = Session(resource.id, "0" * 32, Mode.INDIVIDUAL, CNAME, UID)

    assert said(studio.do(call(kind, session))).now == NOWHERE
    assert said(studio.do(call(kind, session))).then == NOWHERE


# resourceid already running


def test_a_second_start_of_a_running_resource_is_201_and_7(studio: Studio) -> None:
    session = studio.record()
    resource = studio.world.resources[session.resource_id]

    answer = studio.start(resource)

    assert said(answer) == refusal(ALREADY_STARTED, "201/7 already started")


# resourceid already used and finished


def test_a_resource_is_for_one_recording_and_433_afterwards(studio: Studio) -> None:
    session = studio.record()
    studio.stop(session)

    answer = studio.start(studio.world.resources[session.resource_id])

    assert said(answer) == refusal(RESOURCE_EXPIRED, "400/433 resourceid expired")


@each_call
def test_a_call_after_the_recording_has_finished_finds_no_worker(
    studio: Studio, kind: type
) -> None:
    session = studio.record()
    studio.stop(session)

    answer = studio.do(call(kind, session))

    assert said(answer) == refusal(NO_WORKER, NOWHERE)


@each_call
def test_a_call_with_a_finished_resource_and_any_other_sid_finds_no_worker(
    studio: Studio, kind: type
) -> None:
    session = studio.record()
    studio.stop(session)

    answer = studio.do(call(kind, replace(session, sid="f" * 32)))

    assert (said(answer).now, said(answer).then) == (NOWHERE, NOWHERE)


# another live task with the same App ID, cname and uid


def test_a_start_beside_a_live_recording_of_the_same_cname_and_uid_is_53(studio: Studio) -> None:
    studio.record()

    answer = studio.start(studio.acquire())

    assert said(answer) == refusal(TASK_CONFLICT, "400/53 task conflict")


def test_the_same_cname_and_uid_may_be_recorded_again_after_the_first_has_exited(
    studio: Studio,
) -> None:
    studio.stop(studio.record())

    assert isinstance(studio.start(studio.acquire()), Accepted)


# startParameter mismatch


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


def test_nulls_are_ignored_inside_lists_of_objects_too(studio: Studio) -> None:
    resource = studio.acquire(start_parameter={"services": [{"name": "web", "policy": None}]})

    assert isinstance(studio.start(resource, document={"services": [{"name": "web"}]}), Accepted)


@pytest.mark.parametrize("nothing", [None, {}], ids=["absent", "empty"])
def test_an_acquire_that_announces_nothing_agrees_with_every_start(
    studio: Studio, nothing: object
) -> None:
    resource = studio.acquire(start_parameter=nothing)

    assert isinstance(studio.start(resource, document={"token": "t"}), Accepted)


# mode is not that of the session


@each_call
def test_a_call_in_another_mode_finds_no_worker(studio: Studio, kind: type) -> None:
    session = studio.record(MIX)

    answer = studio.do(call(kind, replace(session, mode=Mode.INDIVIDUAL)))

    assert said(answer) == refusal(NO_WORKER, NOWHERE)


# sid unknown, or that of another resource


@each_call
def test_a_call_with_an_unknown_sid_finds_no_worker_or_in_2020_is_1003(
    studio: Studio, kind: type
) -> None:
    session = replace(studio.record(), sid="f" * 32)

    answer = studio.do(call(kind, session))

    assert said(answer) == refusal(
        NO_WORKER_FOR_FOREIGN, NOWHERE, then="400/1003 resourceid does not match appid or sid"
    )


@each_call
def test_a_call_with_the_sid_of_another_resource_finds_no_worker_or_in_2020_is_1003(
    studio: Studio, kind: type
) -> None:
    mine, other = studio.record(), studio.record(uid=UID + 1)

    answer = studio.do(call(kind, replace(mine, sid=other.sid)))

    assert said(answer) == refusal(
        NO_WORKER_FOR_FOREIGN, NOWHERE, then="400/1003 resourceid does not match appid or sid"
    )


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


def carried(answer: Answer) -> tuple[str | None, int | None, str | None, str | None]:
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
