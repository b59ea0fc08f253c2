"""A session: the calls that somebody made to the service, and what each was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from mockrec.domain.moments import DAY, Millis
from mockrec.domain.rules import Operation
from mockrec.domain.task import Mode
from mockrec.retold.outcome import UNSEEN, Outcome, ids_of, outcome
from mockrec.retold.screen import Screen
from mockrec.retold.target import Target

MOST_CALLS: Final = 2_000
"""As many as a scenario may have."""
LONGEST: Final[Millis] = 31 * DAY
SAID: Final = ("cname", "uid", "clientRequest")
"""What of a body a scenario can say; the service ignores the rest."""

_DEEPEST: Final = 50
_LONGEST_KEY: Final = 200
_LARGEST: Final = 1 << 64


class NoSession(ValueError):
    """What was given is no session, or none that can be told: one line, where and why."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A call as it was recorded, its secrets with it."""

    at: Millis
    target: Target
    body: object = field(repr=False)
    """The JSON document that was sent; None for what is none, UNSEEN for what is not known."""
    status: int
    answer: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call and its answer; no secret is in it."""

    number: int
    """Which call of the session it was, counted from 1."""
    at: Millis
    target: Target
    body: Mapping[str, Any]
    """What was sent; empty for a query."""
    outcome: Outcome
    gave: Mapping[str, str]
    """The ids that a 200 gave."""

    @property
    def operation(self) -> Operation:
        """What was asked."""
        return self.target.operation

    def __str__(self) -> str:
        return f"call {self.number} ({self.operation})"


@dataclass(frozen=True, slots=True)
class Session:
    """Calls in the order of their moments, which count from the first."""

    began: Millis
    exchanges: tuple[Exchange, ...]
    notes: tuple[str, ...] = ()
    """What of it cannot be told."""
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """How its world differed from a usual one, where that is known."""
    timing: Mapping[str, Millis] = field(default_factory=lambda: MappingProxyType({}))


def session(recorded: Sequence[Recorded], screen: Screen, notes: Sequence[str] = ()) -> Session:
    """The session of what was recorded. Raises `NoSession` where it is too much, or nothing."""
    if len(recorded) > MOST_CALLS:
        raise NoSession(f"{len(recorded)} calls, expected at most {MOST_CALLS}")
    ordered = _with_bodies(sorted(recorded, key=lambda one: one.at))
    for one in ordered:
        screen.learn(one.body)
        screen.learn(one.answer)
    exchanges, left_out = [], list(notes)
    for number, one in enumerate(ordered, 1):
        if problem := _objection(one):
            left_out.append(f"call {number} ({one.target.operation}) is left out: {problem}")
        else:
            exchanges.append(_exchange(number, one, ordered[0].at, screen))
    if not exchanges:
        raise NoSession("; ".join(("there is no call to the service in it", *left_out[:1])))
    if exchanges[-1].at > LONGEST:
        days = exchanges[-1].at // DAY
        raise NoSession(f"the calls go on for {days} days, expected at most {LONGEST // DAY}")
    return Session(ordered[0].at, tuple(exchanges), tuple(left_out))


def _with_bodies(recorded: Sequence[Recorded]) -> list[Recorded]:
    """The calls; where a body is not known, that of the next call of its kind, or of the last."""
    found: list[Recorded] = list(recorded)
    for order in (range(len(found) - 1, -1, -1), range(len(found))):
        seen: dict[tuple[str, str | None], object] = {}
        for index in order:
            one = found[index]
            kind = one.target.operation, one.target.said.get("mode")
            if one.body is UNSEEN and kind in seen:
                found[index] = replace(one, body=seen[kind])
            elif one.body is not UNSEEN:
                seen[kind] = one.body
    return found


def _exchange(number: int, one: Recorded, began: Millis, screen: Screen) -> Exchange:
    sent = one.body if isinstance(one.body, dict) else {}
    return Exchange(
        number,
        one.at - began,
        one.target,
        screen.cleaned({name: sent[name] for name in SAID if name in sent}),
        outcome(one.status, one.answer),
        ids_of(one.status, one.answer),
    )


def _objection(one: Recorded) -> str:
    """Why a scenario cannot send this; empty if it can."""
    if one.target.said.get("mode", "mix") not in set(Mode):
        return "its mode is none"
    if one.target.operation is Operation.QUERY:
        return ""
    if one.body is UNSEEN:
        return "its body is not known"
    if not isinstance(one.body, dict) or one.body.keys() == {"unreadable"}:
        return "its body is no JSON object"
    return _unbearable([one.body.get(name) for name in SAID])


def _unbearable(document: object) -> str:
    """Why a document does not fit into a scenario; level by level, for it may be deep."""
    level = [document]
    for _ in range(_DEEPEST):
        inside: list[object] = []
        for one in level:
            if isinstance(one, dict):
                if any(len(key) > _LONGEST_KEY for key in one):
                    return f"a key in its body is longer than {_LONGEST_KEY} characters"
                inside += one.values()
            elif isinstance(one, list):
                inside += one
            elif isinstance(one, int | float) and not -_LARGEST < one < _LARGEST:
                return "a number in its body is too large"
        level = inside
    return f"its body is deeper than {_DEEPEST} levels" if level else ""
