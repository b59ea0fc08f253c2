"""A session from a journal, as ``GET /_mockrec/worlds/{appid}/journal`` tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from mockrec.domain.moments import LATEST
from mockrec.domain.policy import Policy
from mockrec.remote.line import ControlError, Line
from mockrec.retold.outcome import UNSEEN
from mockrec.retold.screen import Screen
from mockrec.retold.session import NoSession, Recorded, Session, session
from mockrec.retold.target import target

_PAGE: Final = 10_000
_PLAIN: Final = ("profile", "strict", "qps", "pcw", "audience")
_HIGHEST_STATUS: Final = 599


def of_server(url: str, app_id: str) -> Session:
    """The session of a world of a server. Raises `NoSession`, also where no mockrec answers."""
    if not url.startswith("http://"):
        raise NoSession(f"--url: got {url[:60]!r}, expected http://HOST:PORT")
    line = Line(url.rstrip("/"))
    try:
        worlds = line.ask("GET", "/_mockrec/worlds")["worlds"]
        known = any(world["appid"] == app_id for world in worlds)
        document, settings = _fetched(line, app_id) if known else ({}, {})
    except (OSError, ValueError, LookupError, TypeError, ControlError) as fault:
        raise NoSession(f"{url}: no mockrec answers there: {fault}") from None
    finally:
        line.close()
    if not known:
        raise NoSession(f"--app: there is no world {app_id[:60]!r} at {url}")
    differing, timing = _differing(settings)
    return replace(of_document(document), settings=differing, timing=timing)


def of_document(document: object) -> Session:
    """The session of a journal. Raises `NoSession`."""
    entries = document.get("entries") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise NoSession('this is no journal: expected an object with a list of "entries"')
    notes = []
    if isinstance(document, dict) and document.get("dropped"):
        notes.append("the journal has lost its beginning; what happened there is not known")
    recorded = list(_calls(entries))
    if (apps := len({one.target.app_id for one in recorded})) > 1:
        raise NoSession(f"calls of {apps} App IDs are in it, expected those of one")
    return session(recorded, Screen(), notes)


def _fetched(line: Line, app_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The requests of a world's journal, page by page, and its settings."""
    world = f"/_mockrec/worlds/{quote(app_id, safe='')}"
    entries: list[Any] = []
    following, since, dropped = 0, -1, 0
    while following > since:
        since = following
        page = line.ask("GET", f"{world}/journal?kind=request&since={since}&limit={_PAGE}")
        entries += page["entries"]
        following, dropped = page["next"], page["dropped"]
    settings: dict[str, Any] = line.ask("GET", f"{world}/settings")
    return {"entries": entries, "dropped": dropped}, settings


def _calls(entries: list[Any]) -> Iterator[Recorded]:
    for index, entry in enumerate(entries):
        place = f"/entries/{index}"
        if not isinstance(entry, dict):
            raise NoSession(f"{place}: expected an object")
        if entry.get("kind") != "request":
            continue
        where = target(_text(entry, "method", place), _text(entry, "path", place))
        if where is not None:
            at = _number(entry, "came" if "came" in entry else "at", LATEST, place)
            status = _number(entry, "status", _HIGHEST_STATUS, place)
            answer = entry.get("answer")
            yield Recorded(at, where, _body(entry.get("body"), answer), status, answer)


def _body(body: object, answer: object) -> object:
    """What was sent; who is turned away by the gateway is not listened to."""
    heeded = isinstance(answer, dict) and "message" not in answer
    return body if body is not None or heeded else UNSEEN


def _text(entry: Mapping[str, Any], name: str, place: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise NoSession(f"{place}/{name}: expected a text")
    return value


def _number(entry: Mapping[str, Any], name: str, most: int, place: str) -> int:
    value = entry.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise NoSession(f"{place}/{name}: expected a whole number from 0 to {most}")
    return value


def _differing(known: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """Which of a world's settings, and of its delays, are not the usual ones."""
    usual = Policy()
    settings = {
        name: known[name]
        for name in _PLAIN
        if name in known and known[name] != getattr(usual, name)
    }
    timing = {
        name: span
        for name, span in known.get("timing", {}).items()
        if span != getattr(usual.timing, name, span)
    }
    return settings, timing
