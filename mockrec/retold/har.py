"""A session from a HAR file (version 1.2), as browsers and proxies write it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from mockrec.documents import Unreadable, read
from mockrec.domain.moments import LATEST, Millis
from mockrec.retold.outcome import NOTHING, UNSEEN
from mockrec.retold.screen import Screen
from mockrec.retold.session import NoSession, Recorded, Session, session
from mockrec.retold.target import target

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOWEST_STATUS, _HIGHEST_STATUS = 100, 599


def of_document(document: object, app_id: str | None = None) -> Session:
    """The session of a HAR, or of one App ID in it. Raises `NoSession`."""
    screen = Screen()
    recorded = list(_calls(_entries(document), screen))
    apps = {one.target.app_id for one in recorded}
    if app_id is None and len(apps) > 1:
        raise NoSession(f"calls of {len(apps)} App IDs are in it; choose one with --app")
    chosen = [one for one in recorded if app_id in (None, one.target.app_id)]
    return session(chosen, screen)


def _entries(document: object) -> list[Any]:
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise NoSession('this is no HAR: expected an object with "log" and "entries" in it')
    return entries


def _calls(entries: list[Any], screen: Screen) -> Iterator[Recorded]:
    for index, entry in enumerate(entries):
        place = f"/log/entries/{index}"
        request = _inside(entry, "request", place)
        url = _text(request, "url", f"{place}/request")
        method = _text(request, "method", f"{place}/request")
        where = target(method.upper(), url)
        if where is None:
            continue
        headers = request.get("headers")
        for header in headers if isinstance(headers, list) else ():
            _learn(header, screen)
        status, answer = _answer(entry.get("response"), f"{place}/response")
        at = _moment(_text(entry, "startedDateTime", place), f"{place}/startedDateTime")
        yield Recorded(at, where, _document(_sent(request, place)), status, answer)


def _learn(header: object, screen: Screen) -> None:
    """Credentials are hidden wherever they should stand again."""
    match header:
        case {"name": str(name), "value": str(value)} if name.lower() == "authorization":
            scheme, _, credentials = value.partition(" ")
            screen.know(credentials or scheme)
            try:
                pair = base64.b64decode(credentials, validate=True).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                return
            screen.know(pair.partition(":")[2])


def _answer(response: object, place: str) -> tuple[int, object]:
    """The status and the document; status 0 where the call was not answered."""
    if not isinstance(response, dict):
        return NOTHING, None
    status = response.get("status")
    if not isinstance(status, int) or isinstance(status, bool):
        raise NoSession(f"{place}/status: expected a whole number")
    if status <= 0:
        return NOTHING, None
    if not _LOWEST_STATUS <= status <= _HIGHEST_STATUS:
        raise NoSession(f"{place}/status: got {status}, expected an HTTP status")
    content = response.get("content")
    text = content.get("text") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(text, str):
        return status, UNSEEN
    return status, _document(_decoded(text, content.get("encoding"), place))


def _decoded(text: str, encoding: object, place: str) -> bytes:
    if encoding != "base64":
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoSession(f"{place}/content/text: this is no base64") from None


def _sent(request: Mapping[str, Any], place: str) -> bytes:
    """The body of the request; some programs write it in base64."""
    data = request.get("postData")
    if data is None:
        return b""
    text = data.get("text", "") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(text, str):
        raise NoSession(f"{place}/request/postData: expected an object with a text")
    return _decoded(text, data.get("encoding"), f"{place}/request/postData")


def _document(raw: bytes) -> object:
    try:
        return read(raw)
    except Unreadable:
        return None


def _moment(text: str, place: str) -> Millis:
    """Whole milliseconds since 1970; without a zone it counts as UTC."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        at = round((moment - _EPOCH).total_seconds() * 1000)
    except (ValueError, OverflowError):
        expected = "a moment such as 2026-01-05T09:00:00.000Z"
        raise NoSession(f"{place}: got {text[:40]!r}, expected {expected}") from None
    if not 0 <= at < LATEST:
        raise NoSession(f"{place}: got {text[:40]!r}, expected a moment from 1970 until 2200")
    return at


def _inside(entry: object, name: str, place: str) -> Mapping[str, Any]:
    found = entry.get(name) if isinstance(entry, dict) else None
    if not isinstance(found, dict):
        raise NoSession(f"{place}/{name}: expected an object")
    return found


def _text(said: Mapping[str, Any], name: str, place: str) -> str:
    found = said.get(name)
    if not isinstance(found, str):
        got = "nothing" if found is None else type(found).__name__
        raise NoSession(f"{place}/{name}: got {got}, expected a text")
    return found
