"""Buckets as folders: ``<root>/<bucket>/<key>``, where no name leaves its bucket.

Whatever could mean something to a file system is percent-encoded, the percent sign too, so that two
names never meet; a part too long for one is cut and told apart by its hash. An object ``a`` beside
``a/b`` lies at ``a%``: a bucket may hold both, a file system may not.
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
            self._write(draft, bytes(data), bucket)
            _move(draft, place)
        except OSError:
            with suppress(OSError):
                Path(draft).unlink()
            raise

    def get(self, bucket: str, key: str) -> bytes | None:
        """The object, or None if there is none of that name."""
        place = self.place(bucket, key)
        for one in (place, _aside(place)):
            with suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
                return one.read_bytes()
        return None

    def clear(self, bucket: str, key: str) -> None:
        """Remove the file, and the folders that it leaves empty."""
        place = self.place(bucket, key)
        for one in (place, _aside(place)):
            with suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
                one.unlink()
        for folder in list(place.parents)[: key.count("/") + 1]:
            with suppress(OSError):
                folder.rmdir()

    def place(self, bucket: str, key: str) -> Path:
        """Where the object lies; always below ``<root>/<bucket>``."""
        return self._root.joinpath(encode(bucket), *map(encode, key.split("/")))

    def _write(self, path: str, data: bytes, bucket: str) -> None:
        """Write a file, and make its folder where there is none."""
        try:
            _write(path, data)
        except (FileNotFoundError, NotADirectoryError):
            self._make(Path(path).parent, bucket)
            _write(path, data)

    def _make(self, folder: Path, bucket: str) -> None:
        """Make a folder; an object that has the name of one of them steps aside for it."""
        top = self._root / encode(bucket)
        for one in reversed((folder, *folder.parents)):
            if top in one.parents and one.is_file():
                one.replace(_aside(one))
        folder.mkdir(parents=True, exist_ok=True)


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


def _aside(place: Path) -> Path:
    """Where an object lies whose name a folder has taken; no part of a path is encoded so."""
    return place.with_name(f"{place.name}%")


def _move(draft: str, place: Path) -> None:
    try:
        os.replace(draft, place)  # noqa: PTH105  a string is faster here, and it counts
    except OSError:
        if not place.is_dir():
            raise
        Path(draft).replace(_aside(place))


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123  as above
        file.write(data)
