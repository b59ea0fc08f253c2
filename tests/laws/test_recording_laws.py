"""What holds for every recording, whatever is ordered and whatever happens to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import Final

from hypothesis import assume, given
from hypothesis import strategies as st

from mockrec.domain.advance import advance, begin, react
from mockrec.domain.channel import NOBODY, Medium, Role, User, Users
from mockrec.domain.commands import Accepted, Acquire, Acquired, Query, Session, Start
from mockrec.domain.events import Event, ServerLost
from mockrec.domain.notices import (
    FailedOver,
    Notice,
    OutputChanged,
    RecorderLeft,
    RecorderStarted,
    SessionExited,
    StreamChanged,
)
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import SawUsers, StopRecording
from mockrec.domain.task import ChannelType, Mode, Task
from mockrec.domain.world import World
from tests.laws.strategies import (
    APP_ID,
    EPOCH,
    FOREVER,
    OF_A_CHANNEL,
    RECORDER,
    ROOMS,
    SPANS,
    Story,
    orders,
    room,
    stories,
    tasks,
    told,
)

PLAIN: Final = Task(APP_ID, "5" * 32, "", 0, "room", RECORDER, Mode.INDIVIDUAL, EPOCH)
LOOKS = st.lists(st.integers(0, 200_000).map(lambda span: EPOCH + span), max_size=6)

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


def test_the_recorder_has_joined_at_the_very_moment_at_which_it_is_due_to() -> None:
    recording, _ = begin(PLAIN, NOBODY)

    _, a_millisecond_before = advance(recording, EPOCH + PLAIN.timing.recorder_ready - 1)
    _, punctual = advance(recording, EPOCH + PLAIN.timing.recorder_ready)

    assert not told(a_millisecond_before, RecorderStarted)
    assert [event.at for event in told(punctual, RecorderStarted)] == [EPOCH + 1_500]


@given(stories())
def test_between_steps_a_recording_has_nothing_left_to_say(story: Story) -> None:
    recording, _ = story.play_out()

    assert recording.said == ()


@given(stories())
def test_nothing_is_promised_twice(story: Story) -> None:
    recording, _ = story.play()

    causes = [repr(timer.cause) for timer in recording.agenda]
    assert len(set(causes)) == len(causes)


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


# The notices.


@given(stories())
def test_notices_are_numbered_from_nought_without_gap(story: Story) -> None:
    recording, events = story.play_out()

    numbers = [notice.sequence for notice in told(events, Notice)]
    assert numbers == list(range(len(numbers)))
    assert recording.sequence == len(numbers)


@given(stories(OF_A_CHANNEL))
def test_a_stream_begins_and_ends_by_turns_and_has_ended_at_the_goodbye(story: Story) -> None:
    recording, events = story.play_out()
    states: dict[tuple[int | None, int, Medium], list[bool]] = defaultdict(list)
    for event in told(events, StreamChanged):
        states[event.recorder, event.uid, event.medium].append(event.receiving)

    last = recording.uid if recording.server else None
    for (recorder, _, _), turns in states.items():
        died = recorder != last or recording.ending is Ending.SERVER_LOST or dead(events)
        assert turns == ([True, False] * len(turns))[: len(turns)]
        assert not turns[-1] or died


def dead(events: tuple[Event, ...]) -> bool:
    """Whether it ended with its server gone, and no other there."""
    return len(told(events, ServerLost)) > len(told(events, FailedOver))


@given(stories(st.just(Mode.WEB)))
def test_a_push_is_told_of_only_when_it_changes(story: Story) -> None:
    states: dict[tuple[int | None, str], list[str]] = defaultdict(list)
    for event in told(story.play_out()[1], OutputChanged):
        states[event.recorder, event.url].append(event.state)

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


# Law 7: a query changes nothing.


@given(tasks(), LOOKS)
def test_a_query_changes_nothing(task: Task, looks: list[int]) -> None:
    world, acquired, _ = World(APP_ID, 0, EPOCH).obey(Acquire(task.cname, task.uid), EPOCH)
    assert isinstance(acquired, Acquired)
    order = replace(task, resource_id=acquired.resource.id)
    world, accepted, _ = world.obey(Start(order.resource_id, order), EPOCH)
    assert isinstance(accepted, Accepted)
    query = Query(Session(order.resource_id, accepted.task.sid, order.mode))

    asked, left_alone = world, world
    for look in sorted(looks):
        asked, _, told_beside = asked.obey(query, look)
        left_alone, told_alone = left_alone.pass_time(look)
        assert (asked, told_beside) == (left_alone, told_alone)
