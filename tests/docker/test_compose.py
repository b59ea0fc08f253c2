"""The compose file holds together: its names, ports, volumes and variables are known elsewhere."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from mockrec.domain.hosts import HOSTS
from mockrec.settings import load, strays
from tests.docker.dockerfile import ROOT, Dockerfile, compose

FILE: Final = compose()
SERVICES: Final[dict[str, dict[str, Any]]] = FILE["services"]
MOCKREC: Final = SERVICES["mockrec"]
PAGE: Final = (ROOT / "docs" / "docker.md").read_text(encoding="utf-8")


def resolved(environment: dict[str, str]) -> dict[str, str]:
    """The variables where the shell sets none: ``${NAME:-default}`` is the default."""
    default = re.compile(r"\$\{\w+:-([^}]*)\}")
    return {name: default.sub(r"\1", text) for name, text in environment.items()}


def test_clients_find_mockrec_under_every_name_of_the_service() -> None:
    aliases = MOCKREC["networks"]["default"]["aliases"]

    assert len(aliases) == len(set(aliases))
    assert set(aliases) == set(HOSTS)


def test_its_variables_are_settings(tmp_path: Path) -> None:
    environment = Dockerfile.read().environment | resolved(MOCKREC["environment"])
    settings = load({}, environment, tmp_path)

    assert (settings.storage, settings.storage_endpoint) == ("object", "http://bucket:5000")
    assert settings.callback_url == "http://receiver:9000/hook"
    assert not strays(environment)


def test_a_client_that_knows_no_port_finds_tls() -> None:
    port = int(MOCKREC["environment"]["MOCKREC_TLS_PORT"])

    assert port == 443
    assert MOCKREC["sysctls"] == {"net.ipv4.ip_unprivileged_port_start": port}


def test_the_receiver_knows_the_secret_that_is_signed_with() -> None:
    signed_with = MOCKREC["environment"]["MOCKREC_CALLBACK_SECRET"]

    assert SERVICES["receiver"]["environment"]["RECEIVER_SECRET"] == signed_with
    assert (ROOT / "examples" / "receiver" / "receiver.py").exists()


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:")
        assert f"`{port.rpartition(':')[0]}`" in PAGE


@pytest.mark.parametrize("name", ["mockrec", "receiver"])
def test_what_stays_up_may_do_as_little_as_possible(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_key_of_the_server_is_shared_with_no_client() -> None:
    readers = {
        name
        for name, service in SERVICES.items()
        for volume in service.get("volumes", [])
        if volume.startswith("authority:")
    }

    assert readers == {"mockrec", "trust"}
    source, target = SERVICES["trust"]["entrypoint"][-2:]
    assert (source, target) == ("/authority/ca.pem", "/trust/ca.pem")


def test_every_volume_of_a_service_is_declared() -> None:
    used = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert {name for name in used if not name.startswith(".")} == set(FILE["volumes"])


def test_what_a_service_waits_for_is_there_and_can_come_true() -> None:
    for service in SERVICES.values():
        for name, terms in service.get("depends_on", {}).items():
            awaited = SERVICES[name]
            if terms["condition"] == "service_healthy":
                assert "healthcheck" in awaited or awaited["image"] == "mockrec"


def test_the_plugin_of_the_docker_client_reads_it() -> None:
    docker = shutil.which("docker")
    plugin = [docker or "", "compose", "version"]
    if not docker or subprocess.run(plugin, check=False, capture_output=True).returncode:
        pytest.skip("there is no `docker compose` here")
    command = [docker, "compose", "--file", str(ROOT / "compose.yaml"), "config"]
    done = subprocess.run(
        [*command, "--format", "json"], check=True, capture_output=True, text=True
    )

    assert set(json.loads(done.stdout)["services"]) == set(SERVICES)
