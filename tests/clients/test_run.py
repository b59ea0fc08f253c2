"""``mockrec run``, ``env`` and ``ca``: a command as it would run alone, but sent here."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import mockrec
from tests.clients.house import APP_ID, Process, bare, request
from tests.wire.line import PATIENCE, Line
from tests.wire.process import READY, command, environment, finished, started

SHOWS = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture
def around(process: Process) -> dict[str, str]:
    """An environment in which certificates have been made."""
    return {**environment(), "MOCKREC_CA_DIR": str(process.ca_dir)}


def ran(
    arguments: list[str], around: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """A mockrec command, run to its end."""
    return finished(command(*arguments), around, cwd)


# --- run ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_that_of_the_command(
    code: int, around: dict[str, str], tmp_path: Path
) -> None:
    done = ran(["run", "--", "sh", "-c", f"exit {code}"], around, tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_a_command_that_a_signal_ends_has_the_code_of_a_shell(
    around: dict[str, str], tmp_path: Path
) -> None:
    done = ran(["run", "--", "sh", "-c", "kill -9 $$"], around, tmp_path)

    assert done.returncode == 128 + signal.SIGKILL


@pytest.mark.parametrize(("name", "code"), [("no-such-command", 127), ("/", 126)])
def test_a_command_that_there_is_none_of_is_named(
    name: str, code: int, around: dict[str, str], tmp_path: Path
) -> None:
    done = ran(["run", "--", name], around, tmp_path)

    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"mockrec: cannot run '{name}': ")
    assert done.stderr.count("\n") == 1


def test_without_a_command_it_says_what_it_wants(around: dict[str, str], tmp_path: Path) -> None:
    done = ran(["run"], around, tmp_path)

    assert done.returncode == 2
    assert "expected one after --" in done.stderr


def test_what_is_written_and_read_is_the_commands(around: dict[str, str], tmp_path: Path) -> None:
    done = finished(command("run", "--", "cat"), around, tmp_path, told="as it came")

    assert (done.returncode, done.stdout) == (0, "as it came")


def test_flags_after_the_dashes_are_the_commands(around: dict[str, str], tmp_path: Path) -> None:
    done = ran(["run", "--seed", "7", "--", "echo", "--port", "-x", "--"], around, tmp_path)

    assert done.stdout == "--port -x --\n"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1"])
def test_signals_are_passed_on(name: str, around: dict[str, str], tmp_path: Path) -> None:
    script = (
        f"import signal; signal.signal(signal.{name}, lambda *_: exit(42));"
        "print('ready', flush=True); signal.pause()"
    )
    process = subprocess.Popen(
        command("run", "--", sys.executable, "-c", script),
        cwd=tmp_path,
        env=around,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # hence without a terminal
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"

    process.send_signal(signal.Signals[name])
    _, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, err) == (42, "")


def test_ports_that_are_set_for_a_server_are_nobodys_concern(
    around: dict[str, str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        names = ("MOCKREC_PORT", "MOCKREC_TLS_PORT", "MOCKREC_PROXY_PORT")

        done = ran(["run", "--", "true"], {**around, **dict.fromkeys(names, port)}, tmp_path)

    assert done.returncode == 0


def test_a_port_that_is_asked_for_is_taken(around: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ran(["run", "--proxy-port", str(port), "--", "true"], around, tmp_path)

    assert done.returncode == 1
    assert done.stderr.startswith(f"mockrec: cannot listen on 127.0.0.1:{port}: ")


def test_the_environment_of_the_command_is_ours_with_an_addition(
    around: dict[str, str], tmp_path: Path
) -> None:
    run = ["run", "--app", "my-app", "--", sys.executable, "-c", SHOWS]

    told = json.loads(ran(run, {**around, "MINE": "kept"}, tmp_path).stdout)

    assert told["MINE"] == "kept"
    assert told["MOCKREC_APP_ID"] == "my-app"
    assert told["MOCKREC_URL"].startswith("http://127.0.0.1:")
    assert told["HTTPS_PROXY"].startswith("http://127.0.0.1:")


def test_other_hosts_are_refused_with_the_reason(around: dict[str, str], tmp_path: Path) -> None:
    ask = "from urllib.request import urlopen; urlopen('https://example.com/')"

    done = ran(["run", "--", sys.executable, "-c", ask], around, tmp_path)

    assert done.returncode == 1
    assert "mockrec leads nowhere else; put this host into NO_PROXY" in done.stderr
    assert "not to example.com:443" in done.stderr


# --- env ---------------------------------------------------------------------------------------


def test_env_is_what_a_shell_evaluates(process: Process) -> None:
    found = process.environment()

    assert found["MOCKREC_URL"] == process.server.url
    assert found["HTTPS_PROXY"] == process.listeners["proxy"]
    assert found["MOCKREC_GATEWAY"] == process.listeners["tls"]
    assert Path(found["SSL_CERT_FILE"]).parent == process.ca_dir


def test_env_takes_ports_that_are_mapped(process: Process, tmp_path: Path) -> None:
    where = ["--url", process.server.url, "--ca-dir", str(tmp_path / "new")]

    done = ran(["env", *where, "--tls-port", "1", "--proxy-port", "2"], bare(), tmp_path)

    assert "export MOCKREC_GATEWAY=https://127.0.0.1:1\n" in done.stdout
    assert "export HTTPS_PROXY=http://127.0.0.1:2\n" in done.stdout


def test_env_of_nobody_is_code_1(tmp_path: Path) -> None:
    done = ran(["env", "--url", "http://127.0.0.1:1"], bare(), tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("mockrec: no answer from http://127.0.0.1:1: ")


def test_env_where_nothing_can_be_kept_is_code_1(process: Process, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = ran(
        ["env", "--url", process.server.url, "--ca-dir", str(tmp_path / "file")], bare(), tmp_path
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("mockrec: cannot keep certificates: ")


def test_env_of_a_server_without_the_listeners_says_which(tmp_path: Path) -> None:
    with started("--storage", "memory", cwd=tmp_path) as server:
        done = ran(["env", "--url", server.url], bare(), tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"mockrec: the server at {server.url} was started without --tls and --proxy\n"
    )


# --- ca ----------------------------------------------------------------------------------------


def test_ca_makes_the_certificate_and_says_where_it_is(tmp_path: Path) -> None:
    for arguments, variables in (
        (["--ca-dir", str(tmp_path / "a")], {}),
        ([], {"MOCKREC_CA_DIR": str(tmp_path / "b")}),
        ([], {"XDG_DATA_HOME": str(tmp_path)}),
    ):
        once, twice = (ran(["ca", *arguments], bare(**variables), tmp_path) for _ in range(2))

        path = Path(once.stdout.rstrip("\n"))
        assert path.is_relative_to(tmp_path)
        assert path.read_text().startswith("-----BEGIN CERTIFICATE-----")
        assert (twice.returncode, twice.stdout) == (0, once.stdout)


def test_ca_where_nothing_can_be_kept_is_code_1(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = ran(["ca", "--ca-dir", str(tmp_path / "file" / "ca")], bare(), tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"mockrec: cannot keep certificates in {tmp_path}")


# --- serve -------------------------------------------------------------------------------------


def test_the_first_line_is_as_ever_and_the_others_name_the_listeners(process: Process) -> None:
    assert READY.fullmatch(process.server.ready)
    found = process.listeners

    with started(
        *("--tls", "--tls-port=0", "--proxy", "--proxy-port=0", "--dns", "--dns-port=0"),
        *("--ca-dir", str(process.ca_dir), "--storage", "memory"),
        cwd=process.ca_dir.parent,
    ) as server:
        assert server.process.stdout is not None
        out = "".join(server.process.stdout.readline() for _ in range(3))
        code, more, _ = server.end()

    assert (code, more) == (0, "")
    addresses = r"127\.0\.0\.1:\d+\n"
    lines = rf"tls on https://{addresses}proxy on http://{addresses}dns on dns://{addresses}"
    assert re.fullmatch(lines, out)
    assert found["http"] == process.server.url
    assert found["authority"] == (process.ca_dir / "ca.pem").read_text()


@pytest.mark.parametrize("name", ["tls", "proxy", "dns"])
def test_a_port_in_use_is_named(name: str, process: Process, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        flags = ["--port", "0", f"--{name}", f"--{name}-port", str(port)]

        done = ran(["serve", *flags, "--ca-dir", str(process.ca_dir)], environment(), tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.lower() == (
        f"mockrec: cannot listen on 127.0.0.1:{port}: address already in use; "
        "port 0 is any free one\n"
    )


@pytest.mark.parametrize(
    ("flag", "library"),
    [("--tls", "cryptography"), ("--proxy", "cryptography"), ("--dns", "dnslib")],
)
def test_a_missing_library_is_one_clear_line(flag: str, library: str, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.modules[{library!r}] = None; from mockrec.cli import main;"
        f"sys.exit(main(['serve', '--port', '0', {flag!r}]))"
    )

    done = finished([sys.executable, "-c", code], environment(), tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    mends = f"{shlex.quote(sys.executable)} -m pip install 'mockrec[tls]'"
    assert done.stderr == f"mockrec: the library {library} is missing: {mends}\n"


def test_nothing_of_it_is_loaded_unless_it_is_asked_for(tmp_path: Path) -> None:
    code = (
        "import sys; from tests.wire.line import served; from mockrec.settings import Settings\n"
        "with served(Settings(storage='memory')) as line: line.say('GET', '/_mockrec/health')\n"
        "import mockrec.server; print(*sys.modules)"
    )

    done = finished([sys.executable, "-c", code], environment(), tmp_path)

    assert done.returncode == 0, done.stderr
    names = done.stdout.split()
    assert "mockrec.server" in names
    assert not [
        name for name in names if name.startswith(("mockrec.gateway", "cryptography", "dnslib"))
    ]


def test_a_server_of_a_program_has_the_listeners_too(process: Process) -> None:
    everything = {"tls": True, "proxy": True, "dns": True, "ca_dir": str(process.ca_dir)}
    ports = dict.fromkeys(("tls_port", "proxy_port", "dns_port"), 0)

    with mockrec.running(**everything, **ports) as server:  # type: ignore[arg-type]
        told = Line(urlsplit(server.url).port or 0).say("GET", "/_mockrec/listeners").body

    assert told["http"] == server.url
    assert all(told.values())


def test_a_rule_befalls_a_connection_in_tls_as_any_other(process: Process) -> None:
    """uvloop's TLS transports cannot be remembered weakly; the first call of each is looked for."""
    story = {"rules": [{"id": "slow", "op": "connect", "then": {"stall": "1ms"}}]}
    world = f"/_mockrec/worlds/{APP_ID}"
    loaded = process.line.say("PUT", f"{world}/scenario", {"scenario": "slow", **story})
    assert loaded.status == 200, loaded.raw
    context = ssl.create_default_context(cafile=str(process.ca_dir / "ca.pem"))
    port = urlsplit(process.listeners["tls"]).port

    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as line,
        context.wrap_socket(line, server_hostname="api.agora.io") as secure,
    ):
        for _ in range(2):
            secure.sendall(request())
            assert secure.recv(4_096).startswith(b"HTTP/1.1 200 ")
