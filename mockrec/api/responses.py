"""Responses of the emulated service: the body, and beside it what mockrec has to say itself."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import web

from mockrec.api.cors import allow_origin
from mockrec.api.keys import ENGINE
from mockrec.api.said import NOTHING, Said
from mockrec.domain.commands import Answer, Refused
from mockrec.domain.hosts import vendor_host
from mockrec.domain.problems import TOO_LARGE, TOO_SLOW, quoted
from mockrec.render.reply import Reply, reply
from mockrec.sinks.journal import Call as Journalled
from mockrec.sinks.journal import Kind

if TYPE_CHECKING:
    from mockrec.api.door import Call

log: Final = logging.getLogger("mockrec")

_LONGEST_DETAIL: Final = 2_000
_UNREAD: Final = frozenset({TOO_LARGE.now.status, TOO_SLOW.now.status})
"""After these the rest of the body may still come: it shall not be taken for the next request."""


def respond(request: web.Request, call: Call, answer: Answer | None) -> web.Response:
    """The answer as it goes out, or None for no answer; it is in the journal before it leaves."""
    detail = answer.detail if isinstance(answer, Refused) else call.remarks
    profile = call.realm.world.policy.profile if call.realm else request.app[ENGINE].profile
    said = NOTHING if answer is None else _said(reply(answer, profile))
    if call.rule is not None:
        from mockrec.api.faults import said_instead

        said = said_instead(call.rule.fault.effect, said, profile)
    request_id = _journalled(request, call, said, detail)
    request.app[ENGINE].counted[call.operation, said.status] += 1
    if detail:
        log.info("%s %s: %s", call.operation, said.status, detail)
    return _send(request, said, request_id, detail, call.rule.id if call.rule else "")


def plain(request: web.Request, said: Reply, detail: str = "") -> web.Response:
    """A response that belongs to no world."""
    request_id = request.app[ENGINE].stray_id()
    if detail:
        log.info("%s %s %s: %s", request.method, quoted(request.path), said.status, detail)
    return _send(request, _said(said), request_id, detail)


def _said(said: Reply) -> Said:
    return Said.document(said.status, said.body)


def _journalled(request: web.Request, call: Call, said: Said, detail: str) -> str:
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
        status=said.status,
        answer=said.body,
        detail=detail,
        rule=call.rule.id if call.rule else "",
        host=vendor_host(request.host),
        came=call.came,
    )
    realm.journal.write(realm.world.now, Kind.REQUEST, record)
    return request_id


def _send(
    request: web.Request, said: Said, request_id: str, detail: str, rule: str = ""
) -> web.Response:
    headers = {**dict(said.headers), "X-Request-Id": request_id}
    if said.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="service"'
    if detail:
        headers["X-Mockrec-Detail"] = _header(detail)
    if rule:
        headers["X-Mockrec-Rule"] = rule
    status = said.status or HTTPStatus.INTERNAL_SERVER_ERROR  # nobody sees the status of NOTHING
    response = web.Response(body=said.body, status=status, headers=headers)
    if status in _UNREAD:
        response.force_close()
    return allow_origin(request, response)


def _header(text: str) -> str:
    """A detail as a header may carry it: one line of ASCII, of bounded length."""
    line = text.encode("ascii", "backslashreplace").decode()
    printable = "".join(letter if letter.isprintable() else " " for letter in line)
    return printable if len(printable) <= _LONGEST_DETAIL else printable[:_LONGEST_DETAIL] + " ..."
