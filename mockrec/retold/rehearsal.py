"""Finds the rules that a session needs: it is played, and where it goes otherwise, one is added.

What the model itself explains needs no rule. A rule is about one answer, or about a row of equal
ones; of those that give the recorded answer the one stays after which most of the rest is right, so
the later answers decide whether the service had done what it was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from mockrec.domain.problems import Profile
from mockrec.playbook.loader import load
from mockrec.replay.heard import Heard
from mockrec.replay.player import play
from mockrec.retold import telling
from mockrec.retold.faults import faults
from mockrec.retold.identity import learned
from mockrec.retold.outcome import NOTHING, Outcome, outcome
from mockrec.retold.telling import Ids, Spoiling

if TYPE_CHECKING:
    from mockrec.replay.line import Line
    from mockrec.replay.player import Played
    from mockrec.retold.session import Session

_MOST_RULES: Final = 200
_MOST_CALLS: Final = 100_000
"""How many calls are played in all, before what is left counts as not explained."""
_ROUNDS: Final = 4
"""How often a rehearsal is repeated because its ids were not known at first."""
_WITNESS: Final = {"id": "witness", "op": "any", "then": {"stall": "0ms"}}
"""A rule that does nothing but to sign every call that rules are asked about."""
_SIGNATURE: Final = "X-Mockrec-Rule"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A session as it was played with some rules."""

    session: Session
    name: str
    rules: tuple[Spoiling, ...] = ()
    unexplained: frozenset[int] = frozenset()
    """The places of the calls whose answers nothing explains."""
    ids: Ids = field(default_factory=dict)
    heard: tuple[Outcome, ...] = ()
    befallen: tuple[bool, ...] = ()
    """Whether rules were asked about the call: not where it was malformed."""

    def document(self) -> dict[str, Any]:
        """The scenario as things stand."""
        return telling.document(self.name, self.session, self.rules, self.ids, self.unexplained)

    def text(self) -> str:
        """Its YAML, which says what could not be told, and what not be explained."""
        return telling.text(self.document(), self.remarks(), self.session.notes)

    def remarks(self) -> dict[int, str]:
        """What there is to say of calls that are answered otherwise than they were."""
        exchanges = self.session.exchanges
        return {
            index: f"{exchanges[index]}: it was answered {exchanges[index].outcome}, "
            f"and nothing explains why: here it is answered {self.heard[index]}"
            for index in sorted(self.unexplained)
        }

    @property
    def wrong(self) -> tuple[int, ...]:
        """The places of the calls that are answered otherwise, and are not given up."""
        return tuple(
            index
            for index, one in enumerate(self.session.exchanges)
            if index not in self.unexplained and not one.outcome.agrees(self.heard[index])
        )


async def rehearse(session: Session, name: str, line: Line) -> Rehearsal:
    """The session with the rules that it needs, no more."""
    stage = _Stage(line)
    best = await stage.played(Rehearsal(session, name))
    while best.wrong:
        first = best.wrong[0]
        tried = [await stage.played(one) for one in _variants(best, first) if not stage.tired]
        right = [one for one in tried if first not in one.wrong]
        if right:
            best = min(right, key=_badness)
        else:
            given_up = best.wrong if stage.tired else (first,)
            best = replace(best, unexplained=best.unexplained.union(given_up))
    return best


def _badness(rehearsal: Rehearsal) -> tuple[int, int]:
    """How many answers are wrong, and how early they begin to be; of equals the first is taken."""
    wrong = rehearsal.wrong
    return len(wrong), -wrong[0] if wrong else 0


def _variants(before: Rehearsal, index: int) -> Iterator[Rehearsal]:
    """The same with one more rule that befalls this call, and the ones after it that are alike."""
    if not before.befallen[index] or len(before.rules) >= _MOST_RULES:
        return
    one = before.session.exchanges[index]
    profile = Profile(before.session.settings.get("profile", Profile.Y2026))
    skip = sum(
        before.befallen[place]
        for place, earlier in enumerate(before.session.exchanges[:index])
        if earlier.operation is one.operation
    )
    row = _row(before, index)
    for times in sorted({row, 1}, reverse=True):
        for then in faults(one.outcome, one.operation, profile):
            rule = Spoiling(one.operation, skip, times, then)
            yield replace(before, rules=(*before.rules, rule))


def _row(before: Rehearsal, index: int) -> int:
    """How many calls of this operation in a row, from this one on, go wrong in the same way."""
    wrong, exchanges = frozenset(before.wrong), before.session.exchanges
    first, length = exchanges[index], 0
    for place in range(index, len(exchanges)):
        one = exchanges[place]
        if one.operation is first.operation and before.befallen[place]:
            if place not in wrong or one.outcome != first.outcome:
                break
            length += 1
    return length


class _Stage:
    """Where sessions are played, as long as there is patience."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._calls = 0

    @property
    def tired(self) -> bool:
        """Whether so much was played that there has to be an end."""
        return self._calls > _MOST_CALLS

    async def played(self, rehearsal: Rehearsal) -> Rehearsal:
        """The rehearsal with what was heard; again where ids came out that its calls need."""
        for _ in range(_ROUNDS):
            played = await self._played(rehearsal)
            heard = [made.heard or Heard(None) for made in played.calls]
            ids = dict(rehearsal.ids) | learned(rehearsal.session, heard, played.entries)
            settled = ids == rehearsal.ids
            rehearsal = replace(
                rehearsal,
                ids=ids,
                heard=tuple(outcome(one.status or NOTHING, one.body) for one in heard),
                befallen=tuple(one.status is None or _SIGNATURE in one.headers for one in heard),
            )
            if settled:
                break
        return rehearsal

    async def _played(self, rehearsal: Rehearsal) -> Played:
        document = rehearsal.document()
        document["rules"] = [*document.get("rules", ()), _WITNESS]
        for call in document["calls"]:
            call.pop("answer", None)  # an answer that cannot be would be an error of the scenario
        self._calls += len(rehearsal.session.exchanges)
        scenario = load(telling.text(document, {}, ()), rehearsal.name)
        return await play(scenario, self._line)
