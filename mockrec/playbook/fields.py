"""The fields of a call that an expectation can compare: by name, or by JSON pointer.

A name may go on as a pointer does: ``clientRequest/token`` and ``/clientRequest/token`` are one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from mockrec.documents import Unreadable, read
from mockrec.sinks.journal import Call

NAMES: Final = ("cname", "uid", "resourceId", "sid", "mode", "clientRequest")
"""What calls have, in their path or at the top of their body."""
_PATH: Final = re.compile(
    r"/resourceid/(?P<resourceId>[^/]+)(?:/sid/(?P<sid>[^/]+))?/mode/(?P<mode>[^/]+)"
)
_ABSENT: Final = "nothing"
"""What stands for the field of a call that lacks it; no JSON is this."""


class NoSuchField(LookupError):
    """None of the calls has the field: they cannot be compared by it."""


def named(field: str) -> bool:
    """Whether calls have a field of this name; a pointer shows into whatever body there is."""
    return field.startswith("/") or field.partition("/")[0] in NAMES


def values(calls: Sequence[Call], field: str) -> list[str]:
    """What each of the calls says there, as JSON. Raises `NoSuchField` if none of them does."""
    found = [_value(call, field) for call in calls]
    if calls and set(found) == {_ABSENT}:
        raise NoSuchField(f"no {calls[0].operation} has a {field[:80]}")
    return found


def _value(call: Call, field: str) -> str:
    path = _PATH.search(call.path)
    if path and path.groupdict().get(field) is not None:
        return json.dumps(path[field])
    try:
        found: Any = read(call.body) if call.body else {}
    except Unreadable:
        return _ABSENT
    for step in _steps(field):
        match found:
            case dict() if step in found:
                found = found[step]
            case list() if re.fullmatch("0|[1-9][0-9]{0,8}", step) and int(step) < len(found):
                found = found[int(step)]
            case _:
                return _ABSENT
    return json.dumps(found, sort_keys=True)


def _steps(field: str) -> Iterator[str]:
    for step in field.removeprefix("/").split("/"):
        yield step.replace("~1", "/").replace("~0", "~")
