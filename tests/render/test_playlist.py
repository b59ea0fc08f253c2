"""The index of standard mode over a user's two playlists, or over the one that there is."""

import pytest

from mockrec.render.playlist import merged

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
