"""The process itself: is it there, what does it count, what can it do?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from aiohttp import web

from mockrec import __version__
from mockrec.api.control.guard import show
from mockrec.api.keys import ENGINE, LISTENERS
from mockrec.engine import Engine

if TYPE_CHECKING:
    from prometheus_client.core import Metric


async def health(_: web.Request) -> web.Response:
    """Alive, and which version."""
    return show({"status": "ok", "version": __version__})


async def listeners(request: web.Request) -> web.Response:
    """Where it is reached, and the certificate that clients have to trust, as PEM."""
    return show(asdict(request.app[LISTENERS]))


async def metrics(request: web.Request) -> web.Response:
    """What is counted, as Prometheus reads it."""
    from prometheus_client import (
        CONTENT_TYPE_PLAIN_0_0_4,
        CollectorRegistry,
        generate_latest,
    )

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Worlds(request.app[ENGINE]))
    headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
    return web.Response(body=generate_latest(registry), headers=headers)


async def openapi(_: web.Request) -> web.Response:
    """Both planes, described from their schemas and routes."""
    from mockrec.api.openapi import description

    return show(description())


class _Worlds:
    """Reads the numbers when they are asked for; nothing is counted twice."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Every metric; none has a label that could grow without bound."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        realms = self._engine.realms()
        gauges = {
            "worlds": ("Worlds in this process", len(realms)),
            "live_recordings": ("Recordings under way", sum(r.world.live for r in realms)),
            "journal_entries": ("Entries kept", sum(len(r.journal) for r in realms)),
            "files": ("Files kept in mind", sum(len(r.shelf) for r in realms)),
        }
        for name, (text, value) in gauges.items():
            yield GaugeMetricFamily(f"mockrec_{name}", text, value=value)
        counted = CounterMetricFamily(
            "mockrec_requests", "Requests to the emulated service", labels=["operation", "status"]
        )
        for (operation, status), count in sorted(self._engine.counted.items()):
            counted.add_metric([operation, str(status)], count)
        yield counted
