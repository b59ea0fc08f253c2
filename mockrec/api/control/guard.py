"""The control plane is for the developer at this machine, not for a page he happens to visit.

A browser says where a call comes from (``Sec-Fetch-Site``, ``Origin``), and which name it looked
up (``Host``): calls from other sites, and names that a stranger could own, are refused. Everything
that goes wrong is answered as ``{"error", "path", "expected"}``.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from mockrec import contract
from mockrec.api.documents import Unreadable, read
from mockrec.api.door import LARGEST_BODY
from mockrec.api.keys import HOST
from mockrec.clock import TimeEnds, TimeGoesBack

log: Final = logging.getLogger("mockrec")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_DIGITS: Final = re.compile(r"[0-9]{1,17}")
_SAME_SITE: Final = frozenset({"same-origin", "none"})


class Wrong(Exception):
    """A control call that cannot be carried out: what was got and where, what was expected."""

    def __init__(self, status: int, error: str, path: str = "", expected: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, "path": path, "expected": expected}


def show(body: object, status: int = 200) -> web.Response:
    """A JSON response of the control plane."""
    payload = orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return web.Response(body=payload, status=status, content_type="application/json")


def guarded(handler: Handler, *, any_origin: bool = False) -> Handler:
    """The handler, for calls that come from here; `any_origin` lets pages of other sites read."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            check_host(request)
            if not any_origin:
                check_origin(request)
            return await handler(request)
        except Wrong as wrong:
            return show(wrong.body, wrong.status)
        except (TimeGoesBack, TimeEnds) as error:
            body = {"error": str(error), "path": "/to", "expected": "a moment that is to come"}
            return show(body, 400)

    return handle


def check_host(request: web.Request) -> None:
    """Refuse a Host that could be a stranger's name for this machine (DNS rebinding)."""
    name = urlsplit(f"//{request.host}").hostname or ""
    ours = "." not in name or name.endswith(".localhost") or name == request.app[HOST]
    if not ours and not _is_address(name):
        expected = "localhost, an IP address, or a name without dots"
        raise Wrong(403, f"the control plane is not served under {name[:80]!r}", "Host", expected)


def check_origin(request: web.Request) -> None:
    """Refuse what a page of another site sends."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _SAME_SITE:
        raise Wrong(403, "cross-site call", "Sec-Fetch-Site", "same-origin or none")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Wrong(403, "call from another origin", "Origin", request.host)


async def document(request: web.Request, schema: str) -> dict[str, object]:
    """The body of a control call, held against ``schemas/control.<schema>.json``."""
    try:
        body = read(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise Wrong(413, "the body is too large", "", f"at most {LARGEST_BODY} bytes") from None
    except Unreadable as error:
        raise Wrong(400, str(error), "", "one JSON object") from None
    violations = contract.check(f"control.{schema}", None, body, strict=True).violations
    if violations or not isinstance(body, dict):
        first = violations[0]
        hint = f", {first.hint}" if first.hint else ""
        raise Wrong(400, f"got {first.got}{hint}", first.pointer, first.expected)
    return body


def number(request: web.Request, name: str, default: int, most: int) -> int:
    """A whole number of the query string."""
    text = request.query.get(name)
    if text is None:
        return default
    value = whole(text)
    if value is None or value > most:
        raise Wrong(400, f"got {text[:40]!r}", f"?{name}", f"a whole number from 0 to {most}")
    return value


def whole(text: str) -> int | None:
    """The number that the text is, if it is one of at most 17 digits."""
    return int(text) if _DIGITS.fullmatch(text) else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
