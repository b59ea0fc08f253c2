"""Servers that must not complain, whatever they are sent."""

from collections.abc import AsyncIterator

import pytest

from mockrec.api.patience import Patience
from tests.robustness.house import House, served


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with served() as one:
        yield one
    assert one.complaints == []


@pytest.fixture
async def hasty() -> AsyncIterator[House]:
    """A house without patience for bodies: what would take seconds is over at once."""
    async with served(patience=Patience(body=0.05, rest=0.05)) as one:
        yield one
    assert one.complaints == []


@pytest.fixture
async def hard_of_hearing() -> AsyncIterator[House]:
    """A house without patience for heads."""
    async with served(patience=Patience(head=0.1)) as one:
        yield one
    assert one.complaints == []
