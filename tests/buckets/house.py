"""A server as `mockrec serve --storage object` puts it up, for as long as a block lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from aiohttp.test_utils import TestClient, TestServer

from mockrec import server
from mockrec.api.app import application
from mockrec.settings import Settings
from tests.api.service import Service

BY_HAND: Final = Settings(storage="object", clock_mode="manual", clock_rate=0.0)
"""Real buckets, and a clock that is moved by hand."""


@asynccontextmanager
async def served(endpoint: str | None, **others: Any) -> AsyncIterator[Service]:
    """Uploads go to this endpoint; the other settings by their names."""
    engine = server.build(replace(BY_HAND, storage_endpoint=endpoint, **others))
    async with TestClient(TestServer(application(engine))) as client:
        yield Service(engine, client)
    await engine.close()
