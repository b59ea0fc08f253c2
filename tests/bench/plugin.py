"""What the fixture of a test suite costs: once a session, and then for every test.

The calls of a test are made with http.client, so that the figures are mockrec's own and not those
of a client's library.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPConnection
from statistics import median
from typing import Any, Final

import mockrec
from mockrec import Server
from tests.bench import servers
from tests.bench.measures import Effort, Figure

_PROMISED: Final = 25.0
"""Milliseconds for a test that records an hour."""
_TIMES: Final = 20
"""How often a test is tried in a round."""
_START: Final = """
import time
began = time.perf_counter()
import mockrec
with mockrec.running() as server:
    assert server.world().now
    print(time.perf_counter() - began)
"""
_STORAGE: Final = {"vendor": 1, "region": 0, "bucket": "b", "accessKey": "a", "secretKey": "s"}


def fixture(effort: Effort) -> Iterator[Figure]:
    """The session's start, an empty test, and a test that records for a while."""
    with servers.bare() as bare:
        request = _price_of_a_request(bare.port, effort)
    yield _session(effort)
    with mockrec.running() as server:
        empty = _median(lambda: server.world().reset(), effort)
        yield Figure("a test's world, made and forgotten", f"{empty:.1f} ms", _bare(1, request))
        for span in ("1m", "1h"):
            before = time.process_time()
            took = _median(partial(_lesson, server, span), effort)
            cpu = (time.process_time() - before) / (1 + _TIMES * effort.rounds) * 1_000
            kept = took < _PROMISED if span == "1h" else None
            yield Figure(
                f"a test that records {span}: start to files",
                f"{took:.1f} ms, of it {cpu:.1f} ms of CPU",
                _bare(7, request),
                f"under {_PROMISED:.0f} ms" if span == "1h" else "",
                kept,
            )


MEASURES: Final[tuple[Callable[[Effort], Iterator[Figure]], ...]] = (fixture,)


def _session(effort: Effort) -> Figure:
    """From nothing to the first answer, the imports with it, in processes of their own."""
    command, folder = [sys.executable, "-c", _START], servers.ROOT
    times = [
        float(subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout)
        for _ in range(1 + effort.rounds * 2)
    ]
    return Figure("a session's server, imports and all", f"{median(times[1:]) * 1_000:.0f} ms")


def _lesson(server: Server, span: str) -> None:
    """What a test does: acquire, start, advance, query, stop, look at the files, and assert."""
    world = server.world()
    connection = HTTPConnection(world.url.removeprefix("http://"))
    pair = b64encode(":".join(world.auth).encode()).decode()
    base = f"/v1/apps/{world.app_id}/cloud_recording"

    def call(method: str, path: str, request: object) -> Any:
        body = json.dumps({"cname": "a", "uid": "1", "clientRequest": request})
        headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}
        connection.request(method, f"{base}/{path}", body, headers)
        return json.loads(connection.getresponse().read())

    path = f"resourceid/{call('POST', 'acquire', {})['resourceId']}"
    started = call("POST", f"{path}/mode/mix/start", {"storageConfig": _STORAGE})
    path = f"{path}/sid/{started['sid']}/mode/mix"
    world.advance(span)
    assert call("GET", f"{path}/query", {})["serverResponse"]["status"] == 5
    assert call("POST", f"{path}/stop", {})["serverResponse"]["fileList"] in world.files
    connection.close()
    world.reset()


def _price_of_a_request(port: int, effort: Effort) -> float:
    """Milliseconds of a request to the bare application, one after the other."""
    connection = HTTPConnection("127.0.0.1", port)

    def ask() -> None:
        connection.request("POST", "/", b"{}", {"Content-Type": "application/json"})
        connection.getresponse().read()

    price = _median(ask, effort, most=500)
    connection.close()
    return price


def _bare(requests: int, price: float) -> str:
    return f"{requests} x {price:.2f} ms"


def _median(act: Callable[[], None], effort: Effort, most: int = _TIMES) -> float:
    """Milliseconds; the first few times warm up."""
    act()
    times = []
    for _ in range(most * effort.rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return median(times) * 1_000
