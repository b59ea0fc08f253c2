"""The line to a service: one in this process over a socket of its own, or a server anywhere."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiohttp
import orjson
from aiohttp import web
from yarl import URL

from mockrec.domain.moments import SECOND, Millis
from mockrec.replay.heard import Heard
from mockrec.server import build, doorway
from mockrec.settings import Settings
from mockrec.violations import shortened

_LONGEST: Final = 500
"""How much is shown of an answer that says no."""


class ServiceFailed(Exception):
    """The control plane said no, or there is none."""


class Line:
    """Calls to the service as a client makes them, and calls to its control plane."""

    def __init__(self, session: aiohttp.ClientSession, origin: str = "") -> None:
        self._session, self._origin = session, origin

    async def call(
        self, method: str, path: str, body: Any, headers: Mapping[str, str], patience: Millis
    ) -> Heard:
        """Make a call on a connection of its own, and wait so many real milliseconds."""
        limit = aiohttp.ClientTimeout(total=patience / SECOND)
        try:
            async with self._session.request(
                method, self._origin + path, json=body, headers=headers, timeout=limit
            ) as answer:
                raw = await answer.read()
                return Heard(answer.status, _document(raw), dict(answer.headers))
        except TimeoutError:
            return Heard(None, problem=f"nothing within {patience} ms")
        except (aiohttp.ClientError, ConnectionError) as error:
            return Heard(None, problem=type(error).__name__)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Make a control call; the document that it answers. Raises `ServiceFailed`."""
        data = body.encode() if isinstance(body, str) else orjson.dumps(body) if body else None
        try:
            async with self._session.request(method, self._origin + path, data=data) as answer:
                document = _document(await answer.read())
        except (aiohttp.ClientError, OSError) as error:
            at = f" at {self._origin}" if self._origin else ""
            raise ServiceFailed(f"no mockrec answers{at}: {_why(error)}") from None
        if answer.status == HTTPStatus.REQUEST_TIMEOUT and "until" in (body or ()):
            return document  # the limit was reached first, and that is as good
        if answer.status >= HTTPStatus.BAD_REQUEST or not isinstance(document, dict):
            said = shortened(str(document), _LONGEST)
            raise ServiceFailed(f"{method} {path}: {answer.status} {said}")
        return document


def _why(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "nobody knows the host"
        case aiohttp.ClientSSLError():
            return "its certificate is not trusted, or it speaks no TLS"
        case TimeoutError():
            return "it took too long"
        case OSError(errno=int(number)):
            return os.strerror(number).lower()
    return "what came was not the whole of an answer"


def _document(raw: bytes) -> Any:
    """The JSON that it is, else the text."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw.decode("utf-8", "replace")


@asynccontextmanager
async def in_process() -> AsyncIterator[Line]:
    """A service of this process, which no port leads to; its files lie in memory."""
    engine = build(Settings(clock_mode="manual", storage="memory"))
    runner = doorway(engine, frozenset())
    await runner.setup()
    with TemporaryDirectory() as folder:
        try:
            connector, base = await _joined(runner, Path(folder) / "mockrec")
            async with _session(base, connector) as session:
                yield Line(session)
        finally:
            await engine.close()
            await runner.cleanup()


async def _joined(runner: web.AppRunner, place: Path) -> tuple[aiohttp.BaseConnector, str]:
    if sys.platform == "win32":  # it has no sockets in the file system
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return aiohttp.TCPConnector(force_close=True), site.name
    await web.UnixSite(runner, str(place)).start()
    return aiohttp.UnixConnector(str(place), force_close=True), "http://localhost"


@asynccontextmanager
async def against(url: str) -> AsyncIterator[Line]:
    """A server at this address. Raises `ServiceFailed` if it is none."""
    origin = _origin(url)
    async with _session(None, aiohttp.TCPConnector(force_close=True)) as session:
        yield Line(session, origin)


def _origin(url: str) -> str:
    try:
        address = URL(url)
        sound = address.scheme in {"http", "https"} and address.port and address.host
        if sound and address in {address.origin(), address.origin() / ""}:
            return str(address.origin())
    except ValueError:
        pass
    got = re.sub(r"//.*@", "//***@", url)  # it may be a password
    raise ServiceFailed(
        f'got "{shortened(got, _LONGEST)}", expected the address of a server, '
        "such as http://127.0.0.1:8080"
    )


def _session(base: str | None, connector: aiohttp.BaseConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(base, connector=connector)
