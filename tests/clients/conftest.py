"""A folder for certificates that all tests share, and a server with all its listeners open."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator

import pytest

from mockrec.clock import wall_now
from mockrec.gateway.authority import Authority, ensure
from mockrec.settings import Settings
from tests.api.service import APP_ID, Service, World, served
from tests.clients.house import House, Process, opened, serving


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority as an installation has one."""
    return ensure(tmp_path_factory.mktemp("data") / "ca", wall_now())


@pytest.fixture(scope="session")
def trusting(authority: Authority) -> ssl.SSLContext:
    """A client that trusts this authority, and no other."""
    return ssl.create_default_context(cafile=str(authority.certificate))


@pytest.fixture
async def house(authority: Authority) -> AsyncIterator[House]:
    """A server on the loop of the test."""
    everything = Settings(
        port=0,
        tls=True,
        tls_port=0,
        proxy=True,
        proxy_port=0,
        dns=True,
        dns_port=0,
        ca_dir=str(authority.folder),
        storage="memory",
        clock_mode="manual",
    )
    async with opened(everything) as house:
        yield house


@pytest.fixture(scope="module")
def process(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server in a process of its own."""
    with serving(tmp_path_factory.mktemp("served"), authority.folder) as process:
        yield process


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """The plain listener alone."""
    async with served() as service:
        yield service


@pytest.fixture
def world(service: Service) -> World:
    """A world behind it."""
    return service.world(APP_ID)
