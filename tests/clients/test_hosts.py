"""By which name a request came is known; under the service's names there is no control plane."""

from __future__ import annotations

import re
import ssl

import pytest

from mockrec.domain.hosts import DOMAINS, HOSTS, REGIONS, vendor_host
from mockrec.gateway.hooks.python import sitecustomize
from tests.api.service import APP_ID, Service, World, done, served, wrong
from tests.clients.house import House, request

ACQUIRE = f"/v1/apps/{APP_ID}/cloud_recording/acquire"
DOCUMENT = {"cname": "room", "uid": "1", "clientRequest": {}}


async def acquired_by(service: Service, world: World, host: str) -> dict[str, object]:
    """The journal's entry about a request with this Host."""
    headers = {"Authorization": world.authorization, "Host": host}
    await service.send("POST", ACQUIRE, DOCUMENT, headers=headers)
    return dict(done(await world.control("GET", "/journal?kind=request"))["entries"][-1])


# --- the table ---------------------------------------------------------------------------------


def test_there_is_a_name_for_every_region_and_domain() -> None:
    assert len(HOSTS) == (1 + len(REGIONS)) * len(DOMAINS)
    assert HOSTS["api.agora.io"] == HOSTS["api.sd-rtn.com"] == ""
    assert HOSTS["api-cn-east-1.sd-rtn.com"] == "cn-east-1"


@pytest.mark.parametrize(
    "other",
    [
        "",
        ":",
        "agora.io",
        "api.agora.io.evil.example",
        "[::1]:80",
        "api.agora.io..",
        "\uff41pi.agora.io",
    ],
)
def test_other_names_are_not_the_services(other: str) -> None:
    assert vendor_host(other) == ""


def test_no_name_escapes_the_hooks() -> None:
    node = (sitecustomize.__file__.rpartition("/python/")[0]) + "/node.cjs"
    with open(node, encoding="utf-8") as file:  # noqa: PTH123
        pattern = re.search(r"OURS = /(.+)/i;", file.read())
    assert pattern

    for name in HOSTS:
        assert sitecustomize.OURS.fullmatch(name.upper())
        assert re.fullmatch(pattern[1].replace("\\/", "/"), name)


# --- the journal -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("api.agora.io", "api.agora.io"),
        ("API-us-west-1.sd-rtn.com.:443", "api-us-west-1.sd-rtn.com"),
    ],
)
async def test_the_journal_tells_the_name(
    service: Service, world: World, host: str, told: str
) -> None:
    assert (await acquired_by(service, world, host))["host"] == told


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8080", "mockrec", "evil.example", "x" * 4_000, "[", "é"]
)
async def test_of_other_names_there_is_no_word(service: Service, world: World, host: str) -> None:
    """So an entry of the plain listener is what it always was."""
    assert "host" not in await acquired_by(service, world, host)


# --- the control plane -------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTS)
async def test_it_is_not_there_under_a_name_of_the_service(
    house: House, trusting: ssl.SSLContext, name: str
) -> None:
    async with house.talk("tls", trusting, name) as talk:
        talk.send(request("/_mockrec/worlds", name).replace(b"POST", b"GET"))
        assert (await talk.heard())[0] == 403


async def test_not_even_if_the_server_is_called_so() -> None:
    async with served(hosts=frozenset({"api.agora.io"})) as service:
        for host in ("api.agora.io", "api.agora.io:8080", "API.agora.io."):
            reply = await service.send("GET", "/_mockrec/health", headers={"Host": host})
            wrong(reply, 403)


async def test_it_is_there_under_this_machines_names(
    house: House, trusting: ssl.SSLContext
) -> None:
    for name in ("localhost", "127.0.0.1"):
        async with house.talk("tls", trusting, name) as talk:
            talk.send(f"GET /_mockrec/health HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
            assert (await talk.heard())[0] == 200


async def test_it_tells_where_the_listeners_are(service: Service) -> None:
    assert done(await service.get("/_mockrec/listeners")) == {
        "http": "",
        "tls": None,
        "proxy": None,
        "dns": None,
        "authority": None,
    }
