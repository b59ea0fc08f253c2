"""The journal: read from a number on, and waited for."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final, cast

from aiohttp import web

from mockrec.api.control.guard import Wrong, document, number, show
from mockrec.api.control.realms import realm, span
from mockrec.api.keys import ENGINE
from mockrec.domain.moments import SECOND
from mockrec.sinks.journal import Entry, Kind
from mockrec.sinks.wording import told

PAGE: Final = 1_000
MOST: Final = 10_000
_LONGEST_WAIT: Final = 60 * SECOND


async def journal(request: web.Request) -> web.Response:
    """The entries since a number, of all kinds or of some."""
    one, kinds = realm(request), _kinds(request)
    since, limit = number(request, "since", 0, 10**17), number(request, "limit", PAGE, MOST)
    entries: list[dict[str, Any]] = []
    following = since
    for entry in one.journal.since(since):
        if len(entries) == limit:
            break
        following = entry.number + 1
        if entry.kind in kinds:
            entries.append(told(entry))
    return show({"entries": entries, "next": following, "dropped": one.journal.oldest})


async def wait(request: web.Request) -> web.Response:
    """The first entry that matches: one that is there, or the first to come within a real time."""
    body = cast("dict[str, Any]", await document(request, "await"))
    one, engine = realm(request), request.app[ENGINE]
    timeout = min(span(body.get("timeout", "5s"), "/timeout"), _LONGEST_WAIT)
    for entry in one.journal.since(int(body.get("since", 0))):
        if matches(body["match"], told(entry)):
            return show({"entry": told(entry)})
    found: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()

    def look(app_id: str, entry: Entry) -> None:
        if app_id == one.app_id and not found.done() and matches(body["match"], told(entry)):
            found.set_result(entry)

    end = engine.feed.watch(look)
    try:
        async with asyncio.timeout(timeout / SECOND):
            return show({"entry": told(await found)})
    except TimeoutError:
        expected = json.dumps(body["match"], separators=(",", ":"))
        raise Wrong(408, f"nothing matched within {timeout} ms", "/match", expected) from None
    finally:
        end()


def matches(pattern: object, document: object) -> bool:
    """Whether everything that the pattern says is so in the document."""
    if isinstance(pattern, dict):
        return isinstance(document, dict) and all(
            key in document and matches(value, document[key]) for key, value in pattern.items()
        )
    return pattern == document


def _kinds(request: web.Request) -> frozenset[Kind]:
    text = request.query.get("kind")
    if not text:
        return frozenset(Kind)
    for name in text.split(","):
        if name not in set(Kind):
            raise Wrong(400, f"got {name[:40]!r}", "?kind", ", ".join(map(str, Kind)))
    return frozenset(map(Kind, text.split(",")))
