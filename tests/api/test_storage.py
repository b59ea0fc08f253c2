"""The stores' laws: nothing leaves its bucket, no two names meet, all is whole or absent."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import permutations
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mockrec.storage import Store
from mockrec.storage.folder import FolderStore, encode
from mockrec.storage.memory import MemoryStore

MEANINGFUL: Final = '%/\\:*?"<>|'
"""What means something to one file system or another."""
DEVICES: Final = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{x}{n}" for x in ("COM", "LPT") for n in range(10)),
}

# Names are put together from what is dangerous, what looks alike, and what is long.
PIECES: Final = [
    *MEANINGFUL,
    ".",
    "..",
    " ",
    "",
    "a",
    "A",
    "\x00",
    "\n",
    "\x7f",
    "%25",
    "%2F",
    "%2E",
    "%~",
    "%6E",
    "con",
    "co",
    "nul",
    "COM1",
    ".txt",
    "é",
    "🏔",
    "x" * 179,
    "x" * 200,
    "日" * 66,
]
parts = st.lists(st.sampled_from(PIECES), max_size=4).map("".join) | st.text(max_size=8)
keys = st.lists(parts, min_size=1, max_size=4).map("/".join)
contents = st.binary(max_size=16)

on_a_disk = settings(max_examples=30)  # which is slow


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of its own for each example."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@contextmanager
def memory() -> Iterator[Store]:
    yield MemoryStore()


@contextmanager
def on_disk() -> Iterator[Store]:
    with folder() as path:
        yield FolderStore(path / "data")


Kind = Callable[[], AbstractContextManager[Store]]
both = pytest.mark.parametrize("kind", [memory, on_disk], ids=["memory", "folder"])


def within(root: Path) -> set[Path]:
    """Every file and every folder below a root."""
    return set(root.rglob("*"))


# --- both stores -------------------------------------------------------------------------------


@both
def test_what_was_never_put_is_not_there(kind: Kind) -> None:
    with kind() as store:
        assert store.get("bucket", "key") is None
        store.clear("bucket", "key")


@both
def test_what_was_put_is_there_until_it_is_cleared(kind: Kind) -> None:
    with kind() as store:
        store.put("bucket", "day1/key", b"first")
        store.put("bucket", "day1/key", b"second")
        assert store.get("bucket", "day1/key") == b"second"

        store.clear("bucket", "day1/key")
        assert store.get("bucket", "day1/key") is None


@both
def test_a_folder_is_no_object(kind: Kind) -> None:
    with kind() as store:
        store.put("bucket", "day1/key", b"data")

        assert store.get("bucket", "day1") is None
        assert store.get("bucket", "day1/key/more") is None
        store.clear("bucket", "day1")
        store.clear("bucket", "day1/key/more")
        assert store.get("bucket", "day1/key") == b"data"


def one_below_the_other(first: str, second: str) -> bool:
    """Whether one key is a folder for the other."""
    return first.startswith(f"{second}/") or second.startswith(f"{first}/")


nested = st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=3).map("/".join)
names = st.tuples(parts, keys) | st.tuples(st.just("bucket"), nested)
steps = st.lists(st.tuples(names, contents | st.none()), max_size=8)


@both
@on_a_disk
@given(steps)
def test_a_store_is_a_dictionary_of_buckets_and_keys(
    kind: Kind, steps: list[tuple[tuple[str, str], bytes | None]]
) -> None:
    every = {name for name, _ in steps}
    model: dict[tuple[str, str], bytes] = {}
    with kind() as store:
        for (bucket, key), data in steps:
            if data is None:
                store.clear(bucket, key)
                model.pop((bucket, key), None)
            else:
                store.put(bucket, key, data)
                model[bucket, key] = data

            assert {name: store.get(*name) for name in every} == {
                name: model.get(name) for name in every
            }


# --- names on disk -----------------------------------------------------------------------------


@given(parts, parts)
def test_two_names_never_meet(one: str, other: str) -> None:
    assume(one != other)

    assert encode(one) != encode(other)


@given(parts)
def test_a_name_means_nothing_to_a_file_system(part: str) -> None:
    name = encode(part)

    assert name
    assert name not in {".", ".."}
    assert not set(name.replace("%", "")) & set(MEANINGFUL)
    assert all(letter.isprintable() or ord(letter) > 0x7F for letter in name)
    assert name[-1] not in ". "
    assert name.partition(".")[0].upper() not in DEVICES
    assert len(name.encode()) <= 200


@given(parts)
def test_no_name_is_that_of_a_draft(part: str) -> None:
    assert not encode(part).startswith("%~")


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("plain_name-1.ts", "plain_name-1.ts"),
        ("Zürich 🏔.ts", "Zürich 🏔.ts"),
        ("", "%"),
        (".", "%2E"),
        ("..", ".%2E"),
        ("a/b", "a%2Fb"),
        ("a%2Fb", "a%252Fb"),
        ("C:\\x", "C%3A%5Cx"),
        ("a\x00b\n", "a%00b%0A"),
        ("ends. ", "ends.%20"),
        ("con", "%63on"),
        ("CON.txt", "%43ON.txt"),
        ("lpt1.", "lpt1%2E"),
        ("console", "console"),
    ],
)
def test_how_a_name_is_written(part: str, name: str) -> None:
    assert encode(part) == name


def test_long_names_are_told_apart_though_they_begin_alike() -> None:
    long = "x" * 250
    names = {encode(long + ending) for ending in ("", "a", "b", "%", "é")}

    assert len(names) == 5
    assert {name[:150] for name in names} == {"x" * 150}


@on_a_disk
@given(parts, keys, contents)
def test_no_key_leaves_its_bucket(bucket: str, key: str, data: bytes) -> None:
    with folder() as outside:
        root = outside / "data"
        (outside / "precious").write_bytes(b"mine")
        FolderStore(root).put(bucket, key, data)

        below = within(root / encode(bucket))
        assert within(outside) == {
            outside / "precious",
            root,
            root / encode(bucket),
            *below,
        }
        assert [path.read_bytes() for path in below if path.is_file()] == [data]


@on_a_disk
@given(parts, keys, keys)
def test_clearing_takes_nothing_else_away(bucket: str, key: str, other: str) -> None:
    assume(key != other and not one_below_the_other(key, other))
    with folder() as root:
        store = FolderStore(root)
        store.put(bucket, other, b"stays")
        before = within(root)
        store.put(bucket, key, b"goes")

        store.clear(bucket, key)

        assert within(root) == before


# --- whole or absent ---------------------------------------------------------------------------


def test_nothing_is_made_before_the_first_write(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "data")

    store.get("bucket", "key")
    store.clear("bucket", "key")

    assert within(tmp_path) == set()


def test_clearing_the_last_object_leaves_an_empty_root(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "data")
    store.put("bucket", "a/b/c", b"data")

    store.clear("bucket", "a/b/c")

    assert within(tmp_path) == {tmp_path / "data"}


def full(*_: object) -> None:
    """What a disk says that is full."""
    raise OSError("no space left on device")


@pytest.mark.parametrize("existing", [b"old", None])
def test_a_write_that_fails_in_the_end_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: bytes | None
) -> None:
    store = FolderStore(tmp_path)
    if existing is not None:
        store.put("bucket", "key", existing)
    monkeypatch.setattr(os, "replace", full)

    with pytest.raises(OSError, match="no space left"):
        store.put("bucket", "key", b"new")

    assert store.get("bucket", "key") == existing
    assert [path.name for path in within(tmp_path) if path.is_file()] == ["key"] * bool(existing)


def test_while_a_file_is_written_the_old_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(tmp_path)
    store.put("bucket", "key", b"old")
    seen: list[bytes | None] = []
    replace = os.replace

    def looked_at(draft: str, place: Path) -> None:
        assert Path(draft).read_bytes() == b"new"
        assert Path(draft).parent == place.parent
        seen.append(store.get("bucket", "key"))
        replace(draft, place)

    monkeypatch.setattr(os, "replace", looked_at)
    store.put("bucket", "key", b"new")

    assert seen == [b"old"]
    assert store.get("bucket", "key") == b"new"


def test_an_object_steps_aside_for_a_folder_of_its_name(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("bucket", "a/b", b"a/b")
    store.put("bucket", "c", b"c")

    store.put("bucket", "a", b"a")
    store.put("bucket", "c/d/e", b"c/d/e")

    for key in ("a", "a/b", "c", "c/d/e"):
        assert store.get("bucket", key) == key.encode()
    assert {path.relative_to(tmp_path / "bucket").as_posix() for path in within(tmp_path)} >= {
        "a/b",
        "a%",
        "c%",
        "c/d/e",
    }


@pytest.mark.parametrize("order", list(permutations(["a", "a/b", "a/b/c"])))
def test_of_objects_that_stepped_aside_nothing_is_left_when_all_are_cleared(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    store = FolderStore(tmp_path)
    for key in order:
        store.put("bucket", key, b"data")

    for key in order:
        store.clear("bucket", key)
        assert store.get("bucket", key) is None

    assert within(tmp_path) == set()


def test_a_stranger_s_file_in_the_place_of_a_bucket_stays_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "bucket").write_bytes(b"precious")

    with pytest.raises(OSError, match=r"directory|exists"):
        FolderStore(tmp_path).put("bucket", "a/b", b"data")

    assert within(tmp_path) == {tmp_path / "bucket"}
    assert (tmp_path / "bucket").read_bytes() == b"precious"


def test_a_root_that_cannot_be_written_to_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"a file")

    with pytest.raises(OSError, match="directory"):
        FolderStore(tmp_path / "data").put("bucket", "key", b"data")
