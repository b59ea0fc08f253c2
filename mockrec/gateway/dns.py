"""A name server for the service's names, for clients that ask one themselves.

It answers with the address where this process listens, and REFUSED to all other questions: it asks
nobody else, so nothing that is looked up here becomes known elsewhere.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from ipaddress import IPv4Address, ip_address
from typing import Any, Final

from dnslib import AAAA, QTYPE, RCODE, RR, A, DNSError, DNSRecord

from mockrec.domain.hosts import vendor_host

TTL: Final = 1
"""Seconds: what is here now may be gone soon."""
_PATIENCE: Final = 5.0
"""Real seconds that a question over TCP may take."""
_HEADER: Final = 12
"""Bytes; what is shorter is no question."""
_RESPONSE: Final = 0x80
"""The bit of the header's third byte that only answers have."""


def answer(question: bytes, address: str) -> bytes | None:
    """The answer to a question, all names of the service being at `address`; None to noise."""
    if len(question) < _HEADER or question[2] & _RESPONSE:
        return None
    try:
        asked = DNSRecord.parse(question)
    except (DNSError, ValueError, IndexError):
        return None
    reply = asked.reply(ra=0, aa=1)
    host = vendor_host(str(asked.q.qname)) if len(asked.questions) == 1 else ""
    if not host:
        reply.header.rcode = RCODE.REFUSED
    elif QTYPE[asked.q.qtype] in {_record_type(address), "ANY"}:
        record = A(address) if _record_type(address) == "A" else AAAA(address)
        reply.add_answer(RR(asked.q.qname, getattr(QTYPE, _record_type(address)), 1, TTL, record))
    return bytes(reply.pack())


def _record_type(address: str) -> str:
    return "A" if isinstance(ip_address(address), IPv4Address) else "AAAA"


def facing(peer: str) -> str:
    """The address of this machine that a peer sees; no packet is sent to find out."""
    family = socket.AF_INET if _record_type(peer) == "A" else socket.AF_INET6
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
        probe.connect((peer, 9))
        return str(probe.getsockname()[0])


class Names(asyncio.DatagramProtocol):
    """The name server. An `address` of all zeros stands for the one that the asker sees."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """A question, or noise."""
        said = answer(data, self.address(addr))
        if said is not None:
            self._transport.sendto(said, addr)

    def address(self, peer: tuple[Any, ...]) -> str:
        """The address that this peer is told."""
        return facing(peer[0]) if ip_address(self._address).is_unspecified else self._address

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The name server over TCP: each message with its length before it."""
        try:
            async with asyncio.timeout(_PATIENCE):
                length = int.from_bytes(await reader.readexactly(2))
                question = await reader.readexactly(length)
                said = answer(question, self.address(writer.get_extra_info("peername")))
                if said is not None:
                    writer.write(len(said).to_bytes(2) + said)
                    await writer.drain()
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def listen(
    host: str, port: int, address: str
) -> tuple[asyncio.DatagramTransport, asyncio.Server, int]:
    """A name server at this port of `host`, over UDP and TCP alike, and which port it is."""
    names, loop = Names(address), asyncio.get_running_loop()
    server = await asyncio.start_server(names.converse, host, port)
    port = server.sockets[0].getsockname()[1]
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: names, local_addr=(host, port))
    except OSError:
        server.close()
        raise
    return transport, server, port
