"""Where streams are cut, bridged, closed and begun again."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.capture import mixed_key, slice_length
from mockrec.domain.channel import Codec, Medium, User
from mockrec.domain.commands import Update
from mockrec.domain.events import (
    PlaylistAppeared,
    PlaylistsFinished,
    SliceStarted,
    SliceUploaded,
    StreamChanged,
    Uploaded,
)
from mockrec.domain.signals import ChangeStorage, ChangeSubscription
from mockrec.domain.streams import Container, FileKind, Picture, StreamKey, Track
from mockrec.domain.subscription import Everyone, Only, Subscription
from mockrec.domain.task import StreamMode, Task
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
    crowd,
    saw,
)

ONE: Final = User(1)
MUTED: Final = replace(ONE, publishes=VIDEO)
DARK: Final = replace(ONE, publishes=AUDIO)
WITH_VP8: Final = replace(ONE, codec=Codec.VP8)

STANDARD: Final = replace(INDIVIDUAL, stream_mode=StreamMode.STANDARD)
ORIGINAL: Final = replace(INDIVIDUAL, stream_mode=StreamMode.ORIGINAL, media=AUDIO)

# The slices of one user from the first media on: the regular ones and the moment of the next.
FIRST_AUDIO: Final = (MEDIA, MEDIA + 15_019)
SECOND_AUDIO: Final = (MEDIA + 15_019, MEDIA + 30_038)
FIRST_VIDEO: Final = (MEDIA, MEDIA + 16_000)


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


# Mute, leave and return.


def test_a_muted_audio_is_bridged_with_silence_for_the_grace_and_closed() -> None:
    take = Take(INDIVIDUAL, ONE).at(10_000, saw(MUTED)).stop(60_000)

    assert take.spans(1, Track.AUDIO) == [FIRST_AUDIO, (FIRST_AUDIO[1], 25_000)]
    assert take.when(StreamChanged)[2] == 10_000


def test_an_audio_that_returns_within_the_grace_goes_on_in_the_same_slices() -> None:
    take = Take(INDIVIDUAL, ONE).at(10_000, saw(MUTED)).at(24_999, saw(ONE)).until(33_000)

    assert take.spans(1, Track.AUDIO) == [FIRST_AUDIO, SECOND_AUDIO]
    assert [piece.fresh for piece in take.cut(1, Track.AUDIO)] == [True, False]


def test_an_audio_that_returns_after_the_grace_begins_a_fresh_slice() -> None:
    take = Take(INDIVIDUAL, ONE).at(10_000, saw(MUTED)).at(40_000, saw(ONE)).stop(50_000)

    assert take.spans(1, Track.AUDIO)[-2:] == [(FIRST_AUDIO[1], 25_000), (40_000, 50_000)]
    last = take.cut(1, Track.AUDIO)[-1]
    assert (last.number, last.fresh, last.turned, last.discontinued, last.opened) == (
        2,
        True,
        True,
        EPOCH + 25_000,
        EPOCH + MEDIA,
    )
    assert [event.slice for event in take.told(SliceStarted)][-1] == last


def test_at_the_very_end_of_the_grace_an_audio_comes_too_late() -> None:
    take = Take(INDIVIDUAL, ONE).at(10_000, saw(MUTED)).at(25_000, saw(ONE)).stop(30_000)

    assert take.spans(1, Track.AUDIO)[-2:] == [(FIRST_AUDIO[1], 25_000), (25_000, 30_000)]
    assert take.cut(1, Track.AUDIO)[-1].fresh


def test_the_grace_begins_anew_with_each_interruption() -> None:
    take = Take(INDIVIDUAL, ONE)
    take.at(10_000, saw(MUTED)).at(20_000, saw(ONE)).at(22_000, saw(MUTED)).stop(60_000)

    assert take.spans(1, Track.AUDIO)[-1][1] == 37_000


def test_a_change_elsewhere_does_not_prolong_the_grace() -> None:
    take = Take(INDIVIDUAL, ONE)
    take.at(10_000, saw(MUTED)).at(20_000, saw(MUTED, User(2))).stop(60_000)

    assert take.spans(1, Track.AUDIO)[-1][1] == 25_000


def test_a_dark_video_ends_with_its_slice() -> None:
    take = Take(INDIVIDUAL, ONE).at(10_000, saw(DARK)).stop(60_000)

    assert take.spans(1, Track.VIDEO) == [FIRST_VIDEO]


def test_a_dark_video_ends_with_the_grace_where_that_is_sooner() -> None:
    take = Take(INDIVIDUAL, ONE).at(MEDIA + 500, saw(DARK)).stop(60_000)

    assert take.spans(1, Track.VIDEO) == [(MEDIA, MEDIA + 500 + 15_000)]


def test_a_video_that_returns_before_its_slice_ends_goes_on() -> None:
    take = Take(INDIVIDUAL, ONE).at(10_000, saw(DARK)).at(18_000, saw(ONE)).until(40_000)

    assert take.spans(1, Track.VIDEO) == [FIRST_VIDEO, (MEDIA + 16_000, MEDIA + 32_000)]


def test_a_video_that_returns_after_its_slice_ended_begins_afresh() -> None:
    take = Take(INDIVIDUAL, ONE).at(10_000, saw(DARK)).at(22_000, saw(ONE)).stop(30_000)

    assert take.spans(1, Track.VIDEO) == [FIRST_VIDEO, (22_000, 30_000)]
    last = take.cut(1, Track.VIDEO)[-1]
    assert (last.fresh, last.discontinued) == (True, EPOCH + FIRST_VIDEO[1])


def test_a_user_who_leaves_is_bridged_like_one_who_mutes() -> None:
    gone = Take(INDIVIDUAL, ONE, User(2)).at(10_000, saw(User(2))).stop(60_000)

    assert gone.spans(1, Track.AUDIO) == [FIRST_AUDIO, (FIRST_AUDIO[1], 25_000)]
    assert gone.spans(1, Track.VIDEO) == [FIRST_VIDEO]


@pytest.mark.parametrize("away", [saw(MUTED), saw()], ids=["muted", "left"])
def test_original_audio_is_cut_at_once_without_silence(away: object) -> None:
    task = replace(ORIGINAL, subscription=Subscription(Everyone(), Only(frozenset())))

    take = Take(task, ONE).at(10_000, away).at(12_000, saw(ONE)).stop(20_000)  # type: ignore[arg-type]

    assert take.spans(1, Track.AUDIO) == [(MEDIA, 10_000), (12_000, 20_000)]
    assert [piece.fresh for piece in take.cut(1, Track.AUDIO)] == [True, True]


def test_a_stream_that_opens_and_closes_at_one_moment_leaves_no_slice() -> None:
    take = Take(ORIGINAL, MUTED)
    take.at(5_000, saw(ONE)).at(5_000, saw(MUTED)).at(9_000, saw(ONE)).stop(10_000)

    assert take.spans(1, Track.AUDIO) == [(9_000, 10_000)]
    only = take.cut(1, Track.AUDIO)[0]
    assert (only.number, only.fresh, only.discontinued) == (0, True, EPOCH + 9_000)


def test_a_mixed_stream_goes_on_as_long_as_anybody_is_there_who_has_been_heard() -> None:
    take = Take(MIX, ONE, User(2)).at(10_000, saw(User(2))).at(12_000, saw(User(2, SILENT)))

    take.until(60_000)

    assert take.recording.met == {2}
    assert take.spans(0, Track.BOTH)[-1] == (MEDIA + 30_000, MEDIA + 45_000)


def test_a_mixed_stream_without_anybody_is_bridged_and_closed() -> None:
    take = Take(MIX, ONE).at(10_000, saw(User(3, SILENT))).stop(60_000)

    assert take.spans(0, Track.BOTH) == [(MEDIA, MEDIA + 15_000), (MEDIA + 15_000, 25_000)]


def test_a_mixed_stream_goes_on_when_somebody_returns_within_the_grace() -> None:
    take = Take(MIX, ONE).at(10_000, saw()).at(20_000, saw(User(2))).until(33_000)

    assert take.spans(0, Track.BOTH) == [
        (MEDIA, MEDIA + 15_000),
        (MEDIA + 15_000, MEDIA + 30_000),
    ]


def test_a_mixed_stream_is_interrupted_when_nobody_is_wanted_any_more() -> None:
    nobody = ChangeSubscription(Subscription(Only(frozenset()), Only(frozenset())))

    take = Take(MIX, ONE).at(10_000, nobody).stop(60_000)

    assert take.spans(0, Track.BOTH)[-1][1] == 25_000


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
