"""``mockrec scenario``: reads a session, rehearses it in this process, writes the scenario."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

import orjson

from mockrec.playbook.findings import BadScenario
from mockrec.replay.line import ServiceFailed, in_process
from mockrec.retold import har, journal
from mockrec.retold.rehearsal import Rehearsal, rehearse
from mockrec.retold.session import NoSession, Session
from mockrec.retold.telling import name_for

MOST_BYTES: Final = 64 << 20
EXPLAINED, IN_PART, UNUSABLE = 0, 1, 2

_STDIN: Final = "-"


def from_journal(arguments: Namespace) -> int:
    """The exit code: 0 if all is explained, 1 if not all of it, 2 if it is no journal."""
    if (arguments.file is None) == (arguments.url is None):
        return _refused("from-journal: expected a FILE, - or --url URL")
    if (arguments.app is None) != (arguments.url is None):
        return _refused("from-journal: --url and --app go together")
    if arguments.url is not None:
        return _retell(lambda: journal.of_server(arguments.url, arguments.app), arguments.output)
    return _retell(_of_file(arguments.file, journal.of_document), arguments.output)


def from_har(arguments: Namespace) -> int:
    """The exit code: 0 if all is explained, 1 if not all of it, 2 if it is no HAR."""
    read = _of_file(arguments.file, lambda document: har.of_document(document, arguments.app))
    return _retell(read, arguments.output)


def _retell(read: Callable[[], Session], output: str | None) -> int:
    try:
        told = asyncio.run(_rehearsed(read(), name_for(output)))
        _write(told.text(), output)
    except (NoSession, ServiceFailed) as fault:
        return _refused(str(fault))
    except BadScenario as fault:
        return _refused(f"this session makes no scenario: {fault.findings[0].message}")
    except OSError as fault:
        return _refused(f"{output}: {fault.strerror}")
    left = [*told.session.notes, *told.remarks().values()]
    for line in left:
        print(f"mockrec: {line}", file=sys.stderr)
    return IN_PART if left else EXPLAINED


async def _rehearsed(session: Session, name: str) -> Rehearsal:
    async with in_process() as line:
        return await rehearse(session, name, line)


def _of_file(name: str, understand: Callable[[object], Session]) -> Callable[[], Session]:
    def read() -> Session:
        source = "<stdin>" if name == _STDIN else name
        try:
            return understand(_document(_bytes(name)))
        except NoSession as fault:
            raise NoSession(f"{source}: {fault}") from None
        except (OSError, ValueError) as fault:
            why = fault.strerror if isinstance(fault, OSError) else str(fault)
            raise NoSession(f"{source}: {why}") from None

    return read


def _bytes(name: str) -> bytes:
    if name == _STDIN:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        with Path(name).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise NoSession(f"longer than {MOST_BYTES >> 20} MiB")
    return raw


def _document(raw: bytes) -> object:
    """The JSON document; programs on Windows begin it with a byte order mark."""
    try:
        raw.decode()
        return orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except UnicodeDecodeError as fault:
        message = f"this is no UTF-8: the byte {raw[fault.start]:02x} at {fault.start}"
        raise NoSession(message) from None
    except orjson.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        raise NoSession(f"{where}: this is no JSON: {fault.msg}") from None


def _write(text: str, output: str | None) -> None:
    if output is None:
        print(text, end="")
    else:
        Path(output).write_text(text, encoding="utf-8")


def _refused(why: str) -> int:
    print(f"mockrec: {why}", file=sys.stderr)
    return UNUSABLE
