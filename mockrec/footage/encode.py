"""Encodes the footage once: ``python -m mockrec.footage.encode`` rewrites ``footage.bin``.

Needs PyAV, which nothing else in the package does; what it writes is committed. The same version
of PyAV writes the same bytes.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import av

from mockrec.render.footage import PICTURES_IN_A_LOOP, SAMPLE_RATE, Clip, Footage, pack

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.video.codeccontext import VideoCodecContext

Colour: TypeAlias = tuple[int, int, int]

TARGET: Final = Path(__file__).with_name("footage.bin")
LANDSCAPE: Final = (640, 360)
PORTRAIT: Final = (360, 640)
FRAME_RATE: Final = 15

# The eight bars of a test card at three quarters of full colour, in YCbCr (BT.601).
BARS: Final[tuple[Colour, ...]] = (
    (180, 128, 128),
    (162, 44, 142),
    (131, 156, 44),
    (112, 72, 58),
    (84, 184, 198),
    (65, 100, 212),
    (35, 212, 114),
    (16, 128, 128),
)
BRIGHT: Final[Colour] = (235, 128, 128)
DIM: Final[Colour] = (60, 128, 128)

# 64 samples at 48 kHz, which divide a frame of AAC (1,024), Opus (960) and MP3 (1,152) alike.
PITCH: Final = 750
LOUDNESS: Final = 0.045
SETTLED: Final = 100
"""The frame by which every encoder has come to rest, so that it can follow itself."""

NAL_SLICES: Final = (1, 5)
NAL_SPS: Final = 7
NAL_PPS: Final = 8


def main() -> None:
    """Encodes everything and says how large it is."""
    blob = pack(
        Footage(
            landscape=h264(*LANDSCAPE),
            portrait=h264(*PORTRAIT),
            vp8=vp8(*LANDSCAPE),
            aac=aac(),
            opus=opus(),
            mp3=mp3(),
        )
    )
    TARGET.write_bytes(blob)
    print(f"{TARGET.name}: {len(blob):,} bytes")


# --- pictures ----------------------------------------------------------------------------------


def h264(width: int, height: int) -> Clip:
    """The loop in H.264, taken apart into NAL units; what else x264 has to say is left out."""
    options = {
        "profile": "baseline",
        "preset": "veryslow",
        "crf": "20",
        "x264-params": "scenecut=0:slices=1",
    }
    units = [unit for frame in _film("libx264", options, width, height) for unit in _units(frame)]
    kinds = [unit[0] & 31 for unit in units]
    return Clip(
        width=width,
        height=height,
        sps=units[kinds.index(NAL_SPS)],
        pps=units[kinds.index(NAL_PPS)],
        still=jpeg(width, height),
        frames=tuple(unit for unit, kind in zip(units, kinds, strict=True) if kind in NAL_SLICES),
    )


def vp8(width: int, height: int) -> tuple[bytes, ...]:
    """The loop in VP8, every frame shown: no alternate reference frames."""
    options = {"crf": "20", "auto-alt-ref": "0", "lag-in-frames": "0", "deadline": "best"}
    return tuple(_film("libvpx", options, width, height, bit_rate=200_000))


def jpeg(width: int, height: int) -> bytes:
    """A third of the loop, as a photograph of it."""
    context = _camera("mjpeg", {"qmin": "5", "qmax": "5"}, width, height, "yuvj420p")
    return b"".join(map(bytes, context.encode(_frame(width, height, 1 / 3, "yuvj420p"))))


def _film(
    codec: str, options: dict[str, str], width: int, height: int, bit_rate: int | None = None
) -> list[bytes]:
    context = _camera(codec, options, width, height, "yuv420p")
    if bit_rate:
        context.bit_rate = bit_rate
    packets: list[bytes] = []
    for number in range(PICTURES_IN_A_LOOP):
        frame = _frame(width, height, number / PICTURES_IN_A_LOOP, "yuv420p")
        frame.pts = number
        packets.extend(map(bytes, context.encode(frame)))
    packets.extend(map(bytes, context.encode(None)))
    return packets


def _camera(
    codec: str, options: dict[str, str], width: int, height: int, pixels: str
) -> VideoCodecContext:
    context = cast("VideoCodecContext", av.CodecContext.create(codec, "w"))
    context.width, context.height, context.pix_fmt = width, height, pixels
    context.sample_aspect_ratio = Fraction(1)  # which makes a JPEG say that it is a JFIF
    context.time_base, context.framerate = Fraction(1, FRAME_RATE), Fraction(FRAME_RATE)
    context.gop_size, context.max_b_frames, context.thread_count = PICTURES_IN_A_LOOP, 0, 1
    context.options = {"flags": "+bitexact", **options}
    return context


def _units(access_unit: bytes) -> list[bytes]:
    """The NAL units between the start codes, of three bytes or of four."""
    return [unit.rstrip(b"\0") for unit in access_unit.split(b"\0\0\1")[1:]]


def _frame(width: int, height: int, turn: float, pixels: str) -> av.VideoFrame:
    """Colour bars with a dial that darkens once round a loop, like the leader of a film."""
    frame = av.VideoFrame(width, height, pixels)
    picture = [_row(width, height, y, turn) for y in range(height)]
    for part, plane in enumerate(frame.planes):
        step = 2 if part else 1
        rows = (bytes(colour[part] for colour in row[::step]) for row in picture[::step])
        plane.update(b"".join(row.ljust(plane.line_size, b"\0") for row in rows))
    return frame


def _row(width: int, height: int, y: int, turn: float) -> list[Colour]:
    radius, up = min(width, height) // 4, height / 2 - y
    row = list(_bars(width))
    reach = math.isqrt(int(max(radius**2 - up**2, 0)))
    for x in range(width // 2 - reach, width // 2 + reach):
        angle = math.atan2(x - width / 2, up) / math.tau % 1
        row[x] = DIM if angle < turn else BRIGHT
    return row


@cache
def _bars(width: int) -> tuple[Colour, ...]:
    return tuple(BARS[x * len(BARS) // width] for x in range(width))


# --- the tone ----------------------------------------------------------------------------------


def aac() -> bytes:
    """One raw frame of AAC-LC; without noise substitution, which changes from frame to frame."""
    options = {"aac_pns": "0", "aac_tns": "0", "aac_coder": "fast"}
    return _sing("aac", options, samples=1_024, sample_format="fltp", bit_rate=48_000)


def opus() -> bytes:
    """One frame of 20 ms."""
    options = {"vbr": "off", "frame_duration": "20"}
    return _sing("libopus", options, samples=960, sample_format="flt", bit_rate=48_000)


def mp3() -> bytes:
    """One frame with its header; without the bit reservoir, so that it needs no other frame."""
    return _sing(
        "libmp3lame", {"reservoir": "0"}, samples=1_152, sample_format="fltp", bit_rate=32_000
    )


def _sing(
    codec: str, options: dict[str, str], *, samples: int, sample_format: str, bit_rate: int
) -> bytes:
    context = cast("AudioCodecContext", av.CodecContext.create(codec, "w"))
    context.sample_rate, context.layout = SAMPLE_RATE, "mono"
    context.format, context.bit_rate = av.AudioFormat(sample_format), bit_rate
    context.options = {"flags": "+bitexact", **options}
    wave = _wave(samples)
    blocks = (_block(wave, number, sample_format) for number in range(2 * SETTLED))
    return list(_packets(context, blocks))[SETTLED]


def _packets(context: AudioCodecContext, blocks: Iterable[av.AudioFrame]) -> Iterator[bytes]:
    for block in blocks:
        yield from map(bytes, context.encode(block))


def _wave(samples: int) -> array[float]:
    return array(
        "f",
        (LOUDNESS * math.sin(math.tau * PITCH * n / SAMPLE_RATE) for n in range(samples)),
    )


def _block(wave: array[float], number: int, sample_format: str) -> av.AudioFrame:
    block = av.AudioFrame(format=sample_format, layout="mono", samples=len(wave))
    block.sample_rate, block.pts = SAMPLE_RATE, number * len(wave)
    block.planes[0].update(wave.tobytes())
    return block


if __name__ == "__main__":
    main()
