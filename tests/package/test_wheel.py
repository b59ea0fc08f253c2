"""What is shipped: the sdist builds the wheel, and the wheel has all it needs and nothing else."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from shutil import unpack_archive
from zipfile import ZipFile

import pytest

from mockrec import __version__, assets

ROOT = Path(__file__).parents[2]
STEM = f"mockrec-{__version__}"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that was built from it, without any network."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Iterator[ZipFile]:
    """The wheel, open."""
    with ZipFile(dist / f"{STEM}-py3-none-any.whl") as wheel:
        yield wheel


def run(*arguments: str, **environment: str) -> str:
    """What a fresh Python prints."""
    command = [sys.executable, *arguments]
    env = os.environ | environment
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def checkout(folder: str, pattern: str) -> set[str]:
    """The files of the checkout that match, as they are named in a package."""
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).glob(pattern)}


def test_the_wheel_carries_all_that_is_needed(wheel: ZipFile) -> None:
    modules = checkout("mockrec", "**/*.py") - {"mockrec/footage/encode.py"}
    data = {f"mockrec/_shipped/{name}" for name in checkout("schemas", "*.json")}
    data |= {f"mockrec/_shipped/{name}" for name in checkout("scenarios", "*.yaml")}
    data |= {"mockrec/py.typed", "mockrec/gateway/hooks/node.cjs", "mockrec/footage/footage.bin"}

    assert modules | data <= set(wheel.namelist())


def test_the_wheel_carries_nothing_else(wheel: ZipFile) -> None:
    homes = {name.split("/")[0] for name in wheel.namelist()}

    assert homes == {"mockrec", f"{STEM}.dist-info"}
    assert "mockrec/footage/encode.py" not in wheel.namelist()
    assert f"{STEM}.dist-info/licenses/LICENSE" in wheel.namelist()


def test_the_wheel_has_the_command_and_the_plugin_of_pytest(wheel: ZipFile) -> None:
    entry_points = wheel.read(f"{STEM}.dist-info/entry_points.txt").decode("utf-8")

    assert "mockrec = mockrec.cli:main" in entry_points
    assert "[pytest11]\nmockrec = mockrec.pytest_plugin" in entry_points


def test_what_is_installed_finds_its_data(dist: Path, tmp_path: Path) -> None:
    unpack_archive(dist / f"{STEM}-py3-none-any.whl", tmp_path, "zip")
    look = (
        "from mockrec import assets as a; import json; a.footage();"
        "print(json.dumps([a.__file__, a.schema_names(), a.scenario_names()]))"
    )

    file, schemas, scenarios = json.loads(run("-P", "-c", look, PYTHONPATH=str(tmp_path)))

    assert Path(file).is_relative_to(tmp_path)
    assert tuple(schemas) == assets.schema_names()
    assert tuple(scenarios) == assets.scenario_names()


def test_the_sdist_is_a_checkout_that_can_be_tested(dist: Path) -> None:
    with tarfile.open(dist / f"{STEM}.tar.gz") as sdist:
        names = {name.removeprefix(f"{STEM}/") for name in sdist.getnames()}

    assert {"pyproject.toml", "README.md", "LICENSE", "Makefile", "tests/conftest.py"} <= names
    assert checkout("schemas", "*.json") | checkout("scenarios", "*.yaml") <= names
    assert not {name for name in names if "__pycache__" in name or name.startswith(".venv")}
