"""Laws of the outbox: once, in time, no more often than allowed, and the same every time."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.delivery import Delivered, GivenUp, Heard, Posted
from mockrec.domain.notices import Notice
from tests.notify.outside import EPOCH, SCRIPTS, Play, Reaction, Script

MOMENTS = st.integers(0, 60_000)
STUBBORN = Script((0, 2_000, 5_000), (Reaction(problem="answered 500"),) * 100, (20_000,))


@given(SCRIPTS)
def test_every_notice_is_posted_and_then_delivered_or_given_up_once(script: Script) -> None:
    play = Play(script).until()

    notices = [one for one in play.outgoing if isinstance(one.event, Notice)]
    assert len(play.ids) == len(notices) > 0
    for notice_id in play.ids:
        *attempts, end = play.of(notice_id)
        assert isinstance(end, Delivered | GivenUp)
        assert attempts
        assert all(isinstance(one, Posted) for one in attempts)
    assert not play.world.outbox


@given(SCRIPTS)
def test_it_is_tried_no_more_often_than_allowed(script: Script) -> None:
    play = Play(script).until()

    for notice_id in play.ids:
        *attempts, end = play.of(notice_id)
        numbers = [one.attempt for one in attempts if isinstance(one, Posted)]
        assert numbers == list(range(1, len(attempts) + 1))
        assert not isinstance(end, Posted)
        assert end.attempts == len(attempts) <= 1 + len(script.retry)
        if isinstance(end, GivenUp):
            assert len(attempts) == 1 + len(script.retry)


@given(SCRIPTS)
def test_an_attempt_follows_the_failure_before_it_by_its_gap(script: Script) -> None:
    play = Play(script).until()
    reactions = dict(enumerate(script.reactions))

    failed = {
        (posted.id, posted.attempt): posted.at + reactions.get(number, Reaction()).after
        for number, posted in enumerate(play.posted)
    }
    for posted in play.posted:
        if posted.attempt == 1:
            assert posted.at == posted.notice.at
        else:
            gap = script.retry[posted.attempt - 2]
            assert posted.at == failed[posted.id, posted.attempt - 1] + gap


@given(SCRIPTS)
def test_the_outcome_is_what_the_last_attempt_was_answered(script: Script) -> None:
    play = Play(script).until()
    problems = {(one.id, one.attempt): one.problem for one in play.heard}

    for notice_id in play.ids:
        *_, end = play.of(notice_id)
        assert not isinstance(end, Posted)
        problem = problems[notice_id, end.attempts]
        assert isinstance(end, GivenUp) == bool(problem)
        if isinstance(end, GivenUp):
            assert end.why == problem


@given(SCRIPTS)
def test_the_same_script_comes_to_the_same_bytes_and_the_same_journal(script: Script) -> None:
    one, other = Play(script).until(), Play(script).until()

    assert one.sent == other.sent
    assert one.journal == other.journal
    assert one.world == other.world


@given(SCRIPTS, st.lists(MOMENTS, max_size=5))
def test_passing_time_in_steps_comes_to_the_same_as_in_one(
    script: Script, looks: list[int]
) -> None:
    straight, looking = Play(script).until(), Play(script).until(looks=looks)

    assert straight.sent == looking.sent
    assert straight.outgoing == looking.outgoing
    assert straight.world == looking.world


@given(SCRIPTS, MOMENTS, st.integers(0, 20), st.sampled_from(["", "answered 500"]))
def test_an_echo_of_what_nobody_posted_changes_nothing(
    script: Script, moment: int, attempt: int, problem: str
) -> None:
    play = Play(script).until(moment)
    world, told = play.world, len(play.outgoing)

    play.hear(Heard("f" * 32, attempt, problem))

    assert play.world == world
    assert len(play.outgoing) == told


@given(st.integers(0, 9_000), st.integers(1, 9_000), st.data())
def test_an_echo_of_another_attempt_changes_nothing(
    after: int, gap: int, data: st.DataObject
) -> None:
    """Whether the attempt is on its way, or has failed and waits for the next."""
    refusing = (Reaction(after, "answered 500"),) * 100
    moment = 800 + data.draw(st.integers(0, after + gap - 1))
    play = Play(Script((gap, gap), refusing, (20_000,))).until(moment)
    waiting = data.draw(st.sampled_from(sorted(play.world.outbox)))
    now = play.world.outbox[waiting].attempts
    attempt = data.draw(st.integers(-1, 6).filter(lambda number: number != now))
    world, told = play.world, len(play.outgoing)

    play.hear(Heard(waiting, attempt, data.draw(st.sampled_from(["", "answered 500"]))))

    assert play.world == world
    assert len(play.outgoing) == told


@given(SCRIPTS, st.data())
def test_an_echo_of_what_is_done_with_changes_nothing(script: Script, data: st.DataObject) -> None:
    play = Play(script).until()
    world, told = play.world, len(play.outgoing)

    play.hear(Heard(data.draw(st.sampled_from(play.ids)), data.draw(st.integers(1, 5)), "late"))

    assert play.world == world
    assert len(play.outgoing) == told


@pytest.mark.parametrize("problem", ["", "answered 500"])
def test_an_echo_that_is_heard_twice_counts_once(problem: str) -> None:
    play = Play(STUBBORN).until(1_000)
    (waiting,) = play.world.outbox.values()
    world, told = play.world, len(play.outgoing)

    play.hear(Heard(waiting.id, waiting.attempts, problem))

    assert play.world == world
    assert len(play.outgoing) == told


@given(SCRIPTS)
def test_every_notice_of_a_recording_has_a_number_of_its_own(script: Script) -> None:
    play = Play(script).until()

    numbers: Counter[tuple[str, int]] = Counter()
    for one in play.outgoing:
        if isinstance(one.event, Posted) and one.event.attempt == 1:
            numbers[one.task.sid, one.event.notice.sequence] += 1
    assert set(numbers.values()) == {1}
    for sid in {sid for sid, _ in numbers}:
        ours = sorted(number for known, number in numbers if known == sid)
        assert ours == list(range(len(ours)))


def test_the_gaps_are_those_of_the_service() -> None:
    play = Play(STUBBORN).until()

    first = play.posted[0].id
    moments = [one.at - EPOCH for one in play.posted if one.id == first]
    assert moments == [800, 800, 2_800, 7_800]
