"""A screening: a media file shown from beginning to end by a player that forgives nothing."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Final

import av
import av.logging

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

UNFORGIVING: Final = {"err_detect": "explode", "threads": "1"}
SECOND: Final = 1_000
HEADERLESS: Final = "Estimating duration from bitrate"  # said of every AAC file


@dataclass(slots=True)
class Reel:
    """What one stream showed; all times are in milliseconds."""

    codec: str
    sent_at: list[float] = field(default_factory=list)
    shown_at: list[float] = field(default_factory=list)
    keys: list[bool] = field(default_factory=list)
    sizes: set[tuple[int, int]] = field(default_factory=set)
    samples: array[float] = field(default_factory=lambda: array("f"))


@dataclass(slots=True)
class Screening:
    """What the whole file showed."""

    duration: float
    reels: dict[str, Reel]

    @property
    def codecs(self) -> list[str]:
        """The codecs, in the order of the streams."""
        return [reel.codec for reel in self.reels.values()]

    @property
    def video(self) -> Reel:
        """The stream of pictures."""
        return self.reels["video"]

    @property
    def audio(self) -> Reel:
        """The stream of sound."""
        return self.reels["audio"]


def duration(blob: bytes) -> float:
    """How long the file says it is, in milliseconds."""
    with av.open(BytesIO(blob), "r") as container:
        return _duration(container)


def screen(blob: bytes) -> Screening:
    """Decodes all of it; fails at the first complaint of the demultiplexer or a decoder."""
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture() as complaints:
            screening = _screen(blob)
    finally:
        av.logging.set_level(None)
    assert all(HEADERLESS in text for _, _, text in complaints), complaints
    return screening


def _screen(blob: bytes) -> Screening:
    with av.open(BytesIO(blob), "r", options=UNFORGIVING) as container:
        streams = container.streams
        reels = {str(stream.type): Reel(stream.codec_context.name) for stream in streams}
        for packet in container.demux():
            assert not packet.is_corrupt
            _watch(reels[packet.stream.type], packet)
        return Screening(_duration(container), reels)


def _duration(container: InputContainer) -> float:
    return (container.duration or 0) * SECOND / av.time_base


def _watch(reel: Reel, packet: Packet[Stream]) -> None:
    if packet.pts is not None:
        reel.sent_at.append(float(packet.pts * packet.time_base * SECOND))
        reel.keys.append(packet.is_keyframe)
    for frame in packet.decode():
        assert isinstance(frame, av.VideoFrame | av.AudioFrame)
        assert frame.time is not None
        reel.shown_at.append(frame.time * SECOND)
        if isinstance(frame, av.VideoFrame):
            reel.sizes.add((frame.width, frame.height))
        else:
            reel.samples.extend(_samples(frame))


def _samples(frame: av.AudioFrame) -> Iterator[float]:
    """The sound of the one channel, from -1 to 1."""
    whole = frame.format.name.startswith("s16")
    samples = array("h" if whole else "f", bytes(frame.planes[0]))[: frame.samples]
    return (sample / 0x8000 if whole else sample for sample in samples)
