"""The proxy leads to mockrec and nowhere else, however it is asked."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.hosts import HOSTS, vendor_host
from mockrec.gateway import proxy
from mockrec.gateway.authority import Authority
from mockrec.gateway.proxy import Doors
from tests.clients.house import PATH, House, Talk, request

FOREIGN = [
    *("example.com", "agora.io", "www.agora.io", "api.agora.io.example.com", "xapi.agora.io"),
    *("192.0.2.1", "[2001:db8::1]", "api.agora.io@example.com", "localhost", "127.0.0.1"),
]


def connect(target: str) -> bytes:
    """A request for a tunnel."""
    return f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode()


def acquired(heard: tuple[int, str]) -> bool:
    """Whether a resource was given out."""
    status, body = heard
    return status == 200 and "resourceId" in json.loads(body)


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is looked up, and the only connections are those of the tests to this machine."""
    look_up, connect_to = socket.getaddrinfo, asyncio.BaseEventLoop.create_connection

    def getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        assert host in {"127.0.0.1", "::1", None}, f"{host} was looked up"
        return look_up(host, *arguments, **named)

    async def create_connection(
        loop: Any, factory: Any, host: Any = None, *rest: Any, **named: Any
    ) -> Any:
        assert host == "127.0.0.1", f"a connection to {host}"
        return await connect_to(loop, factory, host, *rest, **named)

    def gethostbyname(host: str) -> str:
        raise AssertionError(f"{host} was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "gethostbyname", gethostbyname)
    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", create_connection)


# --- tunnels -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTS)
async def test_a_tunnel_to_a_name_of_the_service_ends_here(
    house: House, trusting: ssl.SSLContext, name: str
) -> None:
    async with house.talk("proxy") as talk:
        talk.send(connect(f"{name}:443"))
        assert await talk.heard() == (200, "")
        await talk.secure(trusting, name)
        for _ in range(2):
            talk.send(request(host=name))
            assert acquired(await talk.heard())

    assert house.hosts == [name, name]


async def test_one_without_tls_too(house: House) -> None:
    async with house.talk("proxy") as talk:
        talk.send(connect("api.agora.io:80"))
        assert await talk.heard() == (200, "")
        talk.send(request())
        assert acquired(await talk.heard())


async def test_a_head_may_come_byte_by_byte(house: House, trusting: ssl.SSLContext) -> None:
    async with house.talk("proxy") as talk:
        for byte in connect("API.Agora.IO.:443"):
            talk.send(bytes([byte]))
            await asyncio.sleep(0)  # noqa: TID251
        assert await talk.heard() == (200, "")
        await talk.secure(trusting, "api.agora.io")
        talk.send(request())
        assert acquired(await talk.heard())


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("port", [443, 80, 1])
async def test_a_tunnel_to_anybody_else_is_refused_with_the_reason(
    house: House, host: str, port: int
) -> None:
    async with house.talk("proxy") as talk:
        talk.send(connect(f"{host}:{port}"))
        status, why = await talk.heard()

        assert status == 502
        assert f"leads to mockrec only, not to {host.strip('[]')}:{port}" in why
        assert "NO_PROXY" in why
        assert await talk.over()


async def test_so_is_another_port_of_the_service(house: House) -> None:
    async with house.talk("proxy") as talk:
        talk.send(connect("api.agora.io:22"))

        assert (await talk.heard())[0] == 502


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
async def test_its_own_listeners_may_be_reached_through_it(
    house: House, trusting: ssl.SSLContext, host: str
) -> None:
    ask = b"GET /_mockrec/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for name, context in (("http", None), ("tls", trusting)):
        async with house.talk("proxy") as talk:
            talk.send(connect(f"{host}:{house.port(name)}"))
            assert await talk.heard() == (200, "")
            if context:
                await talk.secure(context, "localhost")
            talk.send(ask)
            assert (await talk.heard())[0] == 200


async def test_but_not_the_proxy_itself(house: House) -> None:
    async with house.talk("proxy") as talk:
        talk.send(connect(f"127.0.0.1:{house.port('proxy')}"))

        assert (await talk.heard())[0] == 502


@pytest.mark.parametrize(
    "head",
    [
        b"CONNECT api.agora.io HTTP/1.1\r\n\r\n",
        b"CONNECT :443 HTTP/1.1\r\n\r\n",
        b"CONNECT api.agora.io:443 HTTP/2\r\n\r\n",
        b"CONNECT api.agora.io:\xd9\xa4\xd9\xa4\xd9\xa3 HTTP/1.1\r\n\r\n",
        b"CONNECT  api.agora.io:443 HTTP/1.1\r\n\r\n",
        b"CONNECT api.agora.io:443\r\n\r\n",
        connect("api.agora.io:443") + b"\x16\x03\x01",
    ],
)
async def test_a_broken_request_for_a_tunnel_is_400(house: House, head: bytes) -> None:
    async with house.talk("proxy") as talk:
        talk.send(head)

        assert (await talk.heard())[0] == 400
        assert await talk.over()


async def test_a_head_without_end_is_431(house: House) -> None:
    async with house.talk("proxy") as talk:
        talk.send(b"CONNECT api.agora.io:443 HTTP/1.1\r\n" + b"X: y\r\n" * 5_000)

        assert (await talk.heard())[0] == 431


async def test_a_client_that_does_not_trust_us_is_told_of_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mockrec")
    async with house.talk("proxy") as talk:
        talk.send(connect("api.agora.io:443"))
        assert await talk.heard() == (200, "")
        with pytest.raises(ssl.SSLCertVerificationError):
            await talk.secure(ssl.create_default_context(), "api.agora.io")
    async with house.talk("proxy") as talk:  # its end was heard before this one is answered
        talk.send(request("http://api.agora.io/"))
        await talk.heard()

    assert "no TLS for api.agora.io" in caplog.text
    assert "does the client trust our CA?" in caplog.text


# --- whole URLs --------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_whole_url_of_the_service_is_answered(house: House, scheme: str) -> None:
    """Old versions of axios send https URLs in clear to their proxy."""
    async with house.talk("proxy") as talk:
        for name in ("api.agora.io", "api-eu-west-1.sd-rtn.com"):
            talk.send(request(f"{scheme}://{name}{PATH}", name))
            assert acquired(await talk.heard())

    assert house.hosts == ["api.agora.io", "api-eu-west-1.sd-rtn.com"]


@pytest.mark.parametrize("host", [name for name in FOREIGN if "@" not in name])
async def test_a_whole_url_of_anybody_else_is_refused_with_the_reason(
    house: House, host: str
) -> None:
    async with house.talk("proxy") as talk:
        talk.send(request(f"http://{host}{PATH}", "api.agora.io"))
        status, why = await talk.heard()

        assert status == 502
        assert "leads to mockrec only" in why
        assert await talk.over()
    assert house.hosts == []


async def test_each_request_of_a_connection_is_looked_at(house: House) -> None:
    async with house.talk("proxy") as talk:
        talk.send(request(f"http://api.agora.io{PATH}"))
        assert acquired(await talk.heard())
        talk.send(request(f"http://example.com{PATH}", "example.com"))
        assert (await talk.heard())[0] == 502
        assert await talk.over()


async def test_a_tunnel_cannot_begin_in_the_middle(house: House) -> None:
    async with house.talk("proxy") as talk:
        talk.send(request(f"http://api.agora.io{PATH}"))
        assert acquired(await talk.heard())
        talk.send(connect("example.com:443"))
        assert (await talk.heard())[0] == 502


@pytest.mark.parametrize("host", ["127.0.0.1", "example.com", "[", "a b"])
async def test_the_proxy_is_no_server(house: House, host: str) -> None:
    async with house.talk("proxy") as talk:
        talk.send(request(host=host))

        assert (await talk.heard())[0] in {400, 502}
    assert house.hosts == []


async def test_the_control_plane_is_not_there_under_a_name_of_the_service(house: House) -> None:
    for target in ("http://api.agora.io/_mockrec/worlds", "/_mockrec/worlds"):
        for host in ("api.agora.io", "API.agora.io.:80"):
            async with house.talk("proxy") as talk:
                talk.send(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                assert (await talk.heard())[0] == 403
    async with house.talk("proxy") as talk:
        talk.send(b"GET http://api.agora.io/_mockrec/worlds HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await talk.heard())[0] == 403


# --- patience ----------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [b"", b"CONN", b"CONNECT api.agora.io:443 HTTP/1.1\r\n"])
async def test_who_says_nothing_is_hung_up_on(authority: Authority, said: bytes) -> None:
    nobody = frozenset[int]()
    doors = Doors(asyncio.Protocol, asyncio.Protocol, authority.context(), 0.05, nobody, nobody)
    server, waiting = await proxy.listen("127.0.0.1", 0, doors)
    talk = Talk(*await asyncio.open_connection(*server.sockets[0].getsockname()))

    talk.send(said)

    assert await talk.over()
    assert waiting == set()
    talk.close()
    server.close()


# --- laws --------------------------------------------------------------------------------------

TARGETS = st.from_regex(
    r"[!-~]{0,20}(api\.agora\.io|sd-rtn\.com)?[!-~]{0,5}:[0-9]{1,5}", fullmatch=True
)


@given(target=TARGETS)
def test_only_exact_names_lead_here(target: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    doors = Doors(asyncio.Protocol, asyncio.Protocol, context, 1.0, frozenset(), frozenset())

    found = proxy.target_of(connect(target))

    if found and doors.speaks_tls(found) is not None:
        name = target.rpartition(":")[0].lower().removesuffix(".")
        assert name in HOSTS
        assert found.port in {80, 443}


@given(name=st.text(max_size=40) | st.sampled_from(list(HOSTS)), port=st.integers(0, 65_535))
def test_a_name_is_known_with_any_port_and_in_any_case(name: str, port: int) -> None:
    known = vendor_host(name)

    assert known in {"", *HOSTS}
    if name in HOSTS:
        assert vendor_host(f"{name.upper()}.:{port}") == name
