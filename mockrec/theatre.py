"""Puts a scenario on in a world: its clock, its settings, its script."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockrec.clock import Clock, ClockMode
from mockrec.domain.moments import duration
from mockrec.domain.problems import Profile
from mockrec.domain.script import script
from mockrec.domain.staging import stage
from mockrec.domain.values import replace as changed
from mockrec.playbook.scenario import Performance
from mockrec.render.envelope import topics

if TYPE_CHECKING:
    from mockrec.domain.delivery import Callback
    from mockrec.domain.policy import Policy
    from mockrec.playbook.scenario import Scenario
    from mockrec.realm import Realm

_PLAIN: Final = ("strict", "qps", "pcw", "audience")


def wind(realm: Realm, scenario: Scenario) -> None:
    """Let the clock run as the scenario wants it.

    In a world where nothing has happened, it begins where the scenario wants it; elsewhere it goes
    there if that is still to come.
    """
    time = scenario.time
    if time is None:
        return
    if realm.journal.next_number == 0 and realm.world.issued == 0:
        realm.clock = Clock(time.mode, time.rate, time.start)
        realm.world = changed(realm.world, now=realm.clock.now())
        realm.announced = realm.world.now
        return
    before = realm.now()
    realm.clock.follow(time.mode, time.rate)
    if time.mode is ClockMode.MANUAL and time.start is not None:
        realm.clock.reach(time.start)
    realm.clock_moved(before)


def put_on(realm: Realm, scenario: Scenario) -> None:
    """Let the scenario begin now, in place of the one before; what has happened stays."""
    world = realm.world
    world = changed(
        world,
        policy=_policy(world.policy, scenario, world.seed),
        seed=world.seed if scenario.seed is None else scenario.seed,
    )
    begun = script(scenario.name, scenario.cues, scenario.rules, world.now)
    realm.world = stage(world, begun)
    if "credentials" in scenario.settings:
        pairs = (text.partition(":") for text in scenario.settings["credentials"])
        realm.credentials = tuple((customer, secret) for customer, _, secret in pairs)
    realm.performance = Performance(scenario, world.now, realm.journal.next_number)


def take_off(realm: Realm) -> None:
    """End the scenario: no cue comes and no rule fires any more; its settings stay."""
    realm.world = changed(realm.world, script=None)
    realm.performance = None


def _policy(policy: Policy, scenario: Scenario, seed: int) -> Policy:
    given = scenario.settings
    changes: dict[str, Any] = {name: given[name] for name in _PLAIN if name in given}
    if "profile" in given:
        changes["profile"] = Profile(given["profile"])
    if scenario.timing:
        changes["timing"] = replace(policy.timing, **scenario.timing)
    told = _callback(policy.told_of(seed), given.get("callback", {}))
    return replace(policy, **changes).telling(told)


def _callback(known: Callback, given: dict[str, Any]) -> Callback:
    """What the scenario says of notifications; what it does not say stays."""
    changes: dict[str, Any] = {
        name: given[name] or "" for name in ("url", "secret") if name in given
    }
    if "events" in given:
        changes["topics"] = None if given["events"] is None else topics(given["events"])
    if "retry" in given:
        changes["retry"] = tuple(map(duration, given["retry"]))
    return replace(known, **changes)
