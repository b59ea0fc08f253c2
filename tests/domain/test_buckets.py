"""What a recording makes of a real bucket's answers: stored, or failed and backed up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockrec.domain.commands import Stop, Stopped
from mockrec.domain.events import (
    ItemBackedUp,
    PartUploaded,
    SliceCut,
    SliceUploaded,
    UploadTried,
)
from mockrec.domain.moments import HOUR, MINUTE, SECOND
from mockrec.domain.notices import (
    BackedUp,
    PlaylistAppeared,
    SessionExited,
    SliceStarted,
    SnapshotUploaded,
    Uploaded,
    UploadProgressed,
)
from mockrec.domain.policy import Policy
from mockrec.domain.problems import UPLOAD_TIMEOUT, Profile
from mockrec.domain.recording import Status
from mockrec.domain.signals import BucketAnswered, ChangeStorage
from mockrec.domain.streams import Part, Slice, Snapshot
from mockrec.domain.task import Task
from mockrec.domain.timing import Timing
from mockrec.render.reply import reply
from tests.buckets.verdicts import FAILED, SILENT, STORED, Branch
from tests.domain.bucket import (
    EXTERNAL,
    FIRST,
    GONE,
    MODES,
    RETRY,
    SECOND_SLICE,
    names,
    recorded,
    stopped,
    warnings,
)
from tests.domain.studio import (
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
    said,
)

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
    assert recording.history[-1].because == "the first file is in the bucket or the backup"
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
