"""The programs of examples/ do what their README says, and notice when the service does not."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mockrec import running
from tests.wire.process import finished

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PATIENCE = 120
PROGRAMS = {
    "python/with_requests.py": ["python"],
    "python/with_official_client.py": ["python"],
    "node/with_fetch.js": ["node"],
    "node/with_axios.js": ["node"],
    "go/recording.go": ["go", "run"],
    "java/Recording.java": ["java"],
    "shell/recording.sh": ["sh"],
}


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the commands `mockrec` and `python`, which are those of this test run."""
    folder = tmp_path_factory.mktemp("bin")
    for name, arguments in {"mockrec": "-P -m mockrec ", "python": ""}.items():
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with axios: one that Node finds, or one installed for this run."""
    folder = tmp_path_factory.mktemp("npm")
    there = ["node", "-e", "require('axios')"]
    if (
        not shutil.which("node")
        or not subprocess.run(there, cwd=folder, check=False, capture_output=True).returncode
    ):
        return folder
    if not shutil.which("npm"):
        pytest.skip("neither axios nor npm is installed")
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), "axios@1"]
    done = subprocess.run(install, check=False, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        pytest.skip(f"npm cannot install axios: {done.stderr.strip()[:200]}")
    return folder / "node_modules"


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> Sequence[str]:
    """The command line of one example, if this machine can run it."""
    command = PROGRAMS[request.param]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    return [*command, str(EXAMPLES / request.param)]


@pytest.fixture
def environment(
    request: pytest.FixtureRequest, program: Sequence[str], commands: Path, tmp_path: Path
) -> dict[str, str]:
    """What an example may look at: no proxies, and nothing that sets up a mockrec."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.upper().startswith("MOCKREC_") and not name.lower().endswith("_proxy")
    }
    if program[-1].endswith("axios.js"):
        kept["NODE_PATH"] = str(request.getfixturevalue("modules"))
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    cache = str(tmp_path / "go")
    return kept | {"PATH": path, "PYTHONPATH": str(ROOT), "GOCACHE": cache, "GO111MODULE": "off"}


def run(program: Sequence[str], environment: dict[str, str], folder: Path) -> tuple[int, str, str]:
    """The exit code of an example, and what it says."""
    done = finished(program, environment, folder)
    return done.returncode, done.stdout, done.stderr


def test_it_starts_a_mockrec_and_records(
    program: Sequence[str], environment: dict[str, str], tmp_path: Path
) -> None:
    code, out, err = run(program, environment, tmp_path)

    assert (code, err) == (0, "")
    stems = {re.sub(r"(?<=_)[0-9]{17}", "", line) for line in out.splitlines()}
    assert {re.sub(r"^(recordings/)?[0-9a-f]{32}_class-7", "", stem) for stem in stems} == {
        ".m3u8",
        "_0.mp4",
        "_.ts",
    }


def test_it_uses_the_one_it_is_given_and_notices_a_wrong_answer(
    program: Sequence[str], environment: dict[str, str], tmp_path: Path
) -> None:
    # No file is in the bucket after a minute: the status is still 4.
    with running(timing={"upload": "2m"}) as server:
        code, out, err = run(program, {**environment, "MOCKREC_URL": server.url}, tmp_path)

    assert (code, out) == (1, "")
    assert re.match("the status is (4, not 5|not 5)", err), err


def test_every_program_is_in_the_readme() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    found = {
        path.relative_to(EXAMPLES).as_posix()
        for path in EXAMPLES.rglob("*.*")
        if path.stem not in {"serving", "receiver"} and path.suffix not in {".md", ".pyc"}
    }

    assert found == set(PROGRAMS)
    for name, command in PROGRAMS.items():
        assert f"`{' '.join(command)} examples/{name}`" in readme
        assert f"]({name})" in readme
