"""The control plane is for the developer at this machine, not for a page he happens to visit.

A browser says where a call comes from (``Sec-Fetch-Site``, ``Origin``), and which name it looked
up (``Host``): calls from other sites, and names that a stranger could own, are refused. Everything
that goes wrong is answered as ``{"error", "path", "expected"}``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from aiohttp import hdrs, web

from mockrec import contract
from mockrec.api.door import LARGEST_BODY, body
from mockrec.api.keys import HOSTS
from mockrec.documents import Unreadable, read
from mockrec.domain.hosts import vendor_host
from mockrec.domain.problems import Refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_DIGITS: Final = re.compile(r"[0-9]{1,19}")
_NO_HOST: Final = re.compile(r"[@/?#\\]")
"""What would make something else of a host in an address: a user before it, a path behind it."""
_NOBODYS: Final = (".localhost", ".docker.internal", ".containers.internal")
"""Domains that no stranger can own: this machine's, and those that container engines keep."""
_SAME_SITE: Final = frozenset({"same-origin", "none"})


class Wrong(Exception):
    """A control call that cannot be carried out: what was got and where, what was expected."""

    def __init__(
        self, status: int, error: str, path: str = "", expected: str = "", *, last: bool = False
    ) -> None:
        super().__init__(error)
        self.status = status
        self.last = last
        """Whether nothing that follows on this connection can be trusted."""
        said = {"error": error, "path": path, "expected": expected}
        self.body = {key: _printable(text) for key, text in said.items()}


def show(body: object, status: int = 200) -> web.Response:
    """A JSON response of the control plane."""
    payload = orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return web.Response(body=payload, status=status, content_type="application/json")


def guarded(handler: Handler, query: Sequence[str] = (), *, any_origin: bool = False) -> Handler:
    """The handler, for calls that come from here and ask for nothing but what is in `query`.

    `any_origin` lets pages of other sites read, whatever they ask for.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            check_host(request)
            if not any_origin:
                check_origin(request)
                check_query(request, query)
            return await handler(request)
        except Wrong as wrong:
            response = show(wrong.body, wrong.status)
            if wrong.last:
                response.force_close()
            if any_origin:
                response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
            return response

    return handle


def check_host(request: web.Request) -> None:
    """Refuse a Host that could be a stranger's name for this machine (DNS rebinding).

    Under the service's own names there is no control plane, whatever this server is called.
    """
    name = _name(request.host)
    ours = "." not in name or name.endswith(_NOBODYS) or name in request.app[HOSTS]
    if vendor_host(name) or not (ours or _is_address(name)):
        expected = "localhost, an IP address, a name without dots, or one given by --host-name"
        raise Wrong(403, f"the control plane is not served under {name[:80]!r}", "Host", expected)


def check_origin(request: web.Request) -> None:
    """Refuse what a page of another site sends."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _SAME_SITE:
        raise Wrong(403, "cross-site call", "Sec-Fetch-Site", "same-origin or none")
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise Wrong(403, "call from another origin", "Origin", request.host)


def check_query(request: web.Request, known: Sequence[str]) -> None:
    """Refuse a parameter that there is none of: what it was to change would stay as it is."""
    for name in request.query:
        if name not in known:
            expected = f"one of {', '.join(known)}" if known else "no query string"
            raise Wrong(400, f"there is no parameter {name[:40]!r}", f"?{name[:40]}", expected)


async def sent(request: web.Request, expected: str) -> bytes:
    """The body of a control call; what it should have been is told where it cannot be read."""
    try:
        return await body(request)
    except Refusal as refused:
        raise Wrong(refused.problem.now.status, refused.detail, "", expected, last=True) from None


async def document(
    request: web.Request, schema: str, *, optional: bool = False
) -> dict[str, object]:
    """The body of a control call, held against ``schemas/control.<schema>.json``.

    Where it is `optional`, no body at all is an empty object.
    """
    raw = await sent(request, f"one JSON object of at most {LARGEST_BODY} bytes")
    try:
        content = read(b"{}" if optional and not raw else raw)
    except Unreadable as error:
        raise Wrong(400, str(error), "", "one JSON object") from None
    violations = contract.check(f"control.{schema}", None, content, strict=True).violations
    if violations or not isinstance(content, dict):
        # A misspelt key is told before the one that is missing for it.
        first = next((one for one in violations if one.rule == "unknown"), violations[0])
        hint = f", {first.hint}" if first.hint else ""
        raise Wrong(400, f"got {first.got}{hint}", first.pointer, first.expected)
    return {key: _exact(value) for key, value in content.items()}


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
    """The number that the text is, if it is one of at most 19 digits, as 2^63 is."""
    return int(text) if _DIGITS.fullmatch(text) else None


def _exact(value: Any) -> Any:
    """Every whole number as an integer: to a schema 1.0 is one, to a clock it is not."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _exact(inner) for key, inner in value.items()}
        case list():
            return [_exact(inner) for inner in value]
    return value


def _name(host: str) -> str:
    """The name or address of a Host header, without the port; all of it where it is none."""
    if _NO_HOST.search(host):
        return f"{host}."
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return f"{host}."


def _printable(text: str) -> str:
    """The text as JSON can hold it: bytes that a header smuggled in are written out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
