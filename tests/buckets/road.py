"""The road to a bucket, over which every upload goes and on which a test may do what it likes.

It is a proxy on the loopback: it writes down what passes, and lets it pass, or answers itself, or
holds it up, or is not there at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from aiohttp import ClientSession, web
from yarl import URL

_HOST: Final = "127.0.0.1"
_BETWEEN_TWO: Final = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive"})
"""Headers that are about one connection and not about the object."""


@dataclass(slots=True)
class Load:
    """One request for an object, and what it was answered; 0 while it is under way."""

    number: int
    method: str
    bucket: str
    key: str
    data: bytes = field(repr=False)
    status: int = 0

    @property
    def stored(self) -> bool:
        """Whether the object is in the bucket since."""
        return self.method == "PUT" and self.status == 200


Trouble = Callable[[Load], int | None]
"""What a load meets: a status that it is answered with on the way, or nothing."""


class Road:
    """A proxy to one endpoint, which can be closed and opened again at the same address."""

    def __init__(self, beyond: str) -> None:
        self.loads: list[Load] = []
        self.trouble: Trouble | None = None
        self.held: set[str] = set()
        """The buckets whose loads wait until they are released."""
        self._beyond = beyond
        self._news = asyncio.Condition()
        self._port = 0
        self._runner: web.ServerRunner | None = None
        self._session: ClientSession | None = None

    @property
    def endpoint(self) -> str:
        """Where uploads are to go."""
        return f"http://{_HOST}:{self._port}"

    async def open(self) -> None:
        """Let loads come in."""
        self._session = ClientSession(auto_decompress=False)
        self._runner = web.ServerRunner(web.Server(self._pass), shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """From now on nobody listens there, and every connection is at an end."""
        runner, session = self._runner, self._session
        self._runner = self._session = None
        if runner is not None and session is not None:
            await runner.cleanup()
            await session.close()

    async def release(self) -> None:
        """Let pass whatever is held up."""
        self.held.clear()
        async with self._news:
            self._news.notify_all()

    async def until(self, holds: Callable[[], object]) -> None:
        """Return as soon as this holds; it is looked at with each load that comes in."""
        async with self._news:
            await self._news.wait_for(holds)

    def put(self, suffix: str = "") -> list[Load]:
        """What came into a bucket, in order: all of it, or what has this suffix."""
        return [one for one in self.loads if one.stored and one.key.endswith(suffix)]

    def keys(self, suffix: str = "") -> list[str]:
        """The names of the same."""
        return [one.key for one in self.put(suffix)]

    async def _pass(self, request: web.BaseRequest) -> web.StreamResponse:
        _, bucket, key = unquote(request.raw_path.partition("?")[0]).split("/", 2)
        load = Load(len(self.loads), request.method, bucket, key, await request.read())
        self.loads.append(load)
        async with self._news:
            self._news.notify_all()
            await self._news.wait_for(lambda: bucket not in self.held)
        load_status = self.trouble(load) if self.trouble is not None else None
        if load_status is not None:
            load.status = load_status
            return web.Response(status=load_status)
        return await self._beyond_it(request, load)

    async def _beyond_it(self, request: web.BaseRequest, load: Load) -> web.StreamResponse:
        assert self._session is not None
        url = URL(self._beyond + request.raw_path, encoded=True)
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _BETWEEN_TWO
        }
        async with self._session.request(
            request.method, url, data=load.data, headers=headers
        ) as answer:
            data = await answer.read()
            kept = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() not in _BETWEEN_TWO
            }
            load.status = answer.status
            return web.Response(status=answer.status, body=data, headers=kept)


@asynccontextmanager
async def road_to(beyond: str) -> AsyncIterator[Road]:
    """A road that is open to begin with."""
    road = Road(beyond)
    await road.open()
    try:
        yield road
    finally:
        await road.release()
        await road.close()


def every(nth: int, status: int = 503) -> Trouble:
    """Each so-manieth load comes to grief."""
    return lambda load: status if load.number % nth == nth - 1 else None


def all_of(status: int = 503) -> Trouble:
    """No load arrives."""
    return lambda _: status


def of(suffix: str, status: int = 503) -> Trouble:
    """No load with a name like this arrives."""
    return lambda load: status if load.key.endswith(suffix) else None
