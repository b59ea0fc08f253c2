"""Buckets in memory, for test suites: the oldest objects go when there is no more room."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

ROOM: Final = 256 * 1024 * 1024


class MemoryStore:
    """Objects in a dictionary, of at most `room` bytes together."""

    def __init__(self, room: int = ROOM) -> None:
        self._objects: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._room = room
        self._used = 0

    def put(self, bucket: str, key: str, data: bytes) -> None:
        """Keep the object, at the price of the oldest ones."""
        self.clear(bucket, key)
        self._objects[bucket, key] = data
        self._used += len(data)
        while self._used > self._room and len(self._objects) > 1:
            _, dropped = self._objects.popitem(last=False)
            self._used -= len(dropped)

    def get(self, bucket: str, key: str) -> bytes | None:
        """The object, or None if there is none of that name."""
        return self._objects.get((bucket, key))

    def clear(self, bucket: str, key: str) -> None:
        """Forget the object; it need not be there."""
        self._used -= len(self._objects.pop((bucket, key), b""))
