"""What lies in the buckets: listed, and handed out as a web server would."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote

from aiohttp import hdrs, web

from mockrec.api.control.guard import Wrong, show
from mockrec.api.control.realms import realm
from mockrec.api.keys import ENGINE
from mockrec.render.names import content_type
from mockrec.sinks.shelf import Filed

_NO_SUFFIX: Final = re.compile("bytes=-0+", re.IGNORECASE)
"""The last no bytes: of no file is there such a range (RFC 9110 §14.1.2)."""


async def files(request: web.Request) -> web.Response:
    """Every file of the world, of one bucket or below one prefix where it is asked for."""
    one, query = realm(request), request.query
    bucket, prefix = query.get("bucket"), query.get("prefix", "")
    wanted = [
        _shown(one.app_id, filed)
        for filed in one.shelf
        if filed.key.startswith(prefix) and bucket in (None, filed.bucket)
    ]
    return show({"files": wanted})


async def file(request: web.Request) -> web.StreamResponse:
    """One file, whole or a range of it; pages of any origin may read it."""
    one, path = realm(request), request.match_info
    found = await request.app[ENGINE].fetch(one, path["bucket"], path["key"])
    if found is None:
        raise Wrong(
            404, "no such file", "key", f"GET /_mockrec/worlds/{one.app_id}/files lists them"
        )
    filed, data = found
    headers = {
        hdrs.CONTENT_TYPE: content_type(filed.key),
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
        hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: "Content-Range, Content-Length, Accept-Ranges",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return _ranged(request, data, headers)


async def may_read(_: web.Request) -> web.Response:
    """A browser asks whether it may send a Range."""
    return web.Response(
        status=204,
        headers={
            hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, HEAD",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Range",
        },
    )


def _ranged(request: web.Request, data: bytes, headers: dict[str, str]) -> web.Response:
    size = len(data)
    try:
        wanted = request.http_range if request.method == hdrs.METH_GET else slice(None)
    except ValueError:
        wanted = slice(None)  # what is no range of bytes is ignored (RFC 9110 §14.2)
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=data, headers=headers)
    start, stop, _ = wanted.indices(size)
    if start >= stop or _NO_SUFFIX.fullmatch(request.headers[hdrs.RANGE]):
        return web.Response(status=416, headers={**headers, hdrs.CONTENT_RANGE: f"bytes */{size}"})
    headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{stop - 1}/{size}"
    return web.Response(status=206, body=data[start:stop], headers=headers)


def _shown(app_id: str, filed: Filed) -> dict[str, Any]:
    path = f"{quote(filed.bucket, safe='')}/{quote(filed.key, safe='/')}"
    return {
        "bucket": filed.bucket,
        "key": filed.key,
        "size": filed.size,
        "at": filed.at,
        "content_type": content_type(filed.key),
        "url": f"/_mockrec/worlds/{app_id}/files/{path}",
    }
