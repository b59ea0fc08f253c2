"""Slices as WebM (Matroska, RFC 9559): VP8 and Opus, a cluster for each loop of the film."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from itertools import cycle, groupby, repeat
from operator import itemgetter
from typing import Final, NamedTuple

from mockrec.domain.moments import Millis
from mockrec.render.footage import (
    MILLISECOND,
    OPUS_FRAME,
    PICTURE,
    PICTURES_IN_A_LOOP,
    SAMPLE_RATE,
    Footage,
    Ticks,
    moments,
)

VIDEO: Final = 1
AUDIO: Final = 2
KEY: Final = 0x80
LOOP: Final[Ticks] = PICTURES_IN_A_LOOP * PICTURE

# No pre-skip: the tone has no beginning that an encoder would have had to warm up for.
OPUS_HEAD: Final = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, SAMPLE_RATE, 0, 0)
OPUS_ROLL: Final = 80_000_000
"""How long before a seek's target a decoder of Opus begins: 80 ms, in nanoseconds."""


class Block(NamedTuple):
    """One frame."""

    when: Ticks
    track: int
    flags: int
    frame: bytes


def webm(footage: Footage, *, audio: bool, video: bool, start: Millis, duration: Millis) -> bytes:
    """What a stream of audio, video or both holds from `start` on, for `duration`.

    It begins with a key frame if there is video; its times count from the stream's start.
    """
    shown = list(_pictures(footage, start, duration)) if video else []
    heard = list(_sound(footage, start, duration)) if audio else []
    first = (shown or heard)[0].when
    blocks = sorted(shown + heard, key=itemgetter(0))
    clusters = groupby(blocks, key=lambda block: max(0, block.when - first) // LOOP)
    return _file(
        _information(duration),
        _tracks(footage, audio=audio, video=video),
        *(_cluster(list(members)) for _, members in clusters),
    )


def _pictures(footage: Footage, start: Millis, duration: Millis) -> Iterator[Block]:
    flags = cycle((KEY, *repeat(0, PICTURES_IN_A_LOOP - 1)))
    film = zip(moments(start, duration, PICTURE), flags, cycle(footage.vp8), strict=False)
    return (Block(when, VIDEO, flag, frame) for when, flag, frame in film)


def _sound(footage: Footage, start: Millis, duration: Millis) -> Iterator[Block]:
    return (Block(when, AUDIO, KEY, footage.opus) for when in moments(start, duration, OPUS_FRAME))


def _file(*parts: bytes) -> bytes:
    header = _element(
        0x1A45DFA3,
        _number(0x4286, 1),  # EBMLVersion
        _number(0x42F7, 1),  # EBMLReadVersion
        _number(0x42F2, 4),  # EBMLMaxIDLength
        _number(0x42F3, 8),  # EBMLMaxSizeLength
        _element(0x4282, b"webm"),  # DocType
        _number(0x4287, 4),  # DocTypeVersion
        _number(0x4285, 2),  # DocTypeReadVersion
    )
    return header + _element(0x18538067, *parts)  # Segment


def _information(duration: Millis) -> bytes:
    return _element(
        0x1549A966,  # Info
        _number(0x2AD7B1, 1_000_000),  # TimestampScale: milliseconds
        _element(0x4489, struct.pack(">d", duration)),  # Duration
        _element(0x4D80, b"mockrec"),  # MuxingApp
        _element(0x5741, b"mockrec"),  # WritingApp
    )


def _tracks(footage: Footage, *, audio: bool, video: bool) -> bytes:
    picture = _element(
        0xE0,  # Video
        _number(0xB0, footage.landscape.width),  # PixelWidth
        _number(0xBA, footage.landscape.height),  # PixelHeight
    )
    sound = (
        _element(0x63A2, OPUS_HEAD),  # CodecPrivate
        _number(0x56BB, OPUS_ROLL),  # SeekPreRoll
        _element(
            0xE1,  # Audio
            _element(0xB5, struct.pack(">d", SAMPLE_RATE)),  # SamplingFrequency
            _number(0x9F, 1),  # Channels
        ),
    )
    entries = [_track(VIDEO, b"V_VP8", picture)] * video + [
        _track(AUDIO, b"A_OPUS", *sound)
    ] * audio
    return _element(0x1654AE6B, *entries)  # Tracks


def _track(number: int, codec: bytes, *details: bytes) -> bytes:
    return _element(
        0xAE,  # TrackEntry
        _number(0xD7, number),  # TrackNumber
        _number(0x73C5, number),  # TrackUID
        _number(0x83, number),  # TrackType: 1 is video, 2 is audio
        _number(0x9C, 0),  # FlagLacing
        _element(0x86, codec),  # CodecID
        *details,
    )


def _cluster(blocks: list[Block]) -> bytes:
    begin = blocks[0].when // MILLISECOND
    return _element(0x1F43B675, _number(0xE7, begin), *_simple_blocks(blocks, begin))


def _simple_blocks(blocks: Iterable[Block], begin: Millis) -> Iterator[bytes]:
    for when, track, flags, frame in blocks:
        head = struct.pack(">BhB", KEY | track, when // MILLISECOND - begin, flags)
        yield _element(0xA3, head, frame)


def _number(name: int, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, -(-value.bit_length() // 8)), "big"))


def _element(name: int, *parts: bytes) -> bytes:
    """Its name, its size in as few bytes as can tell it, and what it holds."""
    content = b"".join(parts)
    width = -(-(len(content) + 1).bit_length() // 7)  # all ones would mean "unknown"
    size = (len(content) | 1 << 7 * width).to_bytes(width, "big")
    return name.to_bytes(-(-name.bit_length() // 8), "big") + size + content
