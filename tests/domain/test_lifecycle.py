"""How a recording begins, stops and exits, moment by moment."""

from dataclasses import replace

import pytest

from mockrec.domain.channel import User
from mockrec.domain.events import StatusChanged
from mockrec.domain.moments import HOUR, MINUTE
from mockrec.domain.notices import (
    PlaylistAppeared,
    RecorderLeft,
    RecorderStarted,
    Registered,
    SessionExited,
    SliceStarted,
    StreamChanged,
    Uploaded,
    UploaderStarted,
    UploadProgressed,
    WebStopped,
)
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import ChangeHold, ChangeOutputs, StartedAgain, StopRecording
from mockrec.domain.task import Task
from mockrec.domain.timing import Timing
from tests.domain.studio import (
    EPOCH,
    INDIVIDUAL,
    JOINED,
    MIX,
    PAGE_LOADED,
    SILENT,
    UID,
    UNDER_WAY,
    WEB,
    Take,
    crowd,
    saw,
)

SETTLED = 400
UPLOADED = 800

HOST = User(8)


def ending(take: Take) -> tuple[Ending | None, int]:
    """Why it exited, and when."""
    (goodbye,) = take.told(SessionExited)
    (moment,) = take.when(SessionExited)
    return goodbye.ending, moment


# The status, and what the outside is told.


@pytest.mark.parametrize(
    ("order", "first_file"),
    [(INDIVIDUAL, 2_500 + 15_019 + 800), (MIX, 2_500 + 15_000 + 800)],
    ids=lambda value: getattr(value, "mode", ""),
)
def test_the_status_turns_at_its_moments(order: Task, first_file: int) -> None:
    take = Take(order, *crowd(2)).stop(UNDER_WAY)

    assert take.history() == [
        (0, Status.INITIALISED),
        (500, Status.STARTING),
        (800, Status.PARTLY_READY),
        (1_500, Status.READY),
        (first_file, Status.IN_PROGRESS),
        (UNDER_WAY, Status.STOP_REQUESTED),
        (UNDER_WAY + UPLOADED, Status.STOPPED),
        (UNDER_WAY + UPLOADED + SETTLED, Status.EXITED),
    ]


@pytest.mark.parametrize(
    ("ready", "first_media", "begins"),
    [(1_000, 3_000, 3_000), (4_000, 2_500, 4_000), (2_000, 2_000, 2_000), (0, 0, 0)],
)
def test_the_first_media_counts_from_the_start_but_waits_for_the_recorder(
    ready: int, first_media: int, begins: int
) -> None:
    timing = Timing(recorder_ready=ready, first_media=first_media)
    take = Take(replace(INDIVIDUAL, timing=timing), HOST).until(UNDER_WAY)

    assert take.when(StreamChanged) == [begins, begins]
    assert take.recording.began == EPOCH + begins
    first_told = [name for name in take.notices() if name in ("RecorderStarted", "StreamChanged")]
    assert first_told[0] == "RecorderStarted"


def test_the_status_of_a_page_turns_at_its_moments() -> None:
    take = Take(WEB).stop(UNDER_WAY)

    assert take.history() == [
        (0, Status.INITIALISED),
        (500, Status.STARTING),
        (800, Status.PARTLY_READY),
        (5_000, Status.READY),
        (5_000 + 15_000 + 800, Status.IN_PROGRESS),
        (UNDER_WAY, Status.STOP_REQUESTED),
        (UNDER_WAY + UPLOADED, Status.STOPPED),
        (UNDER_WAY + UPLOADED + SETTLED, Status.EXITED),
    ]


def test_every_turn_is_told_in_the_house_as_it_stands_in_the_history() -> None:
    take = Take(INDIVIDUAL, *crowd(1)).stop(UNDER_WAY)

    turns = [(event.at, event.status, event.because) for event in take.told(StatusChanged)]

    assert turns == [(turn.at, turn.status, turn.because) for turn in take.recording.history]


def test_with_nobody_in_the_channel_the_status_stays_4() -> None:
    take = Take(INDIVIDUAL).until(JOINED + 29_999)

    assert take.recording.status is Status.READY


def test_with_users_who_send_nothing_the_status_stays_4_for_hours() -> None:
    take = Take(INDIVIDUAL, User(1, SILENT)).until(3 * HOUR)

    assert take.recording.status is Status.READY
    assert not take.recording.recorded


def test_an_individual_recording_tells_the_outside_in_this_order() -> None:
    take = Take(INDIVIDUAL, *crowd(2)).stop(UNDER_WAY)

    appeared = ["PlaylistAppeared", "SliceStarted"]
    assert take.notices() == [
        "UploaderStarted",
        "RecorderStarted",
        *["StreamChanged"] * 4,
        "Registered",
        *appeared * 4,
        "RecorderLeft",
        *["StreamChanged"] * 4,
        "UploadProgressed",
        "Uploaded",
        "SessionExited",
    ]


def test_a_composite_recording_tells_of_one_playlist_and_one_first_slice() -> None:
    take = Take(MIX, *crowd(2)).stop(UNDER_WAY)

    assert take.notices() == [
        "UploaderStarted",
        "RecorderStarted",
        *["StreamChanged"] * 6,
        "Registered",
        "PlaylistAppeared",
        "SliceStarted",
        "RecorderLeft",
        *["StreamChanged"] * 6,
        "UploadProgressed",
        "Uploaded",
        "SessionExited",
    ]


def test_a_web_recording_has_notices_of_its_own_and_none_of_a_recorder() -> None:
    take = Take(WEB).stop(UNDER_WAY)

    assert take.notices() == [
        "UploaderStarted",
        "WebStarted",
        "Registered",
        "PlaylistAppeared",
        "WebStopped",
        "UploadProgressed",
        "Uploaded",
        "SessionExited",
    ]


def test_the_components_report_at_their_moments() -> None:
    take = Take(INDIVIDUAL, *crowd(1)).stop(UNDER_WAY)

    assert take.when(UploaderStarted) == [800]
    assert take.when(RecorderStarted) == [1_500]
    assert take.when(Registered) == [5_000]
    assert take.when(StreamChanged) == [2_500, 2_500, UNDER_WAY, UNDER_WAY]
    assert take.when(PlaylistAppeared) == take.when(SliceStarted) == [18_319, 19_300]
    assert take.when(RecorderLeft) == [UNDER_WAY]
    assert take.when(Uploaded) == take.when(SessionExited) == [UNDER_WAY + UPLOADED + SETTLED]


def test_progress_is_reported_every_minute_and_once_more_at_the_end() -> None:
    take = Take(INDIVIDUAL, *crowd(1)).stop(2 * MINUTE + 1)

    assert take.when(UploadProgressed) == [MINUTE, 2 * MINUTE, 2 * MINUTE + 1 + UPLOADED + SETTLED]
    assert take.told(UploadProgressed)[-1].progress == 10_000


def test_progress_is_the_share_of_the_files_that_have_arrived() -> None:
    slow = replace(MIX, timing=Timing(upload=20_000))

    take = Take(slow, *crowd(1)).until(MINUTE)

    # Cut at 17.5, 32.5 and 47.5 s; arrived 20 s later: two of three.
    assert [event.progress for event in take.told(UploadProgressed)] == [6_666]


def test_progress_without_any_file_is_nought() -> None:
    take = Take(INDIVIDUAL, User(1, SILENT)).until(MINUTE)

    assert [event.progress for event in take.told(UploadProgressed)] == [0]


def test_the_first_media_comes_only_after_the_recorder_has_joined() -> None:
    late = replace(INDIVIDUAL, timing=Timing(recorder_ready=4_000))

    take = Take(late, *crowd(1)).until(UNDER_WAY)

    assert take.when(RecorderStarted) == [4_000]
    assert min(take.when(StreamChanged)) >= 4_000


# The end.


@pytest.mark.parametrize(
    ("take", "code"),
    [
        (Take(INDIVIDUAL, HOST).stop(UNDER_WAY), 24),
        (Take(INDIVIDUAL).until(HOUR), 28),
        (Take(INDIVIDUAL, User(UID)).until(HOUR), 16),
    ],
    ids=["stopped", "idle", "kicked"],
)
def test_the_leave_code_is_a_mask_of_the_reasons(take: Take, code: int) -> None:
    assert [event.code for event in take.told(RecorderLeft)] == [code]


def test_a_normal_end_is_not_abnormal() -> None:
    take = Take(INDIVIDUAL, HOST).stop(UNDER_WAY)

    assert not take.told(SessionExited)[0].abnormal
    assert take.recording.exited


def test_a_recording_is_exiting_from_the_stop_to_the_goodbye() -> None:
    take = Take(INDIVIDUAL, HOST).at(UNDER_WAY, StopRecording())
    assert (take.recording.exiting, take.recording.uploading) == (True, True)

    take.until(UNDER_WAY + UPLOADED)
    assert (take.recording.exiting, take.recording.uploading) == (True, False)

    take.until(UNDER_WAY + UPLOADED + SETTLED)
    assert (take.recording.exiting, take.recording.exited) == (False, True)


def test_nothing_is_due_after_the_goodbye() -> None:
    take = Take(INDIVIDUAL, HOST)
    assert take.recording.next_due == take.recording.task.started + 500

    take.stop(UNDER_WAY)
    assert take.recording.next_due is None


def test_a_recording_that_nobody_sent_to_ends_without_files_and_without_uploaded() -> None:
    take = Take(INDIVIDUAL, User(1, SILENT)).stop(UNDER_WAY)

    assert ending(take) == (Ending.STOPPED, UNDER_WAY + SETTLED)
    assert not take.told(Uploaded)
    assert not take.told(PlaylistAppeared)
    assert take.recording.files == ()


def test_a_stop_before_the_recorder_has_joined_lets_nobody_leave() -> None:
    take = Take(INDIVIDUAL, HOST).stop(1_000)

    assert take.notices() == ["UploaderStarted", "SessionExited"]
    assert ending(take) == (Ending.STOPPED, 1_000 + SETTLED)


def test_a_second_stop_changes_nothing() -> None:
    once = Take(INDIVIDUAL, HOST).at(UNDER_WAY, StopRecording())
    twice = Take(INDIVIDUAL, HOST).at(UNDER_WAY, StopRecording()).at(UNDER_WAY, StopRecording())

    assert once.recording == twice.recording
    assert once.events == twice.events


def test_orders_that_come_after_the_end_has_begun_come_too_late() -> None:
    stopped = Take(replace(WEB, outputs=())).at(UNDER_WAY, StopRecording())
    stopped.at(UNDER_WAY, ChangeOutputs(("rtmp://cdn.example/a",))).at(UNDER_WAY, ChangeHold(True))

    assert not stopped.recording.outputs
    assert not stopped.recording.on_hold


def test_users_who_come_after_the_end_has_begun_are_not_heard() -> None:
    take = Take(INDIVIDUAL).at(UNDER_WAY, StopRecording()).at(UNDER_WAY, saw(HOST)).until(HOUR)

    assert take.told(StreamChanged) == []


def test_after_the_goodbye_no_signal_has_any_effect() -> None:
    gone = Take(INDIVIDUAL, HOST).stop(UNDER_WAY)
    before = replace(gone.recording), gone.events

    for signal in (saw(), StopRecording(), StartedAgain()):
        gone.at(UNDER_WAY + MINUTE, signal)

    assert (gone.recording, gone.events) == before


def test_a_web_recording_ends_by_itself_after_its_maximum_of_hours() -> None:
    take = Take(WEB).until(4 * HOUR)

    assert take.when(WebStopped) == [PAGE_LOADED + 3 * HOUR + UPLOADED]
    assert [event.ending for event in take.told(WebStopped)] == [Ending.MAX_HOURS]
    assert ending(take) == (Ending.MAX_HOURS, PAGE_LOADED + 3 * HOUR + UPLOADED + SETTLED)
    assert take.recording.status is Status.EXITED
    assert not take.told(SessionExited)[0].abnormal


def test_the_web_recorder_stops_with_all_its_files_when_the_last_has_arrived() -> None:
    take = Take(replace(WEB, mp4=True)).stop(UNDER_WAY)

    (stopped,) = take.told(WebStopped)
    assert take.when(WebStopped) == [UNDER_WAY + UPLOADED]
    assert stopped.ending is Ending.STOPPED
    assert stopped.files == take.recording.files
    assert [file.kind for file in stopped.files] == ["playlist", "mp4"]
