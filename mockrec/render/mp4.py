"""Whole recordings as MP4 (ISO 14496-12): hours of it, in a file hardly larger than its tables.

The loop of the film and a like stretch of the tone are stored once, and the chunk tables name
that one place again and again. Two hours of both take half a megabyte, nearly all of it the sizes
of the pictures, of which the format wants one for each.
"""

from __future__ import annotations

import struct
from typing import Final

from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.values import dataclass
from mockrec.render.footage import (
    AAC_FRAME,
    AAC_SAMPLES,
    AAC_SETUP,
    PICTURE,
    SAMPLE_RATE,
    Clip,
    Footage,
    moments,
)

PICTURE_CLOCK: Final = 90_000
AAC_IN_A_CHUNK: Final = 94
"""Frames of AAC stored and named together: two seconds of them."""

MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
LENGTH_AND_NAME: Final = 8
UNDETERMINED: Final = 0x55C4  # the language "und", three letters of five bits
ISO_BRANDS: Final = b"isom\0\0\2\0isomiso2avc1mp41"
AUDIO_BRANDS: Final = b"M4A \0\0\2\0M4A mp42isom"


@dataclass(frozen=True, slots=True)
class Track:
    """One round of samples, a chunk in the file, which is played over and over."""

    handler: bytes
    media_header: bytes
    entry: bytes
    """The codec and what it has to know."""
    width: int
    height: int
    volume: int
    clock: int
    """How many ticks this track has to a second."""
    step: int
    """How many ticks a sample lasts."""
    cycle: tuple[bytes, ...]
    """The samples of one round."""
    count: int
    """How many samples are played."""

    @property
    def duration(self) -> Millis:
        """How long it plays, rounded."""
        return round(self.count * self.step * SECOND / self.clock)


def mp4(footage: Footage, *, audio: bool, video: bool, portrait: bool, duration: Millis) -> bytes:
    """A file of audio, video or both, its index in front; right to a frame of each."""
    tracks = [_film(footage.clip(portrait=portrait), duration)] if video else []
    if audio:
        tracks.append(_tone(footage.aac, duration))
    return _file(ISO_BRANDS, tracks)


def m4a(footage: Footage, *, duration: Millis) -> bytes:
    """The tone as an audio file; right to a frame of 21 ms."""
    return _file(AUDIO_BRANDS, [_tone(footage.aac, duration)])


# --- the tracks --------------------------------------------------------------------------------


def _film(clip: Clip, duration: Millis) -> Track:
    return Track(
        handler=b"vide",
        media_header=_box(b"vmhd", struct.pack(">I8x", 1)),
        entry=_avc1(clip),
        width=clip.width,
        height=clip.height,
        volume=0,
        clock=PICTURE_CLOCK,
        step=PICTURE,
        cycle=tuple(len(frame).to_bytes(4, "big") + frame for frame in clip.frames),
        count=len(moments(0, duration, PICTURE)),
    )


def _tone(frame: bytes, duration: Millis) -> Track:
    return Track(
        handler=b"soun",
        media_header=_box(b"smhd", bytes(8)),
        entry=_mp4a(len(frame)),
        width=0,
        height=0,
        volume=0x100,
        clock=SAMPLE_RATE,
        step=AAC_SAMPLES,
        cycle=(frame,) * AAC_IN_A_CHUNK,
        count=len(moments(0, duration, AAC_FRAME)),
    )


def _avc1(clip: Clip) -> bytes:
    config = struct.pack(">B3sBBH", 1, clip.sps[1:4], 0xFF, 0xE1, len(clip.sps)) + clip.sps
    config += struct.pack(">BH", 1, len(clip.pps)) + clip.pps
    dots_an_inch = 72 << 16
    entry = struct.pack(
        ">6xH16xHHII4xH32xHh", 1, clip.width, clip.height, dots_an_inch, dots_an_inch, 1, 24, -1
    )
    return _box(b"avc1", entry, _box(b"avcC", config))


def _mp4a(frame_size: int) -> bytes:
    rate = frame_size * 8 * SAMPLE_RATE // AAC_SAMPLES
    setup = _descriptor(5, AAC_SETUP)
    decoder = _descriptor(4, struct.pack(">BB3xII", 0x40, 0x15, rate, rate), setup)
    stream = _descriptor(3, bytes(3), decoder, _descriptor(6, b"\2"))
    entry = struct.pack(">6xH8xHH4xI", 1, 1, 16, SAMPLE_RATE << 16)
    return _box(b"mp4a", entry, _box(b"esds", bytes(4), stream))


# --- the file ----------------------------------------------------------------------------------


def _file(brands: bytes, tracks: list[Track]) -> bytes:
    """Brands, index, samples: the index, whose size tells where the samples are, is drawn twice."""
    head = _box(b"ftyp", brands)
    samples = len(head) + len(_movie(tracks, 0)) + LENGTH_AND_NAME
    media = _box(b"mdat", *(sample for track in tracks for sample in track.cycle))
    return b"".join((head, _movie(tracks, samples), media))


def _movie(tracks: list[Track], samples: int) -> bytes:
    """The index, for samples that begin at that offset of the file."""
    duration = max(track.duration for track in tracks)
    header = struct.pack(
        ">12xIIIH10x36s24xI", SECOND, duration, 0x10000, 0x100, MATRIX, len(tracks) + 1
    )
    boxes = []
    for number, track in enumerate(tracks, 1):
        boxes.append(_track(number, track, samples))
        samples += sum(map(len, track.cycle))
    return _box(b"moov", _box(b"mvhd", header), *boxes)


def _track(number: int, track: Track, offset: int) -> bytes:
    header = struct.pack(
        ">I8xI4xI12xH2x36sII",
        7,  # enabled, in the movie, in its preview
        number,
        track.duration,
        track.volume,
        MATRIX,
        track.width << 16,
        track.height << 16,
    )
    ticks = track.count * track.step
    media = struct.pack(">I16xIQHH", 1 << 24, track.clock, ticks, UNDETERMINED, 0)
    handler = struct.pack(">8x4s12xx", track.handler)
    here = _box(b"dref", struct.pack(">4xI", 1), _box(b"url ", struct.pack(">I", 1)))
    tables = _box(b"dinf", here), _sample_tables(track, offset)
    information = _box(b"minf", track.media_header, *tables)
    media_boxes = _box(b"mdhd", media), _box(b"hdlr", handler), information
    return _box(b"trak", _box(b"tkhd", header), _box(b"mdia", *media_boxes))


def _sample_tables(track: Track, offset: int) -> bytes:
    """Of what, how long, how large and where each sample is; and which ones can be entered at."""
    rounds, rest = divmod(track.count, len(track.cycle))
    chunks = rounds + (rest > 0)
    return _box(
        b"stbl",
        _box(b"stsd", struct.pack(">4xI", 1), track.entry),
        _box(b"stts", struct.pack(">4xIII", 1, track.count, track.step)),
        _entry_points(track),
        _box(b"stsc", _chunk_lengths(track, rounds, rest)),
        _box(b"stsz", _sizes(track, rounds, rest)),
        _box(b"stco", struct.pack(">4xI", chunks), struct.pack(">I", offset) * chunks),
    )


def _entry_points(track: Track) -> bytes:
    """Every sound can be entered at, which goes without saying; of the film, the IDR pictures."""
    if track.handler == b"soun":
        return b""
    numbers = range(1, track.count + 1, len(track.cycle))
    return _box(b"stss", struct.pack(f">4x{1 + len(numbers)}I", len(numbers), *numbers))


def _chunk_lengths(track: Track, rounds: int, rest: int) -> bytes:
    """Each chunk is a whole round, but for the last one."""
    runs = [(1, len(track.cycle), 1)] if rounds else []
    if rest:
        runs.append((rounds + 1, rest, 1))
    return struct.pack(">4xI", len(runs)) + b"".join(struct.pack(">III", *run) for run in runs)


def _sizes(track: Track, rounds: int, rest: int) -> bytes:
    sizes = [len(sample) for sample in track.cycle]
    if len(set(sizes)) == 1:
        return struct.pack(">4xII", sizes[0], track.count)
    table = struct.pack(f">{len(sizes)}I", *sizes)
    return struct.pack(">4xII", 0, track.count) + table * rounds + table[: 4 * rest]


def _box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", LENGTH_AND_NAME + len(content), name) + content


def _descriptor(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return bytes((tag, len(content))) + content
