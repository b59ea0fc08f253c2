"""What becomes of a recording whose bucket refuses it, and of answers that nobody waits for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockrec.domain.commands import Query, Stop
from mockrec.domain.events import (
    ItemBackedUp,
    PlaylistsFinished,
    RestoreTried,
    SliceCut,
    SliceUploaded,
    UploadTried,
)
from mockrec.domain.moments import HOUR, MINUTE
from mockrec.domain.notices import (
    BackedUp,
    RecorderLeft,
    RecordingFailed,
    SessionExited,
    Uploaded,
    WebStopped,
)
from mockrec.domain.problems import NO_RECORDED_DATA, NO_WORKER
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import BucketAnswered
from mockrec.domain.streams import Verdict
from mockrec.domain.task import Postponed, Task
from tests.buckets.verdicts import FAILED, REASON, REFUSED, SILENT, STORED, Branch
from tests.domain.bucket import (
    EXTERNAL,
    FIRST,
    GONE,
    MODES,
    names,
    recorded,
    stopped,
    warnings,
)
from tests.domain.studio import (
    CNAME,
    EPOCH,
    INDIVIDUAL,
    MIX,
    UNDER_WAY,
    WEB,
    Studio,
    Take,
    crowd,
    refusal,
    refused,
    said,
)

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
