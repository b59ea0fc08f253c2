"""Transport streams keep the rules of ISO 13818-1, one by one and joined."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockrec.assets import footage
from mockrec.domain.moments import HOUR, MINUTE, SECOND
from mockrec.render.footage import AAC_FRAME, MILLISECOND, PICTURE
from mockrec.render.packets import (
    AUDIO_PID,
    FIRST,
    PACKET,
    PAT_PID,
    PMT_PID,
    VIDEO_PID,
    WRAP,
)
from mockrec.render.transport_stream import transport_stream, volume
from tests.render.screening import screen

SLICE = 15 * SECOND
NOTHING = 0x1FFF
WRAPS_AT = (WRAP + 1 - FIRST) // MILLISECOND
ADTS_SYNC = b"\xff\xf1"

# The table that every program 1 on PID 0x1000 has, byte for byte, checksum included.
KNOWN_PAT = bytes.fromhex("00b00d0001c100000001f0002ab104b2")


class Tracks(NamedTuple):
    """What a stream has in it."""

    audio: bool
    video: bool
    portrait: bool = False


class Packet(NamedTuple):
    """A transport packet, read."""

    pid: int
    starts: bool
    counter: int
    flags: int
    clock: int | None
    payload: bytes

    @property
    def shown_at(self) -> int:
        """The presentation time of the PES packet that starts here."""
        assert self.payload[:3] == b"\0\0\1"
        time = int.from_bytes(self.payload[9:14], "big")
        assert time & 0xF100010001 == 0x2100010001
        return time >> 3 & 0x1C0000000 | time >> 2 & 0x3FFF8000 | time >> 1 & 0x7FFF


KINDS = st.sampled_from(
    [Tracks(True, False), Tracks(False, True), Tracks(True, True), Tracks(True, True, True)]
)
STARTS = st.integers(0, 100 * HOUR)
DURATIONS = st.one_of(st.integers(1, 200), st.integers(1, 20 * SECOND))


def record(tracks: Tracks, start: int = 0, duration: int = SLICE) -> bytes:
    return transport_stream(footage(), **tracks._asdict(), start=start, duration=duration)


def record_slices(tracks: Tracks, start: int, durations: list[int]) -> list[bytes]:
    starts = accumulate(durations, initial=start)
    return [record(tracks, at, long) for at, long in zip(starts, durations, strict=False)]


def read(blob: bytes) -> list[Packet]:
    assert len(blob) % PACKET == 0
    packets = [_packet(blob[at : at + PACKET]) for at in range(0, len(blob), PACKET)]
    return [packet for packet in packets if packet.pid != NOTHING]


def _packet(raw: bytes) -> Packet:
    assert raw[0] == 0x47
    assert raw[3] & 0xD0 == 0x10  # neither scrambled nor without a payload
    pid = int.from_bytes(raw[1:3], "big")
    field = raw[5 : 5 + raw[4]] if raw[3] & 0x20 else b""
    flags = field[0] if field else 0
    clock = int.from_bytes(field[1:7], "big") >> 15 if flags & 0x10 else None
    payload = raw[5 + len(field) :] if raw[3] & 0x20 else raw[4:]
    return Packet(pid & 0x1FFF, bool(pid & 0x4000), raw[3] & 15, flags, clock, payload)


def times(blob: bytes, pid: int) -> list[int]:
    return [packet.shown_at for packet in read(blob) if packet.pid == pid and packet.starts]


def sounds(blob: bytes) -> list[int]:
    """When each frame of AAC is heard, those included that share a header."""
    packets = [packet for packet in read(blob) if packet.pid == AUDIO_PID]
    return [
        packet.shown_at + number * AAC_FRAME
        for packet in packets
        for number in range(packet.payload.count(ADTS_SYNC))
    ]


@given(KINDS, STARTS, DURATIONS)
def test_a_slice_opens_with_the_tables_and_an_idr_picture(
    tracks: Tracks, start: int, duration: int
) -> None:
    packets = read(record(tracks, start, duration))

    assert [packet.pid for packet in packets[:2]] == [PAT_PID, PMT_PID]
    assert packets[0].payload[1:].startswith(KNOWN_PAT)
    if tracks.video:
        picture = next(packet for packet in packets if packet.pid == VIDEO_PID)
        units = [unit[0] & 31 for unit in picture.payload.split(b"\0\0\0\1")[1:]]
        assert units == [9, 7, 8, 5]


@given(KINDS, STARTS, DURATIONS)
def test_how_many_bytes_a_slice_has_is_known_without_it(
    tracks: Tracks, start: int, duration: int
) -> None:
    known = volume(footage(), start=start, duration=duration, **tracks._asdict())

    assert known == len(record(tracks, start, duration))


@given(KINDS, STARTS, DURATIONS)
def test_the_packets_of_each_kind_are_counted_from_a_declared_new_beginning(
    tracks: Tracks, start: int, duration: int
) -> None:
    packets = read(record(tracks, start, duration))

    for pid in {packet.pid for packet in packets}:
        of_it = [packet for packet in packets if packet.pid == pid]
        assert [packet.counter for packet in of_it] == [n % 16 for n in range(len(of_it))]
        assert [bool(packet.flags & 0x80) for packet in of_it] == [
            number == 0 for number in range(len(of_it))
        ]


@given(KINDS, STARTS, DURATIONS)
def test_the_clock_runs_evenly_and_ahead_of_what_is_shown(
    tracks: Tracks, start: int, duration: int
) -> None:
    packets = read(record(tracks, start, duration))
    clocked = [packet for packet in packets if packet.clock is not None]

    assert {packet.pid for packet in clocked} == {VIDEO_PID if tracks.video else AUDIO_PID}
    clocks = [packet.clock for packet in clocked if packet.clock is not None]
    steps = [(later - earlier) & WRAP for earlier, later in pairwise(clocks)]
    assert all(0 < step <= 100 * MILLISECOND for step in steps)
    waits = [(packet.shown_at - (packet.clock or 0)) & WRAP for packet in clocked]
    assert set(waits) == {700 * MILLISECOND}


@given(KINDS, STARTS, DURATIONS)
def test_a_slice_lasts_as_long_as_it_should_but_for_a_frame(
    tracks: Tracks, start: int, duration: int
) -> None:
    blob = record(tracks, start, duration)

    if tracks.video:
        assert abs(len(times(blob, VIDEO_PID)) * PICTURE - duration * MILLISECOND) < PICTURE
    if tracks.audio:
        assert abs(len(sounds(blob)) * AAC_FRAME - duration * MILLISECOND) < AAC_FRAME


@given(KINDS, st.integers(0, 20 * HOUR), st.lists(DURATIONS, min_size=2, max_size=6))
def test_the_slices_of_a_stream_join(tracks: Tracks, start: int, durations: list[int]) -> None:
    joined = b"".join(record_slices(tracks, start, durations))

    for frames, span in ((times(joined, VIDEO_PID), PICTURE), (sounds(joined), AAC_FRAME)):
        steps = [later - earlier for earlier, later in pairwise(frames)]
        assert all(0 < step <= span for step in steps)
        if min(durations) * MILLISECOND >= span:
            assert set(steps) <= {span}


@settings(max_examples=8)
@given(KINDS, STARTS, st.lists(st.integers(200, 4 * SECOND), min_size=2, max_size=4))
def test_joined_slices_play_without_a_complaint(
    tracks: Tracks, start: int, durations: list[int]
) -> None:
    screening = screen(b"".join(record_slices(tracks, start, durations)))

    expected = {"video": "h264"} if tracks.video else {}
    expected |= {"audio": "aac"} if tracks.audio else {}
    assert {kind: reel.codec for kind, reel in screening.reels.items()} == expected
    assert screening.duration == pytest.approx(sum(durations), abs=100)
    for reel in screening.reels.values():
        assert reel.keys[0]
        assert len(reel.shown_at) == len(reel.sent_at)


@pytest.mark.parametrize(("portrait", "size"), [(False, (640, 360)), (True, (360, 640))])
def test_the_picture_has_the_orientation_of_its_user(portrait: bool, size: tuple[int, int]) -> None:
    screening = screen(record(Tracks(audio=False, video=True, portrait=portrait), duration=SECOND))

    assert screening.video.sizes == {size}


@given(KINDS, st.integers(WRAPS_AT - 2 * SECOND, WRAPS_AT))
def test_times_start_over_after_33_bits(tracks: Tracks, start: int) -> None:
    blob = record(tracks, start, 3 * SECOND)

    for frames, span in ((times(blob, VIDEO_PID), PICTURE), (sounds(blob), AAC_FRAME)):
        assert all(frame <= WRAP + 3 * AAC_FRAME for frame in frames)
        steps = [(later - earlier) & WRAP for earlier, later in pairwise(frames)]
        assert set(steps) <= {span}


def test_a_slice_across_the_wrap_plays() -> None:
    screening = screen(record(Tracks(audio=True, video=True), WRAPS_AT - SECOND, 3 * SECOND))

    assert len(screening.video.shown_at) == 45
    assert screening.duration == pytest.approx(3 * SECOND, abs=100)


@pytest.mark.parametrize("duration", [1, 10 * MINUTE])
@pytest.mark.parametrize("tracks", [Tracks(True, False), Tracks(False, True), Tracks(True, True)])
def test_a_slice_may_be_as_short_as_a_frame_or_as_long_as_ten_minutes(
    tracks: Tracks, duration: int
) -> None:
    blob = record(tracks, 0, duration)

    assert len(times(blob, VIDEO_PID)) == tracks.video * max(1, duration * 15 // SECOND)
    assert len(sounds(blob)) == tracks.audio * max(1, duration * 48_000 // SECOND // 1_024)


def test_a_slice_of_15_seconds_has_a_modest_size() -> None:
    assert 60_000 < len(record(Tracks(audio=True, video=True))) < 200_000


@given(KINDS, STARTS, DURATIONS)
def test_the_same_slice_has_the_same_bytes(tracks: Tracks, start: int, duration: int) -> None:
    assert record(tracks, start, duration) == record(tracks, start, duration)
