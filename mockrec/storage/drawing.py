"""Files that are made when somebody reads them: most of a test suite's never are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias


class Drawing:
    """Bytes that can be made at any time, always the same; how many they are is known before."""

    __slots__ = ("_draw", "_size")

    def __init__(self, size: int, draw: Callable[[], bytes]) -> None:
        self._size, self._draw = size, draw

    def __len__(self) -> int:
        return self._size

    def __bytes__(self) -> bytes:
        return self._draw()


Content: TypeAlias = bytes | Drawing
"""What a store is given: ``len()`` and ``bytes()`` tell what there is to know of either."""
