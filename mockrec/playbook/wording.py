"""How what a scenario says is told again in one line."""

from __future__ import annotations

from typing import Any


def worded(name: str, said: object) -> str:
    """``failover blackout: 40s``: a key with what stands behind it, in the file's own words."""
    if isinstance(said, dict):
        inside = ", ".join(f"{key}: {_plain(value)}" for key, value in said.items())
        return f"{name} {inside}" if inside else name
    return f"{name} {_plain(said)}"


def _plain(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_plain(one)}" for key, one in value.items()) + "}"
        case list():
            return f"[{', '.join(map(_plain, value))}]"
        case bool():
            return str(value).lower()
        case None:
            return "null"
    return str(value)
