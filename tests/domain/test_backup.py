"""What expired keys send to the backup, and how the backup brings it to the bucket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockrec.domain.commands import Stop, Stopped, Stopping, Update
from mockrec.domain.events import (
    ItemBackedUp,
    Restored,
    RestoreTried,
    SliceUploaded,
    UploadTried,
)
from mockrec.domain.moments import HOUR, MINUTE, SECOND
from mockrec.domain.notices import (
    BackedUp,
    KeysExpired,
    PostponedFinished,
    SessionExited,
    TranscoderCompleted,
)
from mockrec.domain.policy import Policy
from mockrec.domain.problems import UPLOAD_TIMEOUT, Profile
from mockrec.domain.recording import Ending
from mockrec.domain.signals import StopRecording
from mockrec.domain.task import Postponed
from mockrec.domain.timing import Timing
from mockrec.render.reply import reply
from tests.buckets.verdicts import FAILED, REFUSED, SILENT, STORED, Branch
from tests.domain.bucket import (
    EXTERNAL,
    FIRST,
    RESTORE,
    RETRY,
    expiring,
    names,
    recorded,
    seconds,
    stopped,
    warnings,
)
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
