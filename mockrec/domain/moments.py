"""Moments and durations: whole milliseconds, as on the wire."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

Millis = int

SECOND: Final[Millis] = 1_000
MINUTE: Final[Millis] = 60 * SECOND
HOUR: Final[Millis] = 60 * MINUTE
DAY: Final[Millis] = 24 * HOUR

_UNITS: Final = {"ms": 1, "s": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}
_PART: Final = re.compile(r"(\d+(?:\.\d{1,6})?)(ms|min|[smhd])", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

LONGEST: Final[Millis] = 100 * 366 * DAY
"""No single duration is longer than a century; it keeps every moment inside the calendar."""

LATEST: Final[Millis] = 7_258_118_400_000
"""The year 2200: no world's clock goes further, so that every stamp has its 17 digits."""


def duration(text: str) -> Millis:
    """The milliseconds of a duration such as ``90s``, ``1500ms``, ``1h30m`` or ``0.5s``.

    Raises ``ValueError`` for anything else, and for more than a century.
    """
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(
            f'expected a duration such as "31s", "1500ms" or "1h30m", got "{text[:40]}"'
        )
    total = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if total > LONGEST:
        raise ValueError(f'expected a duration of at most a century, got "{text[:40]}"')
    return sum(round(float(number) * _UNITS[unit]) for number, unit in parts)


def spell(span: Millis) -> str:
    """A duration as a person reads it: ``1h 0m 2.5s``."""
    hours, rest = divmod(span, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = f"{rest / SECOND:g}s"
    if hours:
        return f"{hours}h {minutes}m {seconds}"
    return f"{minutes}m {seconds}" if minutes else seconds


def calendar(at: Millis) -> datetime:
    """The moment as a UTC datetime."""
    return _EPOCH + timedelta(milliseconds=at)


def stamp(at: Millis) -> str:
    """The 17 digits ``yyyyMMddHHmmssSSS`` (UTC) in the names of slices and snapshots."""
    moment = calendar(at)
    return f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 1000:03d}"


def iso(at: Millis) -> str:
    """The moment in ISO 8601, with milliseconds and a ``Z``, for people to read."""
    return calendar(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
