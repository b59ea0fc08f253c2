"""Durations and instants as a scenario writes them: ``90s``, ``started + 90s``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from mockrec.domain.moments import Millis, duration
from mockrec.domain.rules import Instant
from mockrec.playbook.document import OPAQUE
from mockrec.playbook.findings import Path

_INSTANT: Final = re.compile(
    r"(?P<anchor>[A-Za-z][\w-]*)(?: (?P<sign>[+-]) (?P<span>.+))?", re.ASCII
)
_LENGTH: Final = re.compile(
    r"^(?:[A-Za-z][\w-]* [+-] )?(?:\d+(?:\.\d{1,6})?(?:ms|min|[smhd]))+\Z", re.ASCII
)
_TIMED: Final = frozenset(
    {"at", "every", "until", "from", "after", "within", "blackout", "stall", "takes", "delay"}
    | {"shuffle", "slow", "gap", "patience", "at_least", "retry", "timing"}
)


def instant(text: str) -> Instant:
    """The instant that a text of the form of the schema stands for.

    Raises ``ValueError`` for a duration that is too long.
    """
    named = _INSTANT.fullmatch(text)
    if named is None:
        return Instant("", duration(text))
    offset: Millis = duration(named["span"]) if named["span"] else 0
    return Instant(named["anchor"], -offset if named["sign"] == "-" else offset)


def times_in(said: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every duration and every instant of a scenario, by its path."""
    inside = enumerate(said) if isinstance(said, list) else said.items()
    for key, value in inside:
        if isinstance(value, dict | list) and key not in OPAQUE:
            yield from times_in(value, (*path, key))
        elif isinstance(value, str) and _LENGTH.match(value) and _is_timed((*path, key)):
            yield (*path, key), value


def _is_timed(path: Path) -> bool:
    """Whether a duration is meant: by its key, by that of its list, or by the section."""
    return not _TIMED.isdisjoint((path[0], *path[-2:]))
