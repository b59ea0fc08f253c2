"""What every recording shows and sounds like: pre-encoded frames, and the grid they stand on.

Nothing is encoded at run time. A clip is one closed group of pictures that loops; a tone is one
frame that repeats, because its period divides the frame. The frames of a stream stand on a grid
that begins with the stream and does not care where slices are cut: a slice holds the frames that
begin within it, so the slices of a stream join without a gap or an overlap.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from itertools import chain
from typing import Any, Final, TypeAlias

from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass

Ticks: TypeAlias = int
"""Ninetieths of a millisecond, the clock of MPEG; every frame lasts a whole number of them."""

MILLISECOND: Final[Ticks] = 90
PICTURE: Final[Ticks] = 6_000
"""How long a frame of video lasts: 15 a second."""
AAC_FRAME: Final[Ticks] = 1_920
"""1,024 samples at 48 kHz."""
OPUS_FRAME: Final[Ticks] = 1_800
"""20 ms."""
MP3_FRAME: Final[Ticks] = 2_160
"""1,152 samples at 48 kHz."""

SAMPLE_RATE: Final = 48_000
AAC_SAMPLES: Final = 1_024
AAC_SETUP: Final = b"\x11\x88"
"""The AudioSpecificConfig: AAC-LC, 48 kHz, mono."""
PICTURES_IN_A_LOOP: Final = 30


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Two seconds of H.264 (constrained baseline) and a JPEG still.

    Each frame is one bare NAL unit, without start code or length; the first one is an IDR picture,
    and none refers to a frame outside of the loop.
    """

    width: int
    height: int
    sps: bytes
    pps: bytes
    still: bytes
    frames: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """All there is to record: two clips, the landscape one in VP8 too, and a tone in three codecs.

    Compared by identity, so that what is derived from it can be cached.
    """

    landscape: Clip
    portrait: Clip
    vp8: tuple[bytes, ...]
    aac: bytes
    opus: bytes
    mp3: bytes

    def clip(self, *, portrait: bool) -> Clip:
        """The clip of that orientation."""
        return self.portrait if portrait else self.landscape


def moments(start: Millis, duration: Millis, span: Ticks) -> range:
    """When the frames of a slice begin, in ticks since the stream's start; at least one.

    A slice in which no frame of the grid begins shows one at its own start: it stays playable, and
    the moments of a stream still increase from slice to slice.
    """
    begin, end = start * MILLISECOND, (start + duration) * MILLISECOND
    on_grid = range(-(-begin // span) * span, end, span)
    return on_grid or range(begin, begin + 1)


def pack(footage: Footage) -> bytes:
    """One file of it: a line of JSON with the sizes, then the parts in the order of that line."""
    clips = (footage.landscape, footage.portrait)
    index = {
        "landscape": _sizes(footage.landscape),
        "portrait": _sizes(footage.portrait),
        "vp8": [len(frame) for frame in footage.vp8],
        "aac": len(footage.aac),
        "opus": len(footage.opus),
        "mp3": len(footage.mp3),
    }
    parts = [(clip.sps, clip.pps, clip.still, *clip.frames) for clip in clips]
    tones = (footage.aac, footage.opus, footage.mp3)
    head = json.dumps(index, separators=(",", ":")).encode()
    return b"".join((head, b"\n", *chain(*parts), *footage.vp8, *tones))


def unpack(blob: bytes) -> Footage:
    """What was packed: the parts are read in the order in which they are named here."""
    head, _, body = blob.partition(b"\n")
    index = json.loads(head)
    read = BytesIO(body).read
    return Footage(
        landscape=_clip(read, index["landscape"]),
        portrait=_clip(read, index["portrait"]),
        vp8=tuple(map(read, index["vp8"])),
        aac=read(index["aac"]),
        opus=read(index["opus"]),
        mp3=read(index["mp3"]),
    )


def _sizes(clip: Clip) -> dict[str, Any]:
    return {
        "width": clip.width,
        "height": clip.height,
        "sps": len(clip.sps),
        "pps": len(clip.pps),
        "still": len(clip.still),
        "frames": [len(frame) for frame in clip.frames],
    }


def _clip(read: Callable[[int], bytes], sizes: dict[str, Any]) -> Clip:
    return Clip(
        width=sizes["width"],
        height=sizes["height"],
        sps=read(sizes["sps"]),
        pps=read(sizes["pps"]),
        still=read(sizes["still"]),
        frames=tuple(map(read, sizes["frames"])),
    )
