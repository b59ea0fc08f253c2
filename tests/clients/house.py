"""A mockrec with every listener open: on the loop of a test, or in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from mockrec.api.listeners import Listeners
from mockrec.engine import Engine
from mockrec.server import build, listening
from mockrec.settings import Settings
from tests.wire.line import PATIENCE, Line, basic
from tests.wire.process import Server, command, environment, finished, started

APP_ID: Final = "a" * 32
PROGRAMS: Final = Path(__file__).parent / "programs"
PATH: Final = f"/v1/apps/{APP_ID}/cloud_recording/acquire"
BODY: Final = b'{"cname":"lesson","uid":"527841","clientRequest":{}}'

_CLIENTS: Final = ("PROXY", "CERT", "CA_", "_CA", "NODE_", "JAVA_", "DENO_")


def request(target: str = PATH, host: str = "api.agora.io", *more: str) -> bytes:
    """An acquire, byte for byte."""
    lines = (
        f"POST {target} HTTP/1.1",
        f"Host: {host}",
        f"Authorization: {basic()}",
        f"Content-Length: {len(BODY)}",
        *more,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + BODY


class Talk:
    """A connection of a client that says what it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def send(self, data: bytes) -> None:
        """Say something."""
        self._writer.write(data)

    async def heard(self) -> tuple[int, str]:
        """The status and the body of the next response."""
        async with asyncio.timeout(PATIENCE):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"(?i)content-length: (\d+)", head)
            body = await self._reader.readexactly(int(length[1])) if length else b""
        return int(head.split()[1]), body.decode()

    async def over(self) -> bool:
        """Whether the other side hangs up now without a word."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self._reader.read(1) == b""
            except ConnectionError:
                return True

    async def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Go on in TLS with whoever is at the other end, if he can prove that he has this name."""
        await self._writer.start_tls(context, server_hostname=name)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


@dataclass(frozen=True, slots=True)
class House:
    """A server on this loop."""

    listeners: Listeners
    engine: Engine

    def port(self, name: str) -> int:
        """Where it listens as this."""
        return urlsplit(getattr(self.listeners, name)).port or 0

    @asynccontextmanager
    async def talk(self, name: str, tls: ssl.SSLContext | None = None, host: str = "") -> Any:
        """A connection to one of its listeners."""
        talk = Talk(
            *await asyncio.open_connection(
                "127.0.0.1", self.port(name), ssl=tls, server_hostname=host if tls else None
            )
        )
        try:
            yield talk
        finally:
            talk.close()

    @property
    def hosts(self) -> list[str]:
        """The names by which requests came to the world of the tests."""
        return [entry.subject.host for entry in self.engine.realm(APP_ID).journal.since(0)]  # type: ignore[union-attr]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """A server with these settings, on the loop of the test."""
    engine = build(settings)
    async with listening(settings, engine) as listeners:
        yield House(listeners, engine)


def bare(**changes: str) -> dict[str, str]:
    """The environment without anything that leads clients somewhere or tells whom to trust."""
    kept = {
        name: text
        for name, text in environment().items()
        if not any(word in name.upper() for word in _CLIENTS)
    }
    return {**kept, **changes}


@dataclass(frozen=True, slots=True)
class Process:
    """A server in a process of its own, and the folder of its certificates."""

    server: Server
    ca_dir: Path

    @property
    def line(self) -> Line:
        """A way to its plain listener."""
        return self.server.line

    @property
    def listeners(self) -> Mapping[str, str]:
        """Where it is reached."""
        return self.line.say("GET", "/_mockrec/listeners").body

    def environment(self, **around: str) -> dict[str, str]:
        """The environment as a shell has it that evaluated ``mockrec env``."""
        ours = [*command("env"), "--url", self.server.url, "--ca-dir", str(self.ca_dir)]
        script = f'eval "$({shlex.join(ours)})"; exec env -0'
        shell = ["sh", "-ec", script]
        done = subprocess.run(shell, env=bare(**around), capture_output=True, check=True)
        pairs = (pair.partition("=") for pair in done.stdout.decode().split("\0") if pair)
        return {name: text for name, _, text in pairs}

    def hosts(self, app_id: str) -> list[str]:
        """The names by which requests came to a world."""
        path = f"/_mockrec/worlds/{app_id}/journal?kind=request"
        return [entry.get("host", "") for entry in self.line.say("GET", path).body["entries"]]


@contextmanager
def serving(cwd: Path, ca_dir: Path) -> Iterator[Process]:
    """A server with every listener on a free port."""
    ports = [word for name in ("tls", "proxy", "dns") for word in (f"--{name}", f"--{name}-port=0")]
    usual = ("--storage", "memory", "--clock", "manual", "--ca-dir", str(ca_dir))
    with started(*ports, *usual, cwd=cwd) as server:
        yield Process(server, ca_dir)


def said(program: list[str], around: Mapping[str, str], cwd: Path) -> Any:
    """What a program prints, as JSON."""
    done = finished(program, around, cwd)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def present(*names: str) -> bool:
    """Whether these programs are there."""
    return all(
        any(Path(folder, name).exists() for folder in os.environ["PATH"].split(os.pathsep))
        for name in names
    )
