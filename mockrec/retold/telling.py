"""The scenario of a session: its calls with what the ones before leave open, and its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mockrec.domain.moments import SECOND, Millis, iso, spell
from mockrec.domain.rules import Operation
from mockrec.retold.outcome import NOTHING, Outcome
from mockrec.retold.writing import written

if TYPE_CHECKING:
    from mockrec.retold.faults import Then
    from mockrec.retold.session import Exchange, Session

Ids = Mapping[tuple[str, str], str]
"""The ids that a replay gives, by their kind and those of the session."""


_SEED: Final = 1
_GIVEN: Final = ("cname", "uid")
_IDS: Final = ("resourceId", "sid")
_ADOPTED: Final = object()
"""Stands for an id that an answer gave which was not recorded."""
_NAME: Final = re.compile(r"[A-Za-z][\w-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Spoiling:
    """A rule: from which occasion of an operation on, how many times, what goes wrong."""

    operation: Operation
    skip: int
    times: int
    then: Then

    def told(self) -> dict[str, Any]:
        """As it stands in a scenario."""
        return {
            "id": f"{self.operation}-{self.skip + 1}",
            "op": str(self.operation),
            **({"skip": self.skip} if self.skip else {}),
            "times": self.times,
            "then": dict(self.then),
        }


def name_for(path: str | None) -> str:
    """What a scenario that goes into this file is called."""
    stem = re.split(r"[\\/]", path or "")[-1].partition(".")[0]
    return stem if _NAME.fullmatch(stem) else "captured"


def document(
    name: str, session: Session, rules: Sequence[Spoiling], ids: Ids, open_ended: frozenset[int]
) -> dict[str, Any]:
    """The scenario; calls at the places that are open-ended are not held to their answers."""
    calls = []
    for index, (one, parameters) in enumerate(_with_parameters(session.exchanges, ids)):
        call = {"at": _offset(one.at), str(one.operation): parameters}
        calls.append(call if index in open_ended else call | {"answer": _answer(one.outcome)})
    timing = {delay: _offset(span) for delay, span in session.timing.items()}
    return {
        "scenario": name,
        "about": _about(session, rules),
        "seed": _SEED,
        "clock": {"mode": "manual", "start": iso(session.began)},
        **({"settings": dict(session.settings)} if session.settings else {}),
        **({"timing": timing} if timing else {}),
        **({"rules": [rule.told() for rule in rules]} if rules else {}),
        "calls": calls,
    }


def text(document: Mapping[str, Any], remarks: Mapping[int, str], notes: Sequence[str]) -> str:
    """The YAML of the scenario; remarks stand above calls, notes at the top."""
    head = "".join(f"# {note}\n" for note in notes)
    return head + written(document, {("calls", index): said for index, said in remarks.items()})


def _about(session: Session, rules: Sequence[Spoiling]) -> str:
    calls, span = len(session.exchanges), spell(session.exchanges[-1].at)
    fired = sum(rule.times for rule in rules)
    told = f"A session of {calls} call{'s' * (calls != 1)} in {span}, told again."
    if not fired:
        return f"{told} The service answers as it does by itself."
    return f"{told} {fired} of its answers {'is' if fired == 1 else 'are'} the work of rules."


def _with_parameters(
    exchanges: Sequence[Exchange], ids: Ids
) -> Iterator[tuple[Exchange, dict[str, Any]]]:
    """Each call with what it has to say, knowing what a player remembers of the calls before."""
    known: dict[str, Any] = {}
    strangers: dict[tuple[str, str], str] = {}
    for one in exchanges:
        parameters = dict(_given(one, known))
        for name in _IDS:
            own = one.target.said.get(name)
            if own is None or own == known.get(name):
                continue
            if known.get(name) is not _ADOPTED or (name, own) in ids:
                parameters[name] = ids.get((name, own)) or _stranger(name, own, strangers)
            known[name] = own
        yield one, parameters
        known |= _taken(one)


def _given(one: Exchange, known: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if one.operation is not Operation.QUERY:
        for name in _GIVEN:
            own = one.body.get(name)
            if name not in known or not _same(own, known[name]):
                known[name] = own
                yield name, own
    for name in ("mode", "region"):
        if name in one.target.said and (
            name == "region" or one.target.said[name] != known.get(name)
        ):
            known[name] = one.target.said[name]
            yield name, one.target.said[name]
    if one.operation is not Operation.QUERY and one.body.get("clientRequest") != {}:
        yield "clientRequest", one.body.get("clientRequest")


def _same(one: object, other: object) -> bool:
    return one == other and type(one) is type(other)


def _taken(one: Exchange) -> dict[str, Any]:
    """What a player remembers of the answer."""
    if one.outcome.status == 200 and not one.gave:  # noqa: PLR2004
        gives = {Operation.ACQUIRE: "resourceId", Operation.START: "sid"}.get(one.operation)
        return {gives: _ADOPTED} if gives else {}
    return dict(one.gave)


def _stranger(name: str, own: str, known: dict[tuple[str, str], str]) -> str:
    """What stands for an id that no answer of the session gave."""
    number = len(known) + 1
    strange = f"{number:032x}" if name == "sid" else f"unknown-resource-{number}"
    return known.setdefault((name, own), strange)


def _answer(outcome: Outcome) -> str | dict[str, Any]:
    if outcome.status == NOTHING:
        return "none"
    code = {} if outcome.code is None else {"body": {"code": outcome.code}}
    return {"status": outcome.status, **code}


def _offset(span: Millis) -> str:
    seconds, millis = divmod(span, SECOND)
    return f"{seconds}.{millis:03}".rstrip("0") + "s" if millis else f"{seconds}s"
