"""The scenario of a world: put on, looked at, judged, taken off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import immutables
import orjson
from aiohttp import web

from mockrec import assets
from mockrec.api.control.guard import Wrong, document, number, sent, show
from mockrec.api.control.realms import realm
from mockrec.api.keys import ENGINE
from mockrec.domain.ids import LARGEST_SEED

if TYPE_CHECKING:
    from mockrec.playbook.scenario import Expectation, Performance, Scenario
    from mockrec.playbook.verdicts import Evidence, Verdict
    from mockrec.realm import Realm


async def scenario(request: web.Request) -> web.Response:
    """The scenario that is played here, what it counts from, what its rules have counted."""
    from mockrec.playbook.discreet import discreet

    one = realm(request)
    text = discreet(one.performance.scenario.text) if one.performance else None
    return show(_state(one) | {"text": text})


async def put_on(request: web.Request) -> web.Response:
    """Play this scenario from now on, in place of the one before; what has happened stays.

    The body is its text, YAML or JSON, or the name of a shipped one; a scenario that is not right
    changes nothing.
    """
    from mockrec.playbook.loader import load

    text = _shipped(await _text(request))
    following = _understood(lambda: load(text, "scenario"))
    if "seed" in request.query:
        following = replace(following, seed=number(request, "seed", 0, LARGEST_SEED))
    one, engine = realm(request), request.app[ENGINE]
    if problem := engine.postman.problem(following.receiver):
        where, expected = "/settings/callback/url", "an address that a receiver may have"
        raise Wrong(400, problem, where, expected)
    engine.put_on(one, following)
    return show(_state(one))


async def take_off(request: web.Request) -> web.Response:
    """Play no scenario any more; its settings, and what has happened, stay."""
    one = realm(request)
    request.app[ENGINE].take_off(one)
    return show(_state(one))


async def report(request: web.Request) -> web.Response:
    """The verdict on every expectation of the scenario, as things stand."""
    one = realm(request)
    if one.performance is None:
        raise Wrong(404, "no scenario is played here", "", "one, put on by PUT")
    return show(_state(one) | _verdicts(one, one.performance.scenario.expect))


async def verdicts(request: web.Request) -> web.Response:
    """The verdicts on these expectations, whether a scenario is played or not."""
    from mockrec.playbook.loader import load

    given = await document(request, "verdicts")
    one = realm(request)
    anchors = frozenset(one.world.script.deck.anchors) if one.world.script else frozenset()
    text = orjson.dumps({"scenario": "verdicts", "expect": given["expect"]}).decode()
    expected = _understood(lambda: load(text, "expect", anchors)).expect
    return show(_verdicts(one, expected))


async def _text(request: web.Request) -> str:
    raw = await sent(request, "a scenario, YAML or JSON")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Wrong(400, f"no UTF-8: {error}", "", "a scenario, YAML or JSON") from None


def _shipped(text: str) -> str:
    """The text, or that of the shipped scenario of this name."""
    if text.startswith("#") and "\n" not in text:
        expected = "line breaks: curl keeps them with --data-binary, not with -d"
        raise Wrong(400, "all of it is one line, and a comment", "", expected)
    name = text.strip()
    return assets.scenario(name) if name in assets.scenario_names() else text


def _understood(read: Callable[[], Scenario]) -> Scenario:
    """What was read; a `Wrong` with all that is the matter, and where the first of it is."""
    from mockrec.playbook.findings import BadScenario

    try:
        return read()
    except BadScenario as bad:
        first = bad.findings[0]
        where = "".join(f"/{step}" for step in first.path)
        expected = "a scenario that `mockrec check` finds nothing wrong with"
        raise Wrong(400, "\n".join(map(str, bad.findings)), where, expected) from None


def _state(one: Realm) -> dict[str, Any]:
    """What is played, from outside."""
    performance, script = one.performance, one.world.script
    now = one.now()
    if performance is None or script is None:
        return {"scenario": None, "now": now, "anchors": {}, "next_cue": None, "rules": []}
    deck = script.deck
    return {
        "scenario": performance.scenario.name,
        "about": performance.scenario.about,
        "began": performance.began,
        "now": now,
        "anchors": {name or "scenario": at for name, at in sorted(deck.anchors.items())},
        "next_cue": script.next_due,
        "rules": [
            {
                "id": rule.id,
                "op": str(rule.operation),
                "armed": rule.id in deck.armed,
                "seen": deck.tally(rule).seen,
                "fired": deck.tally(rule).fired - deck.tally(rule).lost,
                "lost": deck.tally(rule).lost,
            }
            for rule in deck.rules
        ],
    }


def _verdicts(one: Realm, expected: tuple[Expectation, ...]) -> dict[str, Any]:
    from mockrec.playbook.verdicts import judge

    evidence = _evidence(one, one.performance)
    judged = [judge(expectation, evidence) for expectation in expected]
    return {
        "kept": all(verdict.kept for verdict in judged),
        "verdicts": [_verdict(verdict) for verdict in judged],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "kept": verdict.kept,
        "expected": verdict.expected,
        "why": verdict.why,
        "timeline": list(verdict.timeline),
    }


def _evidence(one: Realm, performance: Performance | None) -> Evidence:
    """What the world knows of the time since its scenario began, or since its own beginning."""
    from mockrec.playbook.verdicts import Evidence

    first, script = performance.first if performance else 0, one.world.script
    entries = list(one.journal.since(first))
    began = performance.began if performance else (entries[0].at if entries else one.now())
    recordings = sorted(one.world.recordings.values(), key=lambda each: each.task.number)
    return Evidence(
        entries,
        list(one.shelf),
        [each for each in recordings if each.task.started >= began],
        script.deck.anchors if script else immutables.Map({"": began}),
        one.now(),
        whole=one.journal.oldest <= first,
    )
