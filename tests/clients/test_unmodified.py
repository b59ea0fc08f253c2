"""Clients that nobody told of mockrec arrive there: by the proxy, and by the name alone.

Each is told https://api.agora.io and nothing else; what brings it here is the environment that
``mockrec env`` prints. The journal says by which name it came.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockrec.gateway.environment import PROXIES
from tests.clients.house import BODY, PROGRAMS, Process, said
from tests.wire.line import basic
from tests.wire.process import command, environment

NODE_CLIENTS = {"axios", "axios-0.21", "undici"}


def needs(*programs: str) -> None:
    """Skip where a program is missing, and say which."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        pytest.skip(f"there is no {' and no '.join(missing)} on this machine")


def needs_package(name: str) -> None:
    """Skip where a client written in JavaScript is not installed, and say how to."""
    if name in NODE_CLIENTS and not (PROGRAMS.parent / "node_modules" / name).is_dir():
        pytest.skip(f"{name} is missing: npm install --prefix tests/clients")


@pytest.fixture
def app_id(request: pytest.FixtureRequest) -> str:
    """An App ID that no other test has."""
    return blake2b(request.node.nodeid.encode(), digest_size=16).hexdigest()


@pytest.fixture(params=["by proxy", "by name"])
def around(process: Process, request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment of ``mockrec env``; by name, with the proxies taken out again."""
    found = process.environment()
    if request.param == "by name":
        for name in (*PROXIES, "NODE_USE_ENV_PROXY"):
            del found[name]
    return found


def address(app_id: str, host: str = "api.agora.io", scheme: str = "https") -> str:
    """The service's own URL."""
    return f"{scheme}://{host}/v1/apps/{app_id}/cloud_recording/acquire"


# --- Python ------------------------------------------------------------------------------------


@pytest.mark.parametrize("library", ["requests", "httpx", "aiohttp", "aiohttp_alone", "urllib"])
def test_a_python_client_arrives(
    library: str, around: dict[str, str], process: Process, app_id: str, tmp_path: Path
) -> None:
    program = [sys.executable, str(PROGRAMS / "acquire.py"), library]

    for scheme in ("https", "http"):
        assert said([*program, address(app_id, scheme=scheme)], around, tmp_path)["resourceId"]

    assert process.hosts(app_id) == ["api.agora.io"] * 2


@pytest.mark.parametrize(
    ("mode", "region"), [("individual", "US"), ("mix", "EU"), ("mix", "AP"), ("web", "CN")]
)
def test_the_official_client_records_in_a_run(
    mode: str, region: str, process: Process, tmp_path: Path
) -> None:
    run = command("run", "--storage", "memory", "--clock", "manual")
    official = [sys.executable, str(PROGRAMS / "official.py"), mode, region]
    given = environment(MOCKREC_CA_DIR=str(process.ca_dir))

    done = said([*run, "--", *official], given, tmp_path)

    assert (done["status"], done["calls"]) == (5, 4)
    assert [host.partition(".")[0][:6] for host in done["hosts"]] == [f"api-{region.lower()}"]
    files = done["stopped"].get("fileList")
    if mode == "web":
        recorder, upload = done["stopped"]["extensionServiceState"]
        files = recorder["payload"]["fileList"]
        assert upload["payload"] == {"uploadingStatus": "uploaded"}
    assert files


# --- Node --------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", ["fetch", "https", "axios", "axios-0.21", "undici"])
def test_a_node_client_arrives(
    client: str, around: dict[str, str], process: Process, app_id: str, tmp_path: Path
) -> None:
    needs("node")
    needs_package(client)

    answer = said(
        ["node", str(PROGRAMS / "acquire.cjs"), client, address(app_id)], around, tmp_path
    )

    assert answer["resourceId"]
    assert process.hosts(app_id) == ["api.agora.io"]


def test_a_node_client_that_asks_a_name_server_itself_is_told(
    process: Process, tmp_path: Path
) -> None:
    needs("node")
    program = ["node", str(PROGRAMS / "acquire.cjs"), "lookup"]

    assert said([*program, address("x")], process.environment(), tmp_path) == ["127.0.0.1"]


# --- others ------------------------------------------------------------------------------------


def curl(*more: str) -> list[str]:
    """An acquire by curl."""
    sent = ["-H", f"Authorization: {basic()}", "-d", BODY.decode()]
    return ["curl", "--silent", "--show-error", "--fail", *sent, *more]


def test_curl_arrives_by_proxy(process: Process, app_id: str, tmp_path: Path) -> None:
    needs("curl")
    for scheme in ("https", "http"):
        assert said(curl(address(app_id, scheme=scheme)), process.environment(), tmp_path)

    assert process.hosts(app_id) == ["api.agora.io"] * 2


def test_curl_arrives_by_name(process: Process, app_id: str, tmp_path: Path) -> None:
    needs("curl")
    port = urlsplit(process.listeners["tls"]).port
    to = ["--noproxy", "*", "--connect-to", f"api.sd-rtn.com:443:127.0.0.1:{port}"]

    assert said(curl(*to, address(app_id, "api.sd-rtn.com")), process.environment(), tmp_path)
    assert process.hosts(app_id) == ["api.sd-rtn.com"]


def test_java_arrives_by_proxy(process: Process, app_id: str, tmp_path: Path) -> None:
    needs("java", "javac")
    program = ["java", str(PROGRAMS / "Acquire.java"), address(app_id)]

    assert said(program, process.environment(), tmp_path)["resourceId"]
    assert process.hosts(app_id) == ["api.agora.io"]


def test_java_trusts_the_listener_itself(process: Process, app_id: str, tmp_path: Path) -> None:
    needs("java", "javac")
    at = f"localhost:{urlsplit(process.listeners['tls']).port}"

    done = said(
        ["java", str(PROGRAMS / "Acquire.java"), address(app_id, at)],
        process.environment(),
        tmp_path,
    )

    assert done["resourceId"]
    assert process.hosts(app_id) == [""]


# --- without the environment -------------------------------------------------------------------


def test_without_our_certificate_no_client_is_fooled(process: Process, tmp_path: Path) -> None:
    needs("curl")
    proxy = ["--proxy", process.listeners["proxy"]]

    done = subprocess.run(
        curl(*proxy, address("a" * 32)), cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 60  # "peer certificate cannot be authenticated"
