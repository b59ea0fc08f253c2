"""Which world a control call means, and which moment of it."""

from __future__ import annotations

from aiohttp import web

from mockrec.api.control.guard import Wrong
from mockrec.api.keys import ENGINE
from mockrec.clock import TimeEnds, TimeGoesBack
from mockrec.domain.moments import LATEST, Millis, duration
from mockrec.realm import Realm


def realm(request: web.Request) -> Realm:
    """The world of the path, made at first use.

    Asked for when the body is there: while it came, the world may have been reset.
    """
    engine, app_id = request.app[ENGINE], request.match_info["appid"]
    if not engine.admits(app_id):
        expected = "32 lower-case hex digits, or an App ID given by --app"
        raise Wrong(400, f"got {app_id[:60]!r}", "appid", expected)
    one = engine.realm(app_id)
    engine.steward.catch_up(one)
    return one


def span(text: str, where: str) -> Millis:
    """A duration of the body."""
    try:
        return duration(text)
    except ValueError as error:
        raise Wrong(400, str(error), where, 'a duration such as "31s" or "1h30m"') from None


def reachable(one: Realm, to: Millis, where: str) -> Millis:
    """The moment, where the clock could go there."""
    try:
        one.clock.check(to)
    except (TimeGoesBack, TimeEnds) as error:
        raise Wrong(400, str(error), where, f"a moment from now to {LATEST}") from None
    return to


def later(one: Realm, length: Millis, where: str) -> Millis:
    """The moment that is so much later than now, which a clock that runs may overtake."""
    to = one.now() + length
    if to > LATEST:
        raise Wrong(400, f"no clock goes beyond {LATEST}, the year 2200", where, "less of it")
    return to
