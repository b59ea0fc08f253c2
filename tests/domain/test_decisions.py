"""Which error a bad resourceId or sid earns: the decision table, row by row, in both editions.

The rows stand in the order in which the service checks them; those about route, credentials, rate
and schema are decided before the domain is asked, but their words are the domain's.
"""

from dataclasses import replace

import pytest

from mockrec.domain.commands import (
    Accepted,
    Queried,
    Query,
    Session,
    Start,
    Stop,
    Update,
    UpdateLayout,
)
from mockrec.domain.layout import Layout
from mockrec.domain.moments import MINUTE
from mockrec.domain.problems import (
    ALREADY_STARTED,
    BAD_CREDENTIALS,
    BODY_CHECK,
    FOREIGN_RESOURCE,
    NO_ROUTE,
    NO_WORKER,
    NO_WORKER_FOR_FOREIGN,
    NO_WORKER_FOR_UNREADABLE,
    NOT_JSON,
    PARAMETER_MISMATCH,
    RATE_LIMITED,
    RESOURCE_EXPIRED,
    TASK_CONFLICT,
    UNAUTHORIZED,
    UNREADABLE_RESOURCE,
    Problem,
)
from mockrec.domain.task import Mode
from tests.domain.studio import (
    CNAME,
    INDIVIDUAL,
    MIX,
    UID,
    Studio,
    refusal,
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
