"""Receivers of notifications on loopback ports: an honest one, and some that misbehave.

None of them knows anything of mockrec: signatures are checked here by the letter of RFC 2104.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from mockrec.clock import breathe

SECRET: Final = "s3cr3t Schlüssel"
PATIENCE: Final = 20.0
"""Real seconds after which a receiver that hears nothing fails a test; no test waits for them."""
_BLOCK: Final = 64
"""Bytes that SHA-1 and SHA-256 take at once."""


def mac(algorithm: str, secret: str, message: bytes) -> str:
    """The HMAC of these bytes in lower-case hex, from the definition."""
    key = secret.encode()
    if len(key) > _BLOCK:
        key = hashlib.new(algorithm, key).digest()
    key = key.ljust(_BLOCK, b"\0")
    inner = hashlib.new(algorithm, bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.new(algorithm, bytes(byte ^ 0x5C for byte in key) + inner).hexdigest()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One post, as it came."""

    raw: bytes
    headers: Mapping[str, str]
    method: str = "POST"
    path: str = "/hook"

    @property
    def body(self) -> dict[str, Any]:
        """The notification."""
        document = json.loads(self.raw)
        assert isinstance(document, dict)
        return document

    @property
    def id(self) -> str:
        """Its ``noticeId``."""
        return str(self.body["noticeId"])

    @property
    def at(self) -> int:
        """Its ``notifyMs``: when this attempt was made."""
        return int(self.body["notifyMs"])

    @property
    def event(self) -> int:
        """Its event type."""
        return int(self.body["eventType"])

    @property
    def payload(self) -> dict[str, Any]:
        """What it is about."""
        payload = self.body["payload"]
        assert isinstance(payload, dict)
        return payload

    @property
    def details(self) -> dict[str, Any]:
        """What it says in particular."""
        details = self.payload["details"]
        assert isinstance(details, dict)
        return details

    def signed_with(self, secret: str) -> bool:
        """Whether both signatures are those of exactly these bytes."""
        return (
            self.headers.get("Agora-Signature") == mac("sha1", secret, self.raw)
            and self.headers.get("Agora-Signature-V2") == mac("sha256", secret, self.raw)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answers."""

    status: int = 200
    text: str = '{"ok": true}'
    headers: Mapping[str, str] = field(default_factory=dict)


class Receiver:
    """Takes down what arrives, checks who signed it, and answers 200 unless it is told otherwise.

    While its `gate` is closed it answers nobody.
    """

    def __init__(self, secret: str = SECRET) -> None:
        self.url = ""
        self.secret = secret
        self.usual = Answer()
        self.arrivals: list[Arrival] = []
        self.forged: list[Arrival] = []
        self.answered = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.look: Callable[[Arrival], None] | None = None
        """Called with each arrival before it is answered."""
        self._script: deque[Answer] = deque()
        self._news = asyncio.Event()

    def script(self, *answers: int | Answer) -> None:
        """Answer so, one after the other, and then as usual again."""
        self._script.extend(Answer(one) if isinstance(one, int) else one for one in answers)

    @property
    def events(self) -> list[int]:
        """The event types, as they came."""
        return [arrival.event for arrival in self.arrivals]

    def of(self, sid: str) -> list[Arrival]:
        """What came about one recording."""
        return [one for one in self.arrivals if one.payload["sid"] == sid]

    async def until(self, count: int) -> list[Arrival]:
        """The arrivals, as soon as there are so many."""
        async with asyncio.timeout(PATIENCE):
            while len(self.arrivals) < count:
                self._news.clear()
                await self._news.wait()
        return self.arrivals

    async def take(self, request: web.BaseRequest) -> web.StreamResponse:
        """Handle one post."""
        raw = await request.read()
        arrival = Arrival(raw, request.headers.copy(), request.method, request.raw_path)
        self.arrivals.append(arrival)
        if not arrival.signed_with(self.secret):
            self.forged.append(arrival)
        if self.look is not None:
            self.look(arrival)
        self._news.set()
        answer = self._script.popleft() if self._script else self.usual
        await self.gate.wait()
        self.answered += 1
        return web.Response(status=answer.status, text=answer.text, headers=answer.headers)


@asynccontextmanager
async def listening(
    receiver: Receiver | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """A receiver on a port of its own, as long as the block lasts."""
    one = receiver or Receiver()
    runner = web.ServerRunner(web.Server(one.take), shutdown_timeout=0.01)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        one.url = f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield one
    finally:
        one.gate.set()
        await runner.cleanup()


# --- receivers that misbehave ------------------------------------------------------------------

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def misbehaving(behave: Behaviour) -> AsyncIterator[str]:
    """The address of somebody who treats every connection like this, and then hangs up."""
    calls: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        calls[task] = writer
        with suppress(ConnectionError):
            await behave(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()
        for writer in calls.values():
            writer.transport.abort()
        await asyncio.gather(*calls)


def nobody() -> str:
    """An address at which connections are refused: the port was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/hook"


async def never_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Listen, and say nothing, until the other side gives up."""
    await reader.read()


async def hang_up_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Go before anything was said."""
    writer.transport.abort()


async def hang_up_in_the_request(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Go after the first line of the request."""
    await reader.readline()


async def hang_up_in_the_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Go in the middle of a header of the answer."""
    await _request(reader)
    writer.write(HEAD + b"Content-Le")
    await writer.drain()


async def hang_up_in_the_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Go after one of a hundred promised bytes."""
    await _request(reader)
    writer.write(HEAD + b"Content-Length: 100\r\n\r\n{")
    await writer.drain()


async def talk_garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer what is no HTTP."""
    await _request(reader)
    writer.write(b"\x00\xff\x16\x03 what?\r\n\r\n")
    await writer.drain()


async def answer_in_pieces(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer JSON, with time to read the first half of it before the second is sent."""
    await _request(reader)
    writer.write(HEAD + b'Connection: close\r\nContent-Length: 11\r\n\r\n{"ok"')
    await writer.drain()
    for _ in range(100):
        await breathe()
    writer.write(b":true}")
    await writer.drain()


class Endless:
    """Answers without an end, as fast as it is read; counts what it got rid of."""

    def __init__(self) -> None:
        self.sent = 0
        self.refused = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection, until nobody listens any more."""
        await _request(reader)
        writer.write(HEAD + b"\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
                self.sent += 65_536
        except ConnectionError:
            self.refused.set()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """The body of a whole request."""
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
    return await reader.readexactly(int(fields[b"Content-Length"]))
