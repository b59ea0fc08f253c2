"""Pictures of each user, taken at an interval."""

from dataclasses import replace
from typing import Final

from mockrec.domain.channel import User
from mockrec.domain.events import SliceCut
from mockrec.domain.notices import SnapshotUploaded, Uploaded
from mockrec.domain.recording import Status
from mockrec.domain.signals import ChangeStorage
from mockrec.domain.streams import Snapshot
from tests.domain.studio import (
    AUDIO,
    EPOCH,
    INDIVIDUAL,
    MEDIA,
    STORAGE,
    UNDER_WAY,
    Take,
    crowd,
    saw,
)

ONE: Final = User(1)
DARK: Final = replace(ONE, publishes=AUDIO)
SNAPSHOTS: Final = replace(INDIVIDUAL, records=False, snapshot_every=10_000)
BESIDE: Final = replace(SNAPSHOTS, records=True)


def taken(take: Take, uid: int = 1) -> list[int]:
    """When the pictures of the user were taken."""
    shots = [event.snapshot for event in take.told(SnapshotUploaded)]
    return [shot.at - EPOCH for shot in shots if shot.uid == uid]


def test_a_picture_is_taken_an_interval_after_the_video_began_and_then_at_each_interval() -> None:
    take = Take(SNAPSHOTS, ONE).stop(MEDIA + 30_000)

    assert taken(take) == [MEDIA + 10_000, MEDIA + 20_000, MEDIA + 30_000]


def test_a_picture_is_told_of_once_it_is_uploaded() -> None:
    take = Take(SNAPSHOTS, ONE).until(UNDER_WAY)

    assert take.when(SnapshotUploaded)[0] == MEDIA + 10_000 + 800


def test_each_user_has_an_interval_of_his_own() -> None:
    take = Take(SNAPSHOTS, ONE).at(6_000, saw(*crowd(2))).until(UNDER_WAY)

    assert taken(take, 1) == [12_500, 22_500]
    assert taken(take, 2) == [16_000, 26_000]


def test_no_picture_is_taken_of_one_who_sends_no_video() -> None:
    take = Take(SNAPSHOTS, DARK, User(2)).until(UNDER_WAY)

    assert taken(take, 1) == []
    assert taken(take, 2) != []


def test_pictures_stop_when_the_video_does_and_the_interval_begins_anew_when_it_returns() -> None:
    take = Take(SNAPSHOTS, ONE).at(15_000, saw(DARK)).at(40_000, saw(ONE)).until(60_800)

    assert taken(take) == [12_500, 50_000, 60_000]


def test_pictures_stop_when_the_user_leaves() -> None:
    take = Take(SNAPSHOTS, ONE, User(2)).at(15_000, saw(User(2))).until(60_000)

    assert taken(take, 1) == [12_500]


def test_pictures_go_on_when_only_the_audio_is_muted() -> None:
    muted = replace(ONE, publishes=ONE.publishes - AUDIO)

    take = Take(SNAPSHOTS, ONE).at(15_000, saw(muted)).until(UNDER_WAY)

    assert taken(take) == [12_500, 22_500]


def test_no_picture_is_taken_after_the_stop_and_one_under_way_still_arrives() -> None:
    take = Take(SNAPSHOTS, ONE).stop(MEDIA + 10_100)

    assert taken(take) == [MEDIA + 10_000]
    assert take.when(Uploaded) == [MEDIA + 10_000 + 800 + 400]


def test_a_user_who_is_higher_than_wide_is_taken_upright() -> None:
    take = Take(SNAPSHOTS, ONE, User(2, width=360, height=640), User(3, width=480, height=480))

    shots = take.until(14_000).told(SnapshotUploaded)

    assert [(event.snapshot.uid, event.snapshot.portrait) for event in shots] == [
        (1, False),
        (2, True),
        (3, False),
    ]


def test_snapshots_alone_cut_no_slices_and_list_no_files() -> None:
    take = Take(SNAPSHOTS, ONE).stop(UNDER_WAY)

    assert take.told(SliceCut) == []
    assert [event.files for event in take.told(Uploaded)] == [()]
    assert take.notices() == [
        "UploaderStarted",
        "RecorderStarted",
        "StreamChanged",
        "StreamChanged",
        "Registered",
        "SnapshotUploaded",
        "SnapshotUploaded",
        "RecorderLeft",
        "StreamChanged",
        "StreamChanged",
        "UploadProgressed",
        "Uploaded",
        "SessionExited",
    ]


def test_the_first_picture_in_the_bucket_puts_the_recording_in_progress() -> None:
    take = Take(SNAPSHOTS, ONE).until(UNDER_WAY)

    assert take.history()[-1] == (MEDIA + 10_000 + 800, Status.IN_PROGRESS)
    assert take.recording.began == EPOCH + MEDIA


def test_snapshots_beside_a_recording_leave_its_slices_as_they_are() -> None:
    with_pictures, without = Take(BESIDE, ONE), Take(INDIVIDUAL, ONE)

    cuts = [take.stop(UNDER_WAY).told(SliceCut) for take in (with_pictures, without)]

    assert cuts[0] == cuts[1]
    assert taken(with_pictures) == [12_500, 22_500]


def test_without_snapshots_none_is_taken() -> None:
    assert taken(Take(INDIVIDUAL, ONE).stop(60_000)) == []


def test_a_picture_lies_where_the_storage_is_when_it_arrives() -> None:
    elsewhere = replace(STORAGE, bucket="elsewhere")

    take = Take(SNAPSHOTS, ONE).at(15_000, ChangeStorage(elsewhere)).until(UNDER_WAY)

    assert [(event.snapshot, event.storage) for event in take.told(SnapshotUploaded)] == [
        (Snapshot(1, EPOCH + 12_500, False), STORAGE),
        (Snapshot(1, EPOCH + 22_500, False), elsewhere),
    ]
