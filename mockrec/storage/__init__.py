"""The bucket's stand-ins: what every store can do."""

from __future__ import annotations

from typing import Protocol


class Store(Protocol):
    """A place for objects, named by bucket and key."""

    def put(self, bucket: str, key: str, data: bytes) -> None:
        """Keep the object; whole or absent, whatever happens."""

    def get(self, bucket: str, key: str) -> bytes | None:
        """The object, or None if there is none of that name."""

    def clear(self, bucket: str, key: str) -> None:
        """Forget the object; it need not be there."""
