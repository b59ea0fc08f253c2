"""A connection on which exactly those bytes go out that a test wants to go out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, Self

_FOR_EVER: Final = 60.0
"""Real seconds after which a server that says nothing hangs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """One end of a connection to a server on this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> Self:
        """Connect to this port of the loopback address."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=16 * 1024 * 1024))

    async def say(self, *parts: bytes) -> None:
        """Send the bytes; nothing happens if nobody is there any more."""
        try:
            self._writer.write(b"".join(parts))
            await self._writer.drain()
        except ConnectionError:
            pass

    async def answer(self, *, to_head: bool = False) -> Answer | None:
        """The next response, without its body `to_head`; None where the connection ends first.

        An interim one (100) is a response of its own, without a body.
        """
        try:
            async with asyncio.timeout(_FOR_EVER):
                status, headers = _parsed(await self._reader.readuntil(b"\r\n\r\n"))
                length = 0 if to_head else int(headers.get("content-length", "0"))
                return Answer(status, headers, await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def ended(self) -> bool:
        """Wait until the other end hangs up; whether it did so without another word."""
        try:
            async with asyncio.timeout(_FOR_EVER):
                return not await self._reader.read()
        except ConnectionError:
            return True
        finally:
            self.hang_up()

    @property
    def over(self) -> bool:
        """Whether the other end has hung up already, as far as is known here."""
        return self._reader.at_eof() or self._writer.is_closing()

    def stop_listening(self) -> None:
        """Take nothing off the line any more."""
        self._writer.transport.pause_reading()  # type: ignore[attr-defined]

    def hang_up(self) -> None:
        """End it at once, whatever is still under way."""
        self._writer.transport.abort()


def request(method: str, target: str, body: bytes | None = None, **headers: str) -> bytes:
    """A request as any decent client would send it; a header replaces the usual one."""
    usual = {"host": "localhost", "authorization": "Basic a2V5OnNlY3JldA=="}
    if body is not None:
        usual |= {"content-type": "application/json", "content-length": str(len(body))}
    usual |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in usual.items()]
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""])
    return head.encode("latin-1") + (body or b"")


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}
