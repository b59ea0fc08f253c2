"""What notifications cost: how many go out a second, and what a dead receiver does to calls.

A receiver on a thread of this process takes whatever comes.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median, quantiles
from threading import Thread
from typing import Final

from mockrec.sinks.webhook import DEADLINE
from tests.bench import servers
from tests.bench.bodies import APP_IDS, start_recordings
from tests.bench.measures import Effort, Figure
from tests.bench.servers import Server

_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_SPAN: Final = "30s"
_LIVE: Final = 1_000


# --- the receiver ------------------------------------------------------------------------------


@dataclass(slots=True)
class Receiver:
    """Where notifications go, and how many came whole."""

    url: str
    taken: int = 0


class _Conversation(asyncio.Protocol):
    """One connection: every whole request is counted, and answered unless the receiver is dead."""

    def __init__(self, receiver: Receiver, *, answers: bool) -> None:
        self._receiver, self._answers = receiver, answers
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := _end_of_request(self._buffer)) is not None:
            self._buffer = self._buffer[end:]
            self._receiver.taken += 1
            if self._answers:
                self._transport.write(_ANSWER)


def _end_of_request(buffer: bytes) -> int | None:
    """Where the first request ends, if it is whole."""
    head, found, rest = buffer.partition(b"\r\n\r\n")
    if not found:
        return None
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return len(head) + 4 + length if len(rest) >= length else None


@contextmanager
def receiving(*, answers: bool) -> Iterator[Receiver]:
    """A receiver on a thread of its own: a quick one, or a dead one, which only listens."""
    ready: Future[tuple[Receiver, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def receive() -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            receiver = Receiver(f"http://127.0.0.1:{door.getsockname()[1]}/hook")
            loop, ended = asyncio.get_running_loop(), asyncio.Event()
            server = await loop.create_server(
                lambda: _Conversation(receiver, answers=answers), sock=door
            )
            ready.set_result((receiver, loop, ended))
            await ended.wait()
            server.close()

    thread = Thread(target=lambda: asyncio.run(receive()))
    thread.start()
    receiver, loop, ended = ready.result()
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


# --- the measures ------------------------------------------------------------------------------


def throughput(effort: Effort) -> Iterator[Figure]:
    """Notifications a second to a receiver that answers at once; files lie in memory."""
    for worlds in (1, 8):
        rates = [_rate(worlds, recordings=160 // worlds) for _ in range(effort.rounds)]
        whose = f"{worlds} world{'s' if worlds > 1 else ''}"
        yield Figure(f"notifications to a local receiver, {whose}", f"{median(rates):,.0f}/s")


def dead_receiver(effort: Effort) -> Iterator[Figure]:
    """Calls while the notifications of 1,000 recordings go to nobody, against none at all.

    For longer than the deadline: with the first that is missed, many are tried at once.
    """
    with ExitStack() as stack:
        dead = stack.enter_context(receiving(answers=False))
        flags = ("--clock", "wall")
        plain = stack.enter_context(servers.mockrec(*flags))
        waiting = stack.enter_context(servers.mockrec(*flags, "--callback-url", dead.url))
        paths = {one.port: start_recordings(one, _LIVE)[0] for one in (plain, waiting)}
        times: dict[int, list[float]] = {one.port: [] for one in (plain, waiting)}
        began = time.perf_counter()
        while time.perf_counter() - began < DEADLINE * (1 + effort.seconds):
            for one in (plain, waiting):
                times[one.port] += _latencies(one, f"{paths[one.port]}/query", 200)
    without, beside = (sorted(times[one.port]) for one in (plain, waiting))
    what = f"a query beside {_LIVE:,} recordings and a dead receiver"
    for name, pick in (("median", median), ("p99", _p99)):
        ours, theirs = pick(beside), pick(without)
        measured = f"{ours:.2f} ms, {ours / theirs:.2f} x"
        yield Figure(f"{what}, {name}", measured, f"{theirs:.2f} ms without")
    yield Figure("    notifications that were tried meanwhile", f"{dead.taken:,}")


MEASURES: Final[tuple[Callable[[Effort], Iterator[Figure]], ...]] = (throughput, dead_receiver)


def _rate(worlds: int, recordings: int) -> float:
    """Start the recordings in each world, then let the same span pass in all of them at once."""
    app_ids = APP_IDS[:worlds]
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving(answers=True))
        server = stack.enter_context(servers.mockrec("--callback-url", receiver.url))
        for app_id in app_ids:
            start_recordings(server, recordings, app_id)
        began = time.perf_counter()
        with ThreadPoolExecutor(worlds) as clocks:
            list(clocks.map(lambda app_id: _advance(server, app_id), app_ids))
        return receiver.taken / (time.perf_counter() - began)


def _advance(server: Server, app_id: str) -> None:
    path = f"/_mockrec/worlds/{app_id}/clock/advance"
    status, answer = server.ask("POST", path, json.dumps({"by": _SPAN}))
    if status != 200:
        raise RuntimeError(f"the advance was answered {status}: {answer[:200]!r}")


def _latencies(server: Server, path: str, count: int) -> list[float]:
    """Milliseconds of so many calls, one after the other on one connection."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    took = []
    try:
        for _ in range(count):
            began = time.perf_counter()
            connection.request("GET", path, headers={"Authorization": "Basic a2V5OnNlY3JldA=="})
            answer = connection.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1_000)
            if answer.status != 200:
                raise RuntimeError(f"a query was answered {answer.status}")
    finally:
        connection.close()
    return took


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100)[-1]
