"""Reading JSON: what is read is what was sent, and what is refused is refused for a reason."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.documents import DEEPEST, Unreadable, read

# Whole numbers of more than 64 bits are read as floats, as most parsers do.
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=9)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 1]))
def test_what_is_written_is_what_is_read(document: Any, ascii_only: bool, indent: int) -> None:
    raw = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode()

    assert read(raw) == document


@given(st.dictionaries(st.text(max_size=5), SCALARS, min_size=1), st.data(), st.booleans())
def test_no_twin_goes_unseen(
    document: dict[str, Any], data: st.DataObject, disguised: bool
) -> None:
    key = data.draw(st.sampled_from(sorted(document)))
    twin = "".join(f"\\u{unit:04x}" for unit in utf16(key)) if disguised else json.dumps(key)[1:-1]
    depth = data.draw(st.integers(0, 5))
    raw = "[" * depth + f'{json.dumps(document)[:-1]}, "{twin}": 1}}' + "]" * depth

    with pytest.raises(Unreadable, match="stands twice"):
        read(raw.encode())


@given(st.integers(1, 1_500), st.lists(st.booleans(), min_size=1, max_size=5))
def test_the_depth_is_bounded(depth: int, kinds: list[bool]) -> None:
    opened = [b'{"a":' if kinds[level % len(kinds)] else b"[" for level in range(depth)]
    closed = [b"}" if piece == b'{"a":' else b"]" for piece in reversed(opened)]
    raw = b"".join((*opened, b"1", *closed))

    if depth <= DEEPEST:
        assert json.loads(raw) == read(raw)
    else:
        with pytest.raises(Unreadable):
            read(raw)


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(Unreadable):
        assert json.dumps(read(raw))


def test_a_hundred_thousand_keys_of_which_two_are_one_are_told_at_once() -> None:
    keys = [*map(str, range(100_000)), "99999"]
    raw = "{" + ",".join(f'"{key}":1' for key in keys) + "}"

    with pytest.raises(Unreadable, match='"99999"'):
        read(raw.encode())


def utf16(text: str) -> list[int]:
    """The code units of a text, as JSON escapes them."""
    raw = text.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
