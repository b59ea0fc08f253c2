"""Buckets as folders: ``<root>/<bucket>/<key>``, where no name leaves its bucket.

Whatever could mean something to a file system is percent-encoded, the percent sign too, so that two
names never meet; a part too long for one is cut and told apart by its hash.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mockrec.storage.drawing import Content

_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f%/\\:*?"<>|]')
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
"""Names of devices on some systems, whatever suffix they have."""
_LONGEST: Final = 200


class FolderStore:
    """Objects as files below a root folder, which is made at the first write."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root)
        self._number = 0

    @property
    def empty(self) -> bool:
        """Whether nothing lies below the root, or there is no root yet."""
        return not self._root.is_dir() or not any(self._root.iterdir())

    def put(self, bucket: str, key: str, data: Content) -> None:
        """Write the object beside its place, then move it there: whole or absent."""
        place = self.place(bucket, key)
        self._number += 1
        draft = f"{place.parent}/%~{os.getpid()}-{self._number}.part"
        try:
            _write(draft, bytes(data))
            os.replace(draft, place)  # noqa: PTH105  a string is faster here, and it counts
        except OSError:
            with suppress(OSError):
                Path(draft).unlink()
            raise

    def get(self, bucket: str, key: str) -> bytes | None:
        """The object, or None if there is none of that name."""
        try:
            return self.place(bucket, key).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def clear(self, bucket: str, key: str) -> None:
        """Remove the file, and the folders that it leaves empty."""
        place = self.place(bucket, key)
        with suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
            place.unlink()
        for folder in list(place.parents)[: key.count("/") + 1]:
            with suppress(OSError):
                folder.rmdir()

    def place(self, bucket: str, key: str) -> Path:
        """Where the object lies; always below ``<root>/<bucket>``."""
        return self._root.joinpath(encode(bucket), *map(encode, key.split("/")))


def encode(part: str) -> str:
    """One part of a path as a safe file name; two different parts give two names."""
    safe = _UNSAFE.sub(_percent, part)
    if not safe:
        return "%"
    if safe[-1] in ". ":
        safe = f"{safe[:-1]}%{ord(safe[-1]):02X}"
    if _RESERVED.fullmatch(safe):
        safe = f"%{ord(safe[0]):02X}{safe[1:]}"
    raw = safe.encode("utf-8", "surrogatepass")
    if len(raw) <= _LONGEST:
        return safe
    digest = blake2b(part.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return raw[: _LONGEST - 20].decode("utf-8", "ignore") + f"%~{digest}"


def _percent(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"


def _write(path: str, data: bytes) -> None:
    """Write a file, and make its folder where there is none."""
    try:
        with open(path, "wb") as file:  # noqa: PTH123  as above
            file.write(data)
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True)
        _write(path, data)
