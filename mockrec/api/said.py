"""What is said to a client: a status, headers of its own, and the bytes of the body."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Self

import orjson

from mockrec.domain.values import dataclass

JSON: Final = (("Content-Type", "application/json; charset=utf-8"),)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it goes out."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = JSON

    @classmethod
    def document(cls, status: int, document: Any) -> Self:
        """A JSON document."""
        # The copy is as long as it is; orjson leaves a block of 4 KiB, and the journal keeps it.
        return cls(status, bytes(memoryview(orjson.dumps(document))))

    def with_body(self, body: bytes) -> Self:
        """The same with another body."""
        return replace(self, body=body)


NOTHING: Final = Said(0, b"", ())
"""What a client hears who gets no answer."""
