"""A mockrec in a process of its own, as a user starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.wire.line import PATIENCE, Line

ROOT: Final = Path(__file__).parents[2]
READY: Final = re.compile(r"mockrec (\S+) ready on http://127\.0\.0\.1:(\d+) in (\d+) ms\n")
_PATIENCE_WITH_OTHERS: Final = 120.0
"""Seconds: a compiler takes its time on a busy machine."""


@dataclass(frozen=True, slots=True)
class Server:
    """A process that has said that it is ready."""

    process: subprocess.Popen[str]
    line: Line
    ready: str

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.line.port}"

    def end(self) -> tuple[int, str, str]:
        """Tell it to end; its code, and what it said on stdout and stderr since it was ready."""
        self.process.terminate()
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


def environment(**changes: str) -> Mapping[str, str]:
    """The environment without anything that would set up a mockrec."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("MOCKREC_")}
    return ours | {"PYTHONPATH": str(ROOT)} | changes


def command(*arguments: str) -> list[str]:
    """The command line of a mockrec."""
    return [sys.executable, "-m", "mockrec", *arguments]


def finished(
    program: Sequence[str | Path], around: Mapping[str, str], cwd: Path, told: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Any program in this environment, run to its end; `told` is what it reads."""
    return subprocess.run(
        program,
        cwd=cwd,
        env=around,
        input=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_WITH_OTHERS,
    )


@contextmanager
def started(*flags: str, cwd: Path) -> Iterator[Server]:
    """``mockrec serve`` on a free port, ended with the block."""
    process = subprocess.Popen(
        command("serve", "--port", "0", *flags),
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        ready = process.stdout.readline()
        found = READY.fullmatch(ready)
        assert found, (ready, process.stderr.read() if process.stderr else "")
        yield Server(process, Line(int(found[2])), ready)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)
