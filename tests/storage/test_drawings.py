"""What nobody reads is never drawn, and what is read is what would have been drawn at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockrec import Server, World, running
from mockrec.render.transport_stream import transport_stream
from mockrec.sinks import drawings
from mockrec.storage import Store
from mockrec.storage.drawing import Drawing
from mockrec.storage.folder import FolderStore
from mockrec.storage.memory import MemoryStore
from tests.plugin.backend import Backend


@pytest.mark.parametrize("make", [lambda _: MemoryStore(), FolderStore])
def test_a_drawing_is_an_object_like_any_other(
    make: Callable[[Path], Store], tmp_path: Path
) -> None:
    store = make(tmp_path)
    store.put("bucket", "key", Drawing(4, lambda: b"data"))

    assert store.get("bucket", "key") == b"data"
    store.clear("bucket", "key")
    assert store.get("bucket", "key") is None


def test_a_memory_has_room_for_many_more_drawings_than_objects() -> None:
    store = MemoryStore(room=10_000)
    for number in range(20):
        store.put("bucket", str(number), Drawing(5_000, lambda: b"x" * 5_000))
    assert store.get("bucket", "0") == b"x" * 5_000

    for number in range(20):
        store.clear("bucket", str(number))
    store.put("bucket", "large", b"x" * 10_000)
    assert store.get("bucket", "large")


def test_they_too_go_when_there_is_no_more_room() -> None:
    store = MemoryStore(room=1_000)
    for number in range(9):
        store.put("bucket", str(number), Drawing(1, lambda: b"x"))

    assert [store.get("bucket", str(number)) for number in range(9)] == [None] * 7 + [b"x"] * 2


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The starts of the slices that are drawn."""
    starts: list[int] = []

    def noting(*args: Any, **cut: Any) -> bytes:
        starts.append(cut["start"])
        return transport_stream(*args, **cut)

    monkeypatch.setattr(drawings, "transport_stream", noting)
    return starts


def recorded(server: Server) -> World:
    """A world in which a minute was recorded."""
    world = server.world("a" * 32)
    Backend.of(world).record()
    world.advance("1m")
    return world


def test_a_slice_is_drawn_when_it_is_read(drawn: list[int]) -> None:
    with running() as server:
        files = recorded(server).files
        _, second, _ = files.glob("*.ts")
        assert drawn == []

        assert files[second].startswith(b"G")
        assert drawn == [15_000]


def test_in_memory_it_is_what_lies_in_a_folder(tmp_path: Path) -> None:
    with running() as one, running(storage="folder", data=str(tmp_path)) as other:
        in_memory, in_folder = (dict(recorded(server).files) for server in (one, other))
        sizes = {path.name: path.stat().st_size for path in tmp_path.rglob("*.*")}

    assert in_memory == in_folder
    assert sizes == {name: len(data) for name, data in in_memory.items()}
