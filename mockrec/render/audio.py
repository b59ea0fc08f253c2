"""Audio files that are nothing but frames: AAC in ADTS, and MP3."""

from __future__ import annotations

import struct
from typing import Final

from mockrec.domain.moments import Millis
from mockrec.render.footage import AAC_FRAME, MP3_FRAME, Footage, moments

MP3_HEADER: Final = 4
MP3_MONO_SIDE: Final = 17
FRAMES_AND_BYTES: Final = 3


def aac(footage: Footage, *, duration: Millis) -> bytes:
    """The tone in AAC-LC, each frame with an ADTS header; right to a frame of 21 ms."""
    return adts(footage.aac) * len(moments(0, duration, AAC_FRAME))


def mp3(footage: Footage, *, duration: Millis) -> bytes:
    """The tone in MP3 of a constant bit rate; right to a frame of 24 ms.

    A first frame without sound tells how many follow: else a player would have to guess.
    """
    count, size = len(moments(0, duration, MP3_FRAME)), len(footage.mp3)
    silence = footage.mp3[:MP3_HEADER] + bytes(MP3_MONO_SIDE)
    told = struct.pack(">4sIII", b"Info", FRAMES_AND_BYTES, count, (1 + count) * size)
    return (silence + told).ljust(size, b"\0") + footage.mp3 * count


def adts(frame: bytes) -> bytes:
    """The raw AAC frame behind the header by which a decoder finds it (ISO 13818-7, 6.2)."""
    sync = 0xFFF1 << 40  # MPEG-4, no checksum
    form = 1 << 38 | 3 << 34 | 1 << 30  # AAC-LC, 48 kHz, mono
    fullness = 0x7FF << 2  # unknown: of no use at a variable rate
    header = sync | form | (7 + len(frame)) << 13 | fullness
    return header.to_bytes(7, "big") + frame
