"""Which call of the service a method and a path are, whatever host and prefix they came with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from mockrec.domain.rules import Operation

_CALL: Final = re.compile(
    r"(?:/(?P<region>na|eu|ap|cn))?/v1/apps/(?P<app>[^/]+)/cloud_recording"
    r"(?:/resourceid/(?P<resourceId>[^/]+)(?:/sid/(?P<sid>[^/]+))?/mode/(?P<mode>[^/]+))?"
    r"/(?P<operation>[A-Za-z]+)\Z"
)
_SESSION: Final = frozenset({"resourceId", "sid", "mode"})
_PLACES: Final[Mapping[str, frozenset[str]]] = {
    Operation.ACQUIRE: frozenset(),
    Operation.START: _SESSION - {"sid"},
    Operation.QUERY: _SESSION,
    Operation.UPDATE: _SESSION,
    Operation.UPDATE_LAYOUT: _SESSION,
    Operation.STOP: _SESSION,
}
"""What stands in the path of each operation."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the path of a call says."""

    operation: Operation
    app_id: str
    said: Mapping[str, str]
    """``resourceId``, ``sid``, ``mode`` and ``region``, those that there are."""


def target(method: str, path: str) -> Target | None:
    """The call, from a path or an address; None for what is no call to the service."""
    found = _CALL.search(path.partition("#")[0].partition("?")[0])
    if found is None:
        return None
    said = {name: unquote(found[name]) for name in sorted(_SESSION) if found[name]}
    if said.keys() != _PLACES.get(found["operation"]):
        return None
    operation = Operation(found["operation"])
    if method != ("GET" if operation is Operation.QUERY else "POST"):
        return None
    region = {"region": found["region"]} if found["region"] else {}
    return Target(operation, unquote(found["app"]), said | region)
