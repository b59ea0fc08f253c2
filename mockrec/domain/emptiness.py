"""Why a recording has nothing to show for itself: the first thing that was missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.moments import spell
from mockrec.domain.recording import Status
from mockrec.domain.task import Mode

if TYPE_CHECKING:
    from mockrec.domain.moments import Millis
    from mockrec.domain.recording import Recording


def why_empty(recording: Recording) -> str:
    """The cause, of a recording that has ended without a file, as a person would tell it."""
    if recording.refusal:
        return recording.refusal
    if recording.server:
        return "the server died before anything was cut, and the next has cut nothing"
    if recording.task.mode is Mode.WEB:
        return _why_no_page(recording)
    timing = recording.task.timing
    if not recording.joined:
        return _too_early(recording, "the recorder had not joined", timing.recorder_ready)
    if not recording.capturing:
        return _too_early(recording, "no media had come in", timing.first_media)
    if recording.began is None:
        return _why_nobody(recording)
    if not recording.task.records:
        every = spell(recording.task.snapshot_every or 0)
        return f"no picture was taken: nobody's video was there for the interval of {every}"
    return "the media came in at the moment of the end: no slice would have any length"


def _why_no_page(recording: Recording) -> str:
    if not recording.joined:
        loading = recording.task.timing.web_ready
        return _too_early(recording, "the page had not loaded", loading)
    if recording.began is None:
        return "the page was on hold from the beginning"
    return "the page was loaded at the moment of the end: no slice would have any length"


def _why_nobody(recording: Recording) -> str:
    users = recording.users.values()
    if not users:
        return "nobody was in the channel, or nobody who sent anything"
    if not any(user.sends(medium) for user in users for medium in user.publishes):
        return "nobody in the channel sent anything"
    return "nobody sent what is subscribed to"


def _too_early(recording: Recording, what: str, takes: Millis) -> str:
    end = next(turn.at for turn in recording.history if turn.status >= Status.STOP_REQUESTED)
    after = end - recording.task.started
    usual = f", which takes {spell(takes)}" if after < takes else ""
    return f"stopped {spell(after)} after the start: {what} yet{usual}"
