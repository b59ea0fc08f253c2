"""The process: how it says that it is ready, how it ends, and what it does not load for nothing."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mockrec import __version__
from mockrec import server as composition
from mockrec.settings import Settings
from tests.wire.line import PATIENCE, App, basic
from tests.wire.process import READY, ROOT, Server, command, environment, finished, started

APP_ID = "a" * 32


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A process that serves from a folder of its own."""
    with started("--clock", "manual", cwd=tmp_path) as server:
        yield server


def ran(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A mockrec command, run to its end."""
    return finished(command(*arguments), environment(**variables), cwd)


# --- ready -------------------------------------------------------------------------------------


def test_the_first_line_says_where_it_is_reached(server: Server) -> None:
    found = READY.fullmatch(server.ready)

    assert found is not None
    assert found[1] == __version__
    assert server.line.say("GET", "/_mockrec/health").said == (
        200,
        {"status": "ok", "version": __version__},
    )


def test_two_servers_on_any_port_are_on_two_ports(server: Server, tmp_path: Path) -> None:
    with started("--clock", "manual", cwd=tmp_path) as other:
        assert other.line.port != server.line.port
        assert App(other.line, APP_ID).acquire().status == 200


def test_it_says_nothing_more_on_stdout(server: Server) -> None:
    app = App(server.line, APP_ID)
    app.acquire()
    app.acquire(resourceExpiredHour=0)

    code, out, err = server.end()

    assert (code, out) == (0, "")
    assert "Traceback" not in err


def test_the_terminal_shows_what_was_refused_in_one_line_each(server: Server) -> None:
    app = App(server.line, APP_ID)
    app.acquire(resourceExpiredHour=0)
    server.line.say("POST", "/nowhere%0Amockrec:", credentials="id:s3cr3t")
    server.line.say("PUT", "/v1/ncs/ip")
    server.line.say("GET", "/v1/ncs/ip", credentials=None)

    _, _, err = server.end()

    assert "s3cr3t" not in err
    assert err.splitlines() == [
        "mockrec: acquire 400: /clientRequest/resourceExpiredHour:"
        " got 0, expected an integer from 1 to 720",
        r'mockrec: POST "/nowhere\u000amockrec:" 404: no such path with POST;'
        " expected /v1/apps/<appid>/cloud_recording/...",
        'mockrec: PUT "/v1/ncs/ip" 404: got PUT, expected GET',
        'mockrec: GET "/v1/ncs/ip" 401: the Authorization header is missing',
    ]


def test_of_a_flood_of_refusals_each_is_shown_or_counted(server: Server) -> None:
    for _ in range(300):
        server.line.say("GET", "/nowhere")

    _, _, err = server.end()

    lines = err.splitlines()
    counted = [int(line.split()[1]) for line in lines if line.endswith("more lines, left out")]
    assert len(lines) - len(counted) + sum(counted) == 300


def test_health_finds_it_well(server: Server, tmp_path: Path) -> None:
    done = ran("health", "--url", server.url, cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout == f"mockrec {__version__} is well at {server.url}\n"


def test_health_is_told_where_by_the_environment(server: Server, tmp_path: Path) -> None:
    assert ran("health", cwd=tmp_path, MOCKREC_PORT=str(server.line.port)).returncode == 0
    assert ran("health", cwd=tmp_path, MOCKREC_URL=server.url).returncode == 0


def test_health_of_nobody_is_code_1(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"

        done = ran("health", "--url", url, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1


def test_a_port_in_use_is_one_clear_line_and_code_1(server: Server, tmp_path: Path) -> None:
    port = server.line.port

    done = ran("serve", "--port", str(port), cwd=tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"mockrec: cannot listen on 127.0.0.1:{port}: ")
    assert done.stderr.count("\n") == 1


def test_the_line_about_a_port_in_use_is_short(server: Server, tmp_path: Path) -> None:
    port = server.line.port

    done = ran("serve", "--port", str(port), cwd=tmp_path)

    reason = done.stderr.removeprefix(f"mockrec: cannot listen on 127.0.0.1:{port}: ")
    assert reason.lower() == "address already in use; port 0 is any free one\n"


# --- one run after the other -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "warned"),
    [
        ((), True),
        (("--clock", "60x", "--seed", "7"), True),
        (("--seed", "fresh"), False),
        (("--clock", "manual"), False),
        (("--storage", "memory"), False),
        (("--data", "elsewhere"), False),
    ],
)
def test_it_says_so_where_its_files_may_overwrite_those_of_an_earlier_run(
    tmp_path: Path, flags: tuple[str, ...], warned: bool
) -> None:
    (tmp_path / "mockrec-data" / "bucket").mkdir(parents=True)

    with started(*flags, cwd=tmp_path) as server:
        _, _, said = server.end()

    expected = (
        "./mockrec-data holds files of an earlier run; the same seed gives the same sids again"
    )
    assert (expected in said) is warned


def test_a_fresh_seed_is_another_at_each_start(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(storage="memory", seed=None)
    starts = iter([1_000, 2_000])
    monkeypatch.setattr(composition, "wall_now", lambda: next(starts))

    assert [composition.build(settings).seed for _ in range(2)] == [1_000, 2_000]


# --- the end -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_code_0(server: Server, number: signal.Signals) -> None:
    server.process.send_signal(number)

    out, err = server.process.communicate(timeout=PATIENCE)

    assert (server.process.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_it_ends_at_once_though_a_stop_waits_and_a_request_is_half_sent(tmp_path: Path) -> None:
    """Either would take ten seconds and more if it were waited for."""
    with started("--storage", "memory", cwd=tmp_path) as server, ThreadPoolExecutor(1) as somebody:
        app = App(server.line, APP_ID)
        app.behave(timing={"upload": "10m", "stop_limit": "10m", "first_media": "1600ms"})
        recording = app.record("mix")
        app.advance("5s")
        half = (
            f"POST /v1/apps/{APP_ID}/cloud_recording/acquire HTTP/1.1\r\nHost: h\r\n"
            f"Authorization: {basic()}\r\nContent-Length: 100\r\n\r\n{{"
        )
        with socket.create_connection(("127.0.0.1", server.line.port), PATIENCE) as connection:
            connection.sendall(half.encode())
            waiting = somebody.submit(recording.stop)
            stopping = {"event": "StatusChanged", "details": {"status": 6}}
            app.control("POST", "/journal/await", {"match": stopping, "timeout": "20s"})

            server.process.terminate()
            server.process.wait(timeout=5)

        assert server.process.returncode == 0
        answered = waiting.exception() is not None or waiting.result().status == 404
        assert answered


# --- the folder --------------------------------------------------------------------------------


def recorded(server: Server) -> list[str]:
    """The files of half a minute with two users."""
    app = App(server.line, APP_ID)
    recording = app.record("mix")
    app.advance("40s")
    assert recording.stop().status == 200
    return sorted(app.files())


def test_files_lie_in_the_data_folder(tmp_path: Path) -> None:
    with started("--clock", "manual", "--data", "kept/here", cwd=tmp_path) as server:
        keys = recorded(server)

    bucket = tmp_path / "kept" / "here" / "b"
    assert len(keys) == 4
    assert sorted(str(file.relative_to(bucket)) for file in bucket.rglob("*")) == keys
    assert all(file.stat().st_size for file in bucket.iterdir())


def test_by_default_that_is_mockrec_data(server: Server, tmp_path: Path) -> None:
    recorded(server)

    assert [folder.name for folder in tmp_path.iterdir()] == ["mockrec-data"]


def test_in_memory_nothing_is_written(tmp_path: Path) -> None:
    with started("--clock", "manual", "--storage", "memory", cwd=tmp_path) as server:
        assert recorded(server)

    assert list(tmp_path.iterdir()) == []


def test_a_server_that_records_nothing_makes_no_folder(server: Server, tmp_path: Path) -> None:
    App(server.line, APP_ID).acquire()

    assert list(tmp_path.iterdir()) == []


# --- the start ---------------------------------------------------------------------------------

HEAVY = {"yaml", "faker", "jsonschema", "referencing", "prometheus_client", "jinja2", "av", "numpy"}

PROBE = """
import asyncio, json, sys
from tests.wire.line import App, Line, served
from mockrec.settings import Settings
from mockrec import assets

seen = {}
def look(when):
    seen[when] = {"modules": sorted(sys.modules), "footage": assets.footage.cache_info().currsize}

with served(Settings(storage="memory", clock_mode="manual")) as line:
    line.say("GET", "/_mockrec/health")
    look("ready")
    app = App(line, "a" * 32)
    recording = app.record("mix")
    recording.query()
    look("recording")
    app.advance("40s")
    recording.stop()
    look("stopped")
    app.acquire(resourceExpiredHour=0)
    look("refused")
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, object]]:
    """Which modules are loaded, and whether the footage is, at four moments."""
    done = finished([sys.executable, "-c", PROBE], environment(), ROOT)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert isinstance(seen, dict)
    return seen


def loaded(seen: dict[str, dict[str, object]], when: str) -> set[str]:
    """The heavy modules that are there at this moment."""
    modules = seen[when]["modules"]
    assert isinstance(modules, list)
    return HEAVY.intersection(modules)


@pytest.mark.parametrize("when", ["ready", "recording", "stopped"])
def test_nothing_heavy_is_loaded_as_long_as_all_goes_well(
    seen: dict[str, dict[str, object]], when: str
) -> None:
    assert loaded(seen, when) == set()


def test_what_explains_is_loaded_for_the_first_refusal(
    seen: dict[str, dict[str, object]],
) -> None:
    assert loaded(seen, "refused") == {"jsonschema", "referencing"}


def test_the_footage_is_read_for_the_first_slice(seen: dict[str, dict[str, object]]) -> None:
    assert [seen[when]["footage"] for when in ("ready", "recording", "stopped")] == [0, 0, 1]
