"""Buckets in memory, for test suites: the oldest objects go when there is no more room.

A drawing stays one until it is read, and takes next to no room.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mockrec.storage.drawing import Content

ROOM: Final = 256 * 1024 * 1024
_SHEET: Final = 400
"""Bytes that a drawing takes while it is none."""


class MemoryStore:
    """Objects in a dictionary, of at most `room` bytes together."""

    def __init__(self, room: int = ROOM) -> None:
        self._objects: OrderedDict[tuple[str, str], Content] = OrderedDict()
        self._room = room
        self._used = 0

    def put(self, bucket: str, key: str, data: Content) -> None:
        """Keep the object, at the price of the oldest ones."""
        self.clear(bucket, key)
        self._objects[bucket, key] = data
        self._used += _weight(data)
        while self._used > self._room and len(self._objects) > 1:
            _, dropped = self._objects.popitem(last=False)
            self._used -= _weight(dropped)

    def get(self, bucket: str, key: str) -> bytes | None:
        """The object, or None if there is none of that name."""
        data = self._objects.get((bucket, key))
        return None if data is None else bytes(data)

    def clear(self, bucket: str, key: str) -> None:
        """Forget the object; it need not be there."""
        self._used -= _weight(self._objects.pop((bucket, key), b""))


def _weight(data: Content) -> int:
    return len(data) if isinstance(data, bytes) else _SHEET
