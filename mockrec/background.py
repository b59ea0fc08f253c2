"""A server in a thread of its own: for tests, scripts and notebooks.

It has its own event loop, so that whoever uses it need not have one, and may block while it serves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING, Final, Unpack

from mockrec.domain.ids import new_id
from mockrec.remote.line import Line
from mockrec.remote.world import ANYBODY, World
from mockrec.settings import Settings, from_values

if TYPE_CHECKING:
    from mockrec.remote.shapes import ServerSettings, WorldSettings

_USUAL: Final[ServerSettings] = {"port": 0, "clock": "manual", "storage": "memory"}


class Server:
    """A server that is being served, and its worlds."""

    def __init__(self, url: str, auth: tuple[str, str] = ANYBODY) -> None:
        self.url = url
        """Where it is reached, such as ``http://127.0.0.1:40123``."""
        self._auth = auth
        self._line = Line(url)
        self._numbers = count(1)

    def world(self, app_id: str | None = None, **settings: Unpack[WorldSettings]) -> World:
        """The world of this App ID, or a fresh one; told these settings, if there are any.

        Raises `SettingsError` for what is no setting of a world, or has a value that cannot be.
        """
        fresh = new_id(0, "app", "", next(self._numbers)) if app_id is None else app_id
        world = World(self._line, fresh, self._auth)
        if settings:
            world.configure(**settings)
        return world

    def close(self) -> None:
        """Hang up; the server itself ends with its block."""
        self._line.close()

    def __repr__(self) -> str:
        return f"<Server at {self.url}>"


@contextmanager
def running(**settings: Unpack[ServerSettings]) -> Iterator[Server]:
    """Serve as long as the block lasts, on a free port of this machine.

    The settings are the options of ``mockrec serve`` by their names; but clocks stand until they
    are moved, and files stay in memory, unless they say otherwise. Neither the environment nor a
    ``mockrec.yaml`` is looked at. Raises `SettingsError` for what cannot be used, and OSError where
    it cannot listen.
    """
    chosen = from_values({**_USUAL, **settings})
    ready: Future[_Running] = Future()
    thread = Thread(target=_serve, args=(chosen, ready), name="mockrec", daemon=True)
    thread.start()
    served = ready.result()
    server = Server(served.url, *chosen.credentials[:1])
    try:
        yield server
    finally:
        server.close()
        served.stop()
        thread.join()


class _Running:
    """What the thread tells when it serves."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.stopped = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """End the serving; for another thread to say."""
        self._loop.call_soon_threadsafe(self.stopped.set)


def _serve(settings: Settings, ready: Future[_Running]) -> None:
    """The thread: whatever goes wrong before it serves is told to whoever waits for it."""
    from mockrec.server import fast_loop

    try:
        with asyncio.Runner(loop_factory=fast_loop()) as runner:
            runner.run(_until_stopped(settings, ready))
    except BaseException as fault:
        if ready.done():
            raise
        ready.set_exception(fault)


async def _until_stopped(settings: Settings, ready: Future[_Running]) -> None:
    from mockrec.server import build, listening

    async with listening(settings, build(settings)) as listeners:
        served = _Running(listeners.http)
        ready.set_result(served)
        await served.stopped.wait()
