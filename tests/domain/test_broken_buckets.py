"""A bucket that is not whole: uploads fail, are refused or take their time, until it is mended."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.changes import BreakBucket, Felt
from mockrec.domain.channel import User
from mockrec.domain.commands import Stop, Stopped
from mockrec.domain.conditions import FAIR, BucketFault
from mockrec.domain.events import (
    ItemBackedUp,
    PartUploaded,
    Restored,
    RestoreFailed,
    RestoreTried,
    SliceUploaded,
    UploadTried,
)
from mockrec.domain.moments import HOUR, MINUTE
from mockrec.domain.notices import (
    BackedUp,
    RecorderLeft,
    RecordingFailed,
    RecordingWarned,
    SessionExited,
    SnapshotUploaded,
    Uploaded,
)
from mockrec.domain.policy import Policy
from mockrec.domain.problems import NO_RECORDED_DATA, UPLOAD_TIMEOUT
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import SawConditions
from mockrec.domain.task import Task
from mockrec.domain.timing import Timing
from tests.domain.studio import (
    EPOCH,
    INDIVIDUAL,
    MIX,
    STORAGE,
    UNDER_WAY,
    Studio,
    Take,
    crowd,
    said,
)

ONE: Final = User(1)
CUT: Final = 17_500
"""The end of the first slice of a mix."""
BUCKET: Final = STORAGE.bucket
REFUSALS: Final = pytest.mark.parametrize("fault", [BucketFault.CREDENTIALS, BucketFault.MISSING])


def broken(fault: BucketFault | None, bucket: str | None = None) -> SawConditions:
    """The signal that a bucket, or every one, is in this state."""
    return SawConditions(FAIR.with_bucket(bucket, fault))


def recorded(fault: BucketFault, task: Task = MIX) -> Take:
    """A recording whose bucket was never whole."""
    return Take(task, ONE).at(0, broken(fault))


def warnings(take: Take) -> list[tuple[int, int]]:
    """When the uploader warned, and of what."""
    return [(event.at - EPOCH, event.code) for event in take.told(RecordingWarned)]


def failures(studio: Studio) -> list[RecordingFailed]:
    """The errors that were told."""
    return studio.told(RecordingFailed)


# Nothing gets through.


def test_an_upload_that_fails_is_tried_again_and_then_goes_to_the_backup() -> None:
    take = recorded(BucketFault.TRANSFER).until(25_000)

    assert warnings(take) == [(CUT + 800, 31), (CUT + 2_800, 32)]
    assert take.when(ItemBackedUp) == [CUT + 2_800]
    assert not take.told(SliceUploaded)
    assert not take.told(UploadTried)


def test_a_bucket_that_is_mended_in_time_takes_the_second_attempt() -> None:
    take = recorded(BucketFault.TRANSFER).at(CUT + 1_000, broken(None)).until(25_000)

    assert warnings(take) == [(CUT + 800, 31)]
    assert take.when(SliceUploaded) == [CUT + 2_800]


def test_a_recording_of_which_the_backup_has_some_says_so_in_the_end() -> None:
    take = recorded(BucketFault.TRANSFER).at(25_000, broken(None)).stop(UNDER_WAY)

    assert len(take.told(BackedUp)) == 1
    assert not take.told(Uploaded)
    assert take.told(SessionExited)[0].abnormal is False
    assert take.recording.status is Status.EXITED


@pytest.mark.parametrize("mode", ["snapshots", "parts"])
def test_snapshots_and_parts_fail_as_slices_do(mode: str) -> None:
    task = (
        replace(INDIVIDUAL, snapshot_every=10_000, records=False)
        if mode == "snapshots"
        else replace(MIX, mp4=True)
    )

    take = recorded(BucketFault.TRANSFER, task).stop(UNDER_WAY)

    assert not take.told(SnapshotUploaded)
    assert not take.told(PartUploaded)
    assert take.told(BackedUp)


# The bucket refuses.


@REFUSALS
def test_a_refusal_ends_the_recording_without_any_backup(fault: BucketFault) -> None:
    take = recorded(fault).until(MINUTE)

    (failure,) = take.told(RecordingFailed)
    assert (failure.at - EPOCH, failure.module, failure.code, failure.level) == (
        *(CUT + 800, 1, 32, 5),
    )
    assert take.when(RecorderLeft) == [CUT + 800]
    (goodbye,) = take.told(SessionExited)
    assert (goodbye.ending, goodbye.abnormal) == (Ending.BUCKET_REFUSED, True)
    assert take.recording.status is Status.FAILED
    assert not take.told(ItemBackedUp)
    assert not take.told(Uploaded)


def test_what_is_wrong_is_told_apart() -> None:
    messages = {
        fault: recorded(fault).until(MINUTE).told(RecordingFailed)[0].message
        for fault in (BucketFault.CREDENTIALS, BucketFault.MISSING)
    }

    assert messages == {
        BucketFault.CREDENTIALS: "the keys were not accepted",
        BucketFault.MISSING: "there is no such bucket",
    }


@REFUSALS
def test_a_stop_that_waits_when_the_bucket_refuses_has_nothing_to_show(
    studio: Studio, fault: BucketFault
) -> None:
    studio.join(ONE)
    session = studio.record(MIX)
    studio.jump(10_000)
    studio.do(BreakBucket(fault))

    assert said(studio.stop(session)).problem == NO_RECORDED_DATA.name


# The bucket is slow.


def test_a_slow_bucket_takes_everything_half_a_minute_later() -> None:
    take = recorded(BucketFault.SLOW).until(MINUTE)

    assert take.when(SliceUploaded) == [CUT + 30_800]
    assert not take.told(RecordingWarned)


def test_what_counts_in_a_slow_bucket_is_its_state_in_the_end() -> None:
    take = recorded(BucketFault.SLOW).at(CUT + 10_000, broken(BucketFault.TRANSFER))

    assert (CUT + 30_800, 31) in warnings(take.until(CUT + 31_000))
    assert not take.told(SliceUploaded)


def test_a_stop_does_not_wait_for_a_slow_bucket(studio: Studio) -> None:
    studio.join(ONE)
    session = studio.record(MIX)
    studio.jump(10_000)
    studio.do(BreakBucket(BucketFault.SLOW))

    assert said(studio.stop(session)).problem == UPLOAD_TIMEOUT.name
    studio.jump(MINUTE)
    assert studio.told(Uploaded)


@pytest.mark.parametrize(("asynchronous", "told"), [(False, 1), (True, 0)])
def test_a_stop_that_waited_in_vain_is_told_as_an_error_of_the_service(
    studio: Studio, asynchronous: bool, told: int
) -> None:
    studio.join(ONE)
    session = studio.record(MIX)
    studio.jump(10_000)
    studio.do(BreakBucket(BucketFault.SLOW))

    studio.do(Stop(session, asynchronous))
    studio.jump(MINUTE)

    errors = [(event.at - EPOCH, event.module, event.code) for event in failures(studio)]
    assert errors == [(10_000 + 20_000, 2, 50)] * told
    (goodbye,) = studio.told(SessionExited)
    assert not goodbye.abnormal


def test_a_stop_that_has_its_files_tells_of_no_error(studio: Studio) -> None:
    studio.join(ONE)
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)
    studio.stop(session)
    studio.jump(MINUTE)

    assert not failures(studio)


@pytest.mark.parametrize("limit", [0, 800, 1_000, 1_199])
def test_a_stop_waits_for_files_and_not_for_the_settling(limit: int) -> None:
    studio = Studio(Policy(timing=Timing(stop_limit=limit)))
    studio.join(ONE)
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)
    studio.do(Stop(session))
    studio.jump(MINUTE)

    assert len(failures(studio)) == int(limit < 800)


# Which bucket, and whose recordings.


def test_another_bucket_is_whole(studio: Studio) -> None:
    studio.join(ONE)
    session = studio.record(MIX)

    assert studio.do(BreakBucket(BucketFault.TRANSFER, "elsewhere")) == Felt()
    studio.jump(UNDER_WAY)

    assert isinstance(studio.stop(session), Stopped)
    assert not studio.told(RecordingWarned)


def test_one_bucket_may_be_whole_where_all_others_are_broken(studio: Studio) -> None:
    studio.join(ONE)
    studio.do(BreakBucket(BucketFault.MISSING))
    studio.do(BreakBucket(None, BUCKET))
    studio.record(MIX)
    studio.jump(UNDER_WAY)

    assert studio.told(SliceUploaded)


def test_a_word_about_all_buckets_takes_the_place_of_what_was_said_of_one(studio: Studio) -> None:
    studio.join(ONE)
    studio.do(BreakBucket(BucketFault.MISSING, BUCKET))
    studio.do(BreakBucket(None))
    studio.record(MIX)
    studio.jump(UNDER_WAY)

    assert studio.told(SliceUploaded)


def test_it_is_broken_for_recordings_that_start_later_and_those_that_live(studio: Studio) -> None:
    studio.join(ONE)
    studio.record(MIX)
    studio.do(BreakBucket(BucketFault.TRANSFER, BUCKET))
    studio.record(MIX, uid=2)
    studio.jump(UNDER_WAY)

    assert len(studio.told(ItemBackedUp)) == 2


def test_a_real_bucket_is_not_asked_while_a_script_has_it_broken() -> None:
    studio = Studio(Policy(external=True))
    studio.join(ONE)
    studio.record(MIX)
    studio.do(BreakBucket(BucketFault.TRANSFER))
    studio.jump(UNDER_WAY)
    assert not studio.told(UploadTried)

    studio.do(BreakBucket(None))
    studio.jump(CUT)

    assert studio.told(UploadTried)


# The backup.


def test_the_backup_comes_again_until_the_bucket_is_mended(studio: Studio) -> None:
    studio.join(*crowd(1))
    session = studio.record(MIX)
    studio.do(BreakBucket(BucketFault.TRANSFER))
    studio.jump(UNDER_WAY)
    studio.do(Stop(session))
    studio.jump(12 * MINUTE)
    assert [event.attempt for event in studio.told(RestoreFailed)] == [1, 2]
    assert not studio.told(RestoreTried)

    studio.do(BreakBucket(None))
    studio.jump(5 * MINUTE)

    (tried,) = studio.told(RestoreTried)
    assert (tried.attempt, len(tried.items)) == (3, 2)
    assert [event.complete for event in studio.told(Restored)] == [True]


@pytest.mark.parametrize(
    ("fault", "attempts"), [(BucketFault.TRANSFER, 12), (BucketFault.MISSING, 1)]
)
def test_the_backup_gives_up(studio: Studio, fault: BucketFault, attempts: int) -> None:
    studio.join(*crowd(1))
    session = studio.record(MIX)
    studio.do(BreakBucket(BucketFault.TRANSFER))
    studio.jump(UNDER_WAY)
    studio.do(Stop(session))
    studio.jump(MINUTE)
    studio.do(BreakBucket(fault))
    studio.jump(2 * HOUR)

    assert len(studio.told(RestoreFailed)) == attempts
    assert [event.complete for event in studio.told(Restored)] == [False]
    assert not studio.world.jobs
