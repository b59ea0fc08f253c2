"""Snapshots: the same photograph each time, told apart by a comment in it."""

from __future__ import annotations

from typing import Final

from mockrec.render.footage import Footage

COMMENT: Final = b"\xff\xfe"
START_OF_IMAGE: Final = 2
MARKER: Final = 2


def snapshot(footage: Footage, *, portrait: bool, note: str) -> bytes:
    """A JPEG with the note in a COM segment, as UTF-8.

    Raises ``OverflowError`` for a note of more than 65,533 bytes, which no segment holds.
    """
    still, text = footage.clip(portrait=portrait).still, note.encode()
    # The JFIF header has to stay right behind the start of the image; the comment follows it.
    header = START_OF_IMAGE + MARKER
    end = header + int.from_bytes(still[header : header + 2], "big")
    return b"".join((still[:end], COMMENT, (2 + len(text)).to_bytes(2, "big"), text, still[end:]))
