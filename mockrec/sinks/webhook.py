"""Posts notifications: once, within a deadline, without following where it is sent.

Link-local addresses and the metadata services of clouds are refused unless they are allowed, by
name as well as by number: a test server must not become a way to them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from typing import TYPE_CHECKING, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

DEADLINE: Final = 10.0
"""Real seconds that a receiver has (docs/protocol.md#delivery)."""
LONGEST_ANSWER: Final = 64 * 1024
_AT_ONCE: Final = 128
_AT_ONCE_TO_ONE: Final = 16
_METADATA: Final = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))
_NOT_ALLOWED: Final = "a link-local or metadata address, which is not allowed"

TIMEOUT, UNREACHABLE, CERTIFICATE = 590, 591, 592
"""The codes that the vendor's console has for what is no answer."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one post: a status, or a code of the console's, and the answer's beginning."""

    status: int
    problem: str
    """Empty where the receiver took it: it answered 200, and nothing else counts."""
    answer: bytes = b""


class Webhook:
    """Posts for all worlds of a process; the session is made when it is first needed."""

    def __init__(self, *, allow_link_local: bool = False, deadline: float = DEADLINE) -> None:
        self._allowed = allow_link_local
        self._deadline = deadline
        self._session: aiohttp.ClientSession | None = None

    def problem(self, url: str) -> str:
        """What is wrong with an address by itself; where its name leads is seen when it is used."""
        try:
            host = URL(url).raw_host or ""
        except ValueError:
            return "no address"
        return "" if self._allowed or not _forbidden(host) else _NOT_ALLOWED

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Attempt:
        """One attempt; never raises but for being cancelled."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._post(url, body, headers)
        except TimeoutError:
            return Attempt(TIMEOUT, f"no answer within {self._deadline:g} s")
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError):
            return Attempt(CERTIFICATE, "the certificate is not trusted")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Attempt(UNREACHABLE, _why(error))

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Attempt:
        if problem := self.problem(url):
            return Attempt(UNREACHABLE, problem)
        sending = self._open().post(URL(url), data=body, headers=headers, allow_redirects=False)
        async with sending as response:
            answer = await _beginning(response.content)
            problem = "" if response.status == 200 else f"answered {response.status}"  # noqa: PLR2004
            return Attempt(response.status, problem, answer)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = None if self._allowed else _Resolver()
            connector = aiohttp.TCPConnector(
                limit=_AT_ONCE, limit_per_host=_AT_ONCE_TO_ONE, resolver=resolver
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "mockrec"},
            )
        return self._session


class _NotAllowed(OSError):
    """A name leads where no name should."""


class _Resolver(AbstractResolver):
    """Looks names up, and refuses those that lead where no name should."""

    def __init__(self) -> None:
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        if any(_forbidden(one["host"]) for one in found):
            raise _NotAllowed(_NOT_ALLOWED)
        return found

    async def close(self) -> None:
        await self._names.close()


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """The answer, as much of it as is read of any; it may come in pieces."""
    answer = b""
    while piece := await content.read(LONGEST_ANSWER - len(answer)):
        answer += piece
    return answer


def _why(error: Exception) -> str:
    """What went wrong, for the reader of the ledger."""
    if isinstance(getattr(error, "os_error", None), _NotAllowed):
        return _NOT_ALLOWED
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer broke off"
    return f"not reached: {type(error).__name__}"


def _forbidden(host: str) -> bool:
    address = _number(host)
    plain = getattr(address, "ipv4_mapped", None) or address
    return plain is not None and (plain.is_link_local or plain in _METADATA)


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is in numbers, in whatever notation; None where it is a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))  # as in 2852039166 or 0251.254.43518
    except OSError:
        return None
