"""How faults look on the wire: the answer that is sent instead, or what becomes of the connection.

A fault that changes the answer has its row in `said_instead`, one that spoils its way in `_WAYS`.
Real seconds pass only here (docs/scenarios.md#faults).
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Awaitable, Callable
from http.client import responses
from typing import Any, Final

from aiohttp import web

from mockrec.api.said import JSON, NOTHING, Said
from mockrec.clock import pause
from mockrec.domain.faults import (
    Close,
    Drip,
    Effect,
    Fault,
    Garbage,
    Html,
    Limit,
    Never,
    Reply,
    Reset,
    Truncate,
)
from mockrec.domain.moments import SECOND
from mockrec.domain.problems import RATE_LIMITED, Profile

Way = Callable[[web.Request, web.Response, Any], Awaitable[web.StreamResponse]]

_POLL: Final = 0.05
"""Real seconds between two looks at whether a client that gets no answer is still there."""
_LINGER: Final = struct.pack("ii", 1, 0)

_PAGE: Final = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n"
    "<center><h1>{status} {reason}</h1></center>\r\n<hr><center>gateway</center>\r\n"
    "</body>\r\n</html>\r\n"
)


def said_instead(effect: Effect | None, said: Said, profile: Profile) -> Said:
    """What is sent under this fault, where the service would have sent `said`."""
    match effect:
        case Reply(status, headers, body):
            typed = any(name.lower() == "content-type" for name, _ in headers)
            sent = headers if typed else (*JSON, *headers)
            return Said(status, said.body if body is None else body, sent)
        case Html(status):
            page = _PAGE.format(status=status, reason=responses.get(status, "Error"))
            return Said(status, page.encode(), (("Content-Type", "text/html"),))
        case Limit(_, status):
            message = RATE_LIMITED.on(profile).reason
            return Said.document(status, {"message": message})
        case Truncate():
            return said.with_body(said.body[: len(said.body) // 2])
        case Garbage():
            return said.with_body(said.body[::-1])
        case Reset() | Never() | Close(None):
            return NOTHING
    return said


async def carry_out(
    request: web.Request, response: web.Response, fault: Fault
) -> web.StreamResponse:
    """Send the response as this fault has it; the response that the server may still need."""
    if fault.stall:
        await pause(fault.stall / SECOND)
    way = _WAYS.get(type(fault.effect))
    return response if way is None else await way(request, response, fault.effect)


async def _reset(request: web.Request, response: web.Response, _: Any) -> web.Response:
    """The peer sees RST: closing with a linger of 0 makes it."""
    if request.transport is not None:
        own = request.transport.get_extra_info("socket")
        with socket.socket(fileno=os.dup(own.fileno())) as twin:
            twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        request.transport.abort()
    return response


async def _close(request: web.Request, response: web.Response, effect: Close) -> web.Response:
    """The peer sees the end of the stream: at once, or in the middle of a body."""
    if effect.after_bytes is not None:
        body = _body(response)
        partly = await _begun(request, response)
        await partly.write(body[: effect.after_bytes])
    if request.transport is not None:
        request.transport.close()
    return response


async def _drip(request: web.Request, response: web.Response, effect: Drip) -> web.StreamResponse:
    body = _body(response)
    slowly = await _begun(request, response)
    for begin in range(0, len(body), effect.bytes):
        await slowly.write(body[begin : begin + effect.bytes])
        await pause(effect.every / SECOND)
    return slowly


async def _never(request: web.Request, response: web.Response, _: Any) -> web.Response:
    while request.transport is not None and not request.transport.is_closing():
        await pause(_POLL)
    return response


async def _begun(request: web.Request, response: web.Response) -> web.StreamResponse:
    """The head of the response has been sent; it promises the whole body."""
    begun = web.StreamResponse(status=response.status, headers=response.headers)
    begun.content_length = len(_body(response))
    await begun.prepare(request)
    return begun


def _body(response: web.Response) -> bytes:
    assert isinstance(response.body, bytes), "our own responses are whole"  # noqa: S101
    return response.body


_WAYS: Final[
    dict[type, Callable[[web.Request, web.Response, Any], Awaitable[web.StreamResponse]]]
] = {
    Reset: _reset,
    Close: _close,
    Drip: _drip,
    Never: _never,
}
