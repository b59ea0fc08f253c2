"""Notifications: where they go, whether the receiver is fit, and what became of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import orjson
from aiohttp import web

from mockrec.api.control.guard import Wrong, document, show
from mockrec.api.control.realms import realm, span
from mockrec.api.keys import ENGINE
from mockrec.domain.delivery import Callback
from mockrec.domain.moments import spell
from mockrec.realm import Realm
from mockrec.render.envelope import UnknownEvent, event_types, topics
from mockrec.sinks.postbox import Letter


async def callback(request: web.Request) -> web.Response:
    """Where notifications go, which of them, how they are signed and how patiently tried."""
    return show(_callback(realm(request)))


async def set_callback(request: web.Request) -> web.Response:
    """Send notifications elsewhere, or others of them; what is not named stays."""
    body = cast("dict[str, Any]", await document(request, "callback"))
    one, engine = realm(request), request.app[ENGINE]
    problem = engine.postman.problem(body["url"]) if body.get("url") else ""
    if problem:
        raise Wrong(400, problem, "/url", "an address that a receiver may have")
    policy = one.world.policy
    following = _changed(policy.told_of(one.world.seed), body)
    engine.set_policy(one, policy.telling(following))
    return show(_callback(one))


async def check(request: web.Request) -> web.Response:
    """Post a made-up event of every subscribed type, as the console's button does."""
    one, postman = realm(request), request.app[ENGINE].postman
    known = _known(one)
    kinds = _wanted(known)
    tried = await postman.check(one, known, kinds)
    results = [
        {"event": kind, "status": attempt.status, "problem": attempt.problem}
        for kind, attempt in zip(kinds, tried, strict=True)
    ]
    return show({"passed": not any(attempt.problem for attempt in tried), "events": results})


async def notifications(request: web.Request) -> web.Response:
    """Every notification that is remembered, with its attempts."""
    return show({"notifications": [_letter(letter) for letter in realm(request).postbox]})


async def resend(request: web.Request) -> web.Response:
    """Post one notification once more."""
    one, notice_id = realm(request), request.match_info["noticeid"]
    letter = one.postbox.find(notice_id)
    if letter is None:
        raise Wrong(404, f"no notification {notice_id[:60]!r}", "noticeid", "an id of the list")
    await request.app[ENGINE].postman.again(one, _known(one), letter)
    return show(_letter(letter))


def _known(one: Realm) -> Callback:
    if one.world.policy.callback is None:
        raise Wrong(400, "nothing is called back", "/url", "a callback, set by PUT before")
    return one.world.policy.callback


def _wanted(known: Callback) -> list[int]:
    every = known.topics is None
    return [kind for kind in event_types() if every or topics([kind]) <= (known.topics or set())]


def _changed(known: Callback, body: dict[str, Any]) -> Callback:
    changes: dict[str, Any] = {name: body[name] or "" for name in ("url", "secret") if name in body}
    following = replace(known, **changes)
    if "events" in body:
        following = replace(following, topics=_topics(body["events"]))
    if "retry" in body:
        gaps = tuple(span(text, f"/retry/{index}") for index, text in enumerate(body["retry"]))
        following = replace(following, retry=gaps)
    return following


def _topics(events: list[int] | None) -> Any:
    if events is None:
        return None
    try:
        return topics(events)
    except UnknownEvent as error:
        expected = ", ".join(map(str, event_types()))
        raise Wrong(400, str(error), "/events", f"some of {expected}") from None


def _callback(one: Realm) -> dict[str, Any]:
    known = one.world.policy.told_of(one.world.seed)
    return {
        "url": known.url or None,
        "secret": known.secret,
        "events": None if known.topics is None else _wanted(known),
        "retry": [spell(gap) for gap in known.retry],
    }


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "notice_id": letter.id,
        "sid": letter.task.sid,
        "verdict": letter.verdict,
        "body": orjson.loads(letter.body) if letter.body else None,
        "bytes": letter.body.decode(),
        "attempts": [
            {
                "number": tried.number,
                "at": tried.at,
                "status": tried.attempt.status,
                "problem": tried.attempt.problem,
                "answer": tried.attempt.answer.decode("utf-8", "replace"),
            }
            for tried in letter.tried
        ],
    }
