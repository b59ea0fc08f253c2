"""Playlists as the service writes them: its tags, their order, its way with commas.

A playlist is written again at each upload, so its lines are made once, when their slice arrives,
and joined when the file is wanted (docs/protocol.md#playlists). Only a slice that comes late has
them made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from mockrec.domain.moments import SECOND, Millis, stamp
from mockrec.domain.streams import EVERYBODY, Track

if TYPE_CHECKING:
    from mockrec.domain.streams import Slice

_SHORTEST_TARGET: Final = 18
_MEDIA: Final = {
    Track.AUDIO: ("AUDIO",),
    Track.VIDEO: ("VIDEO",),
    Track.BOTH: ("VIDEO", "AUDIO"),
}


def slice_lines(piece: Slice, name: str, before: Slice | None, *, comma: bool) -> str:
    """The lines of one slice, listed after ``before``; ``comma`` where a correct EXTINF was asked.

    A player only sees what is listed: what goes before a first slice goes before the first one that
    is there, and what goes before one after an interruption, before one after a missing one.
    """
    lines: list[str] = []
    begins = _begins(piece, before)
    if begins or piece.turned:
        lines.append("#EXT-X-DISCONTINUITY")
        if piece.picture is not None and piece.key.uid != EVERYBODY:
            size = f"WIDTH={piece.picture.width},HEIGHT={piece.picture.height}"
            lines.append(f"#EXT-X-AGORA-ROTATE:{size},ROTATE=0,TIME={stamp(piece.start)}")
    if begins:
        lines.extend(
            f"#EXT-X-AGORA-TRACK-EVENT:EVENT=START,TRACK_TYPE={medium},TIME={stamp(piece.start)}"
            for medium in _MEDIA[piece.key.track]
        )
    lines.append(f"#EXTINF:{(piece.end - piece.start) / SECOND:.6f}{',' if comma else ''}")
    lines.append(name)
    return "\n".join(lines) + "\n"


def playlist(slices: Iterable[str], longest: Millis, *, ended: bool) -> str:
    """The whole file: header, the lines of its slices, and the last line once it is finished."""
    target = max(_SHORTEST_TARGET, -(-longest // SECOND))
    header = (
        "#EXTM3U\n"
        "#EXT-X-VERSION:3\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-ALLOW-CACHE:YES\n"
        f"#EXT-X-TARGETDURATION:{target}\n"
    )
    return header + "".join(slices) + ("#EXT-X-ENDLIST\n" if ended else "")


def merged(audio: str | None, video: str | None) -> str:
    """The ``av.m3u8`` of standard mode: it points at the two playlists of a user."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3"]
    if audio:
        lines += [
            "# Audio",
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio",DEFAULT=YES,AUTOSELECT=YES,'
            f'URI="{audio}"',
        ]
    if video:
        group = ',AUDIO="audio"' if audio else ""
        lines += ["# Video", f"#EXT-X-STREAM-INF:BANDWIDTH=800000{group}", video]
    elif audio:
        lines += ['#EXT-X-STREAM-INF:BANDWIDTH=64000,AUDIO="audio"', audio]
    return "\n".join(lines) + "\n"


def manifest(tracks: Sequence[tuple[str, Sequence[tuple[Slice, str]]]]) -> str:
    """The ``av.mpd`` of standard mode for a web publisher: the slices of his two tracks.

    ``tracks`` is a list of (``audio`` or ``video``, its slices with their names).
    """
    sets = [_adaptation(kind, slices) for kind, slices in tracks if slices]
    length = max((slices[-1][0].end - slices[0][0].start for _, slices in tracks if slices))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'profiles="urn:mpeg:dash:profile:full:2011" minBufferTime="PT2S" '
        f'mediaPresentationDuration="PT{length / SECOND:.3f}S">\n'
        "  <Period>\n" + "".join(sets) + "  </Period>\n</MPD>\n"
    )


def _adaptation(kind: str, slices: Sequence[tuple[Slice, str]]) -> str:
    opening = slices[0][0]
    codec = "vp8" if kind == "video" else "opus"
    size = (
        f'width="{opening.picture.width}" height="{opening.picture.height}" rotate="0" '
        if (opening.picture)
        else ""
    )
    longest = max(piece.end - piece.start for piece, _ in slices)
    from xml.sax.saxutils import quoteattr  # a millisecond, and rarely wanted

    listed = pairwise((None, *(piece for piece, _ in slices)))
    urls = "".join(
        (_discontinuity(piece) if piece.turned or _begins(piece, before) else "")
        + f"          <SegmentURL media={quoteattr(name)}/>\n"
        for (before, _), (piece, name) in zip(listed, slices, strict=True)
    )
    return (
        f'    <AdaptationSet mimeType="{kind}/webm" codecs="{codec}">\n'
        f'      <Representation id="{kind}" bandwidth="400000" {size}'
        f'time="{stamp(opening.start)}">\n'
        f'        <SegmentList timescale="1000" duration="{longest}">\n'
        f"{urls}"
        "        </SegmentList>\n      </Representation>\n    </AdaptationSet>\n"
    )


def _discontinuity(piece: Slice) -> str:
    return f'          <ExtDiscontinuity time="{stamp(piece.start)}"/>\n'


def _begins(piece: Slice, before: Slice | None) -> bool:
    """Whether it does not go on from the slice that is listed before it."""
    return piece.fresh or before is None or before.end != piece.start
