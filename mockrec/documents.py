"""JSON as it comes in: strict where the parser is lenient, and bounded in depth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Final, NoReturn

import orjson

from mockrec.domain.problems import quoted

DEEPEST: Final = 64
"""How many objects and lists may stand in one another; no body of the service has a dozen."""


class Unreadable(ValueError):
    """The bytes are not one JSON document that means one thing."""


def read(raw: bytes) -> object:
    """The document; raises `Unreadable` for what is not JSON, too deep, or has a key twice."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Unreadable(_words(error)) from None
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and _too_deep(document):
        raise Unreadable(f"nested deeper than {DEEPEST}")
    # A dropped twin takes its quotation marks with it; nothing else can, but for an escaped one.
    if b"\\" in raw or raw.count(b'"') != orjson.dumps(document).count(b'"'):
        json.loads(raw, object_pairs_hook=_each_once)
    return document


def _too_deep(document: object) -> bool:
    """Level by level: a document that is too deep for recursion has to be told, too."""
    level = [document]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
    return any(isinstance(outer, dict | list) for outer in level)


def _inside(outer: object) -> Iterable[object]:
    if isinstance(outer, dict):
        return outer.values()
    return outer if isinstance(outer, list) else ()


def _words(error: orjson.JSONDecodeError) -> str:
    return f"not JSON: {error.msg}" if error.msg else "not JSON"


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        _twice(key for key, _ in pairs)
    return document


def _twice(keys: Iterable[str]) -> NoReturn:
    twin = next(key for key, times in Counter(keys).items() if times > 1)
    raise Unreadable(f"the key {quoted(twin)} stands twice in one object")
