"""What control calls may be asked beside their paths: the parameters of query strings and headers.

The OpenAPI document tells of them, and the guard refuses every other parameter of a query string.
"""

from __future__ import annotations

from typing import Any, Final

from mockrec.api.control import files, history, scenarios, stream
from mockrec.api.control.guard import Handler
from mockrec.domain.ids import LARGEST_SEED
from mockrec.sinks.journal import Kind

_TEXT: Final = {"type": "string"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_SEED: Final = {**_COUNT, "maximum": LARGEST_SEED}

ASKED: Final[dict[Handler, list[dict[str, Any]]]] = {
    history.journal: [
        {"name": "since", "description": "The first number.", "schema": {**_COUNT, "default": 0}},
        {
            "name": "kind",
            "description": "Only entries of these kinds, with commas between.",
            "style": "form",
            "explode": False,
            "schema": {"type": "array", "items": {"enum": [str(kind) for kind in Kind]}},
        },
        {
            "name": "limit",
            "description": "How many entries at the most.",
            "schema": {**_COUNT, "maximum": history.MOST, "default": history.PAGE},
        },
    ],
    stream.events: [
        {"name": "since", "description": "As Last-Event-ID.", "schema": _COUNT},
        {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "Go on after this entry.",
            "schema": _COUNT,
        },
    ],
    files.files: [
        {"name": "bucket", "description": "Only of this bucket.", "schema": _TEXT},
        {"name": "prefix", "description": "Only keys that begin so.", "schema": _TEXT},
    ],
    scenarios.put_on: [
        {"name": "seed", "description": "Instead of the scenario's own.", "schema": _SEED},
    ],
    files.file: [
        {"name": "Range", "in": "header", "description": "One range of bytes.", "schema": _TEXT},
    ],
}


def query_of(handler: Handler) -> tuple[str, ...]:
    """The names that a call's query string may have."""
    asked = ASKED.get(handler, [])
    return tuple(one["name"] for one in asked if one.get("in", "query") == "query")
