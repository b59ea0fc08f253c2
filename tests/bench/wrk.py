"""wrk, the load generator: what it is told, and what it reports."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.servers import LOAD_CORE, Server, pinned_to

SCRIPTS: Final = Path(__file__).parent / "load"
_UNITS: Final = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk has seen: throughput, tail, and whether all went well."""

    rate: float
    """Requests a second."""
    p99: float
    """Milliseconds that one request in a hundred takes or more."""
    cpu: float
    """Microseconds of the server's CPU for a request; others on the machine change it little."""
    errors: int
    """Answers that were no 2xx, and broken connections."""
    said: dict[str, int]
    """What the script counted."""


def there() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def run(server: Server, script: str, *arguments: str, connections: int, seconds: float) -> Load:
    """Put a load on a server."""
    options = ["-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "--timeout", "30s"]
    url = f"http://127.0.0.1:{server.port}"
    command = ["wrk", *options, "-s", str(SCRIPTS / script), url, "--", *arguments]
    pinned = [*pinned_to(LOAD_CORE), *command]
    before = server.cpu()
    done = subprocess.run(pinned, check=True, capture_output=True, text=True)
    return _read(done.stdout, server.cpu() - before)


def _read(report: str, cpu: float) -> Load:
    requests = int(_found(r"(\d+) requests in", report)[0])
    rate = float(_found(r"Requests/sec:\s+([\d.]+)", report)[0])
    number, unit = _found(r"99%\s+([\d.]+)(us|ms|s|m)", report)
    failed = [int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", report)]
    for line in re.findall(r"Socket errors: (.*)", report):
        failed += [int(n) for n in re.findall(r"\d+", line)]
    said = {name: int(n) for name, n in re.findall(r"^(\w+): (\d+)$", report, re.MULTILINE)}
    p99 = float(number) * _UNITS[unit]
    return Load(rate, p99, cpu / max(requests, 1) * 1e6, sum(failed), said)


def _found(pattern: str, report: str) -> tuple[str, ...]:
    found = re.search(pattern, report)
    if found is None:
        raise ValueError(f"wrk reports no {pattern!r}:\n{report}")
    return found.groups()
