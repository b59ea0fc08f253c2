"""The journals of all worlds as server-sent events, for those who keep up."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

import orjson
from aiohttp import web

from mockrec.api.control.guard import whole
from mockrec.api.keys import ENGINE
from mockrec.clock import Shift
from mockrec.engine import Engine
from mockrec.sinks.journal import Entry
from mockrec.sinks.wording import told

_AHEAD: Final = 1_000
"""How many entries a watcher may lag behind before he has to come again."""
_ROOM: Final = 8 * 1024 * 1024
"""How much memory these may take."""
_PATIENCE: Final = 10.0
"""Real seconds that he may take for one of them."""

Shown = tuple[str, Entry]
"""An entry, and the App ID of its world."""


class Watcher:
    """What somebody who watches has still to be shown: so many entries and so much at the most."""

    def __init__(self) -> None:
        self._waiting: deque[Shown] = deque()
        self._held = 0
        self._some = asyncio.Event()
        self.lagging = False
        """Whether it was more; then he has to come again."""

    def take(self, app_id: str, entry: Entry) -> None:
        """Keep an entry for him."""
        self._held += entry.size
        if len(self._waiting) >= _AHEAD or self._held > _ROOM:
            self.lagging = True
            self._waiting.clear()
        elif not self.lagging:
            self._waiting.append((app_id, entry))
        self._some.set()

    async def next(self) -> Shown | None:
        """The next entry, as soon as there is one; None where he lags."""
        while not (self._waiting or self.lagging):
            self._some.clear()
            await self._some.wait()
        if self.lagging:
            return None
        app_id, entry = self._waiting.popleft()
        self._held -= entry.size
        return app_id, entry


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: every entry of every world; ``Last-Event-ID`` goes on where one was."""
    feed, watcher = request.app[ENGINE].feed, Watcher()
    response = web.StreamResponse(headers={"Cache-Control": "no-store"})
    response.content_type = "text/event-stream"
    end, newest = feed.watch(watcher.take), feed.newest
    try:
        await response.prepare(request)
        missed = await _missed(request.app[ENGINE], _last_seen(request), newest)
        await _show(response, watcher, missed)
    except (ConnectionError, TimeoutError):  # the watcher went away, or takes nothing any more
        if request.transport is not None:
            request.transport.abort()
    finally:
        end()
    return response


async def _missed(engine: Engine, last: int | None, newest: int) -> deque[Shown]:
    """What was written since the last that was seen, up to the newest, and is still there."""
    found: list[Shown] = []
    wanted, shift = range(newest if last is None else last, newest), Shift()
    for one in engine.realms() if wanted else ():
        found += [(one.app_id, each) for each in one.journal.since(0) if each.serial - 1 in wanted]
        await shift.pause()
    return deque(sorted(found, key=lambda shown: shown[1].serial))


async def _show(response: web.StreamResponse, watcher: Watcher, missed: deque[Shown]) -> None:
    """What was missed, then what comes, for as long as he keeps up; others get their turn."""
    shift = Shift()
    while not watcher.lagging:
        shown = missed.popleft() if missed else await watcher.next()
        if shown is None:
            return
        async with asyncio.timeout(_PATIENCE):
            await response.write(_event(*shown))
        await shift.pause()


def _event(app_id: str, entry: Entry) -> bytes:
    payload = orjson.dumps({"appid": app_id, **told(entry)})
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.serial, entry.kind.encode(), payload)


def _last_seen(request: web.Request) -> int | None:
    text = request.headers.get("Last-Event-ID", request.query.get("since", ""))
    return whole(text)
