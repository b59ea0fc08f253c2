"""What holds for every recording, whatever is ordered and whatever happens to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Final, TypeVar

from hypothesis import assume, given
from hypothesis import strategies as st

from mockrec.domain.advance import advance, begin, react
from mockrec.domain.capture import slice_length
from mockrec.domain.channel import NOBODY, Medium, Role, User, Users
from mockrec.domain.events import (
    Event,
    Notice,
    OutputChanged,
    PartUploaded,
    PlaylistAppeared,
    PlaylistsFinished,
    RecorderLeft,
    SessionExited,
    SliceCut,
    SliceStarted,
    SliceUploaded,
    SnapshotUploaded,
    StreamChanged,
    Uploaded,
    VodTriggered,
)
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import SawUsers, StopRecording
from mockrec.domain.streams import Slice, StreamKey
from mockrec.domain.task import ChannelType, Mode, Task
from tests.laws.strategies import (
    EPOCH,
    FOREVER,
    ROOMS,
    SPANS,
    Story,
    orders,
    room,
    stories,
    tasks,
)

OF_A_CHANNEL: Final = st.sampled_from([Mode.INDIVIDUAL, Mode.MIX])
FILES: Final = st.sampled_from([Mode.MIX, Mode.WEB])
LOOKS = st.lists(st.integers(0, 200_000).map(lambda span: EPOCH + span), max_size=6)

E = TypeVar("E", bound=Event)


def told(events: Iterable[Event], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


# Law 1: advancing twice is advancing once.


@given(stories(), SPANS, SPANS)
def test_to_advance_in_two_steps_or_in_one_comes_to_the_same(
    story: Story, first: int, second: int
) -> None:
    recording, _ = story.play()
    halfway, until = story.stop + first, story.stop + first + second

    at_once, all_events = advance(recording, until)
    midway, some_events = advance(recording, halfway)
    in_two, other_events = advance(midway, until)

    assert in_two == at_once
    assert some_events + other_events == all_events


@given(stories(), LOOKS)
def test_looking_in_between_changes_nothing(story: Story, looks: list[int]) -> None:
    assert story.play(*looks) == story.play()


@given(stories())
def test_to_advance_to_where_it_stands_is_to_do_nothing(story: Story) -> None:
    recording, _ = story.play()

    assert advance(recording, recording.now) == (recording, ())
    assert advance(recording, recording.now - 1_000) == (recording, ())


@given(stories(), SPANS)
def test_nothing_that_is_due_is_left_undone(story: Story, span: int) -> None:
    recording, _ = advance(story.play()[0], story.stop + span)

    assert recording.now == story.stop + span
    assert recording.next_due is None or recording.next_due > recording.now


@given(stories())
def test_a_timer_due_exactly_at_until_fires_and_a_millisecond_earlier_does_not(
    story: Story,
) -> None:
    recording, _ = story.play()
    due = recording.next_due
    assume(due is not None)
    assert due is not None

    early, nothing = advance(recording, due - 1)
    punctual, _ = advance(recording, due)

    assert (early, nothing) == (replace(recording, now=due - 1), ())
    assert recording.agenda[0] in early.agenda
    assert recording.agenda[0] not in punctual.agenda


@given(stories())
def test_between_steps_a_recording_has_nothing_left_to_say(story: Story) -> None:
    recording, _ = story.play_out()

    assert recording.said == ()


# Law 2: events never run backwards.


@given(stories())
def test_events_never_run_backwards(story: Story) -> None:
    _, events = story.play_out()

    moments = [event.at for event in events]
    assert moments == sorted(moments)
    assert min(moments) == story.task.started


@given(stories())
def test_the_status_only_ever_rises(story: Story) -> None:
    recording, _ = story.play_out()

    turns = [(turn.at, turn.status) for turn in recording.history]
    assert all(one[0] <= two[0] and one[1] < two[1] for one, two in pairwise(turns))
    assert recording.status == turns[-1][1]


# Law 3: goodbye is said once, and nothing after it.


@given(stories(), st.data())
def test_goodbye_is_said_once_and_nothing_after_it(story: Story, data: st.DataObject) -> None:
    recording, events = story.play_out()

    (goodbye,) = told(events, SessionExited)
    assert events[-1] == goodbye
    assert recording.agenda == ()
    assert recording.exited
    assert goodbye.abnormal == (recording.status is Status.FAILED)
    assert goodbye.ending is recording.ending

    later = recording.now + data.draw(SPANS)
    signal = data.draw(orders(story.task) | st.just(StopRecording()) | st.builds(SawUsers, ROOMS))
    assert react(recording, signal, later) == (replace(recording, now=later), ())


# Law 4: the slices of a stream tile it.


def slices(events: Iterable[Event]) -> dict[StreamKey, list[Slice]]:
    """The slices of each stream, in the order of their cuts."""
    found: dict[StreamKey, list[Slice]] = defaultdict(list)
    for event in told(events, SliceCut):
        assert event.at == event.slice.end
        found[event.slice.key].append(event.slice)
    return found


@given(stories())
def test_slices_are_numbered_from_nought_without_gap(story: Story) -> None:
    for stream in slices(story.play_out()[1]).values():
        assert [piece.number for piece in stream] == list(range(len(stream)))


@given(stories())
def test_no_slice_is_without_length_or_longer_than_a_regular_one(story: Story) -> None:
    for key, stream in slices(story.play_out()[1]).items():
        longest = slice_length(story.task, key.track)
        assert all(0 < piece.end - piece.start <= longest for piece in stream)


@given(stories())
def test_each_slice_starts_where_the_last_was_cut_or_where_its_stream_began_again(
    story: Story,
) -> None:
    for stream in slices(story.play_out()[1]).values():
        assert stream[0].fresh
        assert stream[0].discontinued == stream[0].start
        for before, after in pairwise(stream):
            assert after.start >= before.end
            assert after.fresh or after.start == before.end
            assert not after.fresh or after.discontinued == before.end


@given(stories())
def test_a_slice_turns_where_its_stream_began_again_or_its_picture_changed(story: Story) -> None:
    for stream in slices(story.play_out()[1]).values():
        assert stream[0].turned
        for before, after in pairwise(stream):
            assert after.turned or after.picture == before.picture
            assert after.turned or not after.fresh


@given(stories())
def test_the_media_time_of_a_stream_counts_from_one_moment(story: Story) -> None:
    recording, events = story.play_out()

    for stream in slices(events).values():
        (opened,) = {piece.opened for piece in stream}
        assert opened <= stream[0].start
        assert recording.began is not None
        assert recording.began <= opened


@given(stories(OF_A_CHANNEL))
def test_a_slice_lies_between_the_first_media_and_the_end(story: Story) -> None:
    recording, events = story.play_out()

    ended = next(turn.at for turn in recording.history if turn.status is Status.STOP_REQUESTED)
    arrivals = [event.at for event in told(events, StreamChanged)]
    for piece in (event.slice for event in told(events, SliceCut)):
        assert arrivals[0] <= piece.start < piece.end <= ended


# Law 5: what was cut arrives before it is said to have.


@given(stories())
def test_every_slice_arrives_once_and_before_the_end_of_the_playlists(story: Story) -> None:
    _, events = story.play_out()

    cut = [event.slice for event in told(events, SliceCut)]
    before_the_end: list[Event] = []
    for event in events:
        if isinstance(event, PlaylistsFinished | Uploaded | VodTriggered):
            break
        before_the_end.append(event)
    arrived = [event.slice for event in told(before_the_end, SliceUploaded)]
    assert sorted(map(repr, arrived)) == sorted(map(repr, cut))
    assert told(events, SliceUploaded) == told(before_the_end, SliceUploaded)


@given(stories())
def test_a_slice_arrives_an_upload_after_its_cut(story: Story) -> None:
    for event in told(story.play_out()[1], SliceUploaded):
        assert event.at == event.slice.end + story.task.timing.upload


@given(stories())
def test_all_that_was_recorded_has_arrived_at_the_goodbye(story: Story) -> None:
    recording, events = story.play_out()

    assert recording.arrived == recording.cut
    assert recording.recorded == bool(
        told(events, SliceCut) or told(events, SnapshotUploaded) or told(events, PartUploaded)
    )
    finished = told(events, PlaylistsFinished)
    assert len(finished) == len(told(events, Uploaded) + told(events, VodTriggered))
    assert len(finished) == int(recording.recorded)


@given(stories())
def test_the_files_at_the_end_are_those_that_appeared(story: Story) -> None:
    recording, events = story.play_out()

    appeared = [
        event.file for event in events if isinstance(event, PlaylistAppeared | PartUploaded)
    ]
    assert list(recording.files) == appeared
    assert len(set(appeared)) == len(appeared)
    assert all(event.files == recording.files for event in told(events, Uploaded))


@given(stories())
def test_a_first_slice_is_told_of_when_it_arrives_and_no_other_is(story: Story) -> None:
    _, events = story.play_out()

    fresh = [event for event in told(events, SliceUploaded) if event.slice.fresh]
    started = told(events, SliceStarted)
    assert [(event.at, event.slice) for event in started] == [
        (event.at, event.slice) for event in fresh
    ]


@given(stories(FILES))
def test_the_parts_hold_what_the_slices_hold(story: Story) -> None:
    _, events = story.play_out()

    parts = [event.part for event in told(events, PartUploaded)]
    pieces = [event.slice for event in told(events, SliceCut)]
    assert [part.index for part in parts] == list(range(len(parts)))
    assert sum(part.media for part in parts) == (
        sum(piece.end - piece.start for piece in pieces) if story.task.mp4 else 0
    )
    assert all(part.media >= story.task.part_length for part in parts[:-1])


# The notices.


@given(stories())
def test_notices_are_numbered_from_nought_without_gap(story: Story) -> None:
    recording, events = story.play_out()

    numbers = [notice.sequence for notice in told(events, Notice)]
    assert numbers == list(range(len(numbers)))
    assert recording.sequence == len(numbers)


@given(stories(OF_A_CHANNEL))
def test_a_stream_begins_and_ends_by_turns_and_has_ended_at_the_goodbye(story: Story) -> None:
    states: dict[tuple[int, Medium], list[bool]] = defaultdict(list)
    for event in told(story.play_out()[1], StreamChanged):
        states[event.uid, event.medium].append(event.receiving)

    for turns in states.values():
        assert turns == [True, False] * (len(turns) // 2)


@given(stories(st.just(Mode.WEB)))
def test_a_push_is_told_of_only_when_it_changes(story: Story) -> None:
    states: dict[str, list[str]] = defaultdict(list)
    for event in told(story.play_out()[1], OutputChanged):
        states[event.url].append(event.state)

    for turns in states.values():
        assert turns[0] == "connecting"
        assert all(one != other for one, other in pairwise(turns))


# Law 6: a user who returns in time saves the recording.


def join_of(task: Task) -> int:
    """When the recorder has joined."""
    return task.started + task.timing.recorder_ready


HOSTS = st.integers(1, 5).map(lambda uid: room([User(uid)]))
ABSENT = st.builds(
    lambda uids: room([User(uid, role=Role.AUDIENCE) for uid in uids]), st.lists(st.integers(1, 5))
)


@given(tasks(OF_A_CHANNEL), HOSTS, HOSTS, SPANS, st.data())
def test_a_user_who_returns_within_max_idle_time_saves_the_recording(
    task: Task, users: Users, returned: Users, there: int, data: st.DataObject
) -> None:
    left = join_of(task) + there
    back = left + data.draw(st.integers(0, task.max_idle - 1))

    recording, _ = begin(task, users)
    recording, _ = react(recording, SawUsers(NOBODY), left)
    recording, _ = react(recording, SawUsers(returned), back)
    recording, _ = advance(recording, back + 2 * task.max_idle)

    assert recording.ending is None


@given(tasks(OF_A_CHANNEL), HOSTS, SPANS)
def test_when_nobody_returns_the_recorder_leaves_after_max_idle_time(
    task: Task, users: Users, there: int
) -> None:
    left = join_of(task) + there

    recording, _ = begin(task, users)
    recording, _ = react(recording, SawUsers(NOBODY), left)
    recording, events = advance(recording, left + FOREVER)

    assert [(event.at, event.code) for event in told(events, RecorderLeft)] == [
        (left + task.max_idle, 28)
    ]
    assert recording.ending is Ending.IDLE


@given(tasks(OF_A_CHANNEL), ABSENT)
def test_a_recording_without_anybody_in_it_exits_after_max_idle_time_and_settling(
    task: Task, absent: Users
) -> None:
    alone = absent if task.channel_type is ChannelType.LIVE else NOBODY

    recording, events = begin(task, alone)
    recording, events = advance(recording, task.started + FOREVER)

    (goodbye,) = told(events, SessionExited)
    assert goodbye.at == join_of(task) + task.max_idle + task.timing.settle
    assert not recording.recorded
