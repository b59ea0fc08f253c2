"""What lies in the buckets of a world, as a mapping from names to bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from mockrec.remote.line import Line


class Files(Mapping[str, bytes]):
    """The files that lie there at the moment of each look, by their keys, such as ``day1/a.mp4``.

    A key is what the service calls ``fileName``, the prefix with it. A file's bytes are fetched
    when they are asked for.
    """

    def __init__(self, line: Line, path: str, bucket: str | None = None) -> None:
        self._line, self._path, self._bucket = line, path, bucket

    def of(self, bucket: str) -> Files:
        """The files of one bucket only."""
        return Files(self._line, self._path, bucket)

    def glob(self, pattern: str) -> list[str]:
        """The names that match, as the shell has it: ``*.m3u8``; ``*`` is for slashes, too."""
        return [name for name in self if fnmatchcase(name, pattern)]

    def __getitem__(self, name: str) -> bytes:
        """The bytes of a file. KeyError where there is none, or one in more than one bucket."""
        __tracebackhide__ = True
        found = [file for file in self._listed(name) if file["key"] == name]
        if len(found) > 1:
            buckets = ", ".join(file["bucket"] for file in found)
            raise KeyError(f"{name!r} lies in {buckets}: say of(bucket)[name]")
        if not found:
            raise KeyError(name)
        return self._line.fetch("GET", found[0]["url"])

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(file["key"] for file in self._listed()))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return any(file["key"] == name for file in self._listed())

    def __repr__(self) -> str:
        return f"<files: {', '.join(self) or 'none'}>"

    def _listed(self, prefix: str = "") -> list[dict[str, Any]]:
        query = f"?prefix={quote(prefix, safe='')}"
        if self._bucket is not None:
            query += f"&bucket={quote(self._bucket, safe='')}"
        files: list[dict[str, Any]] = self._line.ask("GET", f"{self._path}{query}")["files"]
        return files
