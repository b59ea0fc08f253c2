"""Streams are bridged, closed and begun again when users mute, leave and return."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.channel import User
from mockrec.domain.notices import SliceStarted, StreamChanged
from mockrec.domain.signals import ChangeSubscription, SawUsers
from mockrec.domain.streams import Track
from mockrec.domain.subscription import Everyone, Only, Subscription
from mockrec.domain.task import StreamMode
from tests.domain.studio import (
    AUDIO,
    EPOCH,
    INDIVIDUAL,
    MEDIA,
    MIX,
    SILENT,
    VIDEO,
    Take,
    saw,
)

ONE: Final = User(1)
MUTED: Final = replace(ONE, publishes=VIDEO)
DARK: Final = replace(ONE, publishes=AUDIO)
ORIGINAL: Final = replace(INDIVIDUAL, stream_mode=StreamMode.ORIGINAL, media=AUDIO)

# The regular slices of one user from the first media on.
FIRST_AUDIO: Final = (MEDIA, MEDIA + 15_019)
SECOND_AUDIO: Final = (MEDIA + 15_019, MEDIA + 30_038)
FIRST_VIDEO: Final = (MEDIA, MEDIA + 16_000)


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
def test_original_audio_is_cut_at_once_without_silence(away: SawUsers) -> None:
    task = replace(ORIGINAL, subscription=Subscription(Everyone(), Only(frozenset())))

    take = Take(task, ONE).at(10_000, away).at(12_000, saw(ONE)).stop(20_000)

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
