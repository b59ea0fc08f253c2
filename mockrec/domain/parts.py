"""MP4 files in the making: each is filled with the media of slices, until it has its length."""

from __future__ import annotations

from mockrec.domain.moments import Millis
from mockrec.domain.promises import FinishUpload
from mockrec.domain.recording import Recording
from mockrec.domain.streams import Part
from mockrec.domain.values import replace


def open_part(recording: Recording) -> Recording:
    """With an MP4 file in the making, where any was ordered."""
    if not recording.task.mp4 or recording.part is not None:
        return recording
    part = Part(recording.parts, recording.now, server=recording.server)
    return replace(recording, part=part, parts=recording.parts + 1)


def fill_part(recording: Recording, media: Millis) -> Recording:
    """So much more media is in the file; one that is full is closed."""
    if recording.part is None:
        return recording
    part = replace(recording.part, media=recording.part.media + media)
    recording = replace(recording, part=part)
    return close_part(recording) if part.media >= recording.task.part_length else recording


def close_part(recording: Recording) -> Recording:
    """The file is sent to the bucket; one without any media stays open."""
    part = recording.part
    if part is None or not part.media:
        return recording
    recording = replace(recording, part=None, cut=recording.cut + 1)
    return recording.later(recording.task.timing.upload, FinishUpload(part))
