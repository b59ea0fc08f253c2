"""A server in this process, as `mockrec serve` puts it up, and what it complains of."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from aiohttp import web

from mockrec import server
from mockrec.api.patience import Patience
from mockrec.domain.world import World
from mockrec.engine import Engine
from mockrec.settings import Settings

QUIET = Settings(storage="memory", clock_mode="manual", clock_rate=0.0)


@dataclass(frozen=True, slots=True)
class House:
    """An engine, the port that it is served on, and the complaints so far."""

    engine: Engine
    port: int
    complaints: list[str] = field(default_factory=list)

    def world(self, app_id: str) -> World | None:
        """The world of an App ID, if there is one; unlike the engine it makes none."""
        return next((one.world for one in self.engine.realms() if one.app_id == app_id), None)


@asynccontextmanager
async def served(
    settings: Settings = QUIET, patience: Patience | None = None
) -> AsyncIterator[House]:
    """Serve until the block ends; every warning, error and traceback becomes a complaint."""
    engine = server.build(settings)
    runner = server.doorway(engine, settings.hosts, patience)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    house = House(engine, int(runner.addresses[0][1]))
    listening = _Listening(house.complaints)
    logging.getLogger().addHandler(listening)
    try:
        yield house
    finally:
        await runner.cleanup()
        await engine.close()
        logging.getLogger().removeHandler(listening)


def unchanged(before: World, after: World) -> bool:
    """Whether nothing but time has passed between two states of a world.

    Notifications are posted meanwhile, and how that went is heard at any time.
    """
    expected, _ = before.pass_time(after.now)
    expected = replace(expected, window=after.window)
    if before.policy.callback or before.outbox:
        expected = replace(expected, outbox=after.outbox, calendar=after.calendar)
    return expected == after


def sound(world: World) -> Iterator[str]:
    """What does not add up in a world."""
    living = {sid: one for sid, one in world.recordings.items() if not one.exited}
    if world.live != len(living):
        yield f"{world.live} recordings are said to live, {len(living)} do"
    if dict(world.active) != {(one.task.cname, one.task.uid): sid for sid, one in living.items()}:
        yield "the uids in use are not those of the living recordings"
    for sid, one in living.items():
        if sid not in world.channel(one.task.cname).recordings:
            yield f"{sid} is not in its channel"
        if one.next_due is not None and (world.next_due is None or world.next_due > one.next_due):
            yield f"{sid} would be woken too late"


class _Listening(logging.Handler):
    def __init__(self, complaints: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._complaints = complaints
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info or record.levelno >= logging.WARNING:
            self._complaints.append(self.format(record))
