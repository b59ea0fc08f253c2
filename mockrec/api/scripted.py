"""A call as the rules of a scenario have it: done or not, answered or not, in its own time.

Rules are asked about calls that are well-formed: a malformed one gets its 400 and is not counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mockrec.api.keys import GREETED
from mockrec.clock import pause
from mockrec.domain.commands import Answer, Refused
from mockrec.domain.decisions import refused
from mockrec.domain.faults import Refuse
from mockrec.domain.moments import SECOND
from mockrec.domain.problems import AFTER_THE_DEED, NO_WORKER
from mockrec.domain.rules import Occasion, Operation

if TYPE_CHECKING:
    from aiohttp import web

    from mockrec.api.door import Call
    from mockrec.domain.commands import Command
    from mockrec.engine import Engine
    from mockrec.realm import Realm

_REGIONAL: Final = re.compile(r"api-([a-z]+(?:-[a-z]+)*-\d+)\.", re.ASCII)


async def greet(request: web.Request, call: Call, engine: Engine, realm: Realm) -> bool:
    """Whether a rule befalls the connection with its first call to this world.

    ``call.rule`` is then the rule, and the service never hears of the call.
    """
    transport, greeted = request.transport, request.app[GREETED]
    if transport is None:
        return False
    # Of uvloop's TLS transports there are no weak references; of what they encrypt with there are.
    connection = transport.get_extra_info("ssl_object") or transport
    if connection in greeted:
        return False
    greeted.add(connection)
    rule = engine.draw(realm, Occasion(Operation.CONNECT, _origin(request)))
    if rule is None:
        return False
    if rule.fault.effect is None:  # it only takes its time
        await engine.spend(realm, rule.fault.takes)
        await pause(rule.fault.stall / SECOND)
        return False
    call.rule = rule
    return True


async def do(
    request: web.Request, call: Call, engine: Engine, realm: Realm, command: Command
) -> Answer | None:
    """Do what was asked, or not, as the rule that fires has it; None where nothing is answered.

    A refusal of the model's own stands where nothing was done: no answer to it can have been lost.
    """
    script, operation = realm.world.script, Operation(call.operation)
    if script is None or not script.deck.befalls(operation):
        return await engine.do(realm, command)
    facts = _origin(request) | _session(call, realm)
    rule = engine.draw(realm, Occasion(operation, facts, call.body))
    if rule is None:
        return await engine.do(realm, command)
    call.rule, fault = rule, rule.fault
    answer = await engine.do(realm, command) if fault.done else None
    if fault.takes:
        await engine.spend(realm, fault.takes)
        if realm.closed:
            return refused(realm.world, command, NO_WORKER, "the world ended before the answer")
    if isinstance(fault.effect, Refuse) and not _undone(answer):
        why = f"rule {rule.id} of the scenario" + (", after the deed" if fault.done else "")
        return refused(realm.world, command, fault.effect.problem, why)
    return answer


def _undone(answer: Answer | None) -> bool:
    """Whether the service was asked and did nothing."""
    return isinstance(answer, Refused) and answer.problem.name not in AFTER_THE_DEED


def _origin(request: web.Request) -> dict[str, object]:
    """By which name of the service the call came."""
    host = request.host.partition(":")[0].lower()
    regional = _REGIONAL.match(host)
    region = request.match_info.get("region") or (regional[1] if regional else None)
    return {"host": host, "region": region}


def _session(call: Call, realm: Realm) -> dict[str, object]:
    """Which recording the call means, as far as that is known."""
    resource = realm.world.resources.get(call.path.get("resourceid", ""))
    recording = realm.world.recordings.get(call.path.get("sid", ""))
    body = call.body if isinstance(call.body, dict) else {}
    return {
        "mode": call.path.get("mode"),
        "cname": body.get("cname", resource.cname if resource else None),
        "uid": body.get("uid", str(resource.uid) if resource else None),
        "status": int(recording.status) if recording else None,
    }
