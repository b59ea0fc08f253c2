"""Paths that nobody serves: what the gateway says of them, and what was probably meant.

The service has one answer for a path, a method or a letter gone wrong (docs/protocol.md#routes).
The hint beside it looks for the call that is nearest: with another method, or once slashes and
letters are put right, or by its last word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain, zip_longest
from typing import Final, NamedTuple

from aiohttp import web

from mockrec.api import emulated
from mockrec.api.control.routes import CALLS, OPEN_CALLS
from mockrec.api.cors import preflight
from mockrec.api.keys import ENGINE
from mockrec.api.responses import plain
from mockrec.domain.commands import Refused
from mockrec.domain.problems import NO_ROUTE
from mockrec.render.reply import refusal

_PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_REGIONS: Final = re.compile("(?:/(?:na|eu|ap|cn))?")
_STRANGE_REGION: Final = re.compile(r"/([^/]+)(?=/v[12]/)")
_CONTROL: Final = "/_mockrec"
_SERVICE: Final = "/v1/apps/<appid>/cloud_recording/..."
_LONGEST_WORD: Final = 40


class Call(NamedTuple):
    """A call that there is: its method, how its paths look, and how a person writes them."""

    method: str
    pattern: re.Pattern[str]
    spelling: str

    @property
    def verb(self) -> str:
        """The last word of the path."""
        return self.spelling.rpartition("/")[2]

    def __str__(self) -> str:
        """Method and path, with the names of what stands in it."""
        return f"{self.method} {self.spelling}"


def routes() -> list[web.RouteDef]:
    """What is left when every other route has been tried."""
    return [web.route("*", r"/{anything:[\s\S]*}", no_route)]


async def no_route(request: web.Request) -> web.Response:
    """What the gateway says to a path or method that it does not know; it has no 405."""
    asked = preflight(request)
    if asked is not None:
        asked.headers["X-Request-Id"] = request.app[ENGINE].stray_id()
        return asked
    said = refusal(Refused(NO_ROUTE), request.app[ENGINE].profile)
    return plain(request, said, hint(request.method, request.rel_url.raw_path))


def hint(method: str, path: str) -> str:
    """What is wrong with a path, or with its method, and which call comes nearest."""
    if path == "/":
        return f"nothing is served at /; expected {_SERVICE} or {_CONTROL}/..."
    ours = path.startswith(_CONTROL)
    known = _control_calls() if ours else _service_calls()
    if methods := [call.method for call in known if call.pattern.fullmatch(path)]:
        return f"got {method}, expected {' or '.join(methods)}"
    faults, tidied = _tidied(path)
    wrong = "; ".join(faults) or f"no such path with {method}"
    if nearest := _meant(sorted(known, key=lambda call: call.method != method), tidied):
        return f"{wrong}; expected {nearest}"
    return f"{wrong}; {'see /_mockrec/openapi.json' if ours else f'expected {_SERVICE}'}"


def _tidied(path: str) -> tuple[list[str], str]:
    """What is odd about a path by itself, and the path without it."""
    faults = []
    if "//" in path:
        faults.append("two slashes in a row make another path")
        path = re.sub("/{2,}", "/", path)
    if path.endswith("/"):
        faults.append("a slash at the end makes another path")
        path = path.removesuffix("/")
    if "/v1/apps/v1/apps/" in path:
        faults.append("the prefix /v1/apps stands twice in the path")
        path = path.replace("/v1/apps/v1/apps/", "/v1/apps/", 1)
    region = _STRANGE_REGION.match(path)
    if region and not _REGIONS.fullmatch(region[0]):
        faults.append("there is no such region, only na, eu, ap and cn")
        path = path[region.end() :]
    return faults, path


def _meant(known: Sequence[Call], path: str) -> Call | None:
    """The first call of this path, in whatever case, or with nearly this last word."""
    from difflib import get_close_matches

    for call in known:
        if re.fullmatch(call.pattern.pattern, path, re.IGNORECASE):
            return call
    verbs: dict[str, Call] = {}
    for call in known:
        verbs.setdefault(call.verb, call)
    likest = get_close_matches(path.rpartition("/")[2][:_LONGEST_WORD], verbs, 1)
    return verbs[likest[0]] if likest else None


@cache
def _service_calls() -> tuple[Call, ...]:
    calls = [(method, path) for _, method, path in emulated.OPERATIONS]
    calls += [("GET", path) for path in emulated.ADDRESSES]
    return tuple(_call(method, path, _REGIONS.pattern) for method, path in calls)


@cache
def _control_calls() -> tuple[Call, ...]:
    return tuple(_call(method, path) for method, path, _ in [*CALLS, *OPEN_CALLS])


def _call(method: str, path: str, prefix: str = "") -> Call:
    parts = _PLACEHOLDER.split(path)  # text, name, pattern, text, name, pattern, ..., text
    patterns = (pattern or "[^/]+" for pattern in parts[2::3])
    texts = map(re.escape, parts[::3])
    pattern = "".join(chain.from_iterable(zip_longest(texts, patterns, fillvalue="")))
    return Call(method, re.compile(prefix + pattern), _PLACEHOLDER.sub(r"<\1>", path))
