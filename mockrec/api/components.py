"""The files of ``schemas/`` as components of one OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from mockrec import assets

_OURS: Final = ("x-", "$schema", "$id", "$defs")
"""Keywords that mean nothing outside of ``schemas/``."""


def components() -> dict[str, Any]:
    """Every schema file and every definition in one, as components that refer to each other."""
    found: dict[str, Any] = {}
    for name in assets.schema_names():
        schema = json.loads(assets.schema(name))
        inner = {f"{name}.{key}": value for key, value in schema.get("$defs", {}).items()}
        whole = {name: schema} if "type" in schema else {}
        found |= {key: _component(value, name) for key, value in {**whole, **inner}.items()}
    return found


def _component(node: Any, file: str) -> Any:
    """A schema without our own keywords, its references those of the document."""
    if isinstance(node, list):
        return [_component(inner, file) for inner in node]
    if not isinstance(node, Mapping):
        return node
    kept = {
        key: _component(inner, file) for key, inner in node.items() if not key.startswith(_OURS)
    }
    if isinstance(kept.get("$ref"), str):
        kept["$ref"] = _reference(kept["$ref"], file)
    return kept


def _reference(reference: str, file: str) -> str:
    """``common.json#/$defs/uid`` is the component ``common.uid``."""
    other, _, pointer = reference.partition("#/$defs/")
    name = other.removesuffix(".json") or file
    return f"#/components/schemas/{name}.{pointer}" if pointer else f"#/components/schemas/{name}"
