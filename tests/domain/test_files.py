"""The files besides slices: MP4 parts, and what goes to ApsaraVideo for VoD."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.channel import User
from mockrec.domain.commands import Update
from mockrec.domain.events import PartUploaded, TranscodingUploaded
from mockrec.domain.ids import video_id
from mockrec.domain.moments import HOUR, MINUTE
from mockrec.domain.notices import (
    PlaylistAppeared,
    PostponedFinished,
    TranscoderCompleted,
    Uploaded,
    UploaderStarted,
    UploadProgressed,
    VodStarted,
    VodTriggered,
)
from mockrec.domain.recording import Status
from mockrec.domain.signals import ChangeHold, ChangeStorage, LoseServer
from mockrec.domain.streams import FileKind, StreamKey, Track
from mockrec.domain.task import Postponed, StreamMode, Task, Vod
from mockrec.domain.timing import Timing
from tests.domain.studio import (
    EPOCH,
    INDIVIDUAL,
    MEDIA,
    MIX,
    PAGE,
    PAGE_LOADED,
    STORAGE,
    UNDER_WAY,
    WEB,
    Studio,
    Take,
    crowd,
    saw,
)

ONE: Final = User(1)
ELSEWHERE: Final = replace(STORAGE, bucket="other", prefix=("new",))
MP4: Final = replace(MIX, mp4=True)
SHORT_PARTS: Final = replace(MP4, timing=Timing(mp4=40_000))


def parts(take: Take) -> list[tuple[int, int, int]]:
    """The number, the start and the length of each part that arrived."""
    return [
        (event.part.index, event.part.start - EPOCH, event.part.media)
        for event in take.told(PartUploaded)
    ]


# MP4.


def test_the_last_part_arrives_an_upload_after_the_stop() -> None:
    take = Take(MP4, ONE).stop(UNDER_WAY)

    assert parts(take) == [(0, MEDIA, UNDER_WAY - MEDIA)]
    assert take.when(PartUploaded) == [UNDER_WAY + 800]


def test_a_part_is_split_at_the_first_slice_that_fills_it() -> None:
    take = Take(SHORT_PARTS, ONE).stop(MEDIA + 100_000)

    # Slices of 15 s: the third brings a part to 45 s.
    assert parts(take) == [
        (0, MEDIA, 45_000),
        (1, MEDIA + 45_000, 45_000),
        (2, MEDIA + 90_000, 10_000),
    ]
    assert take.when(PartUploaded)[0] == MEDIA + 45_000 + 800


def test_a_part_that_is_filled_to_the_millisecond_is_split() -> None:
    exact = replace(MP4, timing=Timing(mp4=30_000))

    assert parts(Take(exact, ONE).stop(MEDIA + 60_000)) == [
        (0, MEDIA, 30_000),
        (1, MEDIA + 30_000, 30_000),
    ]


def test_a_composite_part_holds_two_hours() -> None:
    take = Take(MP4, ONE).stop(MEDIA + 3 * HOUR)

    assert [media for _, _, media in parts(take)] == [2 * HOUR, HOUR]


def test_a_web_part_holds_what_the_page_says() -> None:
    task = replace(WEB, mp4=True, page=replace(PAGE, part=30 * MINUTE))

    take = Take(task).stop(PAGE_LOADED + HOUR)

    assert [media for _, _, media in parts(take)] == [30 * MINUTE, 30 * MINUTE]
    assert task.part_length == 30 * MINUTE
    assert MP4.part_length == 2 * HOUR


def test_a_part_counts_media_and_not_the_time_on_hold() -> None:
    task = replace(WEB, mp4=True, page=replace(PAGE, part=30_000))
    take = Take(task).at(15_000, ChangeHold(True)).at(100_000, ChangeHold(False))

    assert parts(take.stop(125_000)) == [(0, 5_000, 35_000)]


def test_a_part_goes_on_over_an_interruption() -> None:
    take = Take(MP4, ONE).at(10_000, saw(User(2, frozenset()))).at(60_000, saw(ONE)).stop(70_000)

    assert parts(take) == [(0, MEDIA, (25_000 - MEDIA) + 10_000)]


def test_without_mp4_there_are_no_parts() -> None:
    assert parts(Take(MIX, ONE).stop(3 * HOUR)) == []


def test_without_any_media_there_is_no_part() -> None:
    take = Take(MP4, User(1, frozenset())).stop(UNDER_WAY)

    assert parts(take) == []
    assert take.recording.files == ()


def test_a_part_of_no_length_is_none() -> None:
    take = Take(MP4, ONE).stop(MEDIA)

    assert parts(take) == []
    assert not take.recording.recorded


def test_the_files_are_listed_as_they_arrive_with_their_stream_start_and_number() -> None:
    take = Take(SHORT_PARTS, ONE).stop(MEDIA + 50_000)

    everybody = StreamKey(0, Track.BOTH)
    assert [
        (file.kind, file.key, file.start - EPOCH, file.index) for file in take.recording.files
    ] == [
        (FileKind.PLAYLIST, everybody, MEDIA, 0),
        (FileKind.MP4, everybody, MEDIA, 0),
        (FileKind.MP4, everybody, MEDIA + 45_000, 1),
    ]
    assert [event.file for event in take.told(PartUploaded)] == list(take.recording.files[1:])
    assert [event.files for event in take.told(Uploaded)] == [take.recording.files]


def test_a_part_tells_where_it_went() -> None:
    take = Take(MP4, ONE).stop(UNDER_WAY)

    assert [event.storage for event in take.told(PartUploaded)] == [MP4.storage]


# VoD.


VOD: Final = replace(MIX, storage=None, vod=Vod("lecture"))


def test_a_recording_for_vod_gets_a_video_id_with_its_playlist_and_is_triggered_at_the_end() -> (
    None
):
    take = Take(VOD, ONE).stop(UNDER_WAY)

    assert take.notices() == [
        "RecorderStarted",
        *["StreamChanged"] * 4,
        "Registered",
        "PlaylistAppeared",
        "VodStarted",
        "SliceStarted",
        "RecorderLeft",
        *["StreamChanged"] * 4,
        "VodTriggered",
        "SessionExited",
    ]
    assert [event.video_id for event in take.told(VodStarted)] == [video_id(VOD.sid, 0)]
    assert take.when(VodTriggered) == [UNDER_WAY + 800 + 400]


def test_the_uploader_has_nothing_to_say_of_what_goes_to_vod() -> None:
    take = Take(VOD, ONE).until(UNDER_WAY).stop(10 * MINUTE)

    assert (800, Status.PARTLY_READY) in take.history()
    assert not take.told(UploaderStarted)
    assert not take.told(UploadProgressed)


def test_without_vod_no_video_id_is_given_out() -> None:
    take = Take(MIX, *crowd(2)).stop(UNDER_WAY)

    assert not take.told(VodStarted)
    assert not take.told(VodTriggered)
    assert len(take.told(Uploaded)) == 1


# Until all has arrived.


@pytest.mark.parametrize("order", [INDIVIDUAL, MP4, WEB], ids=lambda task: task.mode)
def test_nothing_exits_before_its_last_file_has_arrived(order: Task) -> None:
    slow = replace(order, timing=Timing(upload=40_000))

    take = Take(slow, ONE).stop(UNDER_WAY)

    assert take.history()[-2:] == [
        (UNDER_WAY + 40_000, Status.STOPPED),
        (UNDER_WAY + 40_400, Status.EXITED),
    ]
    assert take.recording.arrived == take.recording.cut


def test_a_playlist_that_appears_after_the_stop_is_told_of_all_the_same() -> None:
    take = Take(INDIVIDUAL, ONE).stop(10_000)

    assert take.when(PlaylistAppeared) == [10_800, 10_800]


# Where an update sent them.


def prefixes(take: Take) -> dict[tuple[FileKind, int], tuple[str, ...]]:
    """Where each file of the lists lies, by its kind and its server."""
    return {(file.kind, file.key.server): file.prefix for file in take.recording.files}


@pytest.mark.parametrize(
    ("order", "kinds"),
    [
        (MIX, {FileKind.PLAYLIST}),
        (
            replace(INDIVIDUAL, stream_mode=StreamMode.STANDARD),
            {FileKind.PLAYLIST, FileKind.MERGED},
        ),
    ],
    ids=["mix", "standard"],
)
def test_playlists_are_named_where_they_are_written_from_now_on(
    order: Task, kinds: set[FileKind]
) -> None:
    take = Take(order, ONE).at(UNDER_WAY, ChangeStorage(ELSEWHERE))

    assert prefixes(take) == {(kind, 0): ("new",) for kind in kinds}
    (uploaded,) = take.stop(MINUTE).told(Uploaded)
    assert {file.prefix for file in uploaded.files} == {("new",)}


def test_mp4_files_stay_where_they_were_brought() -> None:
    take = Take(SHORT_PARTS, ONE).at(MINUTE, ChangeStorage(ELSEWHERE))

    assert prefixes(take) == {(FileKind.PLAYLIST, 0): ("new",), (FileKind.MP4, 0): ("day1",)}


def test_the_playlists_of_a_server_that_died_stay_where_they_are() -> None:
    take = Take(MIX, ONE).at(UNDER_WAY, LoseServer()).until(2 * MINUTE)

    take.at(2 * MINUTE, ChangeStorage(ELSEWHERE))

    assert prefixes(take) == {(FileKind.PLAYLIST, 0): ("day1",), (FileKind.PLAYLIST, 1): ("new",)}


# Afterwards.


def test_what_is_made_afterwards_lies_where_an_update_sent_the_files(studio: Studio) -> None:
    session = studio.record(replace(INDIVIDUAL, postponed=Postponed.TRANSCODING))
    studio.jump(UNDER_WAY)
    studio.do(Update(session, storage=ELSEWHERE))
    studio.stop(session)

    studio.jump(HOUR)

    uploaded = studio.told(TranscodingUploaded)
    (completed,), (finished,) = studio.told(TranscoderCompleted), studio.told(PostponedFinished)
    assert {event.storage for event in uploaded} == {ELSEWHERE}
    assert completed.storage == finished.storage == ELSEWHERE
    assert completed.files == finished.files == tuple(event.file for event in uploaded)
