"""A server dies and another takes over: what is lost, what goes on, and who finds it meanwhile."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.changes import FailOver, Felt
from mockrec.domain.channel import User
from mockrec.domain.commands import Command, Queried, Query, Stop, Stopped, Update, UpdateLayout
from mockrec.domain.events import (
    PartUploaded,
    PlaylistsFinished,
    ServerLost,
    SliceCut,
    SliceUploaded,
)
from mockrec.domain.ids import recorder_uid
from mockrec.domain.layout import Layout
from mockrec.domain.moments import HOUR, MINUTE, SECOND
from mockrec.domain.notices import (
    FailedOver,
    OutputChanged,
    PlaylistAppeared,
    RecorderLeft,
    RecorderStarted,
    RecordingFailed,
    SessionExited,
    SliceStarted,
    SnapshotUploaded,
    StreamChanged,
    Uploaded,
    WebStarted,
)
from mockrec.domain.policy import Policy
from mockrec.domain.problems import NO_WORKER, Profile
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import LoseServer, SawUsers
from mockrec.domain.streams import OutputState, StreamKey, Track
from mockrec.domain.task import Task
from mockrec.domain.timing import Timing
from mockrec.render.names import file_name, slice_name, snapshot_name
from mockrec.render.reply import reply
from tests.domain.studio import (
    CNAME,
    EPOCH,
    INDIVIDUAL,
    MEDIA,
    MIX,
    SILENT,
    UID,
    WEB,
    Studio,
    Take,
    crowd,
    refusal,
    said,
    saw,
)

ONE: Final = User(1)
DIES: Final = 40_000
BACK: Final = DIES + 30_000
NEW_UID: Final = recorder_uid(MIX.sid, 1)
WITH_MP4: Final = replace(MIX, mp4=True)
PUSHED: Final = replace(WEB, outputs=("rtmp://a",))


def moved(task: Task = MIX, *users: User, times: int = 1) -> Take:
    """A recording whose server dies after 40 s, and every minute from then on."""
    take = Take(task, *(users or (ONE,)))
    for number in range(times):
        take.at(DIES + number * MINUTE, LoseServer())
    return take


def names(take: Take) -> list[str]:
    """The playlists, by the names under which they appeared; without sid."""
    files = (event.file for event in take.told(PlaylistAppeared))
    return [file_name(take.recording.task, file).replace("0" * 32, "SID") for file in files]


# What happens, and when.


def test_nothing_is_told_until_another_server_takes_over_half_a_minute_later() -> None:
    take = moved().until(BACK - 1)
    assert take.when(ServerLost) == [DIES]
    assert not take.told(FailedOver)

    take.until(BACK)

    assert take.when(FailedOver) == [BACK]
    assert take.when(RecorderStarted) == [1_500, BACK]


@pytest.mark.parametrize("blackout", [0, 1, 90_000])
def test_a_blackout_lasts_as_long_as_it_is_said_to(blackout: int) -> None:
    take = Take(MIX, ONE).at(DIES, LoseServer(blackout)).until(5 * MINUTE)

    assert take.when(FailedOver) == [DIES + blackout]


def test_a_recording_keeps_the_delay_of_its_start() -> None:
    quick = replace(MIX, timing=Timing(blackout=2_000))

    assert moved(quick).until(5 * MINUTE).when(FailedOver) == [DIES + 2_000]


def test_the_recorder_goes_on_under_a_new_uid_and_media_come_as_long_after_it_as_at_first() -> None:
    take = moved().until(BACK + 20_000)

    (failed,) = take.told(FailedOver)
    assert (failed.new_uid, failed.recorder) == (NEW_UID, None)
    assert take.recording.uid == NEW_UID
    later = [event for event in take.told(StreamChanged) if event.at > EPOCH + DIES]
    assert {event.at - EPOCH for event in later} == {BACK + 1_000}
    assert all(event.receiving and event.recorder == NEW_UID for event in later)


def test_the_dead_recorder_neither_leaves_nor_says_that_streams_ceased() -> None:
    take = moved().until(BACK - 1)

    assert not take.told(RecorderLeft)
    assert all(event.receiving for event in take.told(StreamChanged))


def test_the_slice_in_the_making_is_lost_and_the_gap_is_told() -> None:
    take = moved().until(BACK + 20_000)

    assert take.spans(0, Track.BOTH) == [(MEDIA, 17_500), (17_500, 32_500)]
    after = [event.slice for event in take.told(SliceCut) if event.slice.key.server == 1]
    assert [(one.number, one.start - EPOCH, one.opened - EPOCH) for one in after] == [
        (0, BACK + 1_000, BACK + 1_000)
    ]
    started = take.told(SliceStarted)[-1]
    assert (started.slice, started.slice.discontinued) == (after[0], EPOCH + 32_500)
    assert after[0].fresh
    assert after[0].turned


def test_what_was_cut_before_the_server_died_is_still_brought() -> None:
    take = Take(MIX, ONE).at(17_600, LoseServer()).until(20_000)

    assert take.when(SliceUploaded) == [18_300]


def test_the_new_server_has_playlists_of_its_own() -> None:
    assert names(moved(MIX).until(2 * MINUTE)) == ["SID_room.m3u8", "bak0_SID_room.m3u8"]
    of_a_user = [f"SID_room__uid_s_1__uid_e_{medium}.m3u8" for medium in ("audio", "video")]
    assert names(moved(INDIVIDUAL).until(2 * MINUTE)) == [
        *of_a_user,
        *(f"bak0_{name}" for name in of_a_user),
    ]


def test_slices_snapshots_and_parts_bear_the_name_of_their_server() -> None:
    shot = replace(INDIVIDUAL, snapshot_every=10 * SECOND)
    take = moved(shot).until(2 * MINUTE)
    pictures = [snapshot_name(shot, one.snapshot) for one in take.told(SnapshotUploaded)]
    slices = [slice_name(shot, one.slice) for one in take.told(SliceUploaded)]
    assert [name.startswith("bak0_") for name in pictures] == [False] * 3 + [True] * 4
    assert {name[:5] for name in slices} == {"00000", "bak0_"}

    parts = moved(WITH_MP4).stop(2 * MINUTE).told(PartUploaded)
    assert [file_name(MIX, one.file) for one in parts] == [
        f"{MIX.sid}_room_0.mp4",
        f"bak0_{MIX.sid}_room_0.mp4",
    ]
    assert [one.part.media for one in parts] == [30_000, 2 * MINUTE - BACK - 1_000]


def test_the_lists_name_the_files_of_the_newest_server_that_made_any() -> None:
    take = moved(MIX).until(BACK + 5_000)
    assert [file.key.server for file in take.recording.listed] == [0]

    take.stop(2 * MINUTE)

    (uploaded,) = take.told(Uploaded)
    assert [file.key.server for file in uploaded.files] == [1]
    assert [file.key.server for file in take.recording.files] == [0, 1]


def test_only_the_last_server_ends_its_playlists() -> None:
    (finished,) = moved(times=2).stop(5 * MINUTE).told(PlaylistsFinished)

    assert finished.server == 2


def test_the_status_stays_what_it_was() -> None:
    assert [status for _, status in moved().until(BACK + 20_000).history()] == [1, 2, 3, 4, 5]


# How often.


def test_fail_overs_are_counted() -> None:
    take = moved(times=3).until(10 * MINUTE)

    assert [event.new_uid for event in take.told(FailedOver)] == [
        recorder_uid(MIX.sid, server) for server in (1, 2, 3)
    ]
    assert len({event.new_uid for event in take.told(FailedOver)}) == 3
    assert names(take)[1:] == [f"bak{number}_SID_room.m3u8" for number in range(3)]


def test_the_fourth_server_that_dies_takes_the_recording_along() -> None:
    take = moved(times=4).until(10 * MINUTE)

    assert len(take.told(FailedOver)) == 3
    (goodbye,) = take.told(SessionExited)
    assert (goodbye.ending, goodbye.abnormal) == (Ending.SERVER_LOST, True)
    assert goodbye.at - EPOCH == DIES + 3 * MINUTE + 400
    assert take.recording.status is Status.FAILED
    assert not take.told(RecorderLeft)
    assert not take.told(RecordingFailed)
    assert take.told(Uploaded)


def test_a_server_cannot_die_twice_nor_while_the_recording_ends() -> None:
    twice = moved().at(DIES + 10_000, LoseServer()).until(5 * MINUTE)
    assert twice.when(ServerLost) == [DIES]
    assert twice.when(FailedOver) == [BACK]

    ending = Take(MIX, ONE).stop(DIES)
    assert ending.at(DIES + 100_000, LoseServer()).told(ServerLost) == []


def test_a_stream_that_a_server_never_had_goes_on_from_the_one_before() -> None:
    take = moved(INDIVIDUAL, ONE, User(2)).at(DIES + 1, saw(User(2)))
    take.at(2 * MINUTE, LoseServer()).at(2 * MINUTE + 1, saw(ONE, User(2))).until(4 * MINUTE)

    key = StreamKey(1, Track.AUDIO, 2)
    (last,) = (one.slice for one in take.told(SliceStarted) if one.slice.key == key)
    assert last.discontinued == EPOCH + MEDIA + 2 * 15_019


# At the edges of a recording's life.


def test_a_recorder_that_had_not_joined_yet_joins_from_the_other_server() -> None:
    take = Take(MIX, ONE).at(1_000, LoseServer()).until(MINUTE)

    assert take.when(RecorderStarted) == [31_000]
    assert [status for _, status in take.history()] == [1, 2, 3, 4, 5]
    assert names(take) == ["bak0_SID_room.m3u8"]


def test_who_leaves_in_the_blackout_is_missed_when_it_is_over() -> None:
    take = moved().at(DIES + 1, saw()).until(5 * MINUTE)

    assert take.when(RecorderLeft) == [BACK + 30_000]
    assert take.told(SessionExited)[0].ending is Ending.IDLE


def test_who_was_heard_by_the_dead_recorder_has_not_been_heard_by_the_new_one() -> None:
    silent = replace(ONE, publishes=SILENT)
    take = moved().at(DIES + 1, saw(silent)).until(5 * MINUTE)

    assert not any(event.slice.key.server for event in take.told(SliceCut))
    assert names(take) == ["SID_room.m3u8"]


def test_nobody_waits_for_an_empty_channel_in_the_blackout() -> None:
    take = Take(MIX, ONE).at(DIES - 29_000, saw()).at(DIES, LoseServer()).until(BACK)

    assert take.recording.ending is None


def test_a_user_with_the_new_uid_kicks_the_recorder_and_one_with_the_old_does_not() -> None:
    users = moved().recording.users
    take = moved().until(BACK + 1_000)
    old = SawUsers(users.set(UID, User(UID)))
    assert take.at(BACK + 2_000, old).recording.ending is None

    take.at(BACK + 3_000, SawUsers(users.set(NEW_UID, User(NEW_UID))))

    assert take.recording.ending is Ending.KICKED


# The web recorder.


def test_a_page_is_opened_anew_and_pushed_anew() -> None:
    take = moved(PUSHED).until(2 * MINUTE)

    assert take.when(WebStarted) == [5_000, BACK]
    pushes = [(event.at - EPOCH, event.state) for event in take.told(OutputChanged)]
    assert pushes == [
        (5_000, OutputState.CONNECTING),
        (6_000, OutputState.PUBLISHING),
        (BACK, OutputState.CONNECTING),
        (BACK + 1_000, OutputState.PUBLISHING),
    ]
    assert names(take) == ["SID_room.m3u8", "bak0_SID_room.m3u8"]


def test_the_hours_of_a_page_count_from_its_first_opening() -> None:
    take = moved(WEB).until(4 * HOUR)

    (goodbye,) = take.told(SessionExited)
    assert goodbye.ending is Ending.MAX_HOURS
    assert goodbye.at - EPOCH == 3 * HOUR + 5_000 + 800 + 400


def test_hours_that_are_over_in_the_blackout_end_the_recording() -> None:
    late = 3 * HOUR
    take = Take(WEB).at(late, LoseServer()).until(late + 10 * MINUTE)

    assert take.told(SessionExited)[0].ending is Ending.MAX_HOURS
    assert not take.told(FailedOver)
    assert not take.recording.lost


# Who finds it.


def test_in_the_blackout_no_call_finds_the_recording_and_afterwards_every_call_does(
    studio: Studio,
) -> None:
    studio.join(ONE)
    session = studio.record(MIX)
    studio.jump(DIES)
    calls: list[Command] = [
        Query(session),
        Update(session),
        UpdateLayout(session, Layout()),
        Stop(session),
    ]

    assert studio.do(FailOver()) == Felt((session.sid,))
    studio.jump(30_000 - 1)
    for call in calls:
        assert said(studio.do(call)) == refusal(NO_WORKER, "404/404 failed to find worker")
    assert studio.recording(session).ending is None
    studio.jump(1)

    answer = studio.do(Query(session))
    assert isinstance(answer, Queried)
    assert reply(answer, Profile.Y2026).body["uid"] == str(UID)
    studio.jump(MINUTE)
    stopped = studio.stop(session)
    assert isinstance(stopped, Stopped)
    assert reply(stopped, Profile.Y2026).body["serverResponse"]["fileList"] == (
        f"day1/bak0_{session.sid}_room.m3u8"
    )


def test_servers_die_in_one_channel_or_in_all(studio: Studio) -> None:
    here, there = studio.record(MIX), studio.record(MIX, cname="hall")

    assert studio.do(FailOver(cname=CNAME)) == Felt((here.sid,))
    assert studio.do(FailOver()) == Felt((there.sid,))
    assert studio.do(FailOver(cname="nowhere")) == Felt()


def test_a_world_has_its_own_blackout() -> None:
    studio = Studio(Policy(timing=Timing(blackout=1_000)))
    session = studio.record(MIX)

    studio.do(FailOver())
    studio.jump(1_000)

    assert isinstance(studio.do(Query(session)), Queried)


def test_while_its_server_is_gone_its_uid_is_not_free(studio: Studio) -> None:
    studio.join(*crowd(1))
    studio.record(MIX)
    studio.do(FailOver())

    assert said(studio.start(studio.acquire(), MIX)).now == "400/53 task conflict"
