"""What a connection costs: plain, in TLS, and in TLS through the proxy."""

from __future__ import annotations

import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from statistics import median
from typing import Final
from urllib.parse import urlsplit

import orjson

from tests.bench import servers
from tests.bench.measures import Effort, Figure
from tests.bench.servers import Server

_HOST: Final = "api.agora.io"
_BODY: Final = b'{"cname":"a","uid":"1","clientRequest":{}}'
_HEAD: Final = b"POST /v1/apps/%s/cloud_recording/acquire HTTP/1.1\r\nHost: %s\r\n" % (
    b"a" * 32,
    _HOST.encode(),
)
_REQUEST: Final = _HEAD + (
    b"Authorization: Basic YTpi\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
    % (len(_BODY), _BODY)
)
_TUNNEL: Final = b"CONNECT %s:443 HTTP/1.1\r\n\r\n" % _HOST.encode()

Connect = Callable[[], socket.socket]


def handshakes(effort: Effort) -> Iterator[Figure]:
    """Connections one after the other, each for one acquire; a full handshake each."""
    listeners = ("--tls", "--tls-port", "0", "--proxy", "--proxy-port", "0")
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.mockrec(*listeners, "--ca-dir", folder) as server,
    ):
        ways = _ways(server)
        rates: dict[str, list[float]] = {way: [] for way in ways}
        efforts: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(effort.rounds):
            for way, connect in ways.items():
                before = server.cpu()
                count, took = _acquires(connect, effort.seconds)
                rates[way].append(count / took)
                efforts[way].append((server.cpu() - before) / count * 1e6)
        plain = f"{median(rates['plain']):,.0f}/s plain"
        for way in ways:
            measured = f"{median(rates[way]):,.0f}/s, {median(efforts[way]):.0f} us of CPU"
            yield Figure(f"connections for one acquire, {way}", measured, plain)


def _ways(server: Server) -> dict[str, Connect]:
    with closing(HTTPConnection("127.0.0.1", server.port)) as connection:
        connection.request("GET", "/_mockrec/listeners")
        told = orjson.loads(connection.getresponse().read())
    context = ssl.create_default_context(cadata=told["authority"])
    tls, proxy = (urlsplit(told[name]).port or 0 for name in ("tls", "proxy"))

    def secure(line: socket.socket) -> socket.socket:
        return context.wrap_socket(line, server_hostname=_HOST)

    def tunnelled() -> socket.socket:
        line = _connected(proxy)
        line.sendall(_TUNNEL)
        if b" 200 " not in line.recv(1_024):
            raise RuntimeError("the proxy did not open a tunnel")
        return secure(line)

    return {
        "plain": lambda: _connected(server.port),
        "TLS": lambda: secure(_connected(tls)),
        "TLS by proxy": tunnelled,
    }


def _connected(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _acquires(connect: Connect, seconds: int) -> tuple[int, float]:
    """How many, and in how many seconds."""
    began, count = time.perf_counter(), 0
    while (took := time.perf_counter() - began) < seconds:
        with connect() as line:
            line.sendall(_REQUEST)
            if b" 200 " not in line.recv(4_096):
                raise RuntimeError("an acquire went wrong")
        count += 1
    return count, took
