"""A persistent priority queue: what is due first, in O(log n), with every older version intact.

A leftist heap of nested tuples: ``(rank, item, left, right)``; the empty heap is None. Entries are
never removed out of turn: whoever takes one checks whether it still holds.
"""

from __future__ import annotations

from typing import Final

from mockrec.domain.moments import Millis

Entry = tuple[Millis, int, str]
"""When, the running number that settles ties, and whose turn it is."""

Calendar = tuple[int, Entry, "Calendar | None", "Calendar | None"]
EMPTY: Final[Calendar | None] = None


def add(calendar: Calendar | None, entry: Entry) -> Calendar:
    """The calendar with one more entry."""
    return _merge(calendar, (1, entry, None, None))


def first(calendar: Calendar) -> Entry:
    """The earliest entry."""
    return calendar[1]


def rest(calendar: Calendar) -> Calendar | None:
    """The calendar without its earliest entry."""
    _, _, left, right = calendar
    return _merge(left, right) if left and right else left or right


def _merge(one: Calendar | None, other: Calendar) -> Calendar:
    if one is None:
        return other
    if other[1] < one[1]:
        one, other = other, one
    _, entry, left, right = one
    longer, shorter = left, _merge(right, other)
    if longer is None or longer[0] < shorter[0]:
        if longer is None:
            return (1, entry, shorter, None)
        longer, shorter = shorter, longer
    return (shorter[0] + 1, entry, longer, shorter)
