"""Slices as MPEG transport streams: tables, H.264 and AAC in ADTS, made to be joined.

The packets of a frame differ from one place in a stream to another in three things only: the
continuity counter, the presentation time and the clock. So each frame of the loop is cut into
packets once for every count it can begin with, and a slice is nothing but the frames that begin in
it, each with its times filled in, in the order of those times.

Each slice counts its packets from zero, and says so: the first packet of each kind bears the
discontinuity flag. The times run on from slice to slice.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, cycle, islice
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from mockrec.domain.moments import Millis
from mockrec.render.audio import adts
from mockrec.render.footage import AAC_FRAME, MILLISECOND, PICTURE, Clip, Footage, Ticks, moments
from mockrec.render.packets import (
    AUDIO_PID,
    AUDIO_STREAM,
    CLOCK,
    COUNTS,
    DISCONTINUITY,
    NULL,
    PACKET,
    RANDOM_ACCESS,
    VIDEO_PID,
    VIDEO_STREAM,
    Unit,
    cut,
    tables,
)

Timed: TypeAlias = list[tuple[Ticks, bytes]]

TABLES_EVERY: Final[Ticks] = 2_000 * MILLISECOND
TOGETHER: Final = 4
"""Frames of AAC in a unit: as many of ours as fit into one packet."""
LEAST: Final = 12
"""Packets in a slice, filled up with empty ones: with fewer, a player that goes by the content
may take a short slice for something else."""
START_CODE: Final = b"\0\0\0\1"
DELIMITER: Final = START_CODE + b"\x09\xf0"  # an access unit of slices of any kind


class Loop(NamedTuple):
    """Units that repeat; the very first one opens a slice."""

    opening: Unit
    units: tuple[Unit, ...]

    def stamped(self, whens: Sequence[Ticks]) -> Timed:
        """One unit a moment: the opening, then the rest of the loop, over and over."""
        units = chain((self.opening,), islice(self.units, 1, None), cycle(self.units))
        return [(when, unit.at(when)) for when, unit in zip(whens, units, strict=False)]


@lru_cache(maxsize=8)  # who came at the same time is cut at the same time: the bytes are the same
def transport_stream(  # noqa: PLR0913 - all of them by keyword
    footage: Footage,
    *,
    audio: bool,
    video: bool,
    portrait: bool,
    start: Millis,
    duration: Millis,
) -> bytes:
    """What a stream of audio, video or both holds from `start` on, for `duration`.

    It begins with the tables and, if there is video, an IDR picture. Slices of one stream, each
    with its start where the last one ended, join without gap or overlap.
    """
    parts = _tables(audio, video, start, duration)
    if video:
        parts += _film(footage.clip(portrait=portrait)).stamped(moments(start, duration, PICTURE))
    if audio:
        parts += _sound(footage.aac, 0 if video else CLOCK, moments(start, duration, AAC_FRAME))
    parts.sort(key=itemgetter(0))
    slice_ = b"".join(map(itemgetter(1), parts))
    return slice_ + NULL * (LEAST - len(slice_) // PACKET)


def volume(  # noqa: PLR0913 - those of `transport_stream`
    footage: Footage,
    *,
    audio: bool,
    video: bool,
    portrait: bool,
    start: Millis,
    duration: Millis,
) -> int:
    """How many bytes `transport_stream` makes of the same: times change no size, only counts do."""
    size = 2 * PACKET * len(_table_moments(start, duration))
    if video:
        size += _film_volume(
            footage.clip(portrait=portrait), len(moments(start, duration, PICTURE))
        )
    if audio:
        clock = 0 if video else CLOCK
        size += _sound_volume(footage.aac, clock, len(moments(start, duration, AAC_FRAME)))
    return max(size, LEAST * PACKET)


@lru_cache(maxsize=256)
def _film_volume(clip: Clip, count: int) -> int:
    return sum(len(part) for _, part in _film(clip).stamped(range(count)))


@lru_cache(maxsize=256)
def _sound_volume(frame: bytes, clock: int, count: int) -> int:
    return sum(len(part) for _, part in _sound(frame, clock, range(count)))


def _table_moments(start: Millis, duration: Millis) -> range:
    return range(start * MILLISECOND, (start + duration) * MILLISECOND, TABLES_EVERY)


def _tables(audio: bool, video: bool, start: Millis, duration: Millis) -> Timed:
    return [
        (when, tables(audio, video, number % COUNTS, 0 if number else DISCONTINUITY))
        for number, when in enumerate(_table_moments(start, duration))
    ]


def _sound(frame: bytes, clock: int, whens: Sequence[Ticks]) -> Timed:
    """Several frames a unit; what remains has one of its own."""
    whole = len(whens) // TOGETHER
    together, left = whens[: whole * TOGETHER : TOGETHER], whens[whole * TOGETHER :]
    loop = _tone(frame, clock)
    parts = loop.stamped(together)
    if left:
        flags = RANDOM_ACCESS | clock | (0 if whole else DISCONTINUITY)
        counter = whole * loop.opening.packets
        rest = cut(AUDIO_PID, AUDIO_STREAM, adts(frame) * len(left), counter, flags)
        parts.append((left[0], rest.at(left[0])))
    return parts


@lru_cache(maxsize=4)
def _film(clip: Clip) -> Loop:
    first, *others = clip.frames
    key = DELIMITER + b"".join(START_CODE + part for part in (clip.sps, clip.pps, first))
    deltas = (DELIMITER + START_CODE + frame for frame in others)
    frames = [(key, RANDOM_ACCESS | CLOCK), *((delta, CLOCK) for delta in deltas)]
    return _loop(VIDEO_PID, VIDEO_STREAM, frames)


@lru_cache(maxsize=4)
def _tone(frame: bytes, clock: int) -> Loop:
    return _loop(AUDIO_PID, AUDIO_STREAM, [(adts(frame) * TOGETHER, RANDOM_ACCESS | clock)])


def _loop(pid: int, stream: int, frames: list[tuple[bytes, int]]) -> Loop:
    """The frames, as often as it takes until the counter is back where it was."""
    counter, units = 0, []
    for payload, flags in frames * COUNTS:
        units.append(cut(pid, stream, payload, counter, flags))
        counter += units[-1].packets
    payload, flags = frames[0]
    return Loop(cut(pid, stream, payload, 0, flags | DISCONTINUITY), tuple(units))
