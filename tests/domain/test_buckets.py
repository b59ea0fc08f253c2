"""What a recording makes of a real bucket's answers: stored, failed, refused, late, or none."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.commands import Answer, Query, Session, Stop, Stopped, Stopping, Update
from mockrec.domain.events import (
    ItemBackedUp,
    PartUploaded,
    PlaylistsFinished,
    Restored,
    RestoreTried,
    SliceCut,
    SliceUploaded,
    UploadTried,
)
from mockrec.domain.moments import HOUR, MINUTE, SECOND
from mockrec.domain.notices import (
    BackedUp,
    KeysExpired,
    Notice,
    PlaylistAppeared,
    PostponedFinished,
    RecorderLeft,
    RecordingFailed,
    RecordingWarned,
    SessionExited,
    SliceStarted,
    SnapshotUploaded,
    TranscoderCompleted,
    Uploaded,
    UploadProgressed,
    WebStopped,
)
from mockrec.domain.policy import Policy
from mockrec.domain.problems import NO_RECORDED_DATA, NO_WORKER, UPLOAD_TIMEOUT, Profile
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import BucketAnswered, ChangeStorage, StopRecording
from mockrec.domain.streams import Part, Slice, Snapshot, Verdict
from mockrec.domain.task import Postponed, Task
from mockrec.domain.timing import Timing
from mockrec.render.reply import reply
from tests.buckets.verdicts import FAILED, REASON, REFUSED, SILENT, STORED, Branch
from tests.domain.studio import (
    CNAME,
    EPOCH,
    INDIVIDUAL,
    MIX,
    STORAGE,
    UNDER_WAY,
    WEB,
    Studio,
    Take,
    crowd,
    refusal,
    refused,
    said,
)

# A mixed recording cuts its first slice 15 s after the first media, and has it up 800 ms later.
FIRST: Final = 2_500 + 15_000 + 800
SECOND_SLICE: Final = FIRST + 15_000
RETRY: Final = 2_000
RESTORE: Final = 5 * MINUTE
UPLOAD_AND_SETTLE: Final = 800 + 400
GONE: Final = UNDER_WAY + UPLOAD_AND_SETTLE
"""When a recording that is stopped under way has exited, where its bucket answers at once."""

EXTERNAL: Final = replace(MIX, external=True)
MODES: Final = pytest.mark.parametrize("order", [INDIVIDUAL, MIX, WEB], ids=lambda task: task.mode)


def recorded(branch: Branch, order: Task = MIX) -> Session:
    """A recording of two users that is under way."""
    branch.join(*crowd(2))
    session = branch.record(order)
    branch.jump(UNDER_WAY)
    return session


def stopped(branch: Branch, order: Task = MIX) -> tuple[Session, Answer]:
    """The same, stopped, and what the stop is answered."""
    session = recorded(branch, order)
    return session, branch.stop(session)


def expiring(at: int, order: Task = MIX) -> Task:
    """An order whose keys are good up to so many milliseconds after the start."""
    return replace(order, storage=replace(STORAGE, sts_token="t", sts_expiration=seconds(at)))


def seconds(at: int) -> int:
    """A moment of a test in Unix seconds."""
    moment, rest = divmod(EPOCH + at, SECOND)
    assert not rest
    return moment


def warnings(branch: Branch) -> list[tuple[int, int, int]]:
    """The warnings: when, of which module, with which code."""
    return [(one.at - EPOCH, one.module, one.code) for one in branch.told(RecordingWarned)]


def names(branch: Branch) -> list[str]:
    """What the outside was told, in order."""
    return [type(notice).__name__ for notice in branch.told(Notice)]


# --- asked ----------------------------------------------------------------------------------------


def test_the_bucket_is_asked_when_the_time_of_an_upload_is_over() -> None:
    take = Take(EXTERNAL, *crowd(1)).until(FIRST)

    (tried,) = take.told(UploadTried)
    assert (tried.at - EPOCH, tried.number, tried.attempt) == (FIRST, 0, 1)
    assert tried.item == take.told(SliceCut)[0].slice
    assert tried.storage == STORAGE


def test_until_it_answers_nothing_has_arrived() -> None:
    take = Take(EXTERNAL, *crowd(1)).until(HOUR)

    assert len(take.told(UploadTried)) > 200
    assert take.recording.status is Status.READY
    assert take.recording.files == ()
    assert not take.told(SliceUploaded)
    assert not take.told(PlaylistAppeared)
    assert {event.progress for event in take.told(UploadProgressed)} == {0}


def test_slices_parts_and_snapshots_are_all_asked_for() -> None:
    branch = Branch(STORED)
    stopped(branch, replace(MIX, mp4=True))
    recorded(branch, replace(INDIVIDUAL, uid=1, snapshot_every=5_000))

    assert {type(event.item) for event in branch.told(UploadTried)} == {Slice, Part, Snapshot}
    assert branch.told(PartUploaded)
    assert branch.told(SnapshotUploaded)


def test_where_no_real_bucket_is_behind_the_storage_nobody_is_asked(studio: Studio) -> None:
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)

    assert not studio.recording(session).task.external
    assert studio.told(SliceUploaded)
    assert not studio.told(UploadTried)


# --- stored ---------------------------------------------------------------------------------------


def test_a_file_has_arrived_when_the_bucket_says_so() -> None:
    take = Take(EXTERNAL, *crowd(1)).at(FIRST + 777, BucketAnswered(0, STORED))

    assert take.when(SliceUploaded) == [FIRST + 777]
    assert take.when(PlaylistAppeared) == take.when(SliceStarted) == [FIRST + 777]
    assert take.history()[-1] == (FIRST + 777, Status.IN_PROGRESS)
    assert not take.recording.asked


def test_answers_that_come_in_another_order_are_each_for_their_own_file() -> None:
    take = Take(EXTERNAL, *crowd(1)).until(SECOND_SLICE)

    take.at(SECOND_SLICE, BucketAnswered(1, STORED)).at(SECOND_SLICE, BucketAnswered(0, STORED))

    assert [event.slice.number for event in take.told(SliceUploaded)] == [1, 0]
    assert len(take.told(PlaylistAppeared)) == 1


@MODES
def test_a_bucket_that_stores_everything_at_once_is_like_none(order: Task) -> None:
    branch, studio = Branch(STORED), Studio()
    for one in (branch, studio):
        one.join(*crowd(2))
        session = one.record(order)
        one.jump(UNDER_WAY)
        assert isinstance(one.stop(session), Stopped)
        one.jump(HOUR)

    there = [one.event for one in branch.outgoing if not isinstance(one.event, UploadTried)]
    assert there == [one.event for one in studio.outgoing]


def test_a_stop_waits_for_the_last_answer() -> None:
    branch = Branch(SILENT)
    session = recorded(branch)
    branch.do(Stop(session))

    branch.jump(10 * SECOND)
    assert branch.recording(session).status is Status.STOP_REQUESTED
    for number in range(2):
        branch.hear(session.sid, number, STORED)
    assert branch.recording(session).status is Status.STOPPED

    branch.jump(400)
    assert branch.recording(session).exited
    assert branch.when(SessionExited) == [UNDER_WAY + 10_400]


def test_a_stop_whose_answers_do_not_come_is_50() -> None:
    branch = Branch(SILENT)

    session, answer = stopped(branch)

    assert said(answer) == refusal(UPLOAD_TIMEOUT, "206/50 upload timeout")
    assert branch.world.now == EPOCH + UNDER_WAY + 20_000
    assert not branch.recording(session).exited


def test_after_a_50_the_recording_waits_on_and_ends_with_the_answers() -> None:
    branch = Branch(SILENT)
    session, _ = stopped(branch)
    branch.jump(HOUR)

    for number in range(2):
        branch.hear(session.sid, number, STORED)
    branch.jump(400)

    assert branch.recording(session).status is Status.EXITED
    assert len(branch.told(Uploaded)) == 1


# --- failed ---------------------------------------------------------------------------------------


def test_what_failed_once_is_brought_again_and_arrives() -> None:
    branch = Branch(FAILED, STORED)

    session, answer = stopped(branch)

    assert warnings(branch) == [(FIRST, 1, 31)]
    assert branch.asked[:2] == [(FIRST, 0, 1), (FIRST + RETRY, 1, 2)]
    assert branch.when(SliceUploaded)[0] == FIRST + RETRY
    assert isinstance(answer, Stopped)
    assert branch.recording(session).status is Status.EXITED
    assert branch.told(Uploaded)
    assert not branch.told(ItemBackedUp)
    assert not branch.told(BackedUp)


def test_what_failed_twice_goes_to_the_backup() -> None:
    branch = Branch(FAILED, FAILED, STORED)

    session, _ = stopped(branch)

    assert warnings(branch) == [(FIRST, 1, 31), (FIRST + RETRY, 1, 32)]
    assert branch.when(ItemBackedUp) == [FIRST + RETRY]
    assert branch.recording(session).backup == (branch.told(SliceCut)[0].slice,)
    assert [event.slice.number for event in branch.told(SliceUploaded)] == [1]


def test_in_the_end_it_is_backed_up_instead_of_uploaded() -> None:
    branch = Branch(FAILED, FAILED, STORED)

    session, _ = stopped(branch)

    (told,) = branch.told(BackedUp)
    assert told.files == branch.recording(session).files != ()
    assert not branch.told(Uploaded)
    assert names(branch)[-4:] == ["StreamChanged", "UploadProgressed", "BackedUp", "SessionExited"]
    assert not branch.told(SessionExited)[0].abnormal


@pytest.mark.parametrize(("profile", "status"), [(Profile.Y2026, 200), (Profile.Y2020, 206)])
def test_the_stop_says_backuped_and_the_older_edition_206(profile: Profile, status: int) -> None:
    _, answer = stopped(Branch(FAILED, FAILED, STORED))

    answered = reply(answer, profile)

    assert answered.status == status
    assert answered.body["serverResponse"]["uploadingStatus"] == "backuped"
    assert answered.body["serverResponse"]["fileList"].endswith(".m3u8")


@pytest.mark.parametrize("profile", Profile)
def test_a_stop_without_any_backup_is_200_in_both_editions(profile: Profile) -> None:
    answered = reply(stopped(Branch(STORED))[1], profile)

    assert answered.status == 200
    assert answered.body["serverResponse"]["uploadingStatus"] == "uploaded"


def test_a_web_recording_says_backuped_in_its_upload_service() -> None:
    _, answer = stopped(Branch(FAILED), WEB)

    services = reply(answer, Profile.Y2026).body["serverResponse"]["extensionServiceState"]
    assert services[-1]["payload"] == {"uploadingStatus": "backuped"}


def test_what_the_backup_has_counts_as_arrived() -> None:
    branch = Branch(FAILED)

    session = recorded(branch)

    recording = branch.recording(session)
    assert recording.status is Status.IN_PROGRESS
    assert len(branch.told(PlaylistAppeared)) == len(branch.told(SliceStarted)) == 1
    assert (recording.arrived, recording.cut) == (1, 1)


def test_a_part_in_the_backup_is_listed_and_a_snapshot_is_not_told_of() -> None:
    parts, pictures = Branch(FAILED), Branch(FAILED)
    session, _ = stopped(parts, replace(MIX, mp4=True))
    recorded(pictures, replace(INDIVIDUAL, records=False, snapshot_every=5_000))

    assert [file.kind for file in parts.recording(session).files] == ["playlist", "mp4"]
    assert not parts.told(PartUploaded)
    assert pictures.told(ItemBackedUp)
    assert not pictures.told(SnapshotUploaded)


def test_a_retry_goes_where_an_update_has_sent_the_files_meanwhile() -> None:
    elsewhere = replace(STORAGE, bucket="elsewhere")
    take = Take(EXTERNAL, *crowd(1)).at(FIRST, BucketAnswered(0, FAILED))

    take.at(FIRST + 1, ChangeStorage(elsewhere)).until(FIRST + RETRY)

    assert [event.storage.bucket for event in take.told(UploadTried)] == ["bucket", "elsewhere"]


def test_a_stop_waits_for_the_retry_too() -> None:
    branch = Branch(STORED, FAILED, STORED)

    session, answer = stopped(branch)

    assert isinstance(answer, Stopped)
    assert branch.when(SessionExited) == [GONE + RETRY]
    assert branch.recording(session).backup == ()


def test_a_retry_that_comes_after_the_limit_of_a_stop_is_50() -> None:
    branch = Branch(FAILED, policy=Policy(timing=Timing(retry_upload=20_000)))

    session, answer = stopped(branch)
    branch.jump(MINUTE)

    assert said(answer) == refusal(UPLOAD_TIMEOUT, "206/50 upload timeout")
    assert branch.told(BackedUp)
    assert branch.recording(session).exited


# --- refused --------------------------------------------------------------------------------------


def test_a_bucket_that_refuses_ends_the_recording() -> None:
    branch = Branch(REFUSED)

    session = recorded(branch)

    (failure,) = branch.told(RecordingFailed)
    assert failure.at == EPOCH + FIRST
    assert (failure.module, failure.level, failure.code, failure.message) == (1, 5, 32, REASON)
    assert names(branch)[-1] == "SessionExited"
    assert branch.when(RecorderLeft) == [FIRST]
    assert branch.when(SessionExited) == [FIRST + 400]
    (goodbye,) = branch.told(SessionExited)
    assert (goodbye.abnormal, goodbye.ending) == (True, Ending.BUCKET_REFUSED)
    assert int(branch.recording(session).status) == 20


def test_then_it_says_these_things_in_this_order() -> None:
    branch = Branch(REFUSED)

    recorded(branch)

    after = names(branch)[names(branch).index("RecordingFailed") :]
    assert list(dict.fromkeys(after)) == [
        "RecordingFailed",
        "RecorderLeft",
        "StreamChanged",
        "SessionExited",
    ]


@MODES
def test_nothing_of_it_goes_to_the_backup_and_nothing_is_said_to_be_uploaded(order: Task) -> None:
    branch = Branch(REFUSED)

    session = recorded(branch, order)
    branch.jump(HOUR)

    for never in (ItemBackedUp, BackedUp, Uploaded, PlaylistsFinished, RestoreTried):
        assert not branch.told(never)
    assert branch.recording(session).status is Status.FAILED
    assert not branch.world.jobs


def test_what_was_cut_at_the_end_is_not_even_brought() -> None:
    branch = Branch(REFUSED)

    recorded(branch)

    assert len(branch.told(SliceCut)) == 2
    assert branch.asked == [(FIRST, 0, 1)]


def test_afterwards_it_is_not_found_and_its_uid_is_free() -> None:
    branch = Branch(REFUSED)
    session = recorded(branch)

    answers = [said(branch.do(command)) for command in (Query(session), Stop(session))]

    assert {(one.problem, one.now) for one in answers} == {
        (NO_WORKER.name, "404/404 failed to find worker")
    }
    branch.record(MIX)


def test_a_page_that_cannot_be_stored_stops_too() -> None:
    branch = Branch(REFUSED)

    recorded(branch, WEB)

    (page,) = branch.told(WebStopped)
    assert page.ending is Ending.BUCKET_REFUSED
    assert not branch.told(RecorderLeft)
    assert branch.told(SessionExited)[0].abnormal
    assert names(branch)[-3:] == ["RecordingFailed", "WebStopped", "SessionExited"]


@pytest.mark.parametrize("order", [MIX, WEB], ids=lambda task: task.mode)
def test_a_stop_that_waits_when_the_bucket_refuses_is_435(order: Task) -> None:
    branch = Branch(STORED, REFUSED)

    session, answer = stopped(branch, order)

    assert said(answer) == refusal(NO_RECORDED_DATA, "206/435 no recorded data")
    assert refused(answer).sid == session.sid
    assert refused(answer).detail == f'the bucket "bucket" refused: {REASON}'
    assert branch.recording(session).status is Status.FAILED
    assert branch.recording(session).ending is Ending.BUCKET_REFUSED
    assert branch.when(SessionExited) == [GONE]
    assert not branch.told(Uploaded)


def test_the_history_tells_of_a_refusal_and_of_no_file_that_has_not_arrived() -> None:
    branch = Branch(REFUSED)

    session = recorded(branch)

    told = f'the bucket "bucket" refused: {REASON}'
    assert [turn.because for turn in branch.recording(session).history[-3:]] == [
        f"the end has come: {told}",
        "0 of 2 files have arrived, no more are brought",
        f"the task has exited: {told}",
    ]


@pytest.mark.parametrize(
    ("verdicts", "because"),
    [
        ([STORED] * 2, "all files have arrived"),
        ([STORED, FAILED, FAILED], "all files have arrived, 1 of them in the backup"),
        ([STORED, REFUSED], "1 of 2 files have arrived, no more are brought"),
    ],
)
def test_the_history_tells_which_files_have_arrived(verdicts: list[Verdict], because: str) -> None:
    session, _ = stopped(branch := Branch(*verdicts))

    branch.jump(MINUTE)

    turns = branch.recording(session).history
    assert [turn.because for turn in turns if turn.status is Status.STOPPED] == [because]


def test_where_nothing_was_recorded_no_file_is_said_to_have_arrived() -> None:
    studio = Studio()
    session = studio.record(MIX)

    studio.stop(session)

    assert studio.recording(session).history[-2].because == "there are no files to wait for"


def test_the_recorder_leaves_once_though_it_was_stopped_and_then_refused() -> None:
    branch = Branch(STORED, REFUSED)

    stopped(branch)

    assert [(event.at - EPOCH, event.code) for event in branch.told(RecorderLeft)] == [
        (UNDER_WAY, 24)
    ]
    assert len(branch.told(SessionExited)) == 1


def test_while_it_settles_after_a_refusal_other_answers_mean_nothing() -> None:
    take = Take(replace(INDIVIDUAL, external=True), *crowd(1)).until(20_000)
    assert len(take.recording.asked) == 2

    take.at(20_000, BucketAnswered(0, REFUSED, REASON))
    before = take.recording
    take.at(20_000, BucketAnswered(1, STORED)).until(HOUR)

    assert not before.asked
    assert not take.told(SliceUploaded)
    assert len(take.told(SessionExited)) == len(take.told(RecordingFailed)) == 1


def test_a_refusal_at_the_second_attempt_is_a_refusal() -> None:
    branch = Branch(FAILED, REFUSED)

    session = recorded(branch)

    assert [code for _, _, code in warnings(branch)] == [31]
    assert branch.recording(session).status is Status.FAILED


def test_a_retry_that_is_still_to_come_is_given_up_with_the_rest() -> None:
    take = Take(replace(INDIVIDUAL, external=True), *crowd(1)).until(20_000)
    take.at(20_000, BucketAnswered(0, FAILED)).at(20_500, BucketAnswered(1, REFUSED, REASON))

    take.until(HOUR)

    assert [event.attempt for event in take.told(UploadTried)] == [1, 1]
    assert take.when(SessionExited) == [20_900]


# --- answers that nobody waits for ----------------------------------------------------------------


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("number", [-1, 0, 7], ids=["never asked", "answered", "not asked yet"])
def test_an_answer_that_nobody_waits_for_changes_nothing(number: int, verdict: Verdict) -> None:
    take = Take(EXTERNAL, *crowd(1)).at(FIRST, BucketAnswered(0, STORED))
    before = take.recording, take.events

    take.at(FIRST, BucketAnswered(number, verdict))

    assert (take.recording, take.events) == before


@pytest.mark.parametrize("verdict", Verdict)
def test_after_the_goodbye_no_answer_has_any_effect(verdict: Verdict) -> None:
    take = Take(EXTERNAL, *crowd(1)).at(FIRST, BucketAnswered(0, REFUSED)).until(UNDER_WAY)
    before = take.recording, take.events

    take.at(UNDER_WAY, BucketAnswered(0, verdict))

    assert (take.recording, take.events) == before


@pytest.mark.parametrize("key", ["unknown", "", "0" * 32, "0" * 32 + "/backup"])
def test_a_world_that_does_not_know_what_an_answer_is_about_stays_as_it_is(key: str) -> None:
    branch = Branch(STORED)
    stopped(branch)
    before = branch.world

    assert branch.hear(key, 0, FAILED) == ()
    assert branch.world == before


def test_an_answer_of_an_upload_is_none_of_a_backup_and_none_of_a_transcoding() -> None:
    branch = Branch(FAILED)
    session, _ = stopped(branch, replace(INDIVIDUAL, postponed=Postponed.TRANSCODING))
    before = branch.world

    for key, number in ((f"{session.sid}/transcoding", 0), (f"{session.sid}/backup", 7)):
        assert branch.hear(key, number, STORED) == ()
    assert branch.world == before


@pytest.mark.parametrize("verdict", Verdict)
def test_a_world_bears_an_answer_to_a_recording_that_has_exited(verdict: Verdict) -> None:
    branch = Branch(REFUSED, SILENT)
    session = recorded(branch, INDIVIDUAL)
    assert [number for _, number, _ in branch.asked] == [0, 1]
    before = branch.world

    assert branch.hear(session.sid, 1, verdict) == ()
    gone = replace(branch.recording(session), now=before.recordings[session.sid].now)
    assert gone == before.recordings[session.sid]
    assert replace(branch.world, recordings=before.recordings) == before


def test_a_late_answer_does_not_take_the_uid_from_the_next_recording() -> None:
    branch = Branch(REFUSED, SILENT)
    late = recorded(branch, INDIVIDUAL)
    following = branch.record(INDIVIDUAL)

    branch.hear(late.sid, 1, STORED)

    assert dict(branch.world.active) == {(following.cname, following.uid): following.sid}
    assert branch.world.live == 1
    assert branch.world.channel(CNAME).recordings == {following.sid}


# --- keys that expire -----------------------------------------------------------------------------


def test_with_expired_keys_an_upload_fails_without_anybody_being_asked() -> None:
    branch = Branch(STORED)

    session, _ = stopped(branch, expiring(10_000))

    assert not branch.asked
    assert warnings(branch)[:2] == [(FIRST, 1, 31), (FIRST + RETRY, 1, 32)]
    assert branch.told(BackedUp)
    assert len(branch.recording(session).backup) == 2


def test_the_outside_is_told_once_that_they_have_expired() -> None:
    branch = Branch(STORED)

    stopped(branch, expiring(10_000))

    assert branch.when(KeysExpired) == [FIRST]
    assert names(branch).index("KeysExpired") < names(branch).index("RecordingWarned")


@pytest.mark.parametrize(("expiry", "asked"), [(18_000, []), (19_000, [(18_300, 0, 1)])])
def test_keys_are_good_up_to_their_second(expiry: int, asked: list[tuple[int, int, int]]) -> None:
    branch = Branch(STORED)

    recorded(branch, expiring(expiry))

    assert branch.asked == asked


def test_keys_that_expire_at_the_very_moment_of_an_upload_have_expired() -> None:
    branch = Branch(STORED, policy=Policy(timing=Timing(upload=500)))

    recorded(branch, expiring(18_000))

    assert branch.asked == []


def test_an_update_brings_fresh_keys_in_time() -> None:
    branch = Branch(STORED)
    session = recorded(branch, expiring(10_000))
    assert not branch.told(SliceUploaded)

    fresh = replace(STORAGE, sts_token="fresh", sts_expiration=seconds(100_000))
    branch.do(Update(session, storage=fresh))
    branch.jump(15_000)

    assert [event.slice.number for event in branch.told(SliceUploaded)] == [1]
    assert branch.told(UploadTried)[0].storage == fresh


def test_a_retry_with_fresh_keys_arrives() -> None:
    branch = Branch(STORED)
    branch.join(*crowd(2))
    session = branch.record(expiring(10_000))
    branch.jump(FIRST)

    branch.do(Update(session, storage=STORAGE))
    branch.jump(RETRY)

    assert branch.when(SliceUploaded) == [FIRST + RETRY]
    assert branch.asked == [(FIRST + RETRY, 0, 2)]
    assert not branch.told(ItemBackedUp)


def test_in_the_folder_too_expired_keys_send_the_files_to_the_backup_and_it_restores_them(
    studio: Studio,
) -> None:
    session = studio.record(expiring(10_000))
    studio.jump(UNDER_WAY)
    answer = studio.stop(session)
    ended = studio.world.now

    assert isinstance(answer, Stopped)
    assert reply(answer, Profile.Y2026).body["serverResponse"]["uploadingStatus"] == "backuped"
    studio.jump(HOUR)

    (tried,), (restored,) = studio.told(RestoreTried), studio.told(Restored)
    assert tried.at == restored.at == ended + RESTORE
    assert tried.items == studio.recording(session).backup
    assert restored.complete
    assert not studio.world.jobs


# --- the backup comes -----------------------------------------------------------------------------


def test_the_backup_comes_with_all_it_has_after_its_time() -> None:
    branch = Branch(FAILED, FAILED, STORED)
    session, _ = stopped(branch)
    ended = branch.world.now - EPOCH

    branch.jump(RESTORE - 1)
    assert not branch.told(RestoreTried)
    branch.jump(HOUR)

    (tried,) = branch.told(RestoreTried)
    assert (tried.at - EPOCH, tried.attempt) == (ended + RESTORE, 1)
    assert tried.items == branch.recording(session).backup
    assert tried.storage == STORAGE
    assert [event.complete for event in branch.told(Restored)] == [True]
    assert not branch.world.jobs


def test_where_nothing_is_in_the_backup_it_does_not_come() -> None:
    branch = Branch(STORED)
    stopped(branch)

    branch.jump(HOUR)

    assert not branch.told(RestoreTried)


def test_it_comes_again_until_everything_is_there() -> None:
    branch = Branch(FAILED)
    stopped(branch)
    ended = branch.world.now - EPOCH

    branch.change(FAILED, FAILED, STORED)
    branch.jump(2 * HOUR)

    assert branch.when(RestoreTried) == [ended + RESTORE * count for count in (1, 2, 3)]
    assert branch.when(Restored) == [ended + RESTORE * 3]
    assert branch.told(Restored)[0].complete


def test_it_comes_once_a_second_where_no_interval_is_set() -> None:
    branch = Branch(FAILED, policy=Policy(timing=Timing(restore=0)))

    stopped(branch)
    ended = branch.when(SessionExited)[0]
    branch.jump(HOUR)

    assert branch.when(RestoreTried) == [ended + SECOND * count for count in range(12)]


def test_after_twelve_times_it_gives_up() -> None:
    branch = Branch(FAILED)
    stopped(branch)

    branch.jump(3 * HOUR)

    assert [event.attempt for event in branch.told(RestoreTried)] == list(range(1, 13))
    assert [event.complete for event in branch.told(Restored)] == [False]
    assert not branch.world.jobs


def test_a_bucket_that_refuses_the_backup_has_it_not_come_again() -> None:
    branch = Branch(FAILED)
    stopped(branch)

    branch.change(REFUSED)
    branch.jump(3 * HOUR)

    assert len(branch.told(RestoreTried)) == 1
    assert [event.complete for event in branch.told(Restored)] == [False]


def test_while_the_bucket_keeps_it_waiting_the_backup_does_not_come_again() -> None:
    branch = Branch(FAILED)
    session, _ = stopped(branch)
    branch.change(SILENT)

    branch.jump(3 * HOUR)
    assert len(branch.told(RestoreTried)) == 1

    branch.hear(f"{session.sid}/backup", 1, STORED)
    assert [event.complete for event in branch.told(Restored)] == [True]
    assert not branch.world.jobs


def test_an_answer_that_took_longer_than_the_interval_counts_and_the_next_attempt_follows() -> None:
    branch = Branch(FAILED)
    session, _ = stopped(branch)
    ended = branch.world.now - EPOCH
    branch.change(SILENT)
    branch.jump(RESTORE + RESTORE + MINUTE)

    branch.change(STORED)
    branch.hear(f"{session.sid}/backup", 1, FAILED)
    branch.jump(RESTORE)

    assert branch.when(RestoreTried) == [ended + RESTORE, ended + 3 * RESTORE]
    assert branch.told(Restored)[0].complete


def test_the_backup_answers_once_whatever_it_is_told_again() -> None:
    branch = Branch(FAILED)
    session, _ = stopped(branch)
    branch.change(FAILED, STORED)
    branch.jump(RESTORE)
    before = branch.world.jobs

    assert branch.hear(f"{session.sid}/backup", 1, STORED) == ()
    assert branch.world.jobs == before
    branch.jump(HOUR)
    assert [event.attempt for event in branch.told(RestoreTried)] == [1, 2]


def test_a_recording_that_ends_by_itself_is_restored_too() -> None:
    branch = Branch(FAILED)
    branch.join(*crowd(1))
    branch.record(MIX)
    branch.jump(UNDER_WAY)
    branch.leave(1)
    branch.change(STORED)

    branch.jump(HOUR)

    assert branch.told(SessionExited)[0].ending is Ending.IDLE
    assert [event.complete for event in branch.told(Restored)] == [True]


def test_transcoding_and_restoring_go_side_by_side() -> None:
    branch = Branch(FAILED)
    session, _ = stopped(branch, replace(INDIVIDUAL, postponed=Postponed.TRANSCODING))
    ended = branch.world.now - EPOCH
    assert set(branch.world.jobs) == {f"{session.sid}/backup", f"{session.sid}/transcoding"}

    branch.change(FAILED, STORED)
    branch.jump(HOUR)

    assert branch.when(Restored) == [ended + 2 * RESTORE]
    assert branch.when(TranscoderCompleted) == branch.when(PostponedFinished)
    assert branch.when(TranscoderCompleted) == [ended + 400 + 10 * MINUTE]
    assert not branch.world.jobs


def test_two_recordings_have_a_backup_each() -> None:
    branch = Branch(FAILED)
    branch.join(*crowd(1))
    sessions = [branch.record(MIX, uid=uid) for uid in (91, 92)]
    branch.jump(UNDER_WAY)
    for session in sessions:
        branch.stop(session)

    branch.change(STORED)
    branch.jump(HOUR)

    tried = [one for one in branch.outgoing if isinstance(one.event, RestoreTried)]
    assert [one.task.sid for one in tried] == [session.sid for session in sessions]
    assert len(branch.told(Restored)) == 2


def test_an_asynchronous_stop_knows_of_no_backup_yet() -> None:
    branch = Branch(FAILED)
    session = recorded(branch)

    answer = branch.do(Stop(session, asynchronous=True))

    assert isinstance(answer, Stopping)
    assert reply(answer, Profile.Y2020).status == 200
    branch.jump(MINUTE)
    assert branch.told(BackedUp)


def test_a_stop_in_one_world_asks_nothing_of_another() -> None:
    branch, other = Branch(SILENT), Branch(STORED)

    _, answer = stopped(branch)

    assert said(answer).problem == UPLOAD_TIMEOUT.name
    assert isinstance(stopped(other)[1], Stopped)


def test_stopping_at_once_asks_nobody() -> None:
    take = Take(EXTERNAL, *crowd(1)).at(1_000, StopRecording()).until(HOUR)

    assert not take.told(UploadTried)
    assert take.when(SessionExited) == [1_400]
