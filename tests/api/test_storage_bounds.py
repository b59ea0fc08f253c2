"""What is kept is bounded: in memory by its room, on a world's shelf by number."""

from hypothesis import given
from hypothesis import strategies as st

from mockrec.sinks.shelf import Filed, Shelf
from mockrec.storage.memory import MemoryStore

# --- a memory ------------------------------------------------------------------------------------


def test_a_memory_keeps_the_newest_that_it_has_room_for() -> None:
    store = MemoryStore(room=10)
    for number in range(5):
        store.put("bucket", str(number), b"four")

    assert [store.get("bucket", str(number)) for number in range(5)] == [
        None,
        None,
        None,
        b"four",
        b"four",
    ]


def test_an_object_that_is_put_anew_is_the_newest() -> None:
    store = MemoryStore(room=10)
    for key in ("1", "2", "1", "3"):
        store.put("bucket", key, b"four")

    assert store.get("bucket", "2") is None
    assert store.get("bucket", "1") == b"four"


def test_what_is_larger_than_the_memory_is_kept_alone() -> None:
    store = MemoryStore(room=10)
    store.put("bucket", "small", b"data")

    store.put("bucket", "large", b"x" * 100)

    assert store.get("bucket", "small") is None
    assert store.get("bucket", "large") == b"x" * 100


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.binary(max_size=8) | st.none())))
def test_a_memory_holds_no_more_than_its_room(steps: list[tuple[str, bytes | None]]) -> None:
    store = MemoryStore(room=12)
    for key, data in steps:
        if data is None:
            store.clear("bucket", key)
        else:
            store.put("bucket", key, data)
            assert store.get("bucket", key) == data

        held = [store.get("bucket", each) for each in "abcde"]
        assert sum(len(each) for each in held if each) <= 12


# --- a world's shelf ---------------------------------------------------------------------------


def test_a_shelf_hands_out_what_was_put_on_it_and_nothing_else() -> None:
    store = MemoryStore()
    store.put("bucket", "foreign", b"data")
    shelf = Shelf(store)
    shelf.put("bucket", "mine", b"data", 7)

    assert shelf.get("bucket", "mine") == (Filed("bucket", "mine", 4, 7), b"data")
    assert shelf.get("bucket", "foreign") is None
    assert [filed.key for filed in shelf] == ["mine"]


def test_a_shelf_forgets_the_oldest_where_there_are_too_many() -> None:
    shelf = Shelf(MemoryStore(), most=2)
    for key in ("1", "2", "1", "3"):
        shelf.put("bucket", key, key.encode(), 0)

    assert [filed.key for filed in shelf] == ["1", "3"]
    assert shelf.get("bucket", "2") is None
    assert len(shelf) == 2


def test_a_shelf_that_is_cleared_leaves_others_alone() -> None:
    store = MemoryStore()
    mine, theirs = Shelf(store), Shelf(store)
    mine.put("bucket", "mine", b"data", 0)
    theirs.put("bucket", "theirs", b"data", 0)

    assert mine.clear() == 1

    assert list(mine) == []
    assert store.get("bucket", "mine") is None
    assert theirs.get("bucket", "theirs") is not None
