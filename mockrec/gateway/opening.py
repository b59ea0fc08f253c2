"""Opens the listeners beside the plain one: TLS, proxy, name server, as the settings want them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aiohttp import web

from mockrec.api.listeners import CannotListen, Listeners, opening, url
from mockrec.api.patience import Patience
from mockrec.clock import wall_now
from mockrec.gateway.homes import ca_folder, needing
from mockrec.gateway.proxy import Doors, gate, listen

if TYPE_CHECKING:
    import ssl

    from mockrec.gateway.authority import Authority
    from mockrec.settings import Settings

Gate = Callable[..., Awaitable[web.StreamResponse]]

_BACKLOG: Final = 1024


@asynccontextmanager
async def opened(
    settings: Settings,
    runner: web.AppRunner,
    gated: Callable[[Gate], web.AppRunner],
    listeners: Listeners,
) -> AsyncIterator[None]:
    """The listeners that the settings want, over the application of `runner`; fills `listeners`.

    `gated` makes the same application behind a middleware. Raises `CannotListen`.
    """
    async with AsyncExitStack() as stack:
        if settings.tls or settings.proxy:
            authority = authority_of(settings.ca_dir)
            listeners.authority = authority.certificate.read_text(encoding="ascii")
            context = authority.context()
            if settings.tls:
                listeners.tls = await _tls(settings, runner, context)
            if settings.proxy:
                proxy = _proxy(settings, runner, gated, listeners, context)
                listeners.proxy = await stack.enter_async_context(proxy)
        if settings.dns:
            listeners.dns = await stack.enter_async_context(_dns(settings, runner.addresses[0][0]))
        yield


def authority_of(folder: str | None) -> Authority:
    """The authority in this folder, or the user's own; it is made where there is none.

    Raises `SettingsError` without the library for it, `CannotListen` where it cannot be kept.
    """
    home = ca_folder(folder)
    with needing("tls"):
        from mockrec.gateway.authority import ensure
    try:
        return ensure(home, wall_now())
    except OSError as error:
        raise CannotListen(f"cannot keep certificates in {home}: {error.strerror}") from error


async def _tls(settings: Settings, runner: web.AppRunner, context: ssl.SSLContext) -> str:
    site = web.TCPSite(
        runner, settings.host, settings.tls_port, ssl_context=context, backlog=_BACKLOG
    )
    before = len(runner.addresses)
    with opening(settings.host, settings.tls_port):
        await site.start()
    return url(runner.addresses[before], "https")


@asynccontextmanager
async def _proxy(
    settings: Settings,
    runner: web.AppRunner,
    gated: Callable[[Gate], web.AppRunner],
    listeners: Listeners,
    context: ssl.SSLContext,
) -> AsyncIterator[str]:
    plain, tls = _ports(listeners.http), _ports(listeners.tls)
    asked = gated(gate(plain | tls))
    await asked.setup()
    tunnelled = runner.server
    if tunnelled is None or asked.server is None:
        raise RuntimeError("a runner that was set up has a server")
    doors = Doors(tunnelled, asked.server, context, Patience().head, plain, tls)
    try:
        with opening(settings.host, settings.proxy_port):
            server, waiting = await listen(settings.host, settings.proxy_port, doors)
        yield url(server.sockets[0].getsockname())
        server.close()
        for connection in tuple(waiting):
            connection.close()
    finally:
        await asked.cleanup()


@asynccontextmanager
async def _dns(settings: Settings, address: str) -> AsyncIterator[str]:
    with needing("tls"):
        from mockrec.gateway import dns
    with opening(settings.host, settings.dns_port):
        transport, server, port = await dns.listen(settings.host, settings.dns_port, address)
    try:
        yield url((address, port), "dns")
    finally:
        transport.close()
        server.close()


def _ports(where: str | None) -> frozenset[int]:
    port = urlsplit(where).port if where else None
    return frozenset({port} if port else ())
