"""How tables and frames are cut into the 188-byte packets of a transport stream (ISO 13818-1).

What is cut here has no times yet: a `Unit` is one frame's packets with a gap for the clock and a
gap for the presentation time, to be filled in by `Unit.at`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from mockrec.render.footage import Ticks

PACKET: Final = 188
PAT_PID: Final = 0
PMT_PID: Final = 0x1000
VIDEO_PID: Final = 0x100
AUDIO_PID: Final = 0x101
VIDEO_STREAM: Final = 0xE0
AUDIO_STREAM: Final = 0xC0
H264: Final = 0x1B
ADTS: Final = 0x0F

FIRST: Final[Ticks] = 126_000
"""The presentation time of a stream's first moment: 1.4 s, as common muxers have it."""
AHEAD: Final[Ticks] = 63_000
"""How long before it is shown a frame arrives: 0.7 s, for a decoder to fill its buffer."""
WRAP: Final = (1 << 33) - 1
"""Times have 33 bits: they start over every 26.5 hours."""

NULL: Final = b"\x47\x1f\xff\x10".ljust(PACKET, b"\xff")
"""A packet that carries nothing."""

COUNTS: Final = 16
"""The continuity counter has four bits."""
DISCONTINUITY: Final = 0x80
RANDOM_ACCESS: Final = 0x40
CLOCK: Final = 0x10

_HEADER: Final = 4
_STARTS: Final = 0x4000
_PAYLOAD: Final = 0x10
_ADAPTATION: Final = 0x20
_CLOCK_SIZE: Final = 6
_PES_HEADER: Final = 14
_PROGRAM: Final = 1
_POLYNOMIAL: Final = 0x04C11DB7


class Unit(NamedTuple):
    """The packets of one PES packet, without their times."""

    head: bytes
    waist: bytes
    """What stands between the clock, if there is one, and the presentation time."""
    tail: bytes
    clocked: bool

    def at(self, when: Ticks) -> bytes:
        """The packets of a frame that is shown so many ticks after its stream's start."""
        clock = clock_reference(when) if self.clocked else b""
        return b"".join((self.head, clock, self.waist, presentation_time(when), self.tail))

    @property
    def packets(self) -> int:
        """How many they are."""
        return len(self.at(0)) // PACKET


def clock_reference(when: Ticks) -> bytes:
    """The clock (PCR) at which the frame of that moment arrives."""
    return ((when + FIRST - AHEAD & WRAP) << 15 | 0x7E00).to_bytes(6, "big")


def presentation_time(when: Ticks) -> bytes:
    """The time (PTS) at which the frame of that moment is shown: 3, 15 and 15 bits, and markers."""
    time = when + FIRST & WRAP
    high, middle, low = time & 0x1C0000000, time & 0x3FFF8000, time & 0x7FFF
    return (0x2100010001 | high << 3 | middle << 2 | low << 1).to_bytes(5, "big")


def cut(pid: int, stream: int, payload: bytes, counter: int, flags: int) -> Unit:
    """A PES packet; its first packet has that continuity counter and those adaptation flags.

    The payload has at most 65,527 bytes. With the flag CLOCK it has a gap for the clock.
    """
    clocked = bool(flags & CLOCK)
    fixed = 1 + (_CLOCK_SIZE if clocked else 0)
    room = PACKET - _HEADER - 1 - fixed - _PES_HEADER
    stuffing = max(0, room - len(payload))
    head = _header(pid, _STARTS, _ADAPTATION | _PAYLOAD, counter) + bytes((fixed + stuffing, flags))
    # Three bytes of prefix; then nothing but "aligned", "has a PTS" and how long that is.
    length = len(payload) + _PES_HEADER - 6
    pes = bytes((0, 0, 1, stream, *length.to_bytes(2, "big"), 0x84, 0x80, 5))
    tail = payload[:room] + b"".join(_more(pid, payload[room:], counter + 1))
    return Unit(head, b"\xff" * stuffing + pes, tail, clocked)


@lru_cache(maxsize=64)
def tables(audio: bool, video: bool, counter: int, flags: int) -> bytes:
    """The two tables by which a demultiplexer finds the streams, a packet each."""
    streams = [(H264, VIDEO_PID)] * video + [(ADTS, AUDIO_PID)] * audio
    listed = b"".join(
        bytes((kind, *(0xE000 | pid).to_bytes(2, "big"), 0xF0, 0)) for kind, pid in streams
    )
    clock_pid = VIDEO_PID if video else AUDIO_PID
    programs = _PROGRAM.to_bytes(2, "big") + (0xE000 | PMT_PID).to_bytes(2, "big")
    program = (0xE000 | clock_pid).to_bytes(2, "big") + b"\xf0\0" + listed
    return _table(PAT_PID, 0, programs, counter, flags) + _table(
        PMT_PID, 2, program, counter, flags
    )


def _table(pid: int, table: int, body: bytes, counter: int, flags: int) -> bytes:
    length = (0xB000 | len(body) + 9).to_bytes(2, "big")
    section = bytes((table, *length, *_PROGRAM.to_bytes(2, "big"), 0xC1, 0, 0)) + body
    content = b"\0" + section + _checksum(section).to_bytes(4, "big")
    control = _PAYLOAD | (_ADAPTATION if flags else 0)
    field = bytes((1, flags)) if flags else b""
    return (_header(pid, _STARTS, control, counter) + field + content).ljust(PACKET, b"\xff")


def _header(pid: int, starts: int, control: int, counter: int) -> bytes:
    return bytes((0x47, *(starts | pid).to_bytes(2, "big"), control | counter % COUNTS))


def _more(pid: int, payload: bytes, counter: int) -> Iterator[bytes]:
    """The packets after the first; the last one is stuffed to its full length."""
    size = PACKET - _HEADER
    for number, start in enumerate(range(0, len(payload), size), counter):
        part = payload[start : start + size]
        control = _PAYLOAD | (_ADAPTATION if len(part) < size else 0)
        yield _header(pid, 0, control, number) + _stuffing(size - len(part)) + part


def _stuffing(size: int) -> bytes:
    """An adaptation field of that size, which says nothing."""
    return (bytes((size - 1, 0)) + b"\xff" * (size - 2))[:size] if size else b""


def _checksum(section: bytes) -> int:
    """The CRC of ISO 13818-1, annex A, which runs the other way round from zlib's."""
    crc = 0xFFFFFFFF
    for byte in section:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (_POLYNOMIAL if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc
