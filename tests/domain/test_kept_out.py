"""Recorders are thrown out of their channel, lose its token, or never get into it."""

from typing import Final

import pytest

from mockrec.domain.changes import ExpireToken, FailOver, Felt, Kick, PreventJoin
from mockrec.domain.channel import User
from mockrec.domain.commands import Queried, Query, Stop
from mockrec.domain.conditions import FAIR, Hindrance
from mockrec.domain.ids import recorder_uid
from mockrec.domain.moments import MINUTE
from mockrec.domain.notices import (
    FailedOver,
    RecorderLeft,
    RecorderStarted,
    RecordingFailed,
    SessionExited,
    StreamChanged,
    Uploaded,
)
from mockrec.domain.policy import Policy
from mockrec.domain.problems import INVALID_OPERATION, NO_WORKER
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import LoseServer, LoseToken, SawConditions, ThrowOut
from mockrec.domain.timing import Timing
from tests.domain.studio import (
    CNAME,
    EPOCH,
    JOINED,
    MIX,
    UID,
    UNDER_WAY,
    WEB,
    Studio,
    Take,
    said,
)

ONE: Final = User(1)
TOKENS: Final = pytest.mark.parametrize(
    ("hindrance", "code"), [(Hindrance.INVALID_TOKEN, 110), (Hindrance.EXPIRED_TOKEN, 109)]
)


def kept_out(hindrance: Hindrance | None) -> SawConditions:
    """The signal that recorders are kept out of their channels, or no longer."""
    return SawConditions(FAIR.with_join(None, hindrance))


def errors(take: Take) -> list[tuple[int, int, int, int]]:
    """When an error was told, and its module, level and code."""
    return [
        (event.at - EPOCH, event.module, event.level, event.code)
        for event in take.told(RecordingFailed)
    ]


def exits(take: Take) -> list[tuple[int, Ending, bool]]:
    """When the session was over, why, and whether that was abnormal."""
    return [(event.at - EPOCH, event.ending, event.abnormal) for event in take.told(SessionExited)]


# Thrown out.


def test_a_recorder_that_is_thrown_out_leaves_and_its_files_arrive() -> None:
    take = Take(MIX, ONE).at(UNDER_WAY, ThrowOut()).until(2 * MINUTE)

    assert [(event.at - EPOCH, event.code) for event in take.told(RecorderLeft)] == [
        (UNDER_WAY, 16)
    ]
    assert take.when(Uploaded) == [UNDER_WAY + 1_200]
    assert exits(take) == [(UNDER_WAY + 1_200, Ending.KICKED, True)]
    assert take.recording.status is Status.FAILED
    assert not errors(take)


@pytest.mark.parametrize("moment", [0, JOINED - 1])
def test_who_is_not_there_yet_cannot_be_thrown_out(moment: int) -> None:
    take = Take(MIX, ONE).at(moment, ThrowOut()).until(UNDER_WAY)

    assert take.recording.ending is None


def test_a_web_recording_is_in_no_channel() -> None:
    assert Take(WEB).at(UNDER_WAY, ThrowOut()).until(MINUTE).recording.ending is None


def test_a_recorder_cannot_be_thrown_out_while_its_server_is_gone() -> None:
    take = Take(MIX, ONE).at(UNDER_WAY, LoseServer()).at(UNDER_WAY + 1, ThrowOut())

    assert take.until(2 * MINUTE).recording.ending is None


def test_a_recorder_is_thrown_out_once() -> None:
    take = Take(MIX, ONE).at(UNDER_WAY, ThrowOut()).at(UNDER_WAY, ThrowOut()).until(MINUTE)

    assert len(take.told(RecorderLeft)) == 1


def test_recorders_are_thrown_out_by_channel_and_uid(studio: Studio) -> None:
    studio.join(ONE)
    here, other, hall = (
        studio.record(MIX, cname=cname, uid=uid)
        for cname, uid in ((CNAME, 91), (CNAME, 92), ("hall", 91))
    )
    studio.jump(UNDER_WAY)

    assert studio.do(Kick(CNAME, 93)) == Felt()
    assert studio.do(Kick(CNAME, 91)) == Felt((here.sid,))
    assert studio.do(Kick(CNAME)) == Felt((other.sid,))
    assert studio.do(Kick()) == Felt((hall.sid,))


def test_after_a_fail_over_either_uid_means_the_recorder(studio: Studio) -> None:
    studio.join(ONE)
    sessions = [studio.record(MIX, uid=uid) for uid in (91, 92)]
    studio.jump(UNDER_WAY)
    studio.do(FailOver(0))
    studio.jump(0)

    assert studio.do(Kick(CNAME, recorder_uid(sessions[0].sid, 1))) == Felt((sessions[0].sid,))
    assert studio.do(Kick(CNAME, 92)) == Felt((sessions[1].sid,))


def test_a_stop_comes_too_late_for_who_was_thrown_out(studio: Studio) -> None:
    studio.join(ONE)
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)
    studio.do(Kick())

    assert said(studio.do(Stop(session))).problem == INVALID_OPERATION.name
    studio.jump(MINUTE)
    assert said(studio.do(Stop(session))).problem == NO_WORKER.name


# The token.


def test_a_token_that_expires_is_told_and_the_recorder_leaves() -> None:
    take = Take(MIX, ONE).at(UNDER_WAY, LoseToken()).until(MINUTE)

    assert errors(take) == [(UNDER_WAY, 0, 5, 109)]
    assert take.when(RecorderLeft) == [UNDER_WAY]
    assert take.when(Uploaded) == [UNDER_WAY + 1_200]
    assert exits(take) == [(UNDER_WAY + 1_200, Ending.TOKEN_EXPIRED, True)]
    assert take.notices().index("RecordingFailed") < take.notices().index("RecorderLeft")


def test_a_token_that_expires_before_the_recorder_is_there_ends_it_without_leaving() -> None:
    take = Take(MIX, ONE).at(JOINED - 1, LoseToken()).until(2 * MINUTE)

    assert errors(take) == [(JOINED - 1, 0, 5, 109)]
    assert not take.told(RecorderLeft)
    assert [ending for _, ending, _ in exits(take)] == [Ending.TOKEN_EXPIRED]


def test_a_token_that_expires_between_two_servers_keeps_the_next_one_out() -> None:
    take = Take(MIX, ONE).at(UNDER_WAY, LoseServer()).at(UNDER_WAY + 1, LoseToken())
    assert not errors(take)
    assert take.recording.lost

    take.until(2 * MINUTE)

    back = UNDER_WAY + 30_000
    assert take.when(FailedOver) == [back]
    assert errors(take) == [(back, 0, 5, 109)]
    assert take.when(RecorderStarted) == [JOINED]
    assert not take.told(RecorderLeft)
    assert exits(take) == [(back + 400, Ending.TOKEN_EXPIRED, True)]


def test_a_server_that_gets_no_answer_learns_later_that_the_token_has_expired() -> None:
    take = Take(MIX, ONE).at(UNDER_WAY, LoseServer()).at(UNDER_WAY + 1, LoseToken())
    take.at(UNDER_WAY + 2, kept_out(Hindrance.NO_ANSWER)).until(MINUTE + 10_000)
    assert not errors(take)

    take.at(MINUTE + 10_000, kept_out(None))

    assert errors(take) == [(MINUTE + 10_000, 0, 5, 109)]


def test_a_web_recording_has_no_token() -> None:
    assert not errors(Take(WEB).at(UNDER_WAY, LoseToken()).until(MINUTE))


def test_a_token_does_not_expire_at_the_end() -> None:
    take = Take(MIX, ONE).stop(UNDER_WAY)

    assert not errors(take.at(3 * MINUTE, LoseToken()))
    assert not errors(Take(MIX, ONE).at(0, LoseToken()).at(0, LoseToken()))[1:]


def test_tokens_expire_in_one_channel_or_in_all(studio: Studio) -> None:
    here, there = studio.record(MIX), studio.record(MIX, cname="hall")

    assert studio.do(ExpireToken(CNAME)) == Felt((here.sid,))
    assert studio.do(ExpireToken()) == Felt((there.sid,))


# Kept out.


@TOKENS
def test_a_token_that_is_no_good_is_found_out_when_the_recorder_wants_to_join(
    hindrance: Hindrance, code: int
) -> None:
    take = Take(MIX, ONE).at(0, kept_out(hindrance)).until(MINUTE)

    assert errors(take) == [(JOINED, 0, 5, code)]
    assert not take.told(RecorderStarted)
    assert not take.told(RecorderLeft)
    assert [at for at, _, _ in exits(take)] == [JOINED + 400]
    assert take.recording.status is Status.FAILED


def test_a_service_that_never_gets_ready_gives_up_after_a_while() -> None:
    take = Take(MIX, ONE).at(0, kept_out(Hindrance.NO_ANSWER)).until(5 * MINUTE)

    assert errors(take) == [(JOINED + 90_000, 2, 5, 52)]
    assert exits(take) == [(JOINED + 90_400, Ending.NEVER_READY, True)]
    assert [status for _, status in take.history()][:3] == [1, 2, 3]


def test_a_service_that_gets_ready_late_has_its_recorder_join_at_once() -> None:
    take = Take(MIX, ONE).at(0, kept_out(Hindrance.NO_ANSWER)).at(10_000, kept_out(None))

    assert take.until(2 * MINUTE).when(RecorderStarted) == [10_000]
    assert take.when(StreamChanged)[0] == 11_000
    assert not errors(take)


def test_who_waits_to_join_finds_out_that_the_token_is_no_good() -> None:
    take = Take(MIX, ONE).at(0, kept_out(Hindrance.NO_ANSWER))

    assert errors(take.at(10_000, kept_out(Hindrance.INVALID_TOKEN))) == [(10_000, 0, 5, 110)]


def test_nobody_waits_forever_where_the_recorder_is_ready_at_once() -> None:
    studio = Studio(Policy(timing=Timing(recorder_ready=0, first_media=0)))
    studio.do(PreventJoin(Hindrance.NO_ANSWER))
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)

    assert studio.recording(session).status is Status.PARTLY_READY


def test_who_is_in_the_channel_stays_but_cannot_come_back_from_another_server() -> None:
    take = Take(MIX, ONE).at(UNDER_WAY, kept_out(Hindrance.INVALID_TOKEN)).until(2 * MINUTE)
    assert take.recording.ending is None

    take.at(2 * MINUTE, LoseServer()).until(5 * MINUTE)

    assert errors(take) == [(2 * MINUTE + 30_000, 0, 5, 110)]


def test_channels_are_closed_one_by_one_and_opened_again(studio: Studio) -> None:
    studio.do(PreventJoin(Hindrance.INVALID_TOKEN, CNAME))
    here, there = studio.record(MIX), studio.record(MIX, cname="hall")
    studio.jump(10_000)
    assert said(studio.do(Query(here))).problem == NO_WORKER.name
    assert isinstance(studio.do(Query(there)), Queried)

    studio.do(PreventJoin(None, CNAME))
    again = studio.record(MIX)
    studio.jump(10_000)

    assert isinstance(studio.do(Query(again)), Queried)
    assert again.uid == UID
