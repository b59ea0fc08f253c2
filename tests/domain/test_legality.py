"""Which call is legal at which stage of a recording's life: the matrix, row by row.

The stages: A nothing acquired, B acquired, C starting, D running, E stopping, F exited,
G running on after its resourceExpiredHour.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.commands import (
    Acquire,
    Acquired,
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
from mockrec.domain.ids import new_id
from mockrec.domain.layout import Layout
from mockrec.domain.moments import HOUR, MINUTE
from mockrec.domain.notices import CallMisplaced
from mockrec.domain.policy import Policy
from mockrec.domain.problems import NO_WORKER_EXITING, OVERLOADED
from mockrec.domain.recording import Status
from mockrec.domain.subscription import Everyone
from mockrec.domain.task import Mode
from mockrec.domain.timing import Timing
from tests.domain.studio import (
    APP_ID,
    CNAME,
    EPOCH,
    MIX,
    UID,
    UNDER_WAY,
    Studio,
    accepted,
    refusal,
    said,
)

NO_SID: Final = "0" * 32
NOWHERE: Final = "404/404 failed to find worker"
UNREADABLE: Final = "400/1001 invalid resourceid"
RUNS_ALREADY: Final = "201/7 already started"
CONFLICT: Final = "400/53 task conflict"
TOO_LATE: Final = "400/433 resourceid expired"
EMPTY: Final = "206/435 no recorded data"


def _unknown(_: Studio) -> Session:
    return Session("not yet", NO_SID, Mode.MIX, CNAME, UID)


def _acquired(studio: Studio) -> Session:
    return Session(studio.acquire().id, NO_SID, Mode.MIX, CNAME, UID)


def _starting(studio: Studio) -> Session:
    return studio.record(MIX, expires=HOUR)


def _running(studio: Studio) -> Session:
    session = _starting(studio)
    studio.jump(UNDER_WAY)
    return session


def _stopping(studio: Studio) -> Session:
    session = _running(studio)
    studio.do(Stop(session, asynchronous=True))
    return session


def _exited(studio: Studio) -> Session:
    session = _running(studio)
    studio.stop(session)
    return session


def _out_of_hours(studio: Studio) -> Session:
    session = _starting(studio)
    studio.jump(HOUR + 1)
    return session


STAGES: Final[dict[str, Callable[[Studio], Session]]] = {
    "A": _unknown,
    "B": _acquired,
    "C": _starting,
    "D": _running,
    "E": _stopping,
    "F": _exited,
    "G": _out_of_hours,
}


def words(answer: Answer) -> str:
    """The refusal in the words of 2026, or ``200``."""
    return said(answer).now if isinstance(answer, Refused) else "200"


def row(**expected: str) -> pytest.MarkDecorator:
    """One row of the matrix: what is answered at each stage."""
    return pytest.mark.parametrize(
        ("stage", "expected"), expected.items(), ids=[f"stage {stage}" for stage in expected]
    )


@row(A="200", B="200", C="200", D="200", E="200", F="200", G="200")
def test_acquire_gives_out_a_new_resource_at_every_stage(
    studio: Studio, stage: str, expected: str
) -> None:
    earlier = STAGES[stage](studio).resource_id

    assert expected == "200"
    assert studio.acquire().id != earlier


@row(A=UNREADABLE, B="200", C=RUNS_ALREADY, D=RUNS_ALREADY, E=RUNS_ALREADY, F=TOO_LATE)
def test_start_with_this_resource_id(studio: Studio, stage: str, expected: str) -> None:
    resource_id = STAGES[stage](studio).resource_id

    answer = studio.do(Start(resource_id, replace(MIX, resource_id=resource_id)))

    assert words(answer) == expected


@row(B="200", C=CONFLICT, D=CONFLICT, E=CONFLICT, F="200", G=CONFLICT)
def test_start_with_a_new_resource_id_for_the_same_cname_and_uid(
    studio: Studio, stage: str, expected: str
) -> None:
    STAGES[stage](studio)

    assert words(studio.start(studio.acquire(), MIX)) == expected


@row(B="200", C="200", D="200", E="200", F="200", G="200")
def test_start_with_a_new_resource_id_for_another_uid(
    studio: Studio, stage: str, expected: str
) -> None:
    STAGES[stage](studio)

    assert words(studio.start(studio.acquire(uid=UID + 1), MIX)) == expected


@row(B=TOO_LATE)
def test_start_after_five_minutes(studio: Studio, stage: str, expected: str) -> None:
    session = STAGES[stage](studio)
    resource = studio.world.resources[session.resource_id]
    studio.jump(5 * MINUTE + 1)

    assert words(studio.start(resource, MIX)) == expected


@row(A=NOWHERE, B=NOWHERE, C="200", D="200", E=NOWHERE, F=NOWHERE, G=NOWHERE)
def test_query(studio: Studio, stage: str, expected: str) -> None:
    session = STAGES[stage](studio)

    assert words(studio.do(Query(session))) == expected


@row(A=NOWHERE, B=NOWHERE, C="200", D="200", E=NOWHERE, F=NOWHERE, G=NOWHERE)
def test_update(studio: Studio, stage: str, expected: str) -> None:
    session = STAGES[stage](studio)

    assert words(studio.do(Update(session, audio=Everyone()))) == expected


@row(A=NOWHERE, B=NOWHERE, C="200", D="200", E=NOWHERE, F=NOWHERE, G=NOWHERE)
def test_update_layout(studio: Studio, stage: str, expected: str) -> None:
    session = STAGES[stage](studio)

    assert words(studio.do(UpdateLayout(session, Layout()))) == expected


@row(A=NOWHERE, B=NOWHERE, C=EMPTY, D="200", E="400/49 invalid operation", F=NOWHERE, G=NOWHERE)
def test_stop_that_waits_for_nobody(studio: Studio, stage: str, expected: str) -> None:
    session = STAGES[stage](studio)

    assert words(studio.do(Stop(session, asynchronous=True))) == expected


# What the rows do not say.


@pytest.mark.parametrize(
    ("elapsed", "status"),
    [(0, 1), (499, 1), (500, 2), (800, 3), (1_500, 4), (UNDER_WAY, 5)],
)
def test_a_query_answers_the_status_of_the_moment(
    studio: Studio, elapsed: int, status: int
) -> None:
    session = studio.record(MIX)
    studio.jump(elapsed)

    answer = studio.do(Query(session))

    assert isinstance(answer, Queried)
    assert answer.recording.status == status


def test_a_query_while_stopping_is_501_in_2020(studio: Studio) -> None:
    session = _stopping(studio)

    assert said(studio.do(Query(session))) == refusal(
        NO_WORKER_EXITING, NOWHERE, then="400/501 recording service is exiting"
    )


def test_an_idle_recording_is_exiting_before_it_is_gone(studio: Studio) -> None:
    studio.leave(1)
    session = studio.record(MIX)
    studio.jump(31_500)

    assert studio.recording(session).exiting
    assert words(studio.do(Stop(session))) == "400/49 invalid operation"
    studio.jump(400)
    assert words(studio.do(Stop(session))) == NOWHERE


def test_the_second_start_is_told_to_the_outside_with_the_status_of_the_moment(
    studio: Studio,
) -> None:
    session = _running(studio)

    studio.start(studio.world.resources[session.resource_id], MIX)

    (misplaced,) = studio.told(CallMisplaced)
    assert misplaced.status is Status.IN_PROGRESS
    assert misplaced.files == studio.recording(session).files != ()


def test_the_second_start_leaves_the_recording_as_it_is(studio: Studio) -> None:
    session = _running(studio)
    before = studio.recording(session)

    studio.start(studio.world.resources[session.resource_id], MIX)

    after = replace(before, now=EPOCH + UNDER_WAY, sequence=before.sequence + 1)
    assert studio.recording(session) == after


def test_an_accepted_start_says_which_task_it_has_become(studio: Studio) -> None:
    resource = studio.acquire(scene=2, expires=HOUR)
    studio.jump(1_234)

    task = accepted(studio.start(resource, replace(MIX, timing=Timing(slice=1))))

    assert (task.app_id, task.cname, task.uid) == (APP_ID, CNAME, UID)
    assert (task.resource_id, task.number, task.started) == (resource.id, 0, EPOCH + 1_234)
    assert (task.scene, task.expires, task.timing) == (2, HOUR, Timing())
    assert task.sid == new_id(0, "sid", APP_ID, 0)
    assert studio.world.resources[resource.id].sid == task.sid


def test_each_recording_has_its_own_sid_and_number(studio: Studio) -> None:
    first, second = (accepted(studio.start(studio.acquire(uid=uid))) for uid in (1, 2))

    assert (first.number, second.number) == (0, 1)
    assert first.sid != second.sid


# Peak concurrent workers: counted at the acquire, not at the start.


def test_an_acquire_beyond_the_peak_of_workers_is_406() -> None:
    studio = Studio(Policy(pcw=1))
    studio.record()

    answer = studio.do(Acquire(CNAME, UID + 1))

    assert said(answer) == refusal(OVERLOADED, "400/406 vendor_over_load")


def test_a_start_is_never_refused_for_the_peak_of_workers() -> None:
    studio = Studio(Policy(pcw=1))
    first, second = studio.acquire(uid=1), studio.acquire(uid=2)

    assert [words(studio.start(each)) for each in (first, second)] == ["200", "200"]
    assert studio.world.live == 2


def test_a_worker_is_free_again_when_its_recording_has_exited_and_not_before() -> None:
    studio = Studio(Policy(pcw=1))
    session = studio.record()
    studio.do(Stop(session, asynchronous=True))

    assert isinstance(studio.do(Acquire(CNAME, UID)), Refused)
    studio.jump(60_000)
    assert isinstance(studio.do(Acquire(CNAME, UID)), Acquired)


# Queries per second: a window of one second.


def test_a_second_admits_its_quota_and_the_next_second_as_much_again() -> None:
    world = Studio(Policy(qps=2)).world
    admitted = []

    for at in (0, 400, 999, 1_000, 1_001, 1_999, 3_000):
        world, within = world.admit(EPOCH + at)
        admitted.append(within)

    assert admitted == [True, True, False, True, True, False, True]


def test_without_a_quota_nothing_is_counted(studio: Studio) -> None:
    assert studio.world.admit(EPOCH) == (studio.world, True)
