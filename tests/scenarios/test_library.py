"""Every shipped story holds, to the byte and whatever the seed, and keeps the laws of the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

import pytest

from mockrec.domain.problems import BAD_CREDENTIALS, PROBLEMS, RATE_LIMITED, UNAUTHORIZED
from mockrec.replay.junit import junit
from mockrec.replay.player import Played
from mockrec.replay.printing import printed
from tests.scenarios.repertoire import NAMES, Performances, Told, performances, story

_AFTERWARDS: Final = frozenset({80, 81, 90, 1001})
"""What is told of a postponed transcoding, which is none of the recording's business any more."""
_ENOUGH: Final = 35


@pytest.fixture(scope="module")
def library() -> Mapping[str, Performances]:
    """All of it, played once for all tests."""
    return performances()


def shown(played: Played) -> str:
    return "\n".join(printed(played))


def by_recording(played: Played) -> Mapping[str, list[Told]]:
    """What happened to each recording, in the order of the journal."""
    recordings = defaultdict(list)
    for entry in played.entries:
        if entry["kind"] == "event" and "sid" in entry:
            recordings[entry["sid"]].append(entry)
    return recordings


def answers(library: Mapping[str, Performances]) -> Iterator[Told]:
    """Every request of every story, as the journal has it."""
    for performed in library.values():
        yield from (one for one in performed.first.entries if one["kind"] == "request")


# --- the stories -------------------------------------------------------------------------------


def test_the_library_is_large_enough() -> None:
    assert len(NAMES) >= _ENOUGH


@pytest.mark.parametrize("name", NAMES)
def test_a_story_expects_that_nothing_is_left_running(name: str) -> None:
    left = [one for one in story(name).expect if one.kind == "left"]

    assert [one.subject for one in left] == [{"running": 0}]


@pytest.mark.parametrize("name", NAMES)
def test_a_story_holds(library: Mapping[str, Performances], name: str) -> None:
    played = library[name].first

    assert played.kept, shown(played)


@pytest.mark.parametrize("name", NAMES)
def test_a_story_is_the_same_at_every_replay(
    library: Mapping[str, Performances], name: str
) -> None:
    first, again = library[name].first, library[name].again

    assert shown(again) == shown(first)
    assert junit([again]) == junit([first])
    assert again.entries == first.entries


@pytest.mark.parametrize("name", NAMES)
def test_a_story_holds_with_another_seed(library: Mapping[str, Performances], name: str) -> None:
    reseeded = library[name].reseeded

    assert reseeded.kept, shown(reseeded)
    assert reseeded.entries != library[name].first.entries


@pytest.mark.parametrize("name", NAMES)
def test_a_story_does_not_hold_where_nothing_goes_wrong(
    library: Mapping[str, Performances], name: str
) -> None:
    spared = library[name].spared

    if spared is not None:  # else the client alone is to blame, or a limit of the world
        assert not all(verdict["kept"] for verdict in spared.verdicts), shown(spared)


@pytest.mark.parametrize("name", NAMES)
def test_without_rules_and_timeline_a_story_is_the_plain_model(
    library: Mapping[str, Performances], name: str
) -> None:
    bare, plain = library[name].bare, library[name].plain

    assert [*told(bare)] == [*told(plain)]


def told(played: Played) -> Iterator[Mapping[str, Any]]:
    """What happened; how the clock was set, and with it the numbers of entries, may differ."""
    for entry in played.entries:
        if entry["kind"] != "clock":
            yield {key: value for key, value in entry.items() if key != "number"}


# --- the catalogue -----------------------------------------------------------------------------


def test_every_code_of_the_catalogue_is_answered_in_some_story(
    library: Mapping[str, Performances],
) -> None:
    documented = {
        (wording.status, wording.code)
        for row in PROBLEMS.values()
        for wording in (row.now, row.then)
        if wording.code is not None
    }
    heard = {
        (one["status"], one["answer"].get("code"))
        for one in answers(library)
        if isinstance(one["answer"], dict)
    }

    assert documented - heard == set()


@pytest.mark.parametrize("row", [UNAUTHORIZED, BAD_CREDENTIALS, RATE_LIMITED])
def test_what_the_gateway_says_is_answered_in_some_story(
    library: Mapping[str, Performances], row: Any
) -> None:
    said = {"message": row.now.reason}

    assert any(
        one["status"] == row.now.status and one["answer"] == said for one in answers(library)
    )


# --- the laws ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_events_never_run_backwards(library: Mapping[str, Performances], name: str) -> None:
    moments = [entry["at"] for entry in library[name].first.entries]

    assert moments == sorted(moments)


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_says_goodbye_once_and_nothing_after(
    library: Mapping[str, Performances], name: str
) -> None:
    for events in by_recording(library[name].first).values():
        notices = [one["notice"] for one in events if "notice" in one]
        mine = [notice for notice in notices if notice not in _AFTERWARDS]

        assert mine.count(11) == 1
        assert mine[-1] == 11


@pytest.mark.parametrize("name", NAMES)
def test_notifications_are_numbered_without_a_gap_lost_ones_too(
    library: Mapping[str, Performances], name: str
) -> None:
    for events in by_recording(library[name].first).values():
        numbers = [one["sequence"] for one in events if "notice" in one]

        assert numbers == [*range(len(numbers))]


@pytest.mark.parametrize("name", NAMES)
def test_slices_of_a_stream_never_overlap(library: Mapping[str, Performances], name: str) -> None:
    streams = defaultdict(list)
    for events in by_recording(library[name].first).values():
        for one in events:
            if one["event"] == "SliceCut":
                piece = one["details"]["slice"]
                stream = piece["file"].rpartition("_")[0]
                streams[stream].append((piece["start"], piece["start"] + piece["length"]))

    for pieces in streams.values():
        assert all(later[0] >= earlier[1] for earlier, later in pairwise(pieces))


@pytest.mark.parametrize("name", NAMES)
def test_every_slice_has_arrived_before_that_is_said(
    library: Mapping[str, Performances], name: str
) -> None:
    for events in by_recording(library[name].first).values():
        cut, arrived = [], []
        for one in events:
            if one["event"] == "SliceCut":
                cut.append(one["details"]["slice"]["file"])
            elif one["event"] in {"SliceUploaded", "ItemBackedUp"}:
                item = one["details"].get("slice") or one["details"]["item"]
                arrived.append(item["file"])
            elif one.get("notice") in {31, 32}:
                assert set(cut) <= set(arrived)
