"""The line to a service: one in this process over a socket of its own, or a server anywhere."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from mockrec.domain.moments import SECOND, Millis
from mockrec.replay.heard import Heard
from mockrec.server import build, doorway
from mockrec.settings import Settings


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
        except aiohttp.ClientError as error:
            raise ServiceFailed(f"no mockrec answers: {error}") from None
        if answer.status == HTTPStatus.REQUEST_TIMEOUT and "until" in (body or ()):
            return document  # the limit was reached first, and that is as good
        if answer.status >= HTTPStatus.BAD_REQUEST or not isinstance(document, dict):
            raise ServiceFailed(f"{method} {path}: {answer.status} {document}")
        return document


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
    """A server at this address."""
    async with _session(url.rstrip("/"), aiohttp.TCPConnector(force_close=True)) as session:
        yield Line(session)


def _session(base: str, connector: aiohttp.BaseConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(base, connector=connector)
