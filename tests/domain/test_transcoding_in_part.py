"""Postponed transcoding makes files of what is in the bucket, and of nobody who lacks any of it."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.changes import BreakBucket
from mockrec.domain.conditions import BucketFault
from mockrec.domain.events import Restored, TranscodingUploaded
from mockrec.domain.moments import HOUR, MINUTE
from mockrec.domain.notices import (
    DownloadFailed,
    PostponedFinished,
    TranscoderCompleted,
    TranscoderStarted,
)
from mockrec.domain.streams import FileKind, RecordedFile, Slice
from mockrec.domain.task import Postponed
from tests.domain.studio import EPOCH, INDIVIDUAL, STORAGE, UNDER_WAY, Studio, crowd

TRANSCODED: Final = replace(INDIVIDUAL, postponed=Postponed.TRANSCODING)
MIXED: Final = replace(INDIVIDUAL, postponed=Postponed.MIXING, postponed_format="mp3")


def in_part(studio: Studio, order: Postponed = Postponed.TRANSCODING) -> None:
    """A recording of two; the bucket fails when the second has come, until the end."""
    studio.join(crowd(1)[0])
    session = studio.record(TRANSCODED if order is Postponed.TRANSCODING else MIXED)
    studio.jump(UNDER_WAY)
    studio.leave(1)
    studio.join(crowd(2)[1])
    studio.jump(17_000)
    studio.do(BreakBucket(BucketFault.TRANSFER))
    studio.jump(MINUTE)
    studio.stop(session)


def test_of_whom_a_file_is_missing_nothing_is_made(studio: Studio) -> None:
    in_part(studio)
    studio.do(BreakBucket(None))
    studio.jump(HOUR)

    assert [event.file.uid for event in studio.told(TranscodingUploaded)] == [1]
    (completed,), (finished,) = studio.told(TranscoderCompleted), studio.told(PostponedFinished)
    assert (completed.files, completed.failed) == (finished.files, finished.failed)
    assert ([file.uid for file in completed.files], completed.failed) == ([1], (2,))


def test_what_could_not_be_fetched_is_told_once_when_the_transcoder_starts(studio: Studio) -> None:
    in_part(studio)
    studio.do(BreakBucket(None))
    studio.jump(HOUR)

    (told,), (started,) = studio.told(DownloadFailed), studio.told(TranscoderStarted)
    assert (told.at, told.storage) == (started.at, STORAGE)
    assert {piece.key.uid for piece in told.files if isinstance(piece, Slice)} == {2}
    numbers = [
        event.sequence
        for kind in (TranscoderStarted, DownloadFailed, TranscoderCompleted, PostponedFinished)
        for event in studio.told(kind)
    ]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    assert studio.told(Restored)[0].at > told.at


def test_a_mix_that_lacks_anything_is_not_made(studio: Studio) -> None:
    in_part(studio, Postponed.MIXING)
    studio.do(BreakBucket(None))
    studio.jump(HOUR)

    assert not studio.told(TranscodingUploaded)
    assert studio.told(PostponedFinished)[0].failed == (0,)


@pytest.mark.parametrize("fault", [*BucketFault][:-1])
def test_from_a_bucket_that_is_broken_nothing_is_fetched(
    studio: Studio, fault: BucketFault
) -> None:
    studio.join(*crowd(2))
    session = studio.record(TRANSCODED)
    studio.jump(UNDER_WAY)
    studio.stop(session)
    ended = studio.world.now - EPOCH
    studio.do(BreakBucket(fault))
    studio.jump(HOUR)

    (told,) = studio.told(DownloadFailed)
    assert told.at - EPOCH == ended + 400
    playlists = [file for file in told.files if isinstance(file, RecordedFile)]
    assert {file.kind for file in playlists} == {FileKind.PLAYLIST}
    assert len(playlists) == 4
    (finished,) = studio.told(PostponedFinished)
    assert (finished.files, finished.failed) == ((), (1, 2))


def test_what_was_made_does_not_get_into_a_bucket_that_broke_meanwhile(studio: Studio) -> None:
    studio.join(*crowd(2))
    session = studio.record(TRANSCODED)
    studio.jump(UNDER_WAY)
    studio.stop(session)
    studio.jump(MINUTE)
    studio.do(BreakBucket(BucketFault.TRANSFER))
    studio.jump(HOUR)

    assert not studio.told(DownloadFailed)
    assert not studio.told(TranscodingUploaded)
    assert studio.told(PostponedFinished)[0].failed == (1, 2)


def test_from_a_slow_bucket_everything_is_fetched(studio: Studio) -> None:
    studio.join(*crowd(2))
    session = studio.record(TRANSCODED)
    studio.jump(UNDER_WAY)
    studio.stop(session)
    studio.do(BreakBucket(BucketFault.SLOW))
    studio.jump(HOUR)

    (finished,) = studio.told(PostponedFinished)
    assert (len(finished.files), finished.failed) == (2, ())
