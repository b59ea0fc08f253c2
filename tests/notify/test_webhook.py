"""One attempt, whatever the other side does: a status, or a code of the console's, and no harm."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_address

import aiohttp
import pytest
import trustme
from aiohttp.abc import ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from mockrec.sinks import webhook
from mockrec.sinks.webhook import CERTIFICATE, LONGEST_ANSWER, TIMEOUT, UNREACHABLE, Webhook
from tests.notify.receivers import (
    PATIENCE,
    Answer,
    Behaviour,
    Endless,
    Receiver,
    answer_in_pieces,
    hang_up_at_once,
    hang_up_in_the_answer,
    hang_up_in_the_head,
    hang_up_in_the_request,
    listening,
    misbehaving,
    never_answer,
    nobody,
    talk_garbage,
)

NOT_ALLOWED = "a link-local or metadata address, which is not allowed"


@pytest.fixture
async def hook() -> AsyncIterator[Webhook]:
    """What posts, as it is in a server."""
    one = Webhook()
    yield one
    await one.close()


@pytest.fixture
async def hurried() -> AsyncIterator[Webhook]:
    """What posts to those who never answer: it waits for them no longer than it must."""
    one = Webhook(deadline=0.05)
    yield one
    await one.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that does not care for signatures: there are none here."""
    async with listening() as one:
        yield one


# --- answers -----------------------------------------------------------------------------------


async def test_the_receiver_gets_these_bytes_and_headers(hook: Webhook, receiver: Receiver) -> None:
    attempt = await hook.post(receiver.url, b"\x00\xffbytes", {"X-Header": "value"})

    (arrival,) = receiver.arrivals
    assert (attempt.status, attempt.problem, attempt.answer) == (200, "", b'{"ok": true}')
    assert (arrival.method, arrival.raw) == ("POST", b"\x00\xffbytes")
    assert arrival.headers["X-Header"] == "value"
    assert arrival.headers["User-Agent"] == "mockrec"


async def test_a_status_but_200_is_a_problem(hook: Webhook, receiver: Receiver) -> None:
    receiver.script(500, 204)

    refused, empty = [await hook.post(receiver.url, b"x", {}) for _ in range(2)]

    assert (refused.status, refused.problem) == (500, "answered 500")
    assert (empty.status, empty.problem) == (204, "answered 204")


async def test_a_redirect_is_not_followed(hook: Webhook, receiver: Receiver) -> None:
    receiver.script(Answer(302, "", {"Location": receiver.url + "/elsewhere"}))

    attempt = await hook.post(receiver.url, b"x", {})

    assert (attempt.status, attempt.problem) == (302, "answered 302")
    assert [arrival.path for arrival in receiver.arrivals] == ["/hook"]


async def test_cookies_are_not_kept(hook: Webhook, receiver: Receiver) -> None:
    receiver.usual = Answer(headers={"Set-Cookie": "a=b"})

    for _ in range(2):
        await hook.post(receiver.url, b"x", {})

    assert [arrival.headers.get("Cookie") for arrival in receiver.arrivals] == [None, None]


async def test_an_answer_in_pieces_is_put_together(hook: Webhook) -> None:
    async with misbehaving(answer_in_pieces) as url:
        attempt = await hook.post(url, b"x", {})

    assert (attempt.problem, attempt.answer) == ("", b'{"ok":true}')


async def test_a_long_answer_is_read_to_a_bound(hook: Webhook, receiver: Receiver) -> None:
    receiver.usual = Answer(text="x" * (LONGEST_ANSWER + 1))

    attempt = await hook.post(receiver.url, b"x", {})

    assert attempt.problem == ""
    assert attempt.answer == b"x" * LONGEST_ANSWER


async def test_of_an_endless_answer_too_and_then_it_hangs_up(hook: Webhook) -> None:
    endless = Endless()
    async with misbehaving(endless) as url:
        attempt = await hook.post(url, b"x", {})
        async with asyncio.timeout(PATIENCE):
            await endless.refused.wait()

    assert (attempt.status, attempt.problem) == (200, "")
    assert len(attempt.answer) == LONGEST_ANSWER
    assert endless.sent < 16 * 2**20, "what lies in the buffers of the two sockets, and no more"


# --- what is no answer -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "behave",
    [
        hang_up_at_once,
        hang_up_in_the_request,
        hang_up_in_the_head,
        hang_up_in_the_answer,
        talk_garbage,
    ],
)
async def test_what_is_no_answer_counts_as_not_reached(hook: Webhook, behave: Behaviour) -> None:
    async with misbehaving(behave) as url:
        attempt = await hook.post(url, b"x" * 1_000, {})

    assert attempt.status == UNREACHABLE
    assert attempt.problem
    assert attempt.answer == b""


async def test_an_answer_that_breaks_off_is_called_so(hook: Webhook) -> None:
    async with misbehaving(hang_up_in_the_answer) as url:
        attempt = await hook.post(url, b"x", {})

    assert attempt.problem == "the answer broke off"


async def test_a_closed_port_is_not_reached(hook: Webhook) -> None:
    attempt = await hook.post(nobody(), b"x", {})

    assert attempt.status == UNREACHABLE
    assert attempt.problem.startswith("not reached: ")


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://h:99999/", "ftp://h/"])
async def test_what_is_no_address_is_not_reached(hook: Webhook, url: str) -> None:
    assert (await hook.post(url, b"x", {})).status == UNREACHABLE


HOSTS = st.sampled_from(
    ["a", "1.2.3.4", "[::1]", "::1", "[", "[]", "@", "a@", "a..b", "xn--", "ü", "%00", "*", "\x00"]
) | st.text(min_size=1, max_size=20)
TAILS = st.sampled_from(["", ":", ":0", ":99999", ":-1", ":a", ":80:80", "/%", "/a b", "?a=%zz"])


@given(host=HOSTS, tail=TAILS)
async def test_no_address_is_so_odd_that_it_does_harm(host: str, tail: str) -> None:
    """Whatever may be set for one: an attempt comes of it, and never an exception."""
    hook = Webhook(deadline=0.05)
    with pytest.MonkeyPatch.context() as monkeypatch:
        watch_dialling(monkeypatch)
        resolve_to(monkeypatch)
        try:
            attempt = await hook.post(f"http://{host}{tail}", b"x", {})
        finally:
            await hook.close()

    assert attempt.status in {UNREACHABLE, TIMEOUT}
    assert attempt.problem


async def test_who_never_answers_is_left_at_the_deadline(hurried: Webhook) -> None:
    async with misbehaving(never_answer) as url:
        attempt = await hurried.post(url, b"x", {})

    assert (attempt.status, attempt.problem) == (TIMEOUT, "no answer within 0.05 s")


async def test_the_deadline_is_that_of_the_service() -> None:
    assert webhook.DEADLINE == 10


async def test_after_trouble_the_next_attempt_is_a_fresh_one(
    hook: Webhook, receiver: Receiver
) -> None:
    async with misbehaving(hang_up_in_the_answer) as url:
        await hook.post(url, b"x", {})

    assert (await hook.post(receiver.url, b"x", {})).status == 200


async def test_one_that_keeps_many_waiting_keeps_nobody_else_waiting(
    hook: Webhook, receiver: Receiver
) -> None:
    async with listening() as held:
        held.gate.clear()
        posts = [asyncio.ensure_future(hook.post(held.url, b"x", {})) for _ in range(40)]
        await held.until(16)

        assert (await hook.post(receiver.url, b"x", {})).status == 200
        assert (len(held.arrivals), held.answered) == (16, 0)
        held.gate.set()
        assert {attempt.status for attempt in await asyncio.gather(*posts)} == {200}


async def test_being_cancelled_is_no_problem_but_the_end(hook: Webhook) -> None:
    async with misbehaving(never_answer) as url:
        posting = asyncio.ensure_future(hook.post(url, b"x", {}))
        for _ in range(3):
            await asyncio.wait([posting], timeout=0)
        posting.cancel()

        with pytest.raises(asyncio.CancelledError):
            await posting


# --- certificates ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    """A receiver's side of TLS, with a certificate that nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_a_certificate_that_nobody_trusts_is_a_problem_of_its_own(
    hook: Webhook, tls: ssl.SSLContext
) -> None:
    async with listening(tls=tls) as receiver:
        attempt = await hook.post(receiver.url, b"x", {})

        assert (attempt.status, attempt.problem) == (CERTIFICATE, "the certificate is not trusted")
        assert receiver.arrivals == []


# --- where notifications must not go -----------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.0.1",
        "100.100.100.200",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[febf::1]",
        "[fd00:ec2::254]",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "user:password@169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "１６９.２５４.１６９.２５４",  # noqa: RUF001
        "169。254。169。254",
        "①⑥⑨.254.169.254",
    ],
)
async def test_link_local_and_metadata_addresses_are_refused(
    hook: Webhook, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled = watch_dialling(monkeypatch)

    attempt = await hook.post(f"http://{host}:80/latest", b"x", {})

    assert (attempt.status, attempt.problem) == (UNREACHABLE, NOT_ALLOWED)
    assert dialled == []


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200"],
)
async def test_names_that_lead_there_are_refused(
    hook: Webhook, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled = watch_dialling(monkeypatch)
    resolve_to(monkeypatch, "127.0.0.1", address)

    attempt = await hook.post("http://metadata.example/", b"x", {})

    assert (attempt.status, attempt.problem) == (UNREACHABLE, NOT_ALLOWED)
    assert dialled == []


async def test_names_that_lead_elsewhere_are_looked_up_and_reached(
    hook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.1")

    attempt = await hook.post(receiver.url.replace("127.0.0.1", "hook.example"), b"x", {})

    assert attempt.status == 200
    assert receiver.arrivals[0].headers["Host"].startswith("hook.example:")


async def test_names_that_nobody_knows_are_not_reached(
    hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch)

    attempt = await hook.post("http://nobody.example/", b"x", {})

    assert attempt.status == UNREACHABLE
    assert attempt.problem != NOT_ALLOWED


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_with_the_flag_they_are_allowed_by_number_and_by_name(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """This machine stands for a metadata service: no other may be called from a test."""
    monkeypatch.setattr(webhook, "_METADATA", {ip_address("127.0.0.1"), ip_address("::1")})
    url = receiver.url.replace("127.0.0.1", host)
    careful, careless = Webhook(), Webhook(allow_link_local=True)
    try:
        refused, allowed = [await one.post(url, b"x", {}) for one in (careful, careless)]
    finally:
        await careful.close()
        await careless.close()

    assert (refused.status, refused.problem) == (UNREACHABLE, NOT_ALLOWED)
    assert (allowed.status, allowed.problem) == (200, "")
    assert len(receiver.arrivals) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "192.168.1.1", "[fd00::1]"])
async def test_other_addresses_are_dialled(
    hook: Webhook, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled = watch_dialling(monkeypatch)

    attempt = await hook.post(f"http://{host}:9/", b"x", {})

    assert attempt.problem != NOT_ALLOWED
    assert dialled == [host.strip("[]")]


def watch_dialling(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are dialled from now on, of which none is reached."""
    dialled: list[str] = []

    async def dial(_: object, __: object, address: tuple[str, int]) -> None:
        dialled.append(address[0])
        raise OSError("nobody is called from here")

    monkeypatch.setattr(type(asyncio.get_running_loop()), "sock_connect", dial)
    return dialled


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name leads to these addresses from now on."""

    async def resolve(
        _: object, host: str, port: int = 0, __: int = socket.AF_INET
    ) -> list[ResolveResult]:
        if not addresses:
            raise OSError(f"no such name: {host}")
        return [_result(host, address, port) for address in addresses]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=flags
    )
