"""The name server knows the service's names, and asks nobody about others."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from dnslib import RCODE, DNSRecord
from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.hosts import HOSTS
from mockrec.gateway.dns import TTL, Names, answer, facing
from tests.clients.house import House
from tests.wire.line import PATIENCE

HERE = "127.0.0.1"


def asked(name: str, kind: str = "A", address: str = HERE) -> Any:
    """What is answered to a question."""
    said = answer(bytes(DNSRecord.question(name, kind).pack()), address)
    assert said is not None
    return DNSRecord.parse(said)


def addresses(reply: Any) -> list[str]:
    """The addresses in an answer."""
    return [str(record.rdata) for record in reply.rr]


@pytest.mark.parametrize("name", HOSTS)
def test_a_name_of_the_service_is_here(name: str) -> None:
    reply = asked(name)

    assert (reply.header.rcode, addresses(reply)) == (RCODE.NOERROR, [HERE])
    assert reply.header.aa
    assert reply.rr[0].ttl == TTL


@pytest.mark.parametrize("kind", ["AAAA", "TXT", "MX", "HTTPS", "SOA"])
def test_of_another_kind_there_is_nothing(kind: str) -> None:
    reply = asked("api.agora.io", kind)

    assert (reply.header.rcode, reply.rr) == (RCODE.NOERROR, [])


def test_where_it_listens_on_ipv6_the_address_is_one() -> None:
    assert addresses(asked("api.agora.io", "AAAA", "::1")) == ["::1"]
    assert addresses(asked("api.agora.io", "A", "::1")) == []


def test_the_case_of_letters_is_given_back_as_it_came() -> None:
    """Resolvers vary it, and check it, against forgery."""
    reply = asked("aPi.AgoRA.io")

    assert addresses(reply) == [HERE]
    assert str(reply.q.qname) == str(reply.rr[0].rname) == "aPi.AgoRA.io."


@pytest.mark.parametrize(
    "name", ["example.com", "agora.io", "www.agora.io", "x.api.agora.io", "localhost", "."]
)
@pytest.mark.parametrize("kind", ["A", "AAAA", "ANY"])
def test_everything_else_is_refused(name: str, kind: str) -> None:
    reply = asked(name, kind)

    assert (reply.header.rcode, reply.rr) == (RCODE.REFUSED, [])


def test_an_answer_is_not_answered() -> None:
    said = DNSRecord.question("api.agora.io").reply().pack()

    assert answer(bytes(said), HERE) is None


@given(noise=st.binary(max_size=80))
def test_noise_is_borne(noise: bytes) -> None:
    said = answer(noise, HERE)

    assert said is None or DNSRecord.parse(said).rr == []


@given(at=st.integers(0, 29), byte=st.integers(0, 255))
def test_a_question_gone_wrong_is_borne(at: int, byte: int) -> None:
    question = bytearray(DNSRecord.question("api.agora.io").pack())
    question[at % len(question)] = byte

    answer(bytes(question), HERE)


# --- on the line -------------------------------------------------------------------------------

QUESTION = bytes(DNSRecord.question("api.agora.io").pack())


async def test_it_is_asked_over_udp(house: House) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.setblocking(False)
        await loop.sock_connect(asker, (HERE, house.port("dns")))
        await loop.sock_sendall(asker, b"noise")
        await loop.sock_sendall(asker, QUESTION)
        said = await asyncio.wait_for(loop.sock_recv(asker, 512), PATIENCE)

    assert addresses(DNSRecord.parse(said)) == [HERE]


async def test_it_is_asked_over_tcp(house: House) -> None:
    reader, writer = await asyncio.open_connection(HERE, house.port("dns"))
    writer.write(len(QUESTION).to_bytes(2) + QUESTION)
    async with asyncio.timeout(PATIENCE):
        said = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
    writer.close()

    assert addresses(DNSRecord.parse(said)) == [HERE]


async def test_who_hangs_up_in_the_middle_is_forgotten(house: House) -> None:
    _, writer = await asyncio.open_connection(HERE, house.port("dns"))
    writer.write(b"\x00")
    writer.close()

    await test_it_is_asked_over_tcp(house)


def test_who_listens_everywhere_is_where_the_asker_sees_him() -> None:
    assert Names("0.0.0.0").address((HERE, 5_353)) == HERE  # noqa: S104
    assert Names("192.0.2.7").address((HERE, 5_353)) == "192.0.2.7"
    assert facing("::1") == "::1"
