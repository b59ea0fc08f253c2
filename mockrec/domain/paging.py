"""The page of a web recording: opened, waited for, loaded anew, and given up.

A page that cannot be opened, or asks for too much, is the end of its recording; one that never says
that it is ready is loaded once more before (docs/protocol.md#page).
"""

from __future__ import annotations

from typing import Final

from mockrec.domain.capture import capture_anew, capture_page
from mockrec.domain.conditions import PageFate
from mockrec.domain.lifecycle import end, turn
from mockrec.domain.moments import HOUR, Millis
from mockrec.domain.notices import CapabilityLimited, Limit, Mishap, PageReloaded, WebStarted
from mockrec.domain.promises import LosePatience, ReachMaxHours
from mockrec.domain.pushing import push_to
from mockrec.domain.recording import Ending, Recording, Status
from mockrec.domain.values import replace

_CANNOT_OPEN: Final = {
    PageFate.FAILS: Ending.PAGE_FAILED,
    PageFate.ENGINE_FAILS: Ending.ENGINE_FAILED,
}
_TOO_MUCH: Final = {
    PageFate.RESOLUTION: Limit.RESOLUTION,
    PageFate.WEBGL: Limit.WEBGL,
    PageFate.BANDWIDTH: Limit.BANDWIDTH,
}


def open_page(recording: Recording) -> Recording:
    """The page is opened, with whatever becomes of it."""
    fate, patience = _fate(recording), _patience(recording)
    if fate in _CANNOT_OPEN:
        return end(recording, _CANNOT_OPEN[fate])
    if fate is PageFate.TIMES_OUT and patience:
        return recording.later(patience, LosePatience())
    return _weighed(_loaded(recording))


def lose_patience(recording: Recording, *, again: bool) -> Recording:
    """The page did not get ready in time: it is loaded anew, once."""
    if again:
        return end(recording, Ending.PAGE_TIMEOUT)
    recording = recording.announce(PageReloaded, reason=Mishap.TIMEOUT)
    return recording.later(_patience(recording), LosePatience(again=True))


def reload_page(recording: Recording) -> Recording:
    """An open page falls silent and is loaded anew; what is captured goes on in a fresh slice."""
    if not recording.page_open:
        return recording
    recording = recording.announce(PageReloaded, reason=Mishap.SILENCE)
    fate = _fate(recording)
    if fate in _CANNOT_OPEN:
        return end(recording, _CANNOT_OPEN[fate])
    return capture_anew(recording)


def crash_page(recording: Recording) -> Recording:
    """An open page goes down."""
    return end(recording, Ending.PAGE_CRASHED) if recording.page_open else recording


def look_at_page(recording: Recording) -> Recording:
    """The conditions have changed: a page that is waited for may load, an open one be too much."""
    waits = (LosePatience(), LosePatience(again=True))
    waiting = any(timer.cause in waits for timer in recording.agenda)
    if waiting and _fate(recording) is not PageFate.TIMES_OUT:
        return open_page(recording.without(*waits))
    return _weighed(recording)


def _loaded(recording: Recording) -> Recording:
    """Ready, and recorded from here on unless it is on hold."""
    page = recording.task.page
    recording = replace(recording, joined=True, capturing=True).announce(WebStarted)
    recording = turn(recording, Status.READY, "the page is loaded")
    if page is not None and not any(one.cause == ReachMaxHours() for one in recording.agenda):
        recording = recording.later(page.max_hours * HOUR, ReachMaxHours())
    recording = push_to(recording, recording.push_urls)
    return capture_page(recording)


def _weighed(recording: Recording) -> Recording:
    """An open page that asks for too much ends its recording."""
    limit = _TOO_MUCH.get(_fate(recording))
    if limit is None or not recording.page_open:
        return recording
    return end(recording.announce(CapabilityLimited, limit=limit), Ending.PAGE_LIMITED)


def _fate(recording: Recording) -> PageFate:
    return recording.conditions.page(recording.task.cname)


def _patience(recording: Recording) -> Millis:
    page = recording.task.page
    return page.ready_timeout if page else 0
