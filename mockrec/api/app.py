"""The application: the emulated service and the control plane, over one engine."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

from aiohttp import hdrs, web
from aiohttp.http import SERVER_SOFTWARE

from mockrec.api import control, emulated, nowhere
from mockrec.api.door import LARGEST_BODY, go_ahead
from mockrec.api.keys import ENGINE, GREETED, HOSTS, LISTENERS, PATIENCE
from mockrec.api.listeners import Listeners
from mockrec.api.patience import Patience

if TYPE_CHECKING:
    from aiohttp.typedefs import Middleware

    from mockrec.engine import Engine


def application(
    engine: Engine,
    hosts: frozenset[str] = frozenset(),
    patience: Patience | None = None,
    listeners: Listeners | None = None,
    *middlewares: Middleware,
) -> web.Application:
    """An aiohttp application that serves this engine; `hosts` are names it is known by."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=middlewares)
    app[ENGINE], app[HOSTS] = engine, hosts
    app[PATIENCE] = patience or Patience()
    app[LISTENERS] = listeners or Listeners()
    app[GREETED] = WeakSet()
    app.on_response_prepare.append(_unsigned)
    for route in (*control.routes(), *emulated.routes(), *nowhere.routes()):
        kept = {**route.kwargs, "expect_handler": go_ahead}
        web.RouteDef(route.method, route.path, route.handler, kept).register(app.router)
    return app


async def _unsigned(_: web.Request, response: web.StreamResponse) -> None:
    """Take out which library answers: it is no part of the service, and names versions."""
    if response.headers.get(hdrs.SERVER) == SERVER_SOFTWARE:
        del response.headers[hdrs.SERVER]
