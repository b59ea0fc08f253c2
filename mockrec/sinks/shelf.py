"""The files of one world: what it has put into the store, and where."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.task import Storage
    from mockrec.storage import Store
    from mockrec.storage.drawing import Content

MOST_FILES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Filed:
    """An object and what is known of it."""

    bucket: str
    key: str
    size: int
    at: Millis
    storage: Storage | None = None
    """The real bucket that it lies in; None where it is in our own store."""


class Shelf:
    """A world's view of the store; it remembers at most so many of the newest objects."""

    def __init__(self, store: Store, most: int = MOST_FILES) -> None:
        self._store = store
        self._filed: OrderedDict[tuple[str, str], Filed] = OrderedDict()
        self._most = most

    def put(self, bucket: str, key: str, data: Content, at: Millis) -> None:
        """Store an object, or store it anew."""
        self._store.put(bucket, key, data)
        self._file(Filed(bucket, key, len(data), at))

    def note(self, storage: Storage, key: str, size: int, at: Millis) -> None:
        """Remember an object that lies in a real bucket."""
        self._file(Filed(storage.bucket, key, size, at, storage))

    def find(self, bucket: str, key: str) -> Filed | None:
        """What is known of an object of this world."""
        return self._filed.get((bucket, key))

    def _file(self, filed: Filed) -> None:
        self._filed.pop((filed.bucket, filed.key), None)
        self._filed[filed.bucket, filed.key] = filed
        while len(self._filed) > self._most:
            self._filed.popitem(last=False)

    def get(self, bucket: str, key: str) -> tuple[Filed, bytes] | None:
        """An object of this world, if it is still there."""
        filed = self._filed.get((bucket, key))
        data = self._store.get(bucket, key) if filed else None
        return (filed, data) if filed and data is not None else None

    def clear(self) -> int:
        """Remove every object of this world from our store; how many were known.

        What lies in a real bucket stays there: it is not ours.
        """
        count = len(self._filed)
        for filed in self._filed.values():
            if filed.storage is None:
                self._store.clear(filed.bucket, filed.key)
        self._filed.clear()
        return count

    def __iter__(self) -> Iterator[Filed]:
        return iter(sorted(self._filed.values(), key=lambda filed: (filed.bucket, filed.key)))

    def __len__(self) -> int:
        return len(self._filed)
