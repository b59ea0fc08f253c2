"""RTMP pushes break off, are tried again, given up, and come back; the recording goes on."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.changes import BreakOutput, Felt
from mockrec.domain.conditions import FAIR
from mockrec.domain.moments import MINUTE
from mockrec.domain.notices import OutputChanged
from mockrec.domain.signals import ChangeHold, ChangeOutputs, LoseServer, SawConditions
from tests.domain.studio import EPOCH, PAGE_LOADED, UNDER_WAY, WEB, Studio, Take

URL: Final = "rtmp://a"
OTHER: Final = "rtmp://b"
PUSHED: Final = replace(WEB, outputs=(URL,))
ATTEMPT: Final = 6_000
"""From one failure to the next: 5 s until it is tried again, 1 s until that has failed."""


def takes_nothing(*, broken: bool = True, url: str | None = None) -> SawConditions:
    """The signal that an address, or every one, is out of order, or no longer."""
    return SawConditions(FAIR.with_output(url, broken=broken))


def states(take: Take, since: int = 0, url: str = URL) -> list[tuple[int, str]]:
    """Which states a push was told to have, and when."""
    told = [event for event in take.told(OutputChanged) if event.url == url]
    return [(event.at - EPOCH, str(event.state)) for event in told if event.at >= EPOCH + since]


def failing(since: int, retries: int) -> list[tuple[int, str]]:
    """A push that is disconnected, and so often tried again in vain."""
    again = [
        (since + ATTEMPT * count + offset, state)
        for count in range(retries)
        for offset, state in ((5_000, "connecting"), (6_000, "disconnected"))
    ]
    return [(since, "disconnected"), *again]


def test_a_push_that_breaks_off_is_tried_again_three_times_and_given_up() -> None:
    take = Take(PUSHED).at(UNDER_WAY, takes_nothing()).until(5 * MINUTE)

    assert states(take, UNDER_WAY) == failing(UNDER_WAY, 3)
    assert take.recording.ending is None
    assert take.recording.cut == 19


def test_a_push_that_never_comes_about_fares_alike() -> None:
    take = Take(PUSHED).at(0, takes_nothing()).until(5 * MINUTE)

    assert states(take) == [(PAGE_LOADED, "connecting"), *failing(PAGE_LOADED + 1_000, 3)]


@pytest.mark.parametrize("after", [1, ATTEMPT + 1, 3 * MINUTE])
def test_a_push_comes_back_when_its_address_is_in_order_again(after: int) -> None:
    take = Take(PUSHED).at(UNDER_WAY, takes_nothing())
    mended = UNDER_WAY + after

    take.at(mended, takes_nothing(broken=False)).until(mended + MINUTE)

    assert states(take, mended) == [(mended, "connecting"), (mended + 1_000, "publishing")]


def test_an_attempt_that_is_under_way_succeeds_when_the_address_is_in_order_again() -> None:
    take = Take(PUSHED).at(UNDER_WAY, takes_nothing())

    take.at(UNDER_WAY + 5_500, takes_nothing(broken=False)).until(2 * MINUTE)

    assert states(take, UNDER_WAY + 5_500) == [(UNDER_WAY + ATTEMPT, "publishing")]


def test_a_push_that_came_back_is_tried_again_as_often_as_before() -> None:
    take = Take(PUSHED).at(UNDER_WAY, takes_nothing()).until(UNDER_WAY + ATTEMPT)
    take.at(MINUTE, takes_nothing(broken=False)).at(2 * MINUTE, takes_nothing())

    assert states(take.until(5 * MINUTE), 2 * MINUTE) == failing(2 * MINUTE, 3)


def test_a_push_on_hold_breaks_off_too_and_comes_back_on_hold() -> None:
    take = Take(PUSHED).at(10_000, ChangeHold(True)).at(UNDER_WAY, takes_nothing())
    take.at(UNDER_WAY + 1, takes_nothing(broken=False)).until(MINUTE)

    assert [state for _, state in states(take, UNDER_WAY)] == [
        *("disconnected", "connecting", "onhold"),
    ]


def test_holding_and_resuming_does_not_wake_a_push_that_broke_off() -> None:
    take = Take(PUSHED).at(UNDER_WAY, takes_nothing()).until(2 * MINUTE)

    take.at(3 * MINUTE, ChangeHold(True)).at(4 * MINUTE, ChangeHold(False)).until(5 * MINUTE)

    assert states(take, 2 * MINUTE) == []


@pytest.mark.parametrize("after", [1, 5_500, 3 * MINUTE])
def test_a_push_that_broke_off_is_forgotten_when_another_is_ordered(after: int) -> None:
    take = Take(PUSHED).at(UNDER_WAY, takes_nothing(url=URL))

    take.at(UNDER_WAY + after, ChangeOutputs((OTHER,))).until(10 * MINUTE)

    assert states(take)[-1][1] == "disconnected"
    assert states(take, UNDER_WAY + after + 1) == []
    assert states(take, url=OTHER)[-1] == (UNDER_WAY + after + 1_000, "publishing")
    assert set(take.recording.outputs) == {OTHER}


def test_an_address_that_is_ordered_again_begins_anew() -> None:
    take = Take(PUSHED).at(UNDER_WAY, takes_nothing()).at(UNDER_WAY, ChangeOutputs(()))

    take.at(MINUTE, ChangeOutputs((URL,))).until(5 * MINUTE)

    assert states(take, MINUTE) == [(MINUTE, "connecting"), *failing(MINUTE + 1_000, 3)]


def test_another_server_tries_it_from_the_beginning() -> None:
    take = Take(PUSHED).at(UNDER_WAY, takes_nothing()).at(UNDER_WAY + 1, LoseServer())
    back = UNDER_WAY + 1 + 30_000

    assert states(take.until(5 * MINUTE), UNDER_WAY + 1) == [
        (back, "connecting"),
        *failing(back + 1_000, 3),
    ]


def test_a_stop_ends_all_attempts() -> None:
    take = Take(PUSHED).at(UNDER_WAY, takes_nothing()).stop(UNDER_WAY + 1)

    assert states(take, UNDER_WAY + 1) == []


def test_addresses_break_one_by_one(studio: Studio) -> None:
    one = studio.record(PUSHED)
    other = studio.record(replace(WEB, outputs=(OTHER,)), uid=92)
    studio.jump(UNDER_WAY)

    assert studio.do(BreakOutput(URL)) == Felt((one.sid,))
    assert studio.do(BreakOutput()) == Felt((other.sid,))
    assert studio.do(BreakOutput(URL, broken=False)) == Felt((one.sid,))
    assert studio.do(BreakOutput(broken=False)) == Felt((other.sid,))
