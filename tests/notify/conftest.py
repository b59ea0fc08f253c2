"""A service, a receiver, and a world whose notifications go from the one to the other."""

from collections.abc import AsyncIterator

import pytest

from mockrec import steward
from tests.api.service import Service, World, served
from tests.notify.receivers import PATIENCE, Receiver, listening


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is slow: that is no reason to let notifications overtake each other."""
    monkeypatch.setattr(steward, "_ORDERLY", PATIENCE)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """An honest receiver; whatever it was sent has to be signed with its secret."""
    async with listening() as one:
        yield one
    assert not one.forged


@pytest.fixture
async def other() -> AsyncIterator[Receiver]:
    """Another receiver, with another secret."""
    async with listening(Receiver("another secret")) as one:
        yield one
    assert not one.forged


@pytest.fixture
async def service(receiver: Receiver) -> AsyncIterator[Service]:
    """A service that goes before the receiver does; its clocks stand until they are moved."""
    assert receiver.url
    async with served() as one:
        yield one


@pytest.fixture
async def world(service: Service, receiver: Receiver) -> World:
    """A world that notifies the receiver of everything."""
    one = service.world()
    await one.put("/callback", url=receiver.url, secret=receiver.secret)
    return one
