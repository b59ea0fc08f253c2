"""Browsers may call the emulated service from any page; the control plane says no elsewhere."""

from __future__ import annotations

from typing import Final

from aiohttp import web

_EXPOSED: Final = "X-Request-Id, X-Mockrec-Detail, X-Mockrec-Rule"


def allow_origin(request: web.Request, response: web.Response) -> web.Response:
    """Let a page of any origin read the response; without an Origin nothing changes."""
    if "Origin" in request.headers:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return response


def preflight(request: web.Request) -> web.Response | None:
    """The answer to a browser's question; None where it is none."""
    headers = request.headers
    asks = "Origin" in headers and "Access-Control-Request-Method" in headers
    if request.method != "OPTIONS" or not asks or request.path.startswith("/_mockrec"):
        return None
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": headers.get(
                "Access-Control-Request-Headers", "Authorization, Content-Type"
            ),
            "Access-Control-Max-Age": "600",
        },
    )
