"""What may go wrong, and when: rules as values, drawn from a deck that counts.

Every rule counts the occasions that it applies to and decides by its own count alone. So one more
rule never changes when another would fire; of those that would, the first in order does, and the
others lose their turn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import immutables

from mockrec.domain.faults import Limit
from mockrec.domain.ids import chance
from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.values import dataclass, replace

if TYPE_CHECKING:
    from mockrec.domain.faults import Fault

Facts = Mapping[str, object]
"""What is known of an occasion by name: ``mode``, ``cname``, ``uid``, ``event`` ..."""
Anchors = immutables.Map[str, Millis]
"""When that happened which instants count from; the scenario's own start is the empty name."""


class Operation(StrEnum):
    """What a rule can befall; the words are those of scenarios."""

    ACQUIRE = "acquire"
    START = "start"
    QUERY = "query"
    UPDATE = "update"
    UPDATE_LAYOUT = "updateLayout"
    STOP = "stop"
    UPLOAD = "upload"
    NOTIFY = "notify"
    CONNECT = "connect"
    ANY = "any"
    """Any call to the service; neither uploads nor notifications nor connections."""


_WILD: Final = re.compile(r"[*?\[]")
_NO_CALLS = (Operation.UPLOAD, Operation.NOTIFY, Operation.CONNECT)


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment that is known once its anchor is."""

    anchor: str = ""
    offset: Millis = 0

    def on(self, anchors: Anchors) -> Millis | None:
        """When it is; None as long as the anchor has not come."""
        began = anchors.get(self.anchor)
        return None if began is None else began + self.offset


class Pattern(Protocol):
    """What a body has to look like."""

    def matches(self, document: object) -> bool:
        """Whether the document does."""
        ...


@dataclass(frozen=True, slots=True)
class Occasion:
    """A call, an upload or a notification that something may befall."""

    operation: Operation
    facts: Facts = immutables.Map()
    body: object = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Which occasions a rule applies to: each fact is one of some values, or of their patterns."""

    facts: tuple[tuple[str, tuple[object, ...]], ...] = ()
    body: Pattern | None = None

    def holds(self, occasion: Occasion) -> bool:
        """Whether everything that is asked of the occasion is so; what is not known is not so."""
        for name, wanted in self.facts:
            known = occasion.facts.get(name)
            if known is None or not _among(known, wanted):
                return False
        return self.body is None or self.body.matches(occasion.body)


def _among(known: object, wanted: tuple[object, ...]) -> bool:
    """Whether it is one of these values, or like one of these patterns."""
    if known in wanted:
        return True
    patterns = (one for one in wanted if isinstance(one, str) and _WILD.search(one))
    return isinstance(known, str) and any(fnmatchcase(known, one) for one in patterns)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that may go wrong: to what, under which condition, how often, how."""

    id: str
    operation: Operation
    fault: Fault
    when: Condition = Condition()
    skip: int = 0
    times: int | None = None
    every: int = 1
    probability: float = 1.0
    opens: Instant | None = None
    closes: Instant | None = None
    armed: bool = True
    """Whether it is in force from the beginning; the timeline can arm and disarm it."""

    def befalls(self, operation: Operation) -> bool:
        """Whether it is about occasions of this kind."""
        if self.operation is operation:
            return True
        return self.operation is Operation.ANY and operation not in _NO_CALLS

    def due(self, seen: int, fired: int, roll: float) -> bool:
        """Whether it fires at an occasion, by how many it has seen before and how often it did."""
        return (
            seen >= self.skip
            and (seen - self.skip) % self.every == 0
            and (self.times is None or fired < self.times)
            and roll < self.probability
        )


class Tally(NamedTuple):
    """What a rule has counted."""

    seen: int = 0
    fired: int = 0
    """How often it would have fired; where another came first, it lost its turn."""
    lost: int = 0
    """How often another came first."""
    second: int = 0
    """The second that a limit counts in, and how many occasions there were in it."""
    within: int = 0


_FRESH = Tally()


@dataclass(frozen=True)
class Deck:
    """The rules in order, and what each has counted."""

    rules: tuple[Rule, ...] = ()
    tallies: immutables.Map[str, Tally] = immutables.Map()
    anchors: Anchors = immutables.Map()
    armed: frozenset[str] = frozenset()
    """The ids of the rules that are in force."""

    def tally(self, rule: Rule) -> Tally:
        """What this rule has counted so far."""
        return self.tallies.get(rule.id, _FRESH)

    def befalls(self, operation: Operation) -> bool:
        """Whether any rule is about occasions of this kind; if none is, nobody has to be asked."""
        return any(rule.befalls(operation) for rule in self.rules)

    def draw(
        self, occasion: Occasion, at: Millis, seed: int, owner: str
    ) -> tuple[Deck, Rule | None]:
        """The deck after everybody has counted the occasion, and the rule that fires, if any.

        `seed` and `owner` (whose deck it is) decide chance, with the rule's id and its count.
        """
        counting, fires = self.tallies.mutate(), None
        for rule in self.rules:
            if not self._applies(rule, occasion, at):
                continue
            tally, would = _counted(rule, self.tally(rule), at, seed, owner)
            if would and fires is not None:
                tally = _lost(tally)
            elif would:
                fires = rule
            counting[rule.id] = tally
        tallies = counting.finish()
        return (self if tallies == self.tallies else replace(self, tallies=tallies)), fires

    def _applies(self, rule: Rule, occasion: Occasion, at: Millis) -> bool:
        return (
            rule.id in self.armed
            and rule.befalls(occasion.operation)
            and rule.when.holds(occasion)
            and self._open(rule, at)
        )

    def _open(self, rule: Rule, at: Millis) -> bool:
        """Whether the rule's window is open: from its first moment on, to before its last."""
        if rule.opens is not None:
            opens = rule.opens.on(self.anchors)
            if opens is None or at < opens:
                return False
        closes = rule.closes.on(self.anchors) if rule.closes is not None else None
        return closes is None or at < closes

    def dealt(self, held: Deck) -> Deck:
        """The rules about uploads, as a recording holds them: it goes on with its own count."""
        rules = tuple(rule for rule in self.rules if rule.operation is Operation.UPLOAD)
        return replace(self, rules=rules, tallies=held.tallies)

    def anchored(self, name: str, at: Millis) -> Deck:
        """The deck that knows when this happened; only the first time counts."""
        return self if name in self.anchors else replace(self, anchors=self.anchors.set(name, at))

    def arm(self, rule_id: str, *, armed: bool) -> Deck:
        """The deck with this rule in force, or not."""
        kept = self.armed | {rule_id} if armed else self.armed - {rule_id}
        return replace(self, armed=kept)


NO_RULES: Final = Deck()


def deck(rules: tuple[Rule, ...]) -> Deck:
    """A deck of these rules in which nothing has been counted."""
    return Deck(rules, armed=frozenset(rule.id for rule in rules if rule.armed))


def _counted(rule: Rule, tally: Tally, at: Millis, seed: int, owner: str) -> tuple[Tally, bool]:
    """The tally after one more occasion, and whether the rule would fire at it."""
    second = at // SECOND
    within = tally.within + 1 if tally.second == second else 1
    roll = chance(seed, owner, rule.id, tally.seen) if rule.probability < 1 else 0.0
    beyond = not isinstance(rule.fault.effect, Limit) or within > rule.fault.effect.rate
    would = beyond and rule.due(tally.seen, tally.fired, roll)
    fired = tally.fired + would
    return Tally(tally.seen + 1, fired, tally.lost, second, within), would


def _lost(tally: Tally) -> Tally:
    return Tally(tally.seen, tally.fired, tally.lost + 1, tally.second, tally.within)
