"""The commands start fast, say exactly what is wrong, and answer with the right exit code."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

from mockrec import __version__, cli
from mockrec.settings import FLAGS, Settings

ROOT = Path(__file__).parents[1]
WELL = {"status": "ok", "version": "1.2.3"}


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no file of whoever runs the tests has a say in them."""
    for name in os.environ:
        if name.startswith("MOCKREC_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def python(*arguments: str, cwd: Path = ROOT) -> str:
    """What a fresh Python prints."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout


# --- start-up ----------------------------------------------------------------------------------


def imported_by(code: str) -> set[str]:
    """The names of all modules loaded once this code has run."""
    return set(python("-c", f"{code}; import sys; print(*sys.modules)").split())


def test_the_commands_import_nothing_heavy() -> None:
    heavy = {"aiohttp", "asyncio", "faker", "jsonschema", "jsonschema_rs", "orjson", "yaml"}

    assert not heavy & imported_by("import mockrec.cli")


def test_yaml_is_imported_only_for_a_file() -> None:
    load = "from mockrec.settings import load; from pathlib import Path; load({}, {}, Path('docs'))"

    assert "yaml" not in imported_by(load)


def test_it_runs_as_a_module() -> None:
    assert python("-m", "mockrec", "--version") == f"mockrec {__version__}\n"


# --- the command line --------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["serve", "--port"]])
def test_a_wrong_command_line_is_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)

    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith("usage: mockrec")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--prot=x"], "mockrec serve does not take '--prot'; did you mean \"--port\"?"),
        (["health", "--ulr", "x"], "mockrec health does not take '--ulr'; did you mean \"--url\"?"),
        (["serve", "now"], "mockrec serve does not take 'now'"),
        (["serve", "--port", "x"], "--port: got 'x', expected a whole number from 0 to 65535"),
        (["serve", "--strict=x"], "--strict: got 'x', expected true or false"),
    ],
)
def test_a_wrong_argument_is_code_2_and_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    assert capsys.readouterr().err == f"mockrec: {said}\n"


def test_the_help_has_a_sentence_for_every_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["serve", "--help"])

    text = " ".join(capsys.readouterr().out.split())
    for option in FLAGS:
        assert option.about[0].isupper()
        assert option.about.endswith(".")
        assert f"{option.flag} " in text
        assert option.about in text


# --- serve -------------------------------------------------------------------------------------


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What a server in place of the real one was told."""
    told: list[Settings] = []

    def serve(settings: Settings) -> int:
        told.append(settings)
        return 0

    server = ModuleType("mockrec.server")
    server.serve = serve  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mockrec.server", server)
    return told


def test_serve_hands_over_what_it_was_told(
    served: list[Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mockrec.yaml").write_text("seed: 7")
    monkeypatch.setenv("MOCKREC_CLOCK", "manual")

    assert cli.main(["serve", "--port", "0", "--app", "a", "--app", "b", "--strict"]) == 0
    assert served == [
        Settings(port=0, apps=("a", "b"), strict=True, seed=7, clock_mode="manual", clock_rate=0.0)
    ]


def test_a_switch_can_be_thrown_back(
    served: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKREC_STRICT", "true")

    cli.main(["serve", "--strict=false"])

    assert served == [Settings()]


def test_serve_warns_of_a_stray_variable(
    served: list[Settings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOCKREC_SEEED", "7")

    cli.main(["serve"])

    assert served == [Settings()]
    assert capsys.readouterr().err == (
        'mockrec: warning: MOCKREC_SEEED sets nothing; did you mean "MOCKREC_SEED"?\n'
    )


# --- health ------------------------------------------------------------------------------------


class Patient(HTTPServer):
    """A server that answers /_mockrec/health with what it was given."""

    status = 200
    answer: object = WELL

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    """Says what its server is to say."""

    server: Patient

    def do_GET(self) -> None:
        self.send_response(self.server.status if self.path == "/_mockrec/health" else 404)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.answer).encode())

    def log_message(self, *_: object) -> None:
        """Nothing: stderr is what the tests look at."""


@pytest.fixture
def patient() -> Iterator[Patient]:
    """A server whose health is asked for."""
    with Patient(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_server_that_is_well_is_code_0(
    patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["health", "--url", f"{patient.url}/"]) == 0
    assert capsys.readouterr().out == f"mockrec 1.2.3 is well at {patient.url}\n"


@pytest.mark.parametrize("variable", ["MOCKREC_URL", "MOCKREC_PORT"])
def test_health_finds_the_server_by_the_environment(
    variable: str, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        variable, patient.url if variable == "MOCKREC_URL" else str(patient.server_port)
    )

    assert cli.main(["health"]) == 0


def test_health_asks_no_proxy(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert cli.main(["health", "--url", patient.url]) == 0


@pytest.mark.parametrize(
    ("status", "answer"),
    [(503, WELL), (200, {"status": "starting", "version": "1"}), (200, []), (200, "ok")],
)
def test_a_server_that_is_not_well_is_code_1(
    status: int, answer: object, patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    patient.status, patient.answer = status, answer

    assert cli.main(["health", "--url", patient.url]) == 1
    assert capsys.readouterr().err.startswith(f"mockrec: no good news from {patient.url}")


@pytest.mark.parametrize(
    "url", ["file:///", "nonsense", "http://127.0.0.1:x", "http://127.0.0.1:1"]
)
def test_nobody_there_is_code_1(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["health", "--url", url]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "HEALTH_TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert cli.main(["health", "--url", f"http://127.0.0.1:{silent.getsockname()[1]}"]) == 1


@pytest.mark.parametrize(
    ("command", "hint"),
    [("sreve", '; did you mean "serve"?'), ("scenarois", '; did you mean "scenarios"?')],
)
def test_a_command_that_there_is_none_of_is_told_by_its_neighbour(
    command: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command]) == 2
    assert capsys.readouterr().err == f"mockrec: there is no command {command!r}{hint}\n"


def test_a_command_without_a_neighbour_is_told_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["xyzzy"]) == 2
    assert "; there are serve, health, run, " in capsys.readouterr().err
