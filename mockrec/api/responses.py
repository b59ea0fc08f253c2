"""Responses of the emulated service: the body, and beside it what mockrec has to say itself."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import orjson
from aiohttp import web

from mockrec.api.cors import allow_origin
from mockrec.api.keys import ENGINE
from mockrec.domain.commands import Answer, Refused
from mockrec.render.reply import Reply, reply
from mockrec.sinks.journal import Call as Journalled
from mockrec.sinks.journal import Kind

if TYPE_CHECKING:
    from mockrec.api.door import Call

log: Final = logging.getLogger("mockrec")

_JSON: Final = "application/json; charset=utf-8"
_LONGEST_DETAIL: Final = 2_000


def respond(request: web.Request, call: Call, answer: Answer) -> web.Response:
    """The answer as it goes out; it stands in the journal before it leaves."""
    detail = answer.detail if isinstance(answer, Refused) else call.remarks
    profile = call.realm.world.policy.profile if call.realm else request.app[ENGINE].profile
    said = reply(answer, profile)
    # The copy is as long as it is; orjson leaves a block of 4 KiB, and the journal keeps it.
    payload = bytes(memoryview(orjson.dumps(said.body)))
    request_id = _journalled(request, call, said.status, payload, detail)
    request.app[ENGINE].counted[call.operation, said.status] += 1
    if detail:
        log.info("%s %s: %s", call.operation, said.status, detail)
    return _send(request, said.status, payload, request_id, detail)


def plain(request: web.Request, said: Reply, detail: str = "") -> web.Response:
    """A response that belongs to no world."""
    request_id = request.app[ENGINE].stray_id()
    return _send(request, said.status, orjson.dumps(said.body), request_id, detail)


def _journalled(request: web.Request, call: Call, status: int, payload: bytes, detail: str) -> str:
    realm = call.realm
    if realm is None:
        return request.app[ENGINE].stray_id()
    number, request_id = realm.next_call()
    record = Journalled(
        number=number,
        request_id=request_id,
        method=request.method,
        path=request.raw_path.partition("?")[0],
        operation=call.operation,
        body=call.raw,
        status=status,
        answer=payload,
        detail=detail,
    )
    realm.journal.write(realm.world.now, Kind.REQUEST, record)
    return request_id


def _send(
    request: web.Request, status: int, payload: bytes, request_id: str, detail: str
) -> web.Response:
    headers = {"Content-Type": _JSON, "X-Request-Id": request_id}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="service"'
    if detail:
        headers["X-Mockrec-Detail"] = _header(detail)
    return allow_origin(request, web.Response(body=payload, status=status, headers=headers))


def _header(text: str) -> str:
    """A detail as a header may carry it: one line of ASCII, of bounded length."""
    line = text.encode("ascii", "backslashreplace").decode()
    printable = "".join(letter if letter.isprintable() else " " for letter in line)
    return printable if len(printable) <= _LONGEST_DETAIL else printable[:_LONGEST_DETAIL] + " ..."
