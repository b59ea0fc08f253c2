"""What a stop is answered: at once, after the uploads, or too late."""

from typing import Final

import pytest

from mockrec.domain.channel import User
from mockrec.domain.commands import Awaiting, Stop, Stopped, Stopping
from mockrec.domain.moments import HOUR
from mockrec.domain.policy import Policy
from mockrec.domain.problems import (
    INVALID_OPERATION,
    NO_RECORDED_DATA,
    NO_WORKER,
    UPLOAD_TIMEOUT,
)
from mockrec.domain.recording import Status
from mockrec.domain.task import Task
from mockrec.domain.timing import Timing
from tests.domain.studio import (
    EPOCH,
    INDIVIDUAL,
    MIX,
    SILENT,
    UID,
    UNDER_WAY,
    WEB,
    Studio,
    refusal,
    refused,
    said,
)

UPLOAD_AND_SETTLE: Final = 800 + 400


def test_a_stop_is_answered_when_the_files_have_arrived_and_the_task_has_settled(
    studio: Studio,
) -> None:
    session = studio.record()
    studio.jump(UNDER_WAY)

    answer = studio.stop(session)

    assert isinstance(answer, Stopped)
    assert studio.world.now == EPOCH + UNDER_WAY + UPLOAD_AND_SETTLE
    assert answer.recording.status is Status.EXITED
    assert answer.recording.files


@pytest.mark.parametrize(("limit", "in_time"), [(1_200, True), (1_199, False)])
def test_its_limit_counts_by_the_moment_of_the_exit_whenever_it_is_looked_at(
    limit: int, in_time: bool
) -> None:
    studio = Studio(Policy(timing=Timing(stop_limit=limit)))
    session = studio.record()
    studio.jump(UNDER_WAY)
    waiting = studio.do(Stop(session))
    assert isinstance(waiting, Awaiting)

    studio.jump(HOUR)

    answer = studio.world.conclude(waiting)
    assert isinstance(answer, Stopped) is in_time
    if not in_time:
        assert refused(answer).problem is UPLOAD_TIMEOUT


def test_a_millisecond_earlier_the_stop_still_waits(studio: Studio) -> None:
    session = studio.record()
    studio.jump(UNDER_WAY)
    studio.do(Stop(session))

    studio.jump(UPLOAD_AND_SETTLE - 1)
    assert not studio.recording(session).exited

    studio.jump(1)
    assert studio.recording(session).exited


def test_a_stop_waits_no_longer_than_its_limit(studio: Studio) -> None:
    session = studio.record()

    waiting = studio.do(Stop(session))

    assert waiting == Awaiting(session.sid, EPOCH + 20_000)


def test_an_upload_that_takes_longer_than_a_stop_waits_is_50() -> None:
    studio = Studio(Policy(timing=Timing(upload=25_000)))
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)

    answer = studio.stop(session)

    assert said(answer) == refusal(UPLOAD_TIMEOUT, "206/50 upload timeout")
    assert refused(answer).sid == session.sid
    assert studio.world.now == EPOCH + UNDER_WAY + 20_000


def test_an_upload_that_is_done_exactly_at_the_limit_is_in_time() -> None:
    studio = Studio(Policy(timing=Timing(upload=19_600, settle=400)))
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)

    assert isinstance(studio.stop(session), Stopped)


def test_a_millisecond_more_is_too_late() -> None:
    studio = Studio(Policy(timing=Timing(upload=19_601, settle=400)))
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)

    assert said(studio.stop(session)).problem == UPLOAD_TIMEOUT.name


@pytest.mark.parametrize("order", [INDIVIDUAL, MIX], ids=lambda task: task.mode)
def test_a_stop_where_nobody_sent_a_stream_is_435(studio: Studio, order: Task) -> None:
    studio.join(User(1, SILENT))
    session = studio.record(order)
    studio.jump(UNDER_WAY)

    assert said(studio.stop(session)) == refusal(NO_RECORDED_DATA, "206/435 no recorded data")


def test_a_stop_before_any_media_is_435(studio: Studio) -> None:
    assert said(studio.stop(studio.record())).problem == NO_RECORDED_DATA.name


def test_an_asynchronous_stop_is_answered_at_once(studio: Studio) -> None:
    session = studio.record(WEB)
    studio.jump(UNDER_WAY)

    answer = studio.do(Stop(session, asynchronous=True))

    assert isinstance(answer, Stopping)
    assert answer.recording == studio.recording(session)
    assert answer.recording.status is Status.STOP_REQUESTED


def test_an_asynchronous_stop_of_an_empty_recording_is_435_and_ends_it_all_the_same(
    studio: Studio,
) -> None:
    session = studio.record()

    answer = studio.do(Stop(session, asynchronous=True))

    assert said(answer) == refusal(NO_RECORDED_DATA, "206/435 no recorded data")
    assert refused(answer).resource_id == session.resource_id
    assert studio.recording(session).exiting


def test_a_second_stop_is_49_while_exiting_and_404_afterwards(studio: Studio) -> None:
    session = studio.record()
    studio.jump(UNDER_WAY)
    studio.do(Stop(session, asynchronous=True))

    assert said(studio.do(Stop(session))) == refusal(INVALID_OPERATION, "400/49 invalid operation")
    studio.jump(UPLOAD_AND_SETTLE)
    assert said(studio.do(Stop(session))).problem == NO_WORKER.name


def test_the_stop_of_one_recording_leaves_another_in_the_channel_alone(studio: Studio) -> None:
    one, other = studio.record(), studio.record(uid=UID + 1)
    studio.jump(UNDER_WAY)

    studio.stop(one)

    assert studio.recording(other).status is Status.IN_PROGRESS
    assert studio.world.live == 1


def test_a_recording_that_is_forgotten_while_a_stop_waits_has_no_worker(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockrec.domain.world.KEPT_RECORDINGS", 1)
    one, other = studio.record(), studio.record(uid=UID + 1)
    waiting = studio.do(Stop(one))
    assert isinstance(waiting, Awaiting)
    studio.jump(1_000)
    studio.stop(other)

    answer = studio.world.conclude(waiting)

    assert said(answer) == refusal(NO_WORKER, "404/404 failed to find worker")
    assert refused(answer).sid == one.sid
