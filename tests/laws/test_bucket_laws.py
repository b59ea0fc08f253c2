"""What holds whatever a real bucket says, and however late it says it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.advance import advance, react
from mockrec.domain.events import (
    Event,
    ItemBackedUp,
    PartUploaded,
    PlaylistsFinished,
    SliceCut,
    SliceUploaded,
    UploadTried,
)
from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.notices import (
    BackedUp,
    KeysExpired,
    Notice,
    PlaylistAppeared,
    RecordingFailed,
    RecordingWarned,
    SessionExited,
    SnapshotUploaded,
    Uploaded,
    VodTriggered,
)
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import BucketAnswered, SawConditions
from mockrec.domain.streams import Item, StreamKey, Verdict
from mockrec.domain.task import Storage
from tests.buckets.verdicts import FAILED, STORED, Performance, Script
from tests.laws.strategies import BLOWS, BROKEN, EPOCH, SPANS, Story, stories, told

DELAYS: Final = st.sampled_from([0, 0, 1, 800, 2_000]) | st.integers(0, 30_000)
OFTEN_STORED: Final = st.sampled_from([STORED, STORED, STORED, FAILED, FAILED])
EVERY: Final = OFTEN_STORED | OFTEN_STORED | OFTEN_STORED | st.sampled_from(Verdict)
EXPIRIES: Final = (
    st.just(0) | st.just(0) | st.integers(0, 120).map(lambda span: EPOCH // SECOND + span)
)
RETRIES: Final = st.sampled_from([0, 1, 2_000]) | st.integers(0, 20_000)
LOOKS: Final = st.lists(st.integers(0, 200_000).map(lambda span: EPOCH + span), max_size=6)


def scripts(verdicts: st.SearchStrategy[Verdict] = EVERY) -> st.SearchStrategy[Script]:
    """Some answers, over and over."""
    answers = st.lists(st.tuples(DELAYS, verdicts), min_size=1, max_size=8)
    return answers.map(lambda some: Script(tuple(some)))


@st.composite
def told_to_a_bucket(draw: st.DrawFn) -> Story:
    """A story whose files go to a bucket, real or not, which may break; keys may expire."""
    story = draw(stories(blows=BLOWS | BROKEN))
    timing = replace(story.task.timing, retry_upload=draw(RETRIES))
    external = draw(st.sampled_from([True, True, False]))
    task = replace(story.task, external=external, timing=timing)
    if task.storage is not None:
        task = replace(task, storage=_expiring(task.storage, draw(EXPIRIES)))
    return replace(story, task=task)


def _expiring(storage: Storage, expiry: int) -> Storage:
    return replace(storage, sts_token="token" if expiry else "", sts_expiration=expiry)


STORIES: Final = told_to_a_bucket()
SCRIPTS: Final = scripts()


def refused(performance: Performance) -> bool:
    """Whether the bucket's word ended it."""
    return performance.recording.ending is Ending.BUCKET_REFUSED


def arrivals(events: tuple[Event, ...]) -> list[Item]:
    """What has come to the bucket or to the backup."""
    found: list[Item] = []
    for event in events:
        match event:
            case SliceUploaded(slice=item) | PartUploaded(part=item):
                found.append(item)
            case SnapshotUploaded(snapshot=shot):
                found.append(shot)
            case ItemBackedUp(item=item):
                found.append(item)
    return found


# Law 5: every slice arrives, in the bucket or in the backup, before it is said to have.


@given(STORIES, SCRIPTS)
def test_every_slice_arrives_once_before_uploaded_or_backuped_unless_it_is_refused(
    story: Story, script: Script
) -> None:
    played = Performance(story, script)

    ends = (PlaylistsFinished, Uploaded, BackedUp, VodTriggered, SessionExited)
    until = next(n for n, event in enumerate(played.events) if isinstance(event, ends))
    arrived = arrivals(played.events[:until])
    assert arrived == arrivals(played.events)
    assert len(arrived) == len(set(map(repr, arrived))) == played.recording.arrived
    if refused(played):
        assert played.recording.arrived <= played.recording.cut
    else:
        cut = {repr(event.slice) for event in told(played.events, SliceCut)}
        assert cut <= set(map(repr, arrived))
        assert played.recording.arrived == played.recording.cut


@given(STORIES, SCRIPTS)
def test_it_is_uploaded_or_backuped_or_refused_and_never_two_of_these(
    story: Story, script: Script
) -> None:
    played = Performance(story, script)

    recording, events = played.recording, played.events
    said = [event for event in events if isinstance(event, Uploaded | BackedUp | VodTriggered)]
    assert len(said) == int(recording.recorded and not refused(played))
    assert len(told(events, PlaylistsFinished)) == len(said)
    assert not told(events, BackedUp) or recording.backup
    assert not told(events, Uploaded) or not recording.backup
    assert [event.item for event in told(events, ItemBackedUp)] == list(recording.backup)


@given(STORIES, SCRIPTS)
def test_a_refusal_ends_it_at_once_and_nothing_more_is_brought_or_backed_up(
    story: Story, script: Script
) -> None:
    played = Performance(story, script)

    failures = [event for event in told(played.events, RecordingFailed) if event.code == 32]
    assert len(failures) <= 1
    assert (played.recording.status is Status.FAILED) >= bool(failures)
    for failure in failures:
        after = played.events[played.events.index(failure) :]
        assert not told(after, UploadTried)
        assert not arrivals(after)
        assert told(after, SessionExited)[0].at == failure.at + story.task.timing.settle


# Law 3: goodbye is said once, and nothing after it.


@given(STORIES, SCRIPTS)
def test_goodbye_is_said_once_and_then_nobody_is_asked_any_more(
    story: Story, script: Script
) -> None:
    played = Performance(story, script)

    (goodbye,) = told(played.events, SessionExited)
    assert played.events[-1] == goodbye
    assert played.recording.exited
    assert played.recording.agenda == ()
    assert not played.recording.asked
    assert not played.recording.uploading


@given(STORIES, SCRIPTS, st.integers(-1, 50), st.sampled_from(Verdict), SPANS)
def test_after_the_goodbye_no_answer_means_anything(
    story: Story, script: Script, number: int, verdict: Verdict, span: int
) -> None:
    gone = Performance(story, script).recording

    assert react(gone, BucketAnswered(number, verdict), gone.now + span) == (
        replace(gone, now=gone.now + span),
        (),
    )


# Law 2, and the numbers of the notices and of the uploads.


@given(STORIES, SCRIPTS)
def test_events_never_run_backwards_and_notices_are_numbered_without_gap(
    story: Story, script: Script
) -> None:
    events = Performance(story, script).events

    assert all(one.at <= two.at for one, two in pairwise(events))
    notices = [notice.sequence for notice in told(events, Notice)]
    assert notices == list(range(len(notices)))


def broke(story: Story) -> bool:
    """Whether its bucket was ever broken."""
    return any(isinstance(signal, SawConditions) for _, signal in story.told)


@given(STORIES, SCRIPTS)
def test_each_file_is_brought_at_most_twice_the_set_time_after_it_has_failed(
    story: Story, script: Script
) -> None:
    played = Performance(story, script)

    tried = told(played.events, UploadTried)
    assert [event.number for event in tried] == list(range(played.recording.uploads))
    attempts = {(repr(event.item), event.attempt): event for event in tried}
    assert len(attempts) == len(tried)
    assert {attempt for _, attempt in attempts} <= {1, 2}
    for item, attempt in attempts:
        earlier = attempts.get((item, 1))
        if attempt == 2 and earlier is None:  # it failed then without anybody being asked
            assert told(played.events, KeysExpired) or broke(story)
        elif attempt == 2 and earlier is not None:
            timing = story.task.timing
            again = played.answered[earlier.number] + timing.retry_upload
            assert attempts[item, 2].at in {again, again + timing.slow_upload}
            assert attempts[item, 2].at == again or broke(story)


@given(STORIES, SCRIPTS)
def test_each_failure_is_warned_of_and_expired_keys_are_told_of_once_and_never_used(
    story: Story, script: Script
) -> None:
    played = Performance(story, script)

    codes = [(event.module, event.code) for event in told(played.events, RecordingWarned)]
    assert codes.count((1, 32)) == len(played.recording.backup)
    assert set(codes) <= {(1, 31), (1, 32)}
    assert codes.count((1, 31)) >= codes.count((1, 32))
    assert len(told(played.events, KeysExpired)) == int(played.recording.keys_expired)
    for event in told(played.events, UploadTried):
        assert not event.storage.sts_expiration or event.at < event.storage.sts_expiration * SECOND


@given(STORIES, SCRIPTS)
def test_playlists_are_listed_once_and_in_the_end_all_are_told(
    story: Story, script: Script
) -> None:
    played = Performance(story, script)

    appeared = [event.file for event in told(played.events, PlaylistAppeared)]
    assert len(set(appeared)) == len(appeared)
    assert set(appeared) <= set(played.recording.files)
    ends = [event for event in played.events if isinstance(event, Uploaded | BackedUp)]
    assert all(event.files == played.recording.listed for event in ends)


# Law 1: looking in between changes nothing, the answers coming when they come.


@given(STORIES, SCRIPTS, LOOKS)
def test_to_advance_in_many_steps_or_in_few_comes_to_the_same_with_the_same_answers(
    story: Story, script: Script, looks: list[Millis]
) -> None:
    plain, looked_at = Performance(story, script), Performance(story, script, looks)

    assert looked_at.events == plain.events
    at = max(looked_at.recording.now, plain.recording.now)
    assert advance(looked_at.recording, at) == advance(plain.recording, at)


@given(STORIES, SPANS, SPANS)
def test_while_the_bucket_keeps_silent_two_steps_are_one(
    story: Story, first: int, second: int
) -> None:
    recording, _ = story.play()
    halfway, until = story.stop + first, story.stop + first + second

    at_once, all_events = advance(recording, until)
    midway, some_events = advance(recording, halfway)
    in_two, other_events = advance(midway, until)

    assert in_two == at_once
    assert some_events + other_events == all_events


@given(STORIES, SCRIPTS)
def test_the_same_answers_at_the_same_moments_make_the_same_recording(
    story: Story, script: Script
) -> None:
    one, other = Performance(story, script), Performance(story, script)

    assert (one.recording, one.events) == (other.recording, other.events)


@given(STORIES, scripts(st.just(STORED)).filter(lambda script: script.answers[0][0] == 0))
def test_a_bucket_that_stores_at_once_is_like_a_folder(story: Story, script: Script) -> None:
    """But for the order within a moment: an answer comes after what was due in it."""
    at_once = Script(script.answers[:1])

    bucket = Performance(story, at_once)

    folder = Performance(replace(story, task=replace(story.task, external=False)), at_once)
    assert slices_by_moment(bucket.events) == slices_by_moment(folder.events)
    assert set(bucket.recording.files) == set(folder.recording.files)
    assert bucket.recording.status == folder.recording.status


def slices_by_moment(events: tuple[Event, ...]) -> list[tuple[int, StreamKey, int]]:
    """Which slice arrived when."""
    slices = (one for one in events if isinstance(one, SliceUploaded))
    return sorted((one.at, one.slice.key, one.slice.number) for one in slices)
