"""The image at work, in containers as locked up as they come: `make image-check` runs this.

It needs a docker engine that has the image, so everywhere else it is skipped as a whole.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection
from typing import Any, Final

import pytest

from mockrec import __version__

IMAGE: Final = os.environ.get("IMAGE", "")
PATIENCE: Final = 60.0
APP: Final = "0" * 31 + "a"
API: Final = f"/v1/apps/{APP}/cloud_recording"
LOCKED_UP: Final = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
ACQUIRE: Final = {"cname": "class-7", "uid": "527841", "clientRequest": {}}
STORAGE: Final = {"vendor": 1, "region": 0, "bucket": "lessons", "accessKey": "a", "secretKey": "s"}
START: Final = ACQUIRE | {
    "clientRequest": {"recordingFileConfig": {"avFileType": ["hls"]}, "storageConfig": STORAGE}
}

pytestmark = [
    pytest.mark.skipif(not IMAGE, reason="`make image-check` runs it, where there is an engine"),
]


def docker(*arguments: str, check: bool = True) -> str:
    """What the docker client prints."""
    command = [os.environ.get("DOCKER", "docker"), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()


def first_line(*arguments: str) -> str:
    """The first line of a docker command that goes on for ever."""
    command = [os.environ.get("DOCKER", "docker"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.kill()
    return line.strip()


@dataclass(frozen=True)
class Container:
    """A container of the image that serves."""

    id: str
    port: int = 8080

    def inspect(self, form: str) -> str:
        """One of its properties."""
        return docker("inspect", "--format", form, self.id)

    def await_health(self) -> str:
        """How it is, once that is known."""
        event = ("events", "--since=0", f"--filter=container={self.id}", "--format={{.Action}}")
        return first_line(*event, "--filter=event=health_status")

    @cached_property
    def address(self) -> str:
        """Where its port is published."""
        return docker("port", self.id, f"{self.port}/tcp").splitlines()[0]

    def ask(self, method: str, path: str, body: object = None, host: str = "") -> dict[str, Any]:
        """The JSON that it answers with."""
        line = HTTPConnection(self.address, timeout=PATIENCE)
        headers = {"Authorization": "Basic aWQ6c2VjcmV0"} | ({"Host": host} if host else {})
        line.request(method, path, json.dumps(body) if body else None, headers)
        answer = line.getresponse()
        text = answer.read()
        line.close()
        assert answer.status == 200, text
        said = json.loads(text)
        assert isinstance(said, dict)
        return said

    def record(self) -> list[str]:
        """A recording of a minute from beginning to end; the names of its files."""
        resource = self.ask("POST", f"{API}/acquire", ACQUIRE)["resourceId"]
        mode = f"{API}/resourceid/{resource}"
        sid = self.ask("POST", f"{mode}/mode/mix/start", START)["sid"]
        self.ask("POST", f"/_mockrec/worlds/{APP}/clock/advance", {"by": "60s"})
        self.ask("POST", f"{mode}/sid/{sid}/mode/mix/stop", ACQUIRE)
        return [file["key"] for file in self.ask("GET", f"/_mockrec/worlds/{APP}/files")["files"]]

    def stop(self) -> int:
        """Stop it as `docker stop` does; its exit code, 137 if it had to be killed."""
        docker("stop", "-t", "30", self.id)
        return int(self.inspect("{{.State.ExitCode}}"))


Run = Callable[..., Container]


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs containers, and removes them with what they kept for themselves."""
    running: list[str] = []

    def start(*flags: str, port: int = 8080) -> Container:
        publish = f"--publish=127.0.0.1::{port}"
        running.append(docker("run", "--detach", *LOCKED_UP, publish, *flags, IMAGE))
        line = first_line("logs", "--follow", running[-1])
        assert line.startswith(f"mockrec {__version__} ready on http://0.0.0.0:{port} in ")
        return Container(running[-1], port)

    yield start
    for container in running:
        docker("rm", "--force", "--volumes", container)


@pytest.fixture
def volume() -> Iterator[str]:
    """A named volume."""
    name = docker("volume", "create")
    yield name
    docker("volume", "rm", "--force", name)


@pytest.fixture
def network() -> Iterator[str]:
    """A network of its own, where containers know each other by name."""
    name = docker("network", "create", f"mockrec-image-check-{os.getpid()}")
    yield name
    docker("network", "rm", name)


def test_it_records_and_ends_when_it_is_told_to(run: Run) -> None:
    container = run()

    assert container.await_health() == "health_status: healthy"
    assert any(name.endswith(".ts") for name in container.record())
    assert container.stop() == 0


def test_what_it_recorded_is_kept_in_a_volume(volume: str, run: Run) -> None:
    first = run("--volume", f"{volume}:/data")
    names = first.record()
    docker("rm", "--force", first.id)

    kept = docker("run", "--rm", "--volume", f"{volume}:/data", "--entrypoint=find", IMAGE,
                  "/data/lessons", "-type", "f", "-printf", "%f\\n")  # fmt: skip
    assert sorted(kept.split()) == sorted(name.rpartition("/")[2] for name in names)


def test_any_user_may_run_it(run: Run) -> None:
    assert run("--user=4711:4711").record()


def test_variables_configure_it_and_its_health_is_asked_at_its_port(run: Run) -> None:
    container = run("--env=MOCKREC_PORT=9191", "--env=MOCKREC_CLOCK=manual", port=9191)

    assert container.await_health() == "health_status: healthy"
    assert container.ask("GET", f"/_mockrec/worlds/{APP}/clock")["mode"] == "manual"


def test_a_port_below_1024_needs_no_privilege(run: Run) -> None:
    run("--env=MOCKREC_PORT=443", port=443)


@pytest.mark.parametrize("host", ["mockrec:8080", "localhost:9000", "host.docker.internal:9000"])
def test_its_control_plane_is_served_to_whoever_finds_it(run: Run, host: str) -> None:
    assert run().ask("GET", "/_mockrec/health", host=host)["version"] == __version__


def test_another_container_reaches_it_by_its_name(network: str, run: Run) -> None:
    run(f"--network={network}", "--network-alias=recorder")
    said = docker("run", "--rm", f"--network={network}", *LOCKED_UP, IMAGE,
                  "health", "--url", "http://recorder:8080")  # fmt: skip

    assert said == f"mockrec {__version__} is well at http://recorder:8080"


def test_nobody_runs_as_root_and_nothing_of_the_workshop_is_left() -> None:
    inside = "id -u; ls /opt/mockrec/bin; find /opt/mockrec -name tests; command -v cc gcc strip"
    said = docker("run", "--rm", "--entrypoint=sh", IMAGE, "-c", inside, check=False)

    assert said.splitlines()[0] == "10001"
    assert "mockrec" in said.split()
    assert not {"pip", "hatchling", "cc", "gcc", "strip"} & set(said.split())
    assert "/tests" not in said


def test_no_start_compiles_anything() -> None:
    inside = "import mockrec.cli, mockrec.server, urllib.request, sys; "
    inside += "print(*(m.__cached__ for m in sys.modules.values() if getattr(m, '__cached__', 0)))"
    said = docker("run", "--rm", "--entrypoint=python", IMAGE, "-c", inside)
    compiled = docker("run", "--rm", "--entrypoint=ls", IMAGE, *said.split())  # fails if one lacks

    assert len(compiled.splitlines()) > 100
