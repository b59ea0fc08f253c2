"""WebM slices, MP4 recordings, audio files and snapshots open, play and last as they should."""

from collections.abc import Callable
from io import BytesIO
from itertools import accumulate, pairwise

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockrec.assets import footage
from mockrec.domain.moments import HOUR, SECOND
from mockrec.render.audio import aac, mp3
from mockrec.render.mp4 import m4a, mp4
from mockrec.render.snapshot import snapshot
from mockrec.render.webm import webm
from tests.render.screening import duration, screen

LANDSCAPE, PORTRAIT = (640, 360), (360, 640)
PICTURE = SECOND / 15
TRACKS = [(True, False), (False, True), (True, True)]
KINDS = st.sampled_from(TRACKS)
STARTS = st.integers(0, 100 * HOUR)
DURATIONS = st.integers(1, 20 * SECOND)


# --- WebM --------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(KINDS, STARTS, DURATIONS)
def test_a_webm_plays_from_its_start_for_its_duration(
    tracks: tuple[bool, bool], start: int, long: int
) -> None:
    audio, video = tracks

    screening = screen(webm(footage(), audio=audio, video=video, start=start, duration=long))

    assert screening.codecs == ["vp8"] * video + ["opus"] * audio
    assert screening.duration == pytest.approx(long, abs=1)
    for reel in screening.reels.values():
        assert reel.keys[0]
        assert len(reel.shown_at) == len(reel.sent_at)
        assert start <= reel.sent_at[0]
        assert reel.sent_at[-1] < start + long


@settings(max_examples=12)
@given(STARTS, st.lists(st.integers(1, 5 * SECOND), min_size=2, max_size=4))
def test_the_times_of_webm_slices_run_on(start: int, lengths: list[int]) -> None:
    starts = list(accumulate(lengths, initial=start))[:-1]
    slices = [
        screen(webm(footage(), audio=False, video=True, start=at, duration=long))
        for at, long in zip(starts, lengths, strict=True)
    ]

    times = [time for shown in slices for time in shown.video.sent_at]
    assert all(0 < later - earlier <= PICTURE + 1 for earlier, later in pairwise(times))


def test_every_loop_of_a_webm_can_be_entered() -> None:
    shown = screen(webm(footage(), audio=True, video=True, start=0, duration=6 * SECOND)).video

    keys = [time for time, key in zip(shown.sent_at, shown.keys, strict=True) if key]
    assert keys == [0, 2 * SECOND, 4 * SECOND]
    assert shown.sizes == {LANDSCAPE}


# --- MP4 ---------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(KINDS, st.booleans(), DURATIONS)
def test_an_mp4_plays_for_its_duration(
    tracks: tuple[bool, bool], portrait: bool, long: int
) -> None:
    audio, video = tracks

    screening = screen(mp4(footage(), audio=audio, video=video, portrait=portrait, duration=long))

    assert screening.codecs == ["h264"] * video + ["aac"] * audio
    assert screening.duration == pytest.approx(long, abs=100)
    for reel in screening.reels.values():
        assert reel.sent_at[0] == 0
        assert reel.keys[0]
        assert len(reel.shown_at) == len(reel.sent_at)
    if video:
        assert screening.video.sizes == {PORTRAIT if portrait else LANDSCAPE}


@given(st.integers(1, 4 * HOUR))
def test_an_mp4_says_how_long_it_is(long: int) -> None:
    movie = mp4(footage(), audio=True, video=True, portrait=False, duration=long)

    assert duration(movie) == pytest.approx(long, abs=100)


@pytest.mark.parametrize(("hours", "largest"), [(2, 500_000), (4, 1_000_000)])
def test_hours_of_mp4_stay_small_and_can_be_entered_in_the_middle(hours: int, largest: int) -> None:
    movie = mp4(footage(), audio=True, video=True, portrait=False, duration=hours * HOUR)

    assert len(movie) < largest
    with av.open(BytesIO(movie), "r") as container:
        container.seek(hours * HOUR // 2 * 1_000, backward=True)
        picture = next(container.decode(video=0))
        assert picture.time == pytest.approx(hours * HOUR / 2 / SECOND, abs=2)
        assert picture.key_frame
        assert next(container.decode(audio=0)).time is not None


def test_the_index_of_an_mp4_stands_in_front() -> None:
    movie = mp4(footage(), audio=True, video=True, portrait=True, duration=SECOND)

    assert movie.index(b"moov") < movie.index(b"mdat")


# --- audio files -------------------------------------------------------------------------------


@settings(max_examples=12)
@given(
    st.sampled_from([(aac, "aac"), (mp3, "mp3float"), (m4a, "aac")]), st.integers(500, 20 * SECOND)
)
def test_an_audio_file_plays_for_its_duration(
    kind: tuple[Callable[..., bytes], str], long: int
) -> None:
    record, codec = kind

    screening = screen(record(footage(), duration=long))

    assert screening.codecs == [codec]
    assert len(screening.audio.samples) / 48 == pytest.approx(long, abs=50)


# --- snapshots ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("portrait", "size"), [(False, LANDSCAPE), (True, PORTRAIT)])
def test_a_snapshot_is_a_jpeg_with_a_note(portrait: bool, size: tuple[int, int]) -> None:
    photo = snapshot(footage(), portrait=portrait, note="1001 20260701090003485 é")

    assert screen(photo).video.sizes == {size}
    assert photo.startswith(b"\xff\xd8\xff\xe0")
    assert "1001 20260701090003485 é".encode() in photo


def test_two_snapshots_differ_by_their_notes() -> None:
    first, again, other = (
        snapshot(footage(), portrait=False, note=note) for note in ("1", "1", "2")
    )

    assert first == again
    assert first != other


def test_a_note_has_to_fit_into_its_segment() -> None:
    snapshot(footage(), portrait=False, note="x" * 65_533)

    with pytest.raises(OverflowError):
        snapshot(footage(), portrait=False, note="x" * 65_534)


# --- all of them -------------------------------------------------------------------------------


@given(KINDS, STARTS, DURATIONS)
def test_the_same_arguments_give_the_same_bytes(
    tracks: tuple[bool, bool], start: int, long: int
) -> None:
    audio, video = tracks

    assert all(
        once == again
        for once, again in zip(
            *(
                (
                    webm(footage(), audio=audio, video=video, start=start, duration=long),
                    mp4(footage(), audio=audio, video=video, portrait=True, duration=long),
                    m4a(footage(), duration=long),
                    aac(footage(), duration=long),
                    mp3(footage(), duration=long),
                )
                for _ in range(2)
            ),
            strict=True,
        )
    )
