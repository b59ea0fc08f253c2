"""The footage is small, loops, and stands on a grid that no cut disturbs."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.assets import footage
from mockrec.domain.moments import HOUR, MINUTE, SECOND
from mockrec.render.audio import aac, mp3
from mockrec.render.footage import (
    AAC_FRAME,
    MILLISECOND,
    MP3_FRAME,
    OPUS_FRAME,
    PICTURE,
    PICTURES_IN_A_LOOP,
    moments,
    pack,
    unpack,
)
from mockrec.render.webm import webm
from tests.render.screening import screen

IDR, DELTA = 5, 1
PERIOD = 64  # samples, of 750 Hz at 48 kHz

SPANS = st.sampled_from([PICTURE, AAC_FRAME, OPUS_FRAME, MP3_FRAME])
STARTS = st.integers(0, 1000 * HOUR)
DURATIONS = st.integers(1, 10 * MINUTE)


def test_what_was_packed_is_unpacked() -> None:
    packed = pack(footage())

    assert pack(unpack(packed)) == packed
    assert len(packed) < 60_000


def test_two_footages_are_equal_only_if_they_are_one() -> None:
    assert footage() == footage()
    assert unpack(pack(footage())) != footage()


@pytest.mark.parametrize("portrait", [False, True])
def test_a_clip_is_one_closed_group_of_pictures(portrait: bool) -> None:
    frames = footage().clip(portrait=portrait).frames

    assert len(frames) == PICTURES_IN_A_LOOP
    assert [frame[0] & 31 for frame in frames] == [IDR] + [DELTA] * (PICTURES_IN_A_LOOP - 1)
    assert not any(b"\0\0\1" in frame or frame.endswith(b"\0") for frame in frames)


@pytest.mark.parametrize(
    "recorded",
    [
        aac(footage(), duration=SECOND),
        mp3(footage(), duration=SECOND),
        webm(footage(), audio=True, video=False, start=0, duration=SECOND),
    ],
    ids=["aac", "mp3", "opus"],
)
def test_a_tone_repeats_without_a_seam_in_every_codec(recorded: bytes) -> None:
    settled = screen(recorded).audio.samples[SECOND * 12 :]

    shifted = zip(settled, settled[PERIOD:], strict=False)
    assert max(settled) > 0.04
    assert max(abs(now - then) for now, then in shifted) < 0.001


@given(STARTS, DURATIONS, SPANS)
def test_the_frames_of_a_slice_begin_in_it(start: int, duration: int, span: int) -> None:
    whens = moments(start, duration, span)

    assert start * MILLISECOND <= whens[0]
    assert whens[-1] < (start + duration) * MILLISECOND


@given(STARTS, st.lists(DURATIONS, min_size=1, max_size=9), SPANS)
def test_the_frames_of_a_stream_are_one_grid(start: int, lengths: list[int], span: int) -> None:
    starts = accumulate(lengths, initial=start)
    slices = [moments(at, long, span) for at, long in zip(starts, lengths, strict=False)]

    frames = [when for whens in slices for when in whens]
    assert all(earlier < later for earlier, later in pairwise(frames))
    if min(lengths) * MILLISECOND >= span:
        assert frames == list(moments(start, sum(lengths), span))


def test_a_slice_too_short_for_the_grid_shows_a_frame_of_its_own() -> None:
    assert list(moments(1, 1, PICTURE)) == [MILLISECOND]
    assert list(moments(0, 1, PICTURE)) == [0]
