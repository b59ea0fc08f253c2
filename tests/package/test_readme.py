"""The README's transcripts are played against a served process, and print what they say."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
ADDRESS = "http://127.0.0.1:8080"
_MARK = "\x1e"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server with nothing but defaults, on a free port, in an empty folder."""
    command = [sys.executable, "-m", "mockrec", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = re.search(r"ready on (\S+) in \d+ ms", process.stdout.readline())
            assert ready
            yield ready[1]
        finally:
            process.terminate()
            assert process.wait(5) == 0


def transcript() -> list[tuple[str, list[str]]]:
    """The commands of the README's console blocks, each with the lines it should print."""
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            elif line.startswith("> "):
                command, printed = steps.pop()
                steps.append((f"{command}\n{line[2:]}", printed))
            else:
                steps[-1][1].append(line)
    return steps


def test_the_first_ten_minutes_work_as_written(address: str, tmp_path: Path) -> None:
    steps = transcript()
    script = "\n".join(f"{command}\nprintf '{_MARK}'" for command, _ in steps)
    run = subprocess.run(
        ["bash", "-c", script.replace(ADDRESS, address)],  # noqa: S607
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    outputs = run.stdout.split(_MARK)[:-1]

    assert len(outputs) == len(steps) > 10
    for (command, expected), printed in zip(steps, outputs, strict=True):
        lines = [line.rstrip() for line in printed.splitlines()]
        assert len(lines) == len(expected), f"{command}\n{printed}"
        for line, pattern in zip(lines, expected, strict=True):
            parts = map(re.escape, pattern.split("..."))
            assert re.fullmatch(".*".join(parts), line), f"{command}\n{line}\n{pattern}"
