"""Worlds, their clocks, their settings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from typing import Any, Final, cast

from aiohttp import web

from mockrec.api.control.guard import Wrong, document, show
from mockrec.api.control.realms import later, reachable, realm, span
from mockrec.api.control.until import attained, sought
from mockrec.api.keys import ENGINE
from mockrec.clock import ClockMode, Shift
from mockrec.domain.moments import DAY, Millis, iso, spell
from mockrec.domain.policy import Policy
from mockrec.domain.problems import Profile
from mockrec.domain.timing import Timing, least
from mockrec.realm import Realm
from mockrec.render import view
from mockrec.sinks.journal import Entry, Kind
from mockrec.sinks.wording import told

_LONGEST_JUMP: Final = 31 * DAY
"""One call's work stays bounded: the longest that a resource's hours can be, and a day."""


async def worlds(request: web.Request) -> web.Response:
    """Every world of this process."""
    return show({"worlds": [_summary(one) for one in request.app[ENGINE].realms()]})


async def world(request: web.Request) -> web.Response:
    """One world in numbers."""
    return show(_summary(realm(request)))


async def reset(request: web.Request) -> web.Response:
    """Forget a world: its next use finds a fresh one."""
    return show({"cleared": await request.app[ENGINE].reset(realm(request).app_id)})


async def clock(request: web.Request) -> web.Response:
    """What the clock shows, and how it runs."""
    return show(_clock(realm(request)))


async def set_clock(request: web.Request) -> web.Response:
    """Let the clock run in another way, from another moment."""
    body = cast("dict[str, Any]", await document(request, "clock"))
    one, engine = realm(request), request.app[ENGINE]
    to = reachable(one, body["now"], "/now") if "now" in body else None
    mode = ClockMode(body.get("mode", str(one.clock.mode)))
    rate = body.get("rate", one.clock.rate if mode is one.clock.mode else 60)
    engine.set_clock(one, mode, float(rate) if mode is ClockMode.SCALED else 1.0)
    if to is not None:
        await engine.advance(one, to)
    return show(_clock(one))


async def advance(request: web.Request) -> web.Response:
    """Move the clock, and return when all that was due has happened and been carried out."""
    body = cast("dict[str, Any]", await document(request, "advance"))
    one = realm(request)
    until = body.get("until")
    reached = None if until is None else sought(until, one)
    to = _bearable(one, _target(one, body))
    if until is not None and attained(until, one.world):
        return show({"now": one.now(), "happenings": []})
    entries, found = await request.app[ENGINE].advance(
        one, to, reached, wanted=lambda: request.transport is not None
    )
    if one.closed:
        raise Wrong(409, "the world was reset while its clock moved", "appid", "nobody to reset it")
    happenings = await _happenings(entries)
    if reached and not found:
        happened = ", ".join(sorted({str(one.get("name", one["event"])) for one in happenings}))
        wanted = json.dumps(until, separators=(",", ":"))
        raise Wrong(
            408,
            f"the limit was reached first; until then: {happened or 'nothing'}",
            "/until",
            f"{wanted} within {body.get('limit', '1h')}",
        )
    return show({"now": one.now(), "happenings": happenings})


async def settings(request: web.Request) -> web.Response:
    """How the world behaves."""
    return show(_settings(realm(request)))


async def set_settings(request: web.Request) -> web.Response:
    """Let the world behave in another way; what is not named stays."""
    body = cast("dict[str, Any]", await document(request, "settings"))
    one = realm(request)
    plain = ("strict", "qps", "pcw", "audience")
    changes: dict[str, Any] = {name: body[name] for name in plain if name in body}
    if "profile" in body:
        changes["profile"] = Profile(body["profile"])
    if "timing" in body:
        changes["timing"] = replace(one.world.policy.timing, **_timing(body["timing"]))
    request.app[ENGINE].set_policy(one, replace(one.world.policy, **changes))
    if "credentials" in body:
        one.credentials = tuple(map(_pair, body["credentials"]))
    return show(_settings(one))


async def _happenings(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """What happened, in words; others have their turn meanwhile, for it may be much."""
    said, shift = [], Shift()
    for entry in entries:
        if entry.kind is Kind.EVENT:
            said.append(told(entry))
        await shift.pause()
    return said


def _summary(one: Realm) -> dict[str, Any]:
    return view.world(one.world, one.now()) | {
        "clock": str(one.clock.mode),
        "files": len(one.shelf),
        "journal": one.journal.next_number,
    }


def _clock(one: Realm) -> dict[str, Any]:
    now = one.now()
    return {"mode": str(one.clock.mode), "rate": one.clock.rate, "now": now, "time": iso(now)}


def _target(one: Realm, body: dict[str, Any]) -> Millis:
    """How far the clock is to go at the most."""
    if "to" in body:
        return reachable(one, body["to"], "/to")
    if "by" in body:
        return later(one, span(body["by"], "/by"), "/by")
    return later(one, span(body.get("limit", "1h"), "/limit"), "/limit")


def _bearable(one: Realm, to: Millis) -> Millis:
    """The moment, unless live recordings would have to be drawn for more than a month."""
    if one.world.live and to - one.now() > _LONGEST_JUMP:
        error = f"a jump of {spell(to - one.now())} with {one.world.live} live recordings"
        raise Wrong(400, error, "", f"at most {spell(_LONGEST_JUMP)} while any is live")
    return to


def _timing(given: dict[str, Any]) -> dict[str, Millis]:
    known = [field.name for field in fields(Timing)]
    for name in given:
        if name not in known:
            raise Wrong(400, f"got {name[:40]!r}", f"/timing/{name[:40]}", ", ".join(known))
    return {name: _delay(name, value) for name, value in given.items()}


def _delay(name: str, value: int | str) -> Millis:
    where = f"/timing/{name}"
    delay = value if isinstance(value, int) else span(value, where)
    if delay < least(name):
        raise Wrong(400, f"got {delay} ms", where, f"at least {least(name)} ms")
    return delay


def _pair(text: str) -> tuple[str, str]:
    customer, _, secret = text.partition(":")
    return customer, secret


def _settings(one: Realm) -> dict[str, Any]:
    policy: Policy = one.world.policy
    return {
        "profile": str(policy.profile),
        "strict": policy.strict,
        "qps": policy.qps,
        "pcw": policy.pcw,
        "audience": policy.audience,
        "timing": asdict(policy.timing),
        "credentials": [f"{customer}:***" for customer, _ in one.credentials],
    }
