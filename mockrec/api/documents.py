"""JSON as it comes in: strict where the parser is lenient, and bounded in depth."""

from __future__ import annotations

import json
from typing import NoReturn

import orjson


class Unreadable(ValueError):
    """The bytes are not one JSON document that means one thing."""


def read(raw: bytes) -> object:
    """The document; raises `Unreadable` for what is not JSON, too deep, or has a key twice."""
    try:
        document = orjson.loads(raw)
        canonical = orjson.dumps(document)
    except orjson.JSONDecodeError as error:
        raise Unreadable(_words(error)) from None
    except orjson.JSONEncodeError:
        raise Unreadable("nested too deeply or not representable") from None
    if b"\\" in raw:
        json.loads(raw, object_pairs_hook=_each_once)
    elif raw.count(b'"') != canonical.count(b'"'):
        # A dropped twin takes its quotation marks with it; nothing else can.
        json.loads(raw, object_pairs_hook=_each_once)
    return document


def _words(error: orjson.JSONDecodeError) -> str:
    return f"not JSON: {error.msg}" if error.msg else "not JSON"


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        _twice([key for key, _ in pairs])
    return document


def _twice(keys: list[str]) -> NoReturn:
    twin = next(key for key in keys if keys.count(key) > 1)
    raise Unreadable(f'the key "{twin[:60]}" stands twice in one object')
