"""A server dies, and another takes over: under a new uid, with files of its own.

The recorder dies without a word, and what it had not cut is lost; files that were cut are still
brought. No call finds the recording until another server has it (docs/protocol.md#fail-over).
"""

from __future__ import annotations

from typing import Final

import immutables

from mockrec.domain.events import ServerLost
from mockrec.domain.ids import recorder_uid
from mockrec.domain.lifecycle import end, join_anew
from mockrec.domain.moments import Millis
from mockrec.domain.notices import FailedOver
from mockrec.domain.paging import open_page
from mockrec.domain.parts import close_part
from mockrec.domain.promises import (
    FinishUpload,
    ReachMaxHours,
    ReadyUploader,
    Register,
    ReportProgress,
    StartComponents,
    TakeOver,
)
from mockrec.domain.recording import Ending, Recording
from mockrec.domain.task import Mode
from mockrec.domain.values import replace

MOST: Final = 3
"""How often a recording is moved; the next server that dies takes it along."""

_NOT_THE_RECORDERS: Final = (
    FinishUpload,
    ReachMaxHours,
    ReadyUploader,
    Register,
    ReportProgress,
    StartComponents,
)
"""What is promised by others than the recorder, who live on."""


def lose_server(recording: Recording, blackout: Millis | None) -> Recording:
    """The server is gone; another has it after the blackout, or the delay of that name."""
    if recording.lost or recording.ending:
        return recording
    recording = _fallen_silent(recording)
    if recording.server >= MOST:
        return end(recording, Ending.SERVER_LOST)
    after = recording.task.timing.blackout if blackout is None else blackout
    recording = recording.tell(ServerLost(at=recording.now, until=recording.now + after))
    return replace(recording, lost=True).later(after, TakeOver())


def take_over(recording: Recording) -> Recording:
    """Another server has the recording: it joins anew, or opens the page anew."""
    server = recording.server + 1
    recording = recording.announce(FailedOver, new_uid=recorder_uid(recording.task.sid, server))
    recording = replace(recording, server=server, lost=False)
    if recording.task.mode is Mode.WEB:
        return open_page(recording)
    return join_anew(recording)


def _fallen_silent(recording: Recording) -> Recording:
    """The recorder hears, cuts and pushes nothing any more, and keeps no promise of its own."""
    recording = replace(close_part(recording), part=None, parts=0)
    for stream in tuple(recording.open_streams()):
        recording = recording.with_stream(replace(stream, slice_start=None, interrupted=False))
    kept = tuple(one for one in recording.agenda if isinstance(one.cause, _NOT_THE_RECORDERS))
    return replace(
        recording,
        joined=False,
        capturing=False,
        heard=immutables.Map(),
        met=frozenset(),
        outputs=immutables.Map(),
        agenda=kept,
    )
