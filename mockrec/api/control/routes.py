"""The control plane's routes, as a list that can be read."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from mockrec.api.control import (
    about,
    callbacks,
    channels,
    files,
    history,
    scenarios,
    stream,
    worlds,
)
from mockrec.api.control.asked import query_of
from mockrec.api.control.guard import Handler, guarded

_WORLD: Final = "/_mockrec/worlds/{appid}"
_USER: Final = _WORLD + "/channels/{cname:[^/]+}/users/{uid}"
_FILE: Final = _WORLD + "/files/{bucket:[^/]+}/{key:(?s:.+)}"

CALLS: Final[list[tuple[str, str, Handler]]] = [
    ("GET", "/_mockrec/health", about.health),
    ("GET", "/_mockrec/listeners", about.listeners),
    ("GET", "/_mockrec/metrics", about.metrics),
    ("GET", "/_mockrec/openapi.json", about.openapi),
    ("GET", "/_mockrec/events", stream.events),
    ("GET", "/_mockrec/worlds", worlds.worlds),
    ("GET", _WORLD, worlds.world),
    ("DELETE", _WORLD, worlds.reset),
    ("GET", _WORLD + "/clock", worlds.clock),
    ("PUT", _WORLD + "/clock", worlds.set_clock),
    ("POST", _WORLD + "/clock/advance", worlds.advance),
    ("GET", _WORLD + "/settings", worlds.settings),
    ("PUT", _WORLD + "/settings", worlds.set_settings),
    ("GET", _WORLD + "/channels/{cname:[^/]+}", channels.channel),
    ("PUT", _USER, channels.join),
    ("DELETE", _USER, channels.leave),
    ("GET", _WORLD + "/recordings", channels.recordings),
    ("GET", _WORLD + "/recordings/{sid}", channels.recording),
    ("GET", _WORLD + "/journal", history.journal),
    ("POST", _WORLD + "/journal/await", history.wait),
    ("GET", _WORLD + "/files", files.files),
    ("GET", _WORLD + "/scenario", scenarios.scenario),
    ("PUT", _WORLD + "/scenario", scenarios.put_on),
    ("DELETE", _WORLD + "/scenario", scenarios.take_off),
    ("GET", _WORLD + "/scenario/report", scenarios.report),
    ("POST", _WORLD + "/scenario/verdicts", scenarios.verdicts),
    ("GET", _WORLD + "/callback", callbacks.callback),
    ("PUT", _WORLD + "/callback", callbacks.set_callback),
    ("POST", _WORLD + "/callback/check", callbacks.check),
    ("GET", _WORLD + "/notifications", callbacks.notifications),
    ("POST", _WORLD + "/notifications/{noticeid}/resend", callbacks.resend),
]

OPEN_CALLS: Final[list[tuple[str, str, Handler]]] = [
    ("GET", _FILE, files.file),
    ("OPTIONS", _FILE, files.may_read),
]
"""What pages of any origin may do."""


def routes() -> list[web.RouteDef]:
    """Every control call, guarded; files may be read by pages of any origin.

    Those may ask what they like: a player adds to addresses what the service's files need.
    """
    return [
        *(web.route(method, path, guarded(act, query_of(act))) for method, path, act in CALLS),
        *(
            web.route(method, path, guarded(act, any_origin=True))
            for method, path, act in OPEN_CALLS
        ),
    ]
