"""The README's transcripts are played against a served process, and print what they say."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
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


def blocks(language: str = "") -> list[tuple[str, str]]:
    """The blocks of the README: the language, and the text."""
    found = re.findall(r"^```(\w+)\n(.*?)^```", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [(of, text) for of, text in found if language in ("", of)]


def transcript() -> list[tuple[str, list[str]]]:
    """The commands that are followed by what they print, and the lines of that."""
    every = blocks()
    return [
        (commands, printed.splitlines())
        for (shell, commands), (text, printed) in pairwise(every)
        if (shell, text) == ("sh", "text")
    ]


def test_what_the_readme_prints_is_printed_when_it_is_pasted(address: str, tmp_path: Path) -> None:
    steps = transcript()
    script = "\n".join(f"{commands}\nprintf '{_MARK}'" for commands, _ in steps)
    run = subprocess.run(
        ["bash", "-c", script.replace(ADDRESS, address)],  # noqa: S607
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    outputs = run.stdout.split(_MARK)[:-1]

    assert len(outputs) == len(steps) == 6
    for (commands, expected), printed in zip(steps, outputs, strict=True):
        assert printed.endswith("\n")
        lines = [line.rstrip() for line in printed.splitlines()]
        assert len(lines) == len(expected), f"{commands}\n{printed}"
        for line, pattern in zip(lines, expected, strict=True):
            parts = map(re.escape, pattern.split("..."))
            assert re.fullmatch(".*".join(parts), line), f"{commands}\n{line}\n{pattern}"


_CYCLE = """
from agora_rest_client.core.domain import EndpointRegion
from agora_rest_client.services.cloud_recording.v1.mix_recording.api_start import StorageConfig
from agora_rest_client.services.cloud_recording.v1.mix_recording.mix_recording_client import (
    MixRecordingClient,
)

builder = MixRecordingClient.new_builder().with_app_id("0" * 32)
builder = builder.with_domain(Domain(EndpointRegion.US.value))
client = builder.with_credential_basic_auth("id", "secret").build()
resource = client.acquire("class-7", "527841").resourceId
storage = StorageConfig(vendor=1, region=0, bucket="b", accessKey="a", secretKey="s")
print(client.start(resource, "class-7", "527841", "", storage).sid)
"""


def test_the_official_python_client_works_with_the_readme_s_lines(
    address: str, tmp_path: Path
) -> None:
    (snippet,) = (text for _, text in blocks("python") if "agora_rest_client" in text)
    program = snippet.replace(ADDRESS.partition("//")[2], address.partition("//")[2])

    run = subprocess.run(
        [sys.executable, "-c", program + _CYCLE],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert run.returncode == 0, run.stderr
    assert re.fullmatch(r"[0-9a-f]{32}", run.stdout.splitlines()[-1])
