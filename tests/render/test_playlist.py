"""What stands before a slice, and the index of standard mode over a user's playlists."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.streams import Container, Picture, Slice, StreamKey, Track
from mockrec.render.playlist import merged, slice_lines

SECOND_SLICE: Final = Slice(
    key=StreamKey(7, Track.VIDEO),
    number=1,
    start=16_000,
    end=32_000,
    opened=0,
    container=Container.TS,
    picture=Picture(640, 360),
    fresh=False,
    turned=False,
    discontinued=0,
)
FIRST_SLICE: Final = replace(SECOND_SLICE, number=0, start=0, end=16_000, fresh=True, turned=True)

MEDIA = (
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio",DEFAULT=YES,AUTOSELECT=YES,URI="a.m3u8"'
)

STREAM = "#EXT-X-STREAM-INF:BANDWIDTH"


@pytest.mark.parametrize(
    ("audio", "video", "lines"),
    [
        (
            "a.m3u8",
            "v.m3u8",
            ["# Audio", MEDIA, "# Video", f'{STREAM}=800000,AUDIO="audio"', "v.m3u8"],
        ),
        (None, "v.m3u8", ["# Video", f"{STREAM}=800000", "v.m3u8"]),
        (
            "a.m3u8",
            None,
            ["# Audio", MEDIA, f'{STREAM}=64000,AUDIO="audio"', "a.m3u8"],
        ),
        (None, None, []),
    ],
    ids=["both", "video alone", "audio alone", "neither"],
)
def test_the_merged_index_names_what_there_is(
    audio: str | None, video: str | None, lines: list[str]
) -> None:
    assert merged(audio, video) == "\n".join(["#EXTM3U", "#EXT-X-VERSION:3", *lines]) + "\n"


@pytest.mark.parametrize(
    ("piece", "before", "tags"),
    [
        (FIRST_SLICE, None, ["DISCONTINUITY", "ROTATE", "EVENT"]),
        (SECOND_SLICE, FIRST_SLICE, []),
        (SECOND_SLICE, None, ["DISCONTINUITY", "ROTATE", "EVENT"]),
        (SECOND_SLICE, replace(FIRST_SLICE, end=15_999), ["DISCONTINUITY", "ROTATE", "EVENT"]),
        (replace(SECOND_SLICE, turned=True), FIRST_SLICE, ["DISCONTINUITY", "ROTATE"]),
        (
            replace(SECOND_SLICE, fresh=True, turned=True),
            FIRST_SLICE,
            ["DISCONTINUITY", "ROTATE", "EVENT"],
        ),
    ],
    ids=["first", "goes on", "first that is listed", "after a hole", "turned", "loaded anew"],
)
def test_the_tags_of_a_slice_go_by_what_is_listed_before_it(
    piece: Slice, before: Slice | None, tags: list[str]
) -> None:
    lines = slice_lines(piece, "name", before, comma=False).splitlines()

    assert lines[-2:] == ["#EXTINF:16.000000", "name"]
    known = ("DISCONTINUITY", "ROTATE", "EVENT")
    assert [next(tag for tag in known if tag in line) for line in lines[:-2]] == tags
