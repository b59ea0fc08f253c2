"""What scenarios cost: to check every shipped one, and to replay them all."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from mockrec import assets
from tests.bench.measures import Effort, Figure
from tests.bench.servers import ROOT, environment


def scenarios(effort: Effort) -> Iterator[Figure]:
    """Real time of a command that takes all of them, with the start of its process."""
    names = assets.scenario_names()
    for command in ("check", "replay"):
        took = median(_seconds(command, *names) for _ in range(effort.rounds))
        each = f"{took / len(names) * 1_000:.0f} ms each"
        yield Figure(f"mockrec {command} of {len(names)} scenarios", f"{took:.2f} s, {each}")


def _seconds(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "mockrec", *arguments],
        cwd=ROOT,
        env=environment(),
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began
