"""Where the slices of a stream begin and end, and where they go."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.capture import mixed_key, slice_length
from mockrec.domain.channel import User
from mockrec.domain.commands import Update
from mockrec.domain.events import PlaylistsFinished, SliceUploaded
from mockrec.domain.notices import PlaylistAppeared, SliceStarted
from mockrec.domain.signals import ChangeStorage
from mockrec.domain.streams import StreamKey, Track
from mockrec.domain.task import Task
from mockrec.domain.timing import Timing
from tests.domain.studio import (
    AUDIO,
    EPOCH,
    INDIVIDUAL,
    MEDIA,
    MIX,
    SILENT,
    STORAGE,
    UNDER_WAY,
    VIDEO,
    WEB,
    Studio,
    Take,
    saw,
)

ONE: Final = User(1)
FIRST_AUDIO: Final = (MEDIA, MEDIA + 15_019)


def lengths(spans: list[tuple[int, int]]) -> list[int]:
    return [end - start for start, end in spans]


# Regular lengths.


def test_a_slice_of_one_users_audio_is_a_whole_number_of_frames_long() -> None:
    take = Take(INDIVIDUAL, ONE).stop(MEDIA + 50_000)

    assert lengths(take.spans(1, Track.AUDIO)) == [15_019, 15_019, 15_019, 4_943]


def test_a_slice_of_one_users_video_ends_with_a_group_of_pictures() -> None:
    take = Take(INDIVIDUAL, ONE).stop(MEDIA + 50_000)

    assert lengths(take.spans(1, Track.VIDEO)) == [16_000, 16_000, 16_000, 2_000]


@pytest.mark.parametrize("order", [MIX, WEB], ids=["mix", "web"])
def test_a_slice_of_everybody_has_the_shortest_length(order: Task) -> None:
    take = Take(order, ONE).until(60_000)

    assert set(lengths(take.spans(0, Track.BOTH))) == {15_000}


@pytest.mark.parametrize(
    ("order", "track", "length"),
    [
        (INDIVIDUAL, Track.AUDIO, 10_006),  # 469 frames of 1024 samples at 48 kHz
        (INDIVIDUAL, Track.VIDEO, 10_000),
        (MIX, Track.AUDIO, 10_000),
        (MIX, Track.VIDEO, 10_000),
        (WEB, Track.BOTH, 10_000),
    ],
)
def test_the_length_follows_the_setting(order: Task, track: Track, length: int) -> None:
    assert slice_length(replace(order, timing=Timing(slice=10_000)), track) == length


def test_a_whole_number_of_pictures_is_not_rounded_further() -> None:
    task = replace(INDIVIDUAL, timing=Timing(slice=16_000))

    assert slice_length(task, Track.VIDEO) == 16_000
    assert slice_length(replace(task, timing=Timing(slice=16_001)), Track.VIDEO) == 18_000


def test_a_whole_number_of_frames_is_not_rounded_further() -> None:
    task = replace(INDIVIDUAL, timing=Timing(slice=16_000))

    assert slice_length(task, Track.AUDIO) == 16_000


@pytest.mark.parametrize(
    ("order", "track"),
    [
        (MIX, Track.BOTH),
        (replace(MIX, media=AUDIO), Track.AUDIO),
        (replace(MIX, media=VIDEO), Track.VIDEO),
        (WEB, Track.BOTH),
        (replace(WEB, media=AUDIO), Track.BOTH),
    ],
)
def test_everybody_is_mixed_into_one_stream_of_what_is_recorded(order: Task, track: Track) -> None:
    assert mixed_key(order) == StreamKey(0, track)


def test_the_last_slice_is_what_remains_and_a_slice_of_no_length_is_none() -> None:
    take = Take(MIX, ONE).stop(MEDIA + 30_000)

    assert take.spans(0, Track.BOTH) == [
        (MEDIA, MEDIA + 15_000),
        (MEDIA + 15_000, MEDIA + 30_000),
    ]


def test_a_slice_arrives_in_the_bucket_an_upload_after_its_cut() -> None:
    take = Take(MIX, ONE).until(MEDIA + 15_000 + 800)

    assert take.when(SliceUploaded) == [MEDIA + 15_000 + 800]


def test_the_media_time_counts_from_the_first_slice_of_the_stream() -> None:
    take = Take(INDIVIDUAL, ONE).stop(MEDIA + 50_000)

    assert {piece.opened for piece in take.cut(1, Track.AUDIO)} == {EPOCH + MEDIA}


def test_a_recording_began_when_its_first_media_came() -> None:
    take = Take(INDIVIDUAL, User(2)).at(10_000, saw(User(2), ONE)).until(UNDER_WAY)

    assert take.recording.began == EPOCH + MEDIA


def test_a_recording_to_which_nobody_has_sent_has_not_begun() -> None:
    take = Take(INDIVIDUAL, User(1, SILENT)).until(UNDER_WAY)
    assert take.recording.began is None

    take.at(UNDER_WAY + 1, saw(ONE))
    assert take.recording.began == EPOCH + UNDER_WAY + 1


# Fresh, turned, discontinued.


def test_only_the_first_slice_is_fresh_and_turned() -> None:
    take = Take(INDIVIDUAL, ONE).until(60_000)

    first, *later = take.cut(1, Track.VIDEO)
    assert (first.number, first.fresh, first.turned, first.discontinued) == (
        0,
        True,
        True,
        EPOCH + MEDIA,
    )
    assert {(piece.fresh, piece.turned) for piece in later} == {(False, False)}
    assert len(take.told(SliceStarted)) == 2  # one for the audio, one for the video


def test_a_playlist_appears_once_and_its_first_slice_is_told_after_it() -> None:
    take = Take(INDIVIDUAL, ONE).stop(60_000)

    assert [event.file.key.track for event in take.told(PlaylistAppeared)] == [
        Track.AUDIO,
        Track.VIDEO,
    ]
    first = [type(event) for event in take.events if event.at == EPOCH + FIRST_AUDIO[1] + 800]
    assert first[:3] == [SliceUploaded, PlaylistAppeared, SliceStarted]


# Where the files go.


def test_from_an_update_of_the_storage_on_files_go_to_the_new_one(studio: Studio) -> None:
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)
    elsewhere = replace(STORAGE, bucket="elsewhere")

    studio.do(Update(session, storage=elsewhere))
    studio.stop(session)

    assert [event.storage for event in studio.told(SliceUploaded)] == [
        STORAGE,
        elsewhere,
    ]
    assert [event.storage for event in studio.told(PlaylistsFinished)] == [elsewhere]


def test_a_slice_under_way_arrives_where_the_storage_is_by_then() -> None:
    elsewhere = replace(STORAGE, bucket="elsewhere")

    take = Take(MIX, ONE).at(MEDIA + 15_100, ChangeStorage(elsewhere)).until(UNDER_WAY)

    assert [event.storage for event in take.told(SliceUploaded)] == [elsewhere]
