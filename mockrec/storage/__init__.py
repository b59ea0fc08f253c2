"""The bucket's stand-ins: what every store can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mockrec.domain.task import Storage
    from mockrec.storage.drawing import Content


class Buckets(Protocol):
    """Real buckets, reached with the keys of each request.

    Every method raises `mockrec.storage.errors.BucketRefused` or `TransferFailed`.
    """

    async def put(self, storage: Storage, key: str, data: bytes, content_type: str) -> None:
        """Store an object, or store it anew."""

    async def get(self, storage: Storage, key: str) -> bytes | None:
        """An object, or None if there is none of that name."""


class Store(Protocol):
    """A place for objects, named by bucket and key."""

    def put(self, bucket: str, key: str, data: Content) -> None:
        """Keep the object; whole or absent, whatever happens."""

    def get(self, bucket: str, key: str) -> bytes | None:
        """The object, or None if there is none of that name."""

    def clear(self, bucket: str, key: str) -> None:
        """Forget the object; it need not be there."""
