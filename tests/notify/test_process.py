"""Notifications of a server as it is started: where they go, which, and what signs them."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
import trustme

from tests.notify.receivers import SECRET, Receiver, listening
from tests.wire import process
from tests.wire.line import App
from tests.wire.process import Server, started

APP_ID: Final = "a" * 32
OTHER: Final = "b" * 32
T = TypeVar("T")
Start = Callable[..., Any]


async def aside(work: Callable[[], T]) -> T:
    """What blocks is done on a thread, so that the receiver can answer meanwhile."""
    return await asyncio.to_thread(work)


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a server that notifies: with these flags, on a standing clock, in memory."""
    with ExitStack() as servers:

        async def serve(*flags: str) -> Server:
            usual = ("--clock", "manual", "--storage", "memory", *flags)
            return await aside(partial(servers.enter_context, started(*usual, cwd=tmp_path)))

        yield serve


async def said(server: Server) -> str:
    """The second line on stdout."""
    assert server.process.stdout is not None
    return await aside(server.process.stdout.readline)


async def recorded(server: Server, app_id: str = APP_ID) -> str:
    """The sid of a recording of half a minute."""
    app = App(server.line, app_id)

    def record() -> str:
        recording = app.record("mix")
        app.advance("30s")
        recording.stop()
        app.advance("1s")
        return recording.sid

    return await aside(record)


async def test_from_the_first_recording_on_every_world_notifies(
    start: Start, receiver: Receiver
) -> None:
    server = await start("--callback-url", receiver.url, "--callback-secret", SECRET)

    sids = [await recorded(server, app_id) for app_id in (APP_ID, OTHER)]

    for sid in sids:
        told = receiver.of(sid)
        assert [one.payload["sequence"] for one in told] == list(range(len(told)))
        assert told[-1].event == 11


async def test_a_secret_that_was_given_is_not_told_to_anybody(
    start: Start, receiver: Receiver
) -> None:
    server = await start("--callback-url", receiver.url, "--callback-secret", SECRET)
    await recorded(server)

    code, out, err = await aside(server.end)

    assert (code, out) == (0, "")
    assert SECRET not in err


async def test_without_a_secret_it_makes_one_and_says_so(start: Start, receiver: Receiver) -> None:
    server = await start("--callback-url", receiver.url, "--seed", "7")
    line = await said(server)
    receiver.secret = line.rstrip().rpartition(" ")[2]

    await recorded(server)

    assert line == f"notifications are signed with {receiver.secret}\n"
    assert len(receiver.secret) == 32
    assert receiver.arrivals
    assert not receiver.forged
    assert await aside(partial(App(server.line, APP_ID).control, "GET", "/callback")) == {
        "url": receiver.url,
        "secret": receiver.secret,
        "events": None,
        "retry": ["0s", "2s", "5s"],
    }


async def test_that_secret_is_the_same_after_every_start(start: Start, receiver: Receiver) -> None:
    url = ("--callback-url", receiver.url)
    first, again, seeded = [
        await said(await start(*url, *seed)) for seed in ((), (), ("--seed", "7"))
    ]

    assert first == again
    assert first != seeded


async def test_only_the_events_that_are_named_are_sent(start: Start, receiver: Receiver) -> None:
    flags = ("--callback-url", receiver.url, "--callback-secret", SECRET)
    server = await start(*flags, "--callback-event", "31", "--callback-event", "11")

    await recorded(server)

    assert receiver.events == [31, 11]


@pytest.mark.parametrize(
    ("url", "more", "said"),
    [
        (
            "http://127.0.0.1:9/",
            ("--callback-event", "99"),
            b"mockrec: --callback-event: there is no event type 99\n",
        ),
        (
            "http://u:p@169.254.169.254/",
            (),
            b"mockrec: --callback-url: a link-local or metadata address, which is not allowed;"
            b" see --callback-link-local\n",
        ),
    ],
    ids=["an event that there is not", "an address that is never called"],
)
async def test_what_cannot_be_told_is_code_2(
    tmp_path: Path, url: str, more: tuple[str, ...], said: bytes
) -> None:
    await _refused(tmp_path, ("--callback-url", url, *more), said)


async def test_so_is_a_scenario_that_sends_there(tmp_path: Path) -> None:
    story = tmp_path / "story.yaml"
    story.write_text("scenario: x\nsettings: {callback: {url: 'http://169.254.169.254/'}}\n")
    said = (
        b"mockrec: --scenario: settings.callback.url: a link-local or metadata address,"
        b" which is not allowed; see --callback-link-local\n"
    )

    await _refused(tmp_path, ("--scenario", str(story)), said)


async def _refused(tmp_path: Path, given: tuple[str, ...], said: bytes) -> None:
    flags = ("serve", *given)
    running = await asyncio.create_subprocess_exec(
        *process.command(*flags),
        cwd=tmp_path,
        env=process.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )

    out, err = await running.communicate()

    assert (running.returncode, out, err) == (2, b"", said)


async def test_without_an_address_nothing_is_said_and_nothing_sent(
    start: Start, receiver: Receiver
) -> None:
    server = await start()
    await recorded(server)

    assert (await aside(server.end))[1] == ""
    assert receiver.arrivals == []


async def test_a_trusted_certificate_is_trusted(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As OpenSSL is told by its own variable, or by the system."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setattr(process, "environment", partial(_trusting, tmp_path / "authority.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    async with listening(tls=tls) as receiver:
        server = await start("--callback-url", receiver.url, "--callback-secret", SECRET)

        await recorded(server)

    assert receiver.url.startswith("https://")
    assert receiver.events[-1] == 11
    assert not receiver.forged


def _trusting(authority: Path) -> Mapping[str, str]:
    ours = {name: text for name, text in os.environ.items() if not name.startswith("MOCKREC_")}
    return ours | {"PYTHONPATH": str(process.ROOT), "SSL_CERT_FILE": str(authority)}
