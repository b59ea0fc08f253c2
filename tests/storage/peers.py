"""The other end of an upload: an S3 that checks signatures, and a listener that says as it is told.

`Listener` speaks just enough HTTP to write down each request and to answer it, to keep silent, or
to hang up. `Account` is what a customer has at the S3: a bucket and keys for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from mockrec.domain.task import Storage

Manners = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[None]]

NAMED: Final = b'ETag: "e"\r\nLast-Modified: Mon, 05 Jan 2026 09:00:00 GMT\r\n'


@dataclass(frozen=True, slots=True)
class Keys:
    """What a request is signed with."""

    access: str
    secret: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A bucket at an endpoint, whose keys there are, and a client to look inside."""

    endpoint: str
    bucket: str
    owner: Keys
    stranger: Keys
    """Someone who exists there, and may do nothing."""
    visitor: Keys
    """Someone with a session token."""
    client: Any

    def storage(self, keys: Keys | None = None, **others: Any) -> Storage:
        """What a start says about it."""
        return storage(keys or self.owner, **({"bucket": self.bucket} | others))

    def names(self) -> set[str]:
        """What lies in the bucket."""
        listed = self.client.list_objects_v2(Bucket=self.bucket)
        return {one["Key"] for one in listed.get("Contents", ())}


def storage(keys: Keys, **others: Any) -> Storage:
    """Amazon's first region and any bucket, unless it is said otherwise."""
    usual: dict[str, Any] = {
        "vendor": 1,
        "region": 0,
        "bucket": "recordings",
        "access_key": keys.access,
        "secret_key": keys.secret,
        "sts_token": keys.token,
    }
    return Storage(**(usual | others))


@dataclass(slots=True)
class Listener:
    """A server on the loopback and what it heard, each request as text."""

    endpoint: str = ""
    heard: list[str] = field(default_factory=list)
    connections: int = 0


@asynccontextmanager
async def listening(manners: Manners) -> AsyncIterator[Listener]:
    """A listener that reads whole requests and then minds its manners."""
    listener = Listener()
    meetings: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        meetings[writer] = asyncio.current_task()
        listener.connections += 1
        while request := await _request(reader):
            listener.heard.append(request)
            await manners(reader, writer, request)
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    listener.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield listener
    finally:
        server.close()
        for writer in meetings:
            writer.close()  # whoever still reads reads the end
        await asyncio.gather(*filter(None, meetings.values()))


def saying(status: str, body: bytes = b"") -> Manners:
    """Every request gets this answer, and the connection stays open."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: str) -> None:
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n".encode()
            + NAMED
            + b"\r\n"
            + body
        )
        await writer.drain()

    return answer


async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter, __: str) -> None:
    """No answer, until the other side has had enough."""
    await reader.read()


async def hanging_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: str) -> None:
    """A reset instead of an answer."""
    writer.transport.abort()


async def stopping_short(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: str) -> None:
    """An answer that breaks off in the middle of the object."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n" + NAMED + b"\r\nonly this")
    await writer.drain()
    writer.close()


async def parroting(_: asyncio.StreamReader, writer: asyncio.StreamWriter, request: str) -> None:
    """A refusal that repeats everything it was told, as some services do."""
    said = "".join(f"<Code>{word}</Code>" for word in request.split())
    body = f"<Error>{said}<StringToSign>{request}</StringToSign></Error>".encode()
    await saying("403 Forbidden", body)(_, writer, request)


async def _request(reader: asyncio.StreamReader) -> str:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""
    fields = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    return head + body.decode("latin-1")
