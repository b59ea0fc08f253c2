"""A web page is recorded, put on hold, and pushed elsewhere."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.commands import Update
from mockrec.domain.events import SliceCut
from mockrec.domain.notices import OutputChanged, SliceStarted, WebStarted, WebStopped
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import ChangeHold, ChangeOutputs
from mockrec.domain.streams import Track
from tests.domain.studio import (
    EPOCH,
    PAGE,
    PAGE_LOADED,
    UNDER_WAY,
    WEB,
    Studio,
    Take,
    accepted,
    said,
)

HOLD: Final = ChangeHold(True)
RESUME: Final = ChangeHold(False)
ON_HOLD: Final = replace(WEB, page=replace(PAGE, on_hold=True))

A, B, C = (f"rtmp://cdn.example/live/{name}" for name in "abc")
PUSHED: Final = replace(WEB, outputs=(A,))


def pushes(take: Take) -> list[tuple[int, str, str]]:
    """What was told of the pushes: when, where to, and how they fare."""
    return [
        (event.at - EPOCH, event.url[-1], str(event.state)) for event in take.told(OutputChanged)
    ]


def spans(take: Take) -> list[tuple[int, int]]:
    return take.spans(0, Track.BOTH)


# On hold.


def test_a_page_is_recorded_from_the_moment_it_is_loaded() -> None:
    take = Take(WEB).stop(UNDER_WAY)

    assert take.when(WebStarted) == [PAGE_LOADED]
    assert spans(take) == [(5_000, 20_000), (20_000, 30_000)]
    assert take.recording.began == EPOCH + PAGE_LOADED


def test_a_hold_cuts_the_slice_and_a_resumption_begins_afresh() -> None:
    take = Take(WEB).at(10_000, HOLD).at(50_000, RESUME).stop(60_000)

    assert spans(take) == [(5_000, 10_000), (50_000, 60_000)]
    first, second = take.cut(0, Track.BOTH)
    assert (first.fresh, second.fresh) == (True, True)
    assert (second.number, second.discontinued) == (1, EPOCH + 10_000)
    assert take.told(SliceStarted) == []


def test_a_page_on_hold_from_the_start_is_loaded_but_not_recorded() -> None:
    take = Take(ON_HOLD).until(60_000)

    assert take.when(WebStarted) == [PAGE_LOADED]
    assert take.recording.status is Status.READY
    assert take.told(SliceCut) == []
    assert take.recording.began is None


def test_a_page_on_hold_from_the_start_is_recorded_from_its_resumption() -> None:
    take = Take(ON_HOLD).at(20_000, RESUME).stop(UNDER_WAY)

    assert spans(take) == [(20_000, 30_000)]
    assert take.recording.began == EPOCH + 20_000


def test_a_hold_before_the_page_is_loaded_holds() -> None:
    assert Take(WEB).at(1_000, HOLD).stop(UNDER_WAY).told(SliceCut) == []


def test_a_resumption_before_the_page_is_loaded_lets_it_be_recorded() -> None:
    assert spans(Take(ON_HOLD).at(1_000, RESUME).stop(10_000)) == [(5_000, 10_000)]


@pytest.mark.parametrize(
    ("once", "again"), [(HOLD, 12_000), (RESUME, 12_000)], ids=["hold", "resume"]
)
def test_the_same_order_twice_changes_nothing(once: ChangeHold, again: int) -> None:
    told_once = Take(WEB).at(10_000, once).stop(UNDER_WAY)
    told_twice = Take(WEB).at(10_000, once).at(again, once).stop(UNDER_WAY)

    assert told_twice.events == told_once.events


def test_a_recording_that_was_on_hold_all_along_has_no_data(studio: Studio) -> None:
    session = studio.record(ON_HOLD)
    studio.jump(UNDER_WAY)

    assert said(studio.stop(session)).now == "206/435 no recorded data"


def test_a_page_that_never_loaded_is_stopped_though_it_never_started() -> None:
    take = Take(WEB).stop(PAGE_LOADED - 1)

    assert take.notices() == ["UploaderStarted", "WebStopped", "SessionExited"]
    (stopped,) = take.told(WebStopped)
    assert (stopped.ending, stopped.files) == (Ending.STOPPED, ())


# Pushes.


def test_a_push_connects_when_the_page_is_loaded_and_publishes_soon_after() -> None:
    take = Take(PUSHED).until(UNDER_WAY)

    assert pushes(take) == [(5_000, "a", "connecting"), (6_000, "a", "publishing")]


def test_without_the_push_service_nothing_is_told_of_pushes() -> None:
    assert pushes(Take(WEB).at(10_000, HOLD).stop(UNDER_WAY)) == []


def test_a_hold_and_a_resumption_are_told_of_every_push() -> None:
    take = (
        Take(replace(PUSHED, outputs=(B, A))).at(10_000, HOLD).at(20_000, RESUME).until(UNDER_WAY)
    )

    assert pushes(take)[4:] == [
        (10_000, "a", "onhold"),
        (10_000, "b", "onhold"),
        (20_000, "a", "publishing"),
        (20_000, "b", "publishing"),
    ]


def test_a_push_that_connects_while_on_hold_waits() -> None:
    take = Take(PUSHED).at(5_500, HOLD).at(20_000, RESUME).until(UNDER_WAY)

    assert pushes(take) == [
        (5_000, "a", "connecting"),
        (6_000, "a", "onhold"),
        (20_000, "a", "publishing"),
    ]


def test_a_page_on_hold_from_the_start_has_its_push_on_hold() -> None:
    take = Take(replace(PUSHED, page=ON_HOLD.page)).until(UNDER_WAY)

    assert pushes(take) == [(5_000, "a", "connecting"), (6_000, "a", "onhold")]


def test_new_addresses_replace_the_old_and_what_is_in_both_goes_on() -> None:
    take = Take(replace(PUSHED, outputs=(A, B))).at(20_000, ChangeOutputs((B, C))).until(UNDER_WAY)

    assert pushes(take)[4:] == [
        (20_000, "a", "disconnected"),
        (20_000, "c", "connecting"),
        (21_000, "c", "publishing"),
    ]
    assert {url: str(state) for url, state in take.recording.outputs.items()} == {
        B: "publishing",
        C: "publishing",
    }


def test_an_address_that_is_taken_back_while_connecting_never_publishes() -> None:
    take = Take(PUSHED).at(5_500, ChangeOutputs(())).until(UNDER_WAY)

    assert pushes(take) == [(5_000, "a", "connecting"), (5_500, "a", "disconnected")]
    assert not take.recording.outputs


def test_an_address_that_comes_back_connects_anew() -> None:
    take = Take(PUSHED).at(10_000, ChangeOutputs(())).at(20_000, ChangeOutputs((A,)))

    assert pushes(take.until(UNDER_WAY))[2:] == [
        (10_000, "a", "disconnected"),
        (20_000, "a", "connecting"),
        (21_000, "a", "publishing"),
    ]


def test_addresses_that_are_updated_before_the_page_is_loaded_stay_updated() -> None:
    take = Take(PUSHED).at(2_000, ChangeOutputs((B,))).until(UNDER_WAY)

    assert set(take.recording.outputs) == {B}


def test_a_push_does_not_touch_the_slices() -> None:
    pushed = Take(PUSHED).at(20_000, ChangeOutputs((B, C))).stop(UNDER_WAY)

    assert pushed.told(SliceCut) == Take(WEB).stop(UNDER_WAY).told(SliceCut)


def test_an_update_carries_hold_and_addresses_to_the_recording(studio: Studio) -> None:
    session = studio.record(PUSHED)
    studio.jump(10_000)

    accepted(studio.do(Update(session, on_hold=True, outputs=(A, B))))

    recording = studio.recording(session)
    assert recording.on_hold
    assert {url: str(state) for url, state in recording.outputs.items()} == {
        A: "onhold",
        B: "connecting",
    }
