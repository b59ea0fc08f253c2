"""The calendar gives the earliest first, and every older version stays as it was."""

import heapq

from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.calendar import EMPTY, Calendar, Entry, add, first, rest

# Few moments and numbers, so that ties are common.
ENTRIES = st.tuples(st.integers(0, 20), st.integers(0, 3), st.sampled_from(["a", "b"]))


def filled(entries: list[Entry]) -> Calendar | None:
    """A calendar with these entries."""
    calendar = EMPTY
    for entry in entries:
        calendar = add(calendar, entry)
    return calendar


def emptied(calendar: Calendar | None) -> list[Entry]:
    """Its entries, taken one by one."""
    taken = []
    while calendar:
        taken.append(first(calendar))
        calendar = rest(calendar)
    return taken


def depth(calendar: Calendar | None) -> int:
    """How many entries lie on the way down its right side."""
    return 1 + depth(calendar[3]) if calendar else 0


@given(st.lists(ENTRIES))
def test_it_sorts_as_heapq_does(entries: list[Entry]) -> None:
    heap = list(entries)
    heapq.heapify(heap)

    assert emptied(filled(entries)) == [heapq.heappop(heap) for _ in entries]


@given(st.lists(ENTRIES | st.none(), max_size=80))
def test_it_agrees_with_heapq_at_every_addition_and_removal(steps: list[Entry | None]) -> None:
    calendar, heap = EMPTY, list[Entry]()
    for step in steps:
        if step is not None:
            calendar = add(calendar, step)
            heapq.heappush(heap, step)
        elif calendar:
            assert first(calendar) == heapq.heappop(heap)
            calendar = rest(calendar)
        assert (first(calendar) if calendar else None) == (heap[0] if heap else None)


@given(st.lists(ENTRIES, max_size=30), st.data())
def test_every_older_version_stays_as_it_was(entries: list[Entry], data: st.DataObject) -> None:
    versions: list[tuple[Calendar | None, list[Entry]]] = [(EMPTY, [])]
    for entry in entries:
        calendar, held = data.draw(st.sampled_from(versions))
        if calendar and data.draw(st.booleans()):
            versions.append((rest(calendar), sorted(held)[1:]))
        else:
            versions.append((add(calendar, entry), [*held, entry]))

    for calendar, held in versions:
        assert emptied(calendar) == sorted(held)


@given(st.permutations(range(100)) | st.just(range(100)) | st.just(range(99, -1, -1)))
def test_its_right_side_is_short_whatever_the_order_of_the_additions(order: list[int]) -> None:
    calendar = filled([(due, 0, "a") for due in order])

    while calendar:
        assert depth(calendar) <= 7  # the logarithm of a hundred
        calendar = rest(calendar)


def test_an_empty_calendar_is_nothing() -> None:
    assert EMPTY is None
    assert rest(add(EMPTY, (0, 0, "a"))) is None


def test_ties_are_settled_by_the_running_number() -> None:
    assert emptied(filled([(5, 1, "a"), (5, 0, "b"), (4, 2, "c")])) == [
        (4, 2, "c"),
        (5, 0, "b"),
        (5, 1, "a"),
    ]


def test_ten_thousand_entries_fit_in_either_order() -> None:
    rising = [(due, 0, "a") for due in range(10_000)]

    assert emptied(filled(rising)) == emptied(filled(rising[::-1])) == rising
