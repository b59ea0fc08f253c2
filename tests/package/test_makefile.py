"""The environment that `make` makes: its own is made anew, nobody else's is touched."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


def made(folder: Path) -> subprocess.CompletedProcess[str]:
    """What `make` does for a Python there, with `echo` in the place of the Python that makes it."""
    return subprocess.run(
        ["make", "PYTHON=echo", f"VENV={folder}", f"{folder}/bin/python"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_folder_that_was_not_made_here_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()

    done = made(tmp_path)

    assert done.returncode == 2
    assert "was not made here: remove it, or choose VENV=FOLDER" in done.stderr
    assert "--clear" not in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize("mark", [".made-by-mockrec", None])
def test_an_empty_one_or_one_of_ours_is_made_anew(mark: str | None, tmp_path: Path) -> None:
    if mark:
        (tmp_path / mark).touch()

    done = made(tmp_path)

    assert done.returncode == 0
    assert f"\n-m venv --clear {tmp_path}\n" in done.stdout


def test_one_with_a_python_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()

    done = made(tmp_path)

    assert (done.returncode, "--clear" in done.stdout) == (0, False)
