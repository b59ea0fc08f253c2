"""The size and the codec of a video cut its slices and decide what they are packed in."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.channel import Codec, Medium, User
from mockrec.domain.notices import PlaylistAppeared, StreamChanged, Uploaded
from mockrec.domain.streams import Container, FileKind, Picture, Track
from mockrec.domain.subscription import Everyone, Only, Subscription
from mockrec.domain.task import StreamMode, Task
from tests.domain.studio import (
    AUDIO,
    EPOCH,
    INDIVIDUAL,
    MEDIA,
    MIX,
    UNDER_WAY,
    VIDEO,
    WEB,
    Take,
    crowd,
    saw,
)

ONE: Final = User(1)
DARK: Final = replace(ONE, publishes=AUDIO)
WITH_VP8: Final = replace(ONE, codec=Codec.VP8)
STANDARD: Final = replace(INDIVIDUAL, stream_mode=StreamMode.STANDARD)

# The regular slices of one user from the first media on.
FIRST_AUDIO: Final = (MEDIA, MEDIA + 15_019)
FIRST_VIDEO: Final = (MEDIA, MEDIA + 16_000)


# The picture.


def test_another_size_cuts_the_slice_which_turns_but_is_not_fresh() -> None:
    tall = replace(ONE, width=360, height=640)

    take = Take(INDIVIDUAL, ONE).at(10_000, saw(tall)).stop(40_000)

    assert take.spans(1, Track.VIDEO) == [(MEDIA, 10_000), (10_000, 26_000), (26_000, 40_000)]
    first, turned, after = take.cut(1, Track.VIDEO)
    assert (first.picture, turned.picture) == (Picture(640, 360), Picture(360, 640))
    assert (turned.fresh, turned.turned) == (False, True)
    assert (after.fresh, after.turned) == (False, False)
    assert take.spans(1, Track.AUDIO)[0] == FIRST_AUDIO


def test_another_size_at_the_moment_of_opening_leaves_the_first_slice_fresh() -> None:
    tall = replace(ONE, width=360, height=640)

    take = Take(INDIVIDUAL, ONE).at(MEDIA, saw(tall)).stop(10_000)

    (only,) = take.cut(1, Track.VIDEO)
    assert (only.number, only.fresh, only.turned) == (0, True, True)
    assert only.picture == Picture(360, 640)


def test_another_size_at_the_moment_of_a_regular_cut_turns_the_next_slice() -> None:
    tall = replace(ONE, width=360, height=640)

    take = Take(INDIVIDUAL, ONE).at(FIRST_VIDEO[1], saw(tall)).stop(30_000)

    assert [(piece.fresh, piece.turned) for piece in take.cut(1, Track.VIDEO)] == [
        (True, True),
        (False, True),
    ]


def test_a_video_that_returns_within_the_grace_in_another_size_turns() -> None:
    tall = replace(ONE, width=360, height=640)

    take = Take(INDIVIDUAL, ONE).at(8_000, saw(DARK)).at(10_000, saw(tall)).stop(20_000)

    assert take.spans(1, Track.VIDEO) == [(MEDIA, 10_000), (10_000, 20_000)]
    assert [piece.turned for piece in take.cut(1, Track.VIDEO)] == [True, True]


def test_a_size_that_changes_does_not_cut_a_mixed_stream() -> None:
    take = Take(MIX, ONE).at(10_000, saw(replace(ONE, width=360, height=640))).until(20_000)

    assert take.spans(0, Track.BOTH) == [(MEDIA, MEDIA + 15_000)]
    assert take.cut(0, Track.BOTH)[0].picture == Picture(360, 640)  # the canvas


def test_the_page_has_the_size_that_was_ordered() -> None:
    take = Take(WEB).until(UNDER_WAY)

    assert take.cut(0, Track.BOTH)[0].picture == Picture(1280, 720)


# The codec and the container.


def containers(take: Take, track: Track) -> list[Container]:
    return [piece.container for piece in take.cut(1, track)]


def test_another_codec_cuts_the_slice_and_changes_the_container() -> None:
    take = Take(INDIVIDUAL, ONE).at(10_000, saw(WITH_VP8)).stop(15_000)

    assert take.spans(1, Track.VIDEO) == [(MEDIA, 10_000), (10_000, 15_000)]
    assert containers(take, Track.VIDEO) == [Container.TS, Container.WEBM]


@pytest.mark.parametrize(
    ("order", "user", "audio", "video"),
    [
        (INDIVIDUAL, ONE, Container.TS, Container.TS),
        (INDIVIDUAL, WITH_VP8, Container.TS, Container.WEBM),
        (STANDARD, ONE, Container.TS, Container.TS),
        (STANDARD, WITH_VP8, Container.WEBM, Container.WEBM),
    ],
)
def test_the_codec_and_the_stream_mode_decide_the_container(
    order: Task, user: User, audio: Container, video: Container
) -> None:
    take = Take(order, user).stop(UNDER_WAY)

    assert set(containers(take, Track.AUDIO)) == {audio}
    assert set(containers(take, Track.VIDEO)) == {video}


def test_in_standard_mode_the_audio_of_one_without_video_is_a_transport_stream() -> None:
    take = Take(STANDARD, replace(WITH_VP8, publishes=AUDIO)).stop(UNDER_WAY)

    assert set(containers(take, Track.AUDIO)) == {Container.TS}


LATE: Final = replace(WITH_VP8, publishes=AUDIO)


@pytest.mark.parametrize(
    ("before", "after"), [(LATE, WITH_VP8), (ONE, WITH_VP8)], ids=["video comes", "codec changes"]
)
def test_in_standard_mode_an_audio_slice_stays_what_it_began_as(before: User, after: User) -> None:
    take = Take(STANDARD, before).at(10_000, saw(after)).stop(UNDER_WAY)

    assert take.spans(1, Track.AUDIO)[0] == FIRST_AUDIO
    assert containers(take, Track.AUDIO) == [Container.TS, Container.WEBM]


def test_in_standard_mode_the_audio_goes_on_in_webm_when_the_video_is_muted() -> None:
    take = Take(STANDARD, WITH_VP8).at(10_000, saw(LATE)).stop(60_000)

    assert set(containers(take, Track.AUDIO)) == {Container.WEBM}


def test_a_mix_of_sound_alone_has_no_picture() -> None:
    take = Take(replace(MIX, media=AUDIO), ONE).stop(UNDER_WAY)

    assert {piece.picture for piece in take.cut(0, Track.AUDIO)} == {None}


def test_everybody_is_mixed_into_a_transport_stream_whatever_they_send() -> None:
    take = Take(MIX, WITH_VP8).stop(UNDER_WAY)

    assert {piece.container for piece in take.cut(0, Track.BOTH)} == {Container.TS}


def kinds(take: Take) -> list[tuple[FileKind, Track]]:
    return [(event.file.kind, event.file.key.track) for event in take.told(PlaylistAppeared)]


def test_in_standard_mode_a_merged_playlist_appears_beside_the_others() -> None:
    take = Take(STANDARD, ONE).stop(60_000)

    assert kinds(take) == [
        (FileKind.PLAYLIST, Track.AUDIO),
        (FileKind.MERGED, Track.BOTH),
        (FileKind.PLAYLIST, Track.VIDEO),
    ]
    assert [file.kind for file in take.told(Uploaded)[0].files] == [kind for kind, _ in kinds(take)]


def test_in_standard_mode_a_vp8_publisher_has_a_manifest_with_his_first_video() -> None:
    take = Take(STANDARD, WITH_VP8).stop(60_000)

    assert kinds(take) == [
        (FileKind.PLAYLIST, Track.AUDIO),
        (FileKind.PLAYLIST, Track.VIDEO),
        (FileKind.MPD, Track.BOTH),
    ]


def test_in_standard_mode_a_publisher_who_changes_his_codec_has_both() -> None:
    take = Take(STANDARD, ONE).at(UNDER_WAY, saw(WITH_VP8)).stop(60_000)

    assert {kind for kind, track in kinds(take) if track is Track.BOTH} == {
        FileKind.MERGED,
        FileKind.MPD,
    }


def test_in_default_mode_nothing_is_merged() -> None:
    take = Take(INDIVIDUAL, WITH_VP8).stop(60_000)

    assert {kind for kind, _ in kinds(take)} == {FileKind.PLAYLIST}


def test_a_listed_file_starts_with_its_first_slice() -> None:
    take = Take(INDIVIDUAL, ONE).at(10_000, saw(ONE, User(2))).stop(60_000)

    assert {(file.key.uid, file.start - EPOCH) for file in take.recording.files} == {
        (1, MEDIA),
        (2, 10_000),
    }


# Only what was ordered.


@pytest.mark.parametrize(
    ("media", "tracks"), [(AUDIO, {Track.AUDIO}), (VIDEO, {Track.VIDEO})], ids=["audio", "video"]
)
def test_only_the_ordered_medium_is_recorded(media: frozenset[Medium], tracks: set[Track]) -> None:
    wanted = Subscription(
        *(Everyone() if medium in media else Only(frozenset()) for medium in Medium)
    )
    take = Take(replace(INDIVIDUAL, media=media, subscription=wanted), *crowd(2)).stop(UNDER_WAY)

    assert {key.track for key in take.recording.streams} == tracks
    assert {event.medium for event in take.told(StreamChanged)} == media


def test_a_mix_of_video_alone_goes_dark_with_its_slice() -> None:
    seen = Subscription(Only(frozenset()), Everyone())
    task = replace(MIX, media=VIDEO, subscription=seen)

    take = Take(task, ONE).at(10_000, saw()).stop(29_000)

    assert take.spans(0, Track.VIDEO) == [(MEDIA, MEDIA + 15_000)]
