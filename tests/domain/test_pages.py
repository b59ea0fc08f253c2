"""What becomes of the page of a web recording, and of the recording with it."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.changes import Felt, SetPage
from mockrec.domain.channel import User
from mockrec.domain.conditions import FAIR, PageFate
from mockrec.domain.moments import HOUR, MINUTE
from mockrec.domain.notices import (
    CapabilityLimited,
    Limit,
    Mishap,
    Notice,
    OutputChanged,
    PageReloaded,
    RecordingFailed,
    SessionExited,
    SliceStarted,
    Uploaded,
    WebStarted,
    WebStopped,
)
from mockrec.domain.recording import Ending, Status
from mockrec.domain.signals import (
    ChangeHold,
    CrashPage,
    LoseServer,
    ReloadPage,
    SawConditions,
    StopRecording,
)
from mockrec.domain.streams import Track
from mockrec.domain.task import Task
from tests.domain.studio import CNAME, EPOCH, MIX, PAGE, PAGE_LOADED, UNDER_WAY, WEB, Studio, Take

PATIENT: Final = replace(WEB, page=replace(PAGE, ready_timeout=10_000))
HELD: Final = replace(WEB, page=replace(PAGE, on_hold=True))
LIMITS: Final = pytest.mark.parametrize(
    ("fate", "limit"),
    [
        (PageFate.RESOLUTION, Limit.RESOLUTION),
        (PageFate.WEBGL, Limit.WEBGL),
        (PageFate.BANDWIDTH, Limit.BANDWIDTH),
    ],
)
NEVER: Final = pytest.mark.parametrize(
    ("fate", "ending"),
    [
        (PageFate.FAILS, Ending.PAGE_FAILED),
        (PageFate.ENGINE_FAILS, Ending.ENGINE_FAILED),
    ],
)


def fares(fate: PageFate) -> SawConditions:
    """The signal that pages fare like this."""
    return SawConditions(FAIR.with_page(None, fate))


def with_page(fate: PageFate, task: Task = WEB) -> Take:
    """A web recording whose page fares like this from the beginning."""
    return Take(task).at(0, fares(fate))


def web_notices(take: Take) -> list[tuple[int, str]]:
    """What was told of the page and of the end, and when."""
    kinds = (WebStarted, WebStopped, CapabilityLimited, PageReloaded, Uploaded, SessionExited)
    return [
        (event.at - EPOCH, type(event).__name__)
        for event in take.told(Notice)
        if isinstance(event, kinds)
    ]


# A page that cannot be opened.


@NEVER
def test_a_page_that_cannot_be_opened_ends_its_recording(fate: PageFate, ending: Ending) -> None:
    take = with_page(fate).until(MINUTE)

    assert web_notices(take) == [(PAGE_LOADED, "WebStopped"), (PAGE_LOADED + 400, "SessionExited")]
    assert take.told(WebStopped)[0].ending is ending
    assert take.told(SessionExited)[0].abnormal
    assert take.recording.status is Status.FAILED
    assert not take.told(RecordingFailed)


@NEVER
def test_an_open_page_stays_open_whatever_becomes_of_others(fate: PageFate, ending: Ending) -> None:
    take = Take(WEB).at(UNDER_WAY, fares(fate)).until(MINUTE)
    assert take.recording.ending is None

    take.at(MINUTE, ReloadPage())

    assert take.recording.ending is ending


def test_a_page_that_cannot_be_opened_on_the_other_server_ends_its_recording() -> None:
    take = Take(WEB).at(UNDER_WAY, fares(PageFate.FAILS)).at(UNDER_WAY, LoseServer())

    assert take.until(5 * MINUTE).when(WebStopped) == [UNDER_WAY + 30_000]


# A page that never says that it is ready.


def test_a_page_that_is_not_ready_in_time_is_loaded_anew_and_then_given_up() -> None:
    take = with_page(PageFate.TIMES_OUT, PATIENT).until(MINUTE)

    assert web_notices(take) == [
        (PAGE_LOADED + 10_000, "PageReloaded"),
        (PAGE_LOADED + 20_000, "WebStopped"),
        (PAGE_LOADED + 20_400, "SessionExited"),
    ]
    assert take.told(PageReloaded)[0].reason is Mishap.TIMEOUT
    assert take.told(WebStopped)[0].ending is Ending.PAGE_TIMEOUT
    assert not take.told(SessionExited)[0].abnormal
    assert take.recording.status is Status.EXITED


def test_without_a_ready_timeout_nobody_notices() -> None:
    take = with_page(PageFate.TIMES_OUT).until(UNDER_WAY)

    assert web_notices(take) == [(PAGE_LOADED, "WebStarted")]


@pytest.mark.parametrize("at", [PAGE_LOADED + 1, PAGE_LOADED + 15_000])
def test_a_page_that_gets_ready_late_is_recorded_from_then_on(at: int) -> None:
    take = with_page(PageFate.TIMES_OUT, PATIENT).at(at, fares(PageFate.LOADS)).until(5 * MINUTE)

    assert take.when(WebStarted) == [at]
    assert take.spans(0, Track.BOTH)[0][0] == at
    assert len(take.told(PageReloaded)) == int(at > PAGE_LOADED + 10_000)
    assert take.recording.ending is None


def test_a_page_that_is_waited_for_may_turn_out_not_to_open() -> None:
    take = with_page(PageFate.TIMES_OUT, PATIENT).at(6_000, fares(PageFate.FAILS))

    assert take.recording.ending is Ending.PAGE_FAILED


def test_a_page_is_waited_for_as_long_as_nothing_changes_about_it() -> None:
    same = fares(PageFate.TIMES_OUT)

    take = with_page(PageFate.TIMES_OUT, PATIENT).at(6_000, same).until(MINUTE)

    assert take.when(WebStopped) == [PAGE_LOADED + 20_000]


def test_who_stops_while_the_page_is_waited_for_has_nothing() -> None:
    take = with_page(PageFate.TIMES_OUT, PATIENT).stop(8_000)

    assert not take.told(PageReloaded)
    assert not take.recording.recorded


# A page that asks for too much.


@LIMITS
def test_a_page_that_asks_for_too_much_is_told_of_and_stopped(fate: PageFate, limit: Limit) -> None:
    take = Take(WEB).at(UNDER_WAY, fares(fate)).until(MINUTE)

    assert web_notices(take) == [
        (PAGE_LOADED, "WebStarted"),
        (UNDER_WAY, "CapabilityLimited"),
        (UNDER_WAY + 800, "WebStopped"),
        (UNDER_WAY + 1_200, "Uploaded"),
        (UNDER_WAY + 1_200, "SessionExited"),
    ]
    assert take.told(CapabilityLimited)[0].limit is limit
    assert take.told(WebStopped)[0].ending is Ending.PAGE_LIMITED
    assert take.told(SessionExited)[0].abnormal


@LIMITS
def test_a_page_that_asks_for_too_much_at_once_is_opened_first(
    fate: PageFate, limit: Limit
) -> None:
    take = with_page(fate).until(MINUTE)

    assert web_notices(take)[:2] == [
        (PAGE_LOADED, "WebStarted"),
        (PAGE_LOADED, "CapabilityLimited"),
    ]
    assert take.told(CapabilityLimited)[0].limit is limit


# A page that falls silent, or goes down.


def test_a_silent_page_is_loaded_anew_and_goes_on_in_a_fresh_slice() -> None:
    take = Take(WEB).at(UNDER_WAY, ReloadPage()).until(MINUTE)

    assert [(event.at - EPOCH, event.reason) for event in take.told(PageReloaded)] == [
        (UNDER_WAY, Mishap.SILENCE)
    ]
    assert take.spans(0, Track.BOTH)[1:3] == [(20_000, UNDER_WAY), (UNDER_WAY, UNDER_WAY + 15_000)]
    assert [piece.fresh for piece in take.cut(0, Track.BOTH)] == [True, False, True, False]
    assert len(take.told(WebStarted)) == 1


def test_a_page_on_hold_is_loaded_anew_and_stays_on_hold() -> None:
    take = Take(HELD).at(UNDER_WAY, ReloadPage()).at(MINUTE, ChangeHold(False)).until(2 * MINUTE)

    assert take.when(PageReloaded) == [UNDER_WAY]
    assert take.spans(0, Track.BOTH)[0][0] == MINUTE


def test_a_page_that_crashes_takes_its_recording_along() -> None:
    pushed = replace(WEB, outputs=("rtmp://a",))
    take = Take(pushed).at(UNDER_WAY, CrashPage()).until(MINUTE)

    assert take.told(WebStopped)[0].ending is Ending.PAGE_CRASHED
    assert take.told(SessionExited)[0].abnormal
    assert take.told(Uploaded)
    assert len(take.told(OutputChanged)) == 2


@pytest.mark.parametrize("blow", [ReloadPage(), CrashPage()])
@pytest.mark.parametrize("at", [0, PAGE_LOADED - 1])
def test_a_page_that_is_not_open_neither_reloads_nor_crashes(
    blow: ReloadPage | CrashPage, at: int
) -> None:
    take = Take(WEB).at(at, blow).until(UNDER_WAY)

    assert not take.told(PageReloaded)
    assert take.recording.ending is None


@pytest.mark.parametrize("blow", [ReloadPage(), CrashPage(), fares(PageFate.WEBGL)])
def test_nothing_befalls_a_page_that_is_being_closed(
    blow: ReloadPage | CrashPage | SawConditions,
) -> None:
    take = Take(WEB).at(UNDER_WAY, StopRecording()).at(UNDER_WAY, blow).until(MINUTE)

    assert take.told(WebStopped)[0].ending is Ending.STOPPED
    assert not take.told(PageReloaded)
    assert not take.told(CapabilityLimited)


@pytest.mark.parametrize("blow", [ReloadPage(), CrashPage(), fares(PageFate.WEBGL)])
def test_a_recording_of_a_channel_has_no_page(
    blow: ReloadPage | CrashPage | SawConditions,
) -> None:
    take = Take(MIX, User(1)).at(UNDER_WAY, blow).until(MINUTE)

    assert take.recording.ending is None
    assert len(take.told(SliceStarted)) == 1


# Whose pages.


def test_pages_fare_by_channel_and_later_ones_fare_alike(studio: Studio) -> None:
    here, there = studio.record(WEB), studio.record(WEB, cname="hall")
    assert studio.do(SetPage(PageFate.FAILS, CNAME)) == Felt()
    studio.jump(PAGE_LOADED)
    assert studio.recording(here).ending is Ending.PAGE_FAILED
    assert studio.recording(there).ending is None

    later = studio.record(WEB, uid=92)
    studio.jump(PAGE_LOADED)
    assert studio.recording(later).ending is Ending.PAGE_FAILED

    studio.do(SetPage(PageFate.LOADS))
    mended = studio.record(WEB, uid=93)
    studio.jump(PAGE_LOADED)
    assert studio.recording(mended).ending is None


def test_what_befalls_open_pages_does_not_befall_later_ones(studio: Studio) -> None:
    here, there = studio.record(WEB), studio.record(WEB, cname="hall")
    studio.jump(UNDER_WAY)

    assert studio.do(SetPage(PageFate.RELOADS)) == Felt((here.sid, there.sid))
    assert studio.do(SetPage(PageFate.CRASHES, CNAME)) == Felt((here.sid,))
    later = studio.record(WEB, uid=92)
    studio.jump(2 * HOUR)

    assert studio.recording(later).ending is None
    assert len(studio.told(PageReloaded)) == 2
