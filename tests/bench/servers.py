"""Servers to be measured: each a process of its own, on a core of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SERVER_CORE: Final = 0
LOAD_CORE: Final = 1

_COMPILED: Final = tempfile.TemporaryDirectory(prefix="mockrec-bench-")

BARE: Final = """
import sys
from aiohttp import web

async def answer(request):
    return web.Response(body=b'{"cname":"httpClient463224","uid":"527841","resourceId":"%s"}'
                        % (b"x" * 240), content_type="application/json")

app = web.Application()
app.router.add_route("*", "/{path:.*}", answer)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
"""
"""An aiohttp application that does nothing: it does not even read what is sent."""


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers."""

    port: int
    pid: int
    start_up: float
    """Seconds from the start of the process to the first 200."""

    def resident(self) -> float:
        """Memory in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1_024

    def cpu(self) -> float:
        """Seconds of CPU that the process has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        """Send a request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {"Authorization": "Basic a2V5OnNlY3JldA==", "Content-Type": "application/json"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@contextmanager
def bare() -> Iterator[Server]:
    """The application that everything is compared with."""
    port = _free_port()
    with _running([sys.executable, "-c", BARE, str(port)], port) as server:
        yield server


@contextmanager
def mockrec(*flags: str) -> Iterator[Server]:
    """mockrec as it is served, with its files in memory unless the flags say otherwise."""
    port = _free_port()
    usual = ["--port", str(port), "--storage", "memory", "--clock", "manual"]
    command = [sys.executable, "-m", "mockrec", "serve", *usual, *flags]
    with _running(command, port) as server:
        yield server


@contextmanager
def _running(command: list[str], port: int) -> Iterator[Server]:
    pinned = [*pinned_to(SERVER_CORE), *command]
    began = time.perf_counter()
    silent = subprocess.DEVNULL
    process = subprocess.Popen(pinned, cwd=ROOT, env=environment(), stdout=silent, stderr=silent)
    try:
        _first_answer(port, process)
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait()


def environment() -> dict[str, str]:
    """As at home: compiled files are kept, though beside the tree, which they do not soil."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {"PYTHONPYCACHEPREFIX": _COMPILED.name}


def pinned_to(core: int) -> list[str]:
    """What stands before a command that is to have this core, where a choice of cores exists."""
    taskset = shutil.which("taskset")
    return [taskset, "-c", str(core)] if taskset and (os.cpu_count() or 1) > 1 else []


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _first_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    """Ask for a resource until one is given; give up after half a minute."""
    body = b'{"cname":"a","uid":"1","clientRequest":{}}'
    path = b"/v1/apps/%s/cloud_recording/acquire" % (b"a" * 32)
    head = b"POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YTpi\r\n" % path
    request = head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    deadline = time.perf_counter() + 30
    while process.poll() is None and time.perf_counter() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
                line.sendall(request)
                if b" 200 " in line.recv(20):
                    return
        except ConnectionError:
            time.sleep(0.001)
    raise TimeoutError("the server has ended, or given no good answer within half a minute")
