"""A forward proxy that leads nowhere but here.

A client that is told to use it asks for the service's names in one of two ways: ``CONNECT`` and TLS
inside, which ends here, or the whole URL in the request line. Both are answered by the application
in this process; for any other name the answer is a 502 that says why. It opens no connection and
looks up no name.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

from aiohttp import hdrs, web

from mockrec.domain.hosts import vendor_host

log: Final = logging.getLogger("mockrec")

_CONNECT: Final = re.compile(rb"CONNECT ([!-~]+):([0-9]{1,5}) HTTP/1\.[01](?:\r\n|$)")
_END: Final = b"\r\n\r\n"
_LONGEST_HEAD: Final = 16 * 1024
_HTTPS, _HTTP = 443, 80
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_REASONS: Final = {
    400: "Bad Request",
    431: "Request Header Fields Too Large",
    # Of an answer to CONNECT most clients show this line only.
    502: "mockrec leads nowhere else; put this host into NO_PROXY",
}
_WELCOME: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Target(NamedTuple):
    """Where a client wants to go."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Doors:
    """What a proxy leads to: protocols of the application, and whom they answer for."""

    tunnelled: Callable[[], asyncio.Protocol]
    """Answers inside a tunnel."""
    asked: Callable[[], asyncio.Protocol]
    """Answers requests with whole URLs; it is `gate` that looks at each of them."""
    tls: ssl.SSLContext
    patience: float
    """Real seconds that a head, or a handshake, may take."""
    plain_ports: frozenset[int]
    """Where this process itself listens: it may be reached through its proxy, too."""
    tls_ports: frozenset[int]

    def speaks_tls(self, target: Target) -> bool | None:
        """Whether TLS is spoken at the end of a tunnel; None where none may lead."""
        if vendor_host(target.host):
            return {_HTTPS: True, _HTTP: False}.get(target.port)
        if target.host in _LOOPBACK and target.port in self.plain_ports | self.tls_ports:
            return target.port in self.tls_ports
        return None


class Proxy(asyncio.Protocol):
    """One connection until it is known where it leads; then another protocol has it."""

    def __init__(self, doors: Doors, waiting: set[Proxy]) -> None:
        self._doors, self._waiting = doors, waiting
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._decided = False
        self._tunnel: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a head, but not for ever."""
        self._transport = cast("asyncio.Transport", transport)
        self._waiting.add(self)
        self._timer = asyncio.get_running_loop().call_later(self._doors.patience, self.close)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's name
        """The client went away."""
        self._settled()
        if self._tunnel:
            self._tunnel.cancel()

    def data_received(self, data: bytes) -> None:
        """Collect until the head is there; what comes after is for whoever takes over."""
        self._received += data
        if self._decided:
            return
        if not b"CONNECT ".startswith(self._received[:8]):
            self._decided = True
            self._lead_to(self._doors.asked())
        elif _END in self._received:
            self._decided = True
            self._connect(bytes(self._received))
        elif len(self._received) > _LONGEST_HEAD:
            self._refuse(431, f"a request head of more than {_LONGEST_HEAD} bytes")

    def close(self) -> None:
        """Hang up."""
        self._settled()
        if self._transport:
            self._transport.abort()

    def _connect(self, received: bytes) -> None:
        head, _, early = received.partition(_END)
        target = target_of(head)
        tls = self._doors.speaks_tls(target) if target else None
        if target is None:
            self._refuse(400, "expected CONNECT host:port HTTP/1.1")
        elif tls is None:
            self._refuse(502, refusal(f"{target.host}:{target.port}"))
        elif early:
            self._refuse(400, "nothing may be sent before CONNECT is answered")
        else:
            self._received.clear()
            self._tunnel = asyncio.get_running_loop().create_task(self._open(target, tls=tls))

    async def _open(self, target: Target, *, tls: bool) -> None:
        """Say that the way is free, then be the other end of it."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(_WELCOME)
        if tls:
            loop, patience = asyncio.get_running_loop(), self._doors.patience
            try:
                self._transport = await loop.start_tls(
                    transport,
                    self,
                    self._doors.tls,
                    server_side=True,
                    ssl_handshake_timeout=patience,
                )
            except (OSError, asyncio.CancelledError) as error:
                self._unsecured(target, error)
                return
        self._tunnel = None
        self._lead_to(self._doors.tunnelled())

    def _unsecured(self, target: Target, error: BaseException) -> None:
        """A client that does not trust us is the likeliest mistake of all: say so."""
        if isinstance(error, OSError):
            why = error.reason if isinstance(error, ssl.SSLError) else "it hung up"
            log.info("no TLS for %s: %s; does the client trust our CA?", target.host, why)
        self.close()

    def _lead_to(self, door: asyncio.Protocol) -> None:
        """Hand the connection over, with what has been received."""
        self._settled()
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.set_protocol(door)
        door.connection_made(transport)
        if self._received:
            door.data_received(bytes(self._received))
            self._received.clear()

    def _refuse(self, status: int, why: str) -> None:
        log.info("%s: %s", status, why)
        self._decided = True
        self._settled()
        if self._transport:
            self._transport.write(_response(status, why))
            self._transport.close()

    def _settled(self) -> None:
        self._waiting.discard(self)
        if self._timer:
            self._timer.cancel()


def refusal(target: str) -> str:
    """Why the proxy does not lead to this host."""
    shown = target[:100].encode("ascii", "backslashreplace").decode()
    return (
        f"mockrec's proxy leads to mockrec only, not to {shown}: it stands for the names of Agora's"
        " RESTful API, and forwards nothing. Put other hosts into NO_PROXY."
    )


def gate(ports: Collection[int]) -> Callable[..., Awaitable[web.StreamResponse]]:
    """A middleware that lets requests pass that are for the service, or for one of our `ports`."""

    @web.middleware
    async def let_pass(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        target = _asked_for(request)
        ours = target and target.host in _LOOPBACK and target.port in ports
        if target and (ours or vendor_host(target.host)):
            return await handler(request)
        why = refusal(request.host)
        log.info("502: %s", why)
        response = web.Response(status=502, reason=_REASONS[502], text=f"{why}\n")
        response.force_close()
        return response

    return let_pass


def _asked_for(request: web.Request) -> Target | None:
    """Where a request wants to go; None where that is nowhere, or a tunnel that comes too late."""
    if request.method == hdrs.METH_CONNECT:
        return None
    try:
        url = request.url
    except ValueError:  # a Host that is no host
        return None
    return Target(url.host or "", url.port or 0)


async def listen(host: str, port: int, doors: Doors) -> tuple[asyncio.Server, set[Proxy]]:
    """A proxy at this address, and the connections that it has not yet led anywhere."""
    waiting: set[Proxy] = set()
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Proxy(doors, waiting), host, port), waiting


def target_of(head: bytes) -> Target | None:
    """The target of a CONNECT; None where it names none."""
    asked = _CONNECT.match(head)
    if asked is None:
        return None
    host, port = asked[1].decode(), asked[2]
    return Target(host.strip("[]").lower(), int(port))


def _response(status: int, why: str) -> bytes:
    body = f"{why}\n".encode()
    return (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body
