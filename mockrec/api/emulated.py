"""The emulated service: its routes, and what is done behind each of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from mockrec.api import door, parsing, scripted
from mockrec.api.door import Call
from mockrec.api.keys import ENGINE
from mockrec.api.responses import plain, respond
from mockrec.domain.commands import Answer, Command, Refused, Session
from mockrec.domain.problems import Refusal
from mockrec.engine import Engine
from mockrec.render.reply import Reply, refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_PREFIXES: Final = ("", "/{region:na|eu|ap|cn}")
# A segment is anything: a placeholder that a client left in is a bad id, not another path.
_APP: Final = "/v1/apps/{appid:[^/]+}/cloud_recording"
_RESOURCE: Final = _APP + "/resourceid/{resourceid:[^/]+}"
_SESSION: Final = _RESOURCE + "/sid/{sid:[^/]+}/mode/{mode:[^/]+}"
_SENDERS: Final = ("203.0.113.11", "203.0.113.12")
"""Of the range that is kept for documentation: nothing can be sent from there."""


def _session(call: Call) -> Session:
    return parsing.session(call.body, call.path["resourceid"], call.path["sid"], call.mode)


OPERATIONS: Final = (
    ("acquire", "POST", f"{_APP}/acquire"),
    ("start", "POST", f"{_RESOURCE}/mode/{{mode:[^/]+}}/start"),
    ("query", "GET", f"{_SESSION}/query"),
    ("update", "POST", f"{_SESSION}/update"),
    ("updateLayout", "POST", f"{_SESSION}/updateLayout"),
    ("stop", "POST", f"{_SESSION}/stop"),
)

ADDRESSES: Final = ("/v1/ncs/ip", "/v2/ncs/ip")
"""Where the notification centre tells where it sends from."""

_COMMANDS: Final[dict[str, Callable[[Call], Command]]] = {
    "acquire": lambda call: parsing.acquire(call.body),
    "start": lambda call: parsing.start(call.body, call.path["resourceid"], call.mode),
    "query": lambda call: parsing.query(_session(call)),
    "update": lambda call: parsing.update(call.body, _session(call)),
    "updateLayout": lambda call: parsing.update_layout(call.body, _session(call)),
    "stop": lambda call: parsing.stop(call.body, _session(call)),
}


def routes() -> list[web.RouteDef]:
    """Every route of the service, with and without a region's prefix."""
    served = [
        _route(method, prefix + path, _served(operation))
        for prefix in _PREFIXES
        for operation, method, path in OPERATIONS
    ]
    known = [_route("GET", prefix + path, addresses) for prefix in _PREFIXES for path in ADDRESSES]
    return [*served, *known]


def _route(method: str, path: str, handler: Handler) -> web.RouteDef:
    """A route for this method alone: the gateway knows no HEAD."""
    alone = {"allow_head": False} if method == "GET" else {}
    return web.RouteDef(method, path, handler, alone)


def _served(operation: str) -> Handler:
    """The one place where an answer, or a refusal on the way to it, becomes a response."""

    async def handle(request: web.Request) -> web.StreamResponse:
        call = Call(operation, request.match_info)
        answer: Answer | None
        try:
            answer = await _act(request, call, request.app[ENGINE])
        except Refusal as refused:
            cname, uid = door.who(call)
            answer = Refused(refused.problem, refused.detail, cname, uid)
        response = respond(request, call, answer)
        if call.rule is None:
            return response
        from mockrec.api.faults import carry_out

        return await carry_out(request, response, call.rule.fault)

    return handle


async def _act(request: web.Request, call: Call, engine: Engine) -> Answer | None:
    realm = door.identify(request, call, engine)
    if realm.world.script is not None and await scripted.greet(request, call, engine, realm):
        return None
    door.check_mode(call)
    if call.operation != "query":  # its body, should there be one, is not even read
        await door.receive(request, call, realm)
        realm = call.realm = engine.realm(realm.app_id)  # while the body came, it may be another
    command = _COMMANDS[call.operation](call)
    if realm.world.script is not None:
        return await scripted.do(request, call, engine, realm, command)
    return await engine.do(realm, command)


async def addresses(request: web.Request) -> web.Response:
    """Where notifications come from."""
    try:
        door.authenticate(request, request.app[ENGINE].credentials)
    except Refusal as refused:
        answer = Refused(refused.problem, refused.detail)
        return plain(request, refusal(answer, request.app[ENGINE].profile), refused.detail)
    hosts = [{"primaryIP": address} for address in _SENDERS]
    return plain(request, Reply(200, {"data": {"service": {"hosts": hosts}}}))
