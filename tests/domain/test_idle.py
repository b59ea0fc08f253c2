"""A recording ends by itself where nobody is left, or where its own uid comes in."""

from dataclasses import replace

import pytest

from mockrec.domain.channel import Role, User
from mockrec.domain.moments import HOUR
from mockrec.domain.notices import RecorderLeft, SessionExited, StreamChanged, Uploaded
from mockrec.domain.promises import ExitIdle
from mockrec.domain.recording import Ending, Status
from mockrec.domain.task import ChannelType
from tests.domain.studio import (
    INDIVIDUAL,
    JOINED,
    SILENT,
    UID,
    UNDER_WAY,
    WEB,
    Take,
    saw,
)

IDLE = 30_000
SETTLED = 400
UPLOADED = 800

LIVE = replace(INDIVIDUAL, channel_type=ChannelType.LIVE)
LURKER = User(7, role=Role.AUDIENCE)
HOST = User(8)


def ending(take: Take) -> tuple[Ending | None, int]:
    """Why it exited, and when."""
    (goodbye,) = take.told(SessionExited)
    (moment,) = take.when(SessionExited)
    return goodbye.ending, moment


# Idle.


def test_an_empty_channel_ends_the_recording_after_max_idle_time() -> None:
    take = Take(INDIVIDUAL).until(HOUR)

    assert ending(take) == (Ending.IDLE, JOINED + IDLE + SETTLED)
    assert take.notices() == [
        "UploaderStarted",
        "RecorderStarted",
        "Registered",
        "RecorderLeft",
        "SessionExited",
    ]


def test_max_idle_time_is_the_tasks_own() -> None:
    take = Take(replace(INDIVIDUAL, max_idle=5_000)).until(HOUR)

    assert ending(take) == (Ending.IDLE, JOINED + 5_000 + SETTLED)


@pytest.mark.parametrize("quiet", [LURKER, replace(LURKER, publishes=SILENT), User(1, SILENT)])
def test_in_a_communication_channel_anybody_at_all_keeps_the_recording(quiet: User) -> None:
    take = Take(INDIVIDUAL, quiet).until(HOUR)

    assert take.told(SessionExited) == []


def test_in_a_live_channel_an_audience_does_not_count() -> None:
    take = Take(LIVE, LURKER).until(HOUR)

    assert ending(take) == (Ending.IDLE, JOINED + IDLE + SETTLED)


def test_in_a_live_channel_a_single_host_keeps_the_recording_even_if_silent() -> None:
    take = Take(LIVE, LURKER, replace(HOST, publishes=SILENT)).until(HOUR)

    assert take.told(SessionExited) == []


def test_in_a_live_channel_the_clock_runs_from_when_the_last_host_has_left() -> None:
    take = Take(LIVE, LURKER, HOST).at(40_000, saw(LURKER)).until(HOUR)

    assert take.when(RecorderLeft) == [40_000 + IDLE]


def test_in_a_live_channel_a_host_who_becomes_audience_is_gone() -> None:
    take = Take(LIVE, HOST).at(40_000, saw(replace(HOST, role=Role.AUDIENCE))).until(HOUR)

    assert take.when(RecorderLeft) == [40_000 + IDLE]


def test_somebody_in_the_last_millisecond_saves_the_recording() -> None:
    take = Take(INDIVIDUAL).at(JOINED + IDLE - 1, saw(HOST)).until(HOUR)

    assert take.told(SessionExited) == []


def test_somebody_at_the_very_moment_of_the_idle_exit_comes_too_late() -> None:
    take = Take(INDIVIDUAL).at(JOINED + IDLE, saw(HOST)).until(HOUR)

    assert ending(take) == (Ending.IDLE, JOINED + IDLE + SETTLED)


def test_the_idle_clock_starts_anew_whenever_the_channel_empties() -> None:
    take = Take(INDIVIDUAL, HOST)
    take.at(10_000, saw()).at(35_000, saw(HOST)).at(50_000, saw()).until(HOUR)

    assert take.when(RecorderLeft) == [50_000 + IDLE]


def test_the_idle_clock_does_not_start_anew_while_the_channel_stays_empty() -> None:
    take = Take(LIVE, LURKER).at(20_000, saw()).at(25_000, saw(LURKER)).until(HOUR)

    assert take.when(RecorderLeft) == [JOINED + IDLE]


def test_an_audience_that_comes_and_goes_leaves_one_idle_clock_running() -> None:
    take = Take(LIVE, LURKER).at(5_000, saw()).at(6_000, saw(LURKER)).at(7_000, saw())

    causes = [timer.cause for timer in take.recording.agenda]
    assert causes.count(ExitIdle()) == 1


def test_what_was_recorded_before_the_channel_emptied_is_uploaded() -> None:
    take = Take(INDIVIDUAL, HOST).at(10_000, saw()).until(HOUR)

    (uploaded,) = take.told(Uploaded)
    assert {file.key.uid for file in uploaded.files} == {HOST.uid}
    assert take.recording.recorded


def test_a_web_recording_is_never_idle_and_has_no_users() -> None:
    take = Take(WEB).at(10_000, saw()).at(20_000, saw(User(UID))).until(HOUR)

    assert take.told(SessionExited) == []
    assert take.told(StreamChanged) == []


# Kicked.


def test_a_recorder_whose_uid_is_in_the_channel_is_kicked_as_soon_as_it_joins() -> None:
    take = Take(INDIVIDUAL, User(UID), HOST).until(HOUR)

    assert ending(take) == (Ending.KICKED, JOINED + SETTLED)
    assert take.recording.status is Status.FAILED
    assert take.told(SessionExited)[0].abnormal


def test_a_user_who_comes_with_the_recorders_uid_kicks_it_and_its_files_are_uploaded() -> None:
    take = Take(INDIVIDUAL, HOST).at(UNDER_WAY, saw(HOST, User(UID))).until(HOUR)

    assert ending(take) == (Ending.KICKED, UNDER_WAY + UPLOADED + SETTLED)
    assert take.notices()[-6:] == [
        "RecorderLeft",
        "StreamChanged",
        "StreamChanged",
        "UploadProgressed",
        "Uploaded",
        "SessionExited",
    ]
