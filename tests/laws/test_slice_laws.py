"""What holds for the slices of every recording, and for the files that come of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.capture import slice_length
from mockrec.domain.events import Event, PartUploaded, PlaylistsFinished, SliceCut, SliceUploaded
from mockrec.domain.notices import (
    PlaylistAppeared,
    SliceStarted,
    SnapshotUploaded,
    StreamChanged,
    Uploaded,
    VodTriggered,
)
from mockrec.domain.recording import Status
from mockrec.domain.streams import Slice, StreamKey
from mockrec.domain.task import Mode
from mockrec.render.names import file_name, slice_name
from tests.laws.strategies import (
    OF_A_CHANNEL,
    Story,
    stories,
    told,
)

FILES: Final = st.sampled_from([Mode.MIX, Mode.WEB])


# Law 4: the slices of a stream tile it.


def slices(events: Iterable[Event]) -> dict[StreamKey, list[Slice]]:
    """The slices of each stream, in the order of their cuts."""
    found: dict[StreamKey, list[Slice]] = defaultdict(list)
    for event in told(events, SliceCut):
        assert event.at == event.slice.end
        found[event.slice.key].append(event.slice)
    return found


@given(stories())
def test_slices_are_numbered_from_nought_without_gap(story: Story) -> None:
    for stream in slices(story.play_out()[1]).values():
        assert [piece.number for piece in stream] == list(range(len(stream)))


@given(stories())
def test_no_slice_is_without_length_or_longer_than_a_regular_one(story: Story) -> None:
    for key, stream in slices(story.play_out()[1]).items():
        longest = slice_length(story.task, key.track)
        assert all(0 < piece.end - piece.start <= longest for piece in stream)


@given(stories())
def test_each_slice_starts_where_the_last_was_cut_or_where_its_stream_began_again(
    story: Story,
) -> None:
    found = slices(story.play_out()[1])
    for key, stream in found.items():
        assert stream[0].fresh
        earlier = [
            pieces[-1].end
            for other, pieces in found.items()
            if other[:2] == key[:2] and other.server < key.server
        ]
        assert stream[0].discontinued == max(earlier, default=stream[0].start)
        for before, after in pairwise(stream):
            assert after.start >= before.end
            assert after.fresh or after.start == before.end
            assert not after.fresh or after.discontinued == before.end


@given(stories())
def test_a_slice_turns_where_its_stream_began_again_or_its_picture_changed(story: Story) -> None:
    for stream in slices(story.play_out()[1]).values():
        assert stream[0].turned
        for before, after in pairwise(stream):
            assert after.turned or after.picture == before.picture
            assert after.turned or not after.fresh


@given(stories())
def test_the_media_time_of_a_stream_counts_from_one_moment(story: Story) -> None:
    recording, events = story.play_out()

    for stream in slices(events).values():
        (opened,) = {piece.opened for piece in stream}
        assert opened <= stream[0].start
        assert recording.began is not None
        assert recording.began <= opened


@given(stories(OF_A_CHANNEL))
def test_a_slice_lies_between_the_first_media_and_the_end(story: Story) -> None:
    recording, events = story.play_out()

    ended = next(turn.at for turn in recording.history if turn.status is Status.STOP_REQUESTED)
    arrivals = [event.at for event in told(events, StreamChanged)]
    for piece in (event.slice for event in told(events, SliceCut)):
        assert arrivals[0] <= piece.start < piece.end <= ended


# Law 5: what was cut arrives before it is said to have.


@given(stories())
def test_every_slice_arrives_once_and_before_the_end_of_the_playlists(story: Story) -> None:
    _, events = story.play_out()

    cut = [event.slice for event in told(events, SliceCut)]
    before_the_end: list[Event] = []
    for event in events:
        if isinstance(event, PlaylistsFinished | Uploaded | VodTriggered):
            break
        before_the_end.append(event)
    arrived = [event.slice for event in told(before_the_end, SliceUploaded)]
    assert sorted(map(repr, arrived)) == sorted(map(repr, cut))
    assert told(events, SliceUploaded) == told(before_the_end, SliceUploaded)


@given(stories())
def test_a_slice_arrives_an_upload_after_its_cut(story: Story) -> None:
    for event in told(story.play_out()[1], SliceUploaded):
        assert event.at == event.slice.end + story.task.timing.upload


@given(stories())
def test_all_that_was_recorded_has_arrived_at_the_goodbye(story: Story) -> None:
    recording, events = story.play_out()

    assert recording.arrived == recording.cut
    assert recording.recorded == bool(
        told(events, SliceCut) or told(events, SnapshotUploaded) or told(events, PartUploaded)
    )
    finished = told(events, PlaylistsFinished)
    assert len(finished) == len(told(events, Uploaded) + told(events, VodTriggered))
    assert len(finished) == int(recording.recorded)


@given(stories())
def test_the_files_at_the_end_are_those_that_appeared(story: Story) -> None:
    recording, events = story.play_out()

    appeared = [
        event.file for event in events if isinstance(event, PlaylistAppeared | PartUploaded)
    ]
    assert list(recording.files) == appeared
    assert len(set(appeared)) == len(appeared)
    assert all(event.files == recording.listed for event in told(events, Uploaded))
    assert {file.key.server for file in recording.listed} <= {
        max(file.key.server for file in appeared) if appeared else 0
    }


@given(stories())
def test_no_two_files_bear_one_name(story: Story) -> None:
    recording, events = story.play_out()

    names = [slice_name(story.task, piece) for each in slices(events).values() for piece in each]
    names += [file_name(story.task, file) for file in recording.files]
    assert len(set(names)) == len(names)


@given(stories(OF_A_CHANNEL))
def test_a_first_slice_is_told_of_when_it_arrives_and_no_other_is(story: Story) -> None:
    _, events = story.play_out()

    fresh = [event for event in told(events, SliceUploaded) if event.slice.fresh]
    started = told(events, SliceStarted)
    assert [(event.at, event.slice) for event in started] == [
        (event.at, event.slice) for event in fresh
    ]


@given(stories(FILES))
def test_the_parts_hold_what_the_slices_hold(story: Story) -> None:
    _, events = story.play_out()

    parts = [event.part for event in told(events, PartUploaded)]
    pieces = [event.slice for event in told(events, SliceCut)]
    for _, of_a_server in groupby(parts, key=lambda part: part.server):
        numbered = list(of_a_server)
        assert [part.index for part in numbered] == list(range(len(numbered)))
        assert all(part.media >= story.task.part_length for part in numbered[:-1])
    assert sum(part.media for part in parts) == (
        sum(piece.end - piece.start for piece in pieces) if story.task.mp4 else 0
    )
