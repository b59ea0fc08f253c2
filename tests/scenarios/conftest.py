"""A fresh service for each test that asks for one, and its first world."""

from collections.abc import AsyncIterator

import pytest

from tests.api.service import Service, World, served


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with served() as one:
        yield one


@pytest.fixture
def world(service: Service) -> World:
    return service.world()
