"""Rules that can never fire, and conditions that can never hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, get_args

from mockrec.domain.faults import Limit
from mockrec.domain.recording import Status
from mockrec.domain.rules import Operation, Rule
from mockrec.domain.script import Arm
from mockrec.domain.streams import Item
from mockrec.domain.task import Mode
from mockrec.playbook.anchors import Moments, moments, precedes
from mockrec.playbook.notes import named
from mockrec.playbook.notices import numbers_of, unknown
from mockrec.settings import did_you_mean

if TYPE_CHECKING:
    from mockrec.playbook.findings import Path
    from mockrec.playbook.notes import Notes
    from mockrec.playbook.sections import Sections

_SESSION: Final = frozenset(
    {Operation.QUERY, Operation.UPDATE, Operation.UPDATE_LAYOUT, Operation.STOP, Operation.ANY}
)
_BODIES: Final = _SESSION - {Operation.QUERY} | {Operation.ACQUIRE, Operation.START}
_CALLS: Final = _SESSION | {Operation.ACQUIRE, Operation.START}
_TASKS: Final = _SESSION | {Operation.START, Operation.UPLOAD, Operation.NOTIFY}
KNOWN: Final[Mapping[str, frozenset[Operation]]] = {
    "mode": _TASKS,
    "cname": _TASKS | _CALLS,
    "uid": _TASKS | _CALLS,
    "region": _CALLS | {Operation.CONNECT},
    "host": _CALLS | {Operation.CONNECT},
    "status": _SESSION,
    "event": frozenset({Operation.NOTIFY}),
    "bucket": frozenset({Operation.UPLOAD}),
    "kind": frozenset({Operation.UPLOAD}),
    "attempt": frozenset({Operation.UPLOAD}),
    "body": _BODIES,
}
"""Of which operations a fact is known."""
_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "mode": tuple(map(str, Mode)),
    "kind": tuple(item.word for item in get_args(Item)),
    "status": tuple(str(int(status)) for status in Status),
}
"""All that a fact can be."""


def lint_rules(sections: Sections, notes: Notes) -> None:
    """Note what keeps rules from ever firing."""
    known = moments(sections)
    idle = _idle(sections)
    for index, rule in sections.rules.items():
        path = ("rules", index)
        if _closed(rule, known):
            notes.error((*path, "until"), "the window closes before it opens")
        for key, why in idle[index]:
            notes.warning((*path, key), f"this rule never fires: {why}", of_key=key == "id")
        if rule.every > 1 and rule.times == 1:
            notes.warning((*path, "every"), "with times: 1, every says nothing")


def rules_that_fire(sections: Sections) -> frozenset[int]:
    """The places of the rules that could fire, as far as their own words go."""
    known, idle = moments(sections), _idle(sections)
    return frozenset(
        index
        for index, rule in sections.rules.items()
        if not idle[index] and not _closed(rule, known)
    )


def lint_condition(rule: Path, said: Mapping[str, object], op: Operation, notes: Notes) -> None:
    """Note what no occasion of the operation ever is, in the condition of the rule at a path."""
    for name, wanted in said.items():
        path = (*rule, "when", name)
        if op not in KNOWN[name]:
            fitting = [one for one in Operation if one in KNOWN[name]]
            message = f"{name} is not known of {op}; it is of {named(fitting)}"
            notes.error(path, message, of_key=True)
        elif name != "body":
            for place, one in _places(wanted):
                if problem := _impossible(name, one):
                    notes.error((*path, *place), problem)
    if op is Operation.UPDATE_LAYOUT and not _may_be(said.get("mode", "*"), Mode.MIX):
        message = "this rule never fires: only recordings of the mode mix have a layout"
        notes.warning((*rule, "when", "mode"), message)


def _idle(sections: Sections) -> Mapping[int, tuple[tuple[str, str], ...]]:
    """For each rule why it can never fire, if it cannot, and the key that says so."""
    orders = {cue.does for cue, *_ in sections.cues.values() if isinstance(cue.does, Arm)}
    always: dict[Operation, str] = {}
    idle: dict[int, tuple[tuple[str, str], ...]] = {}
    for index, rule in sections.rules.items():
        idle[index] = tuple(_reasons(rule, orders, always))
        if _fires_always(rule, orders):
            always.setdefault(rule.operation, rule.id)
    return idle


def _reasons(
    rule: Rule, orders: Collection[Arm], always: Mapping[Operation, str]
) -> Iterator[tuple[str, str]]:
    if rule.times == 0:
        yield "times", "times is 0"
    if rule.probability == 0:
        yield "probability", "its probability is 0"
    if not rule.armed and Arm(rule.id) not in orders:
        yield "armed", "it is not armed, and nothing in the timeline arms it"
    of_any = always.get(Operation.ANY) if rule.operation in _CALLS else None
    if first := always.get(rule.operation, of_any):
        yield "id", f'"{first}" comes before it at every {rule.operation}'


def _fires_always(rule: Rule, orders: Collection[Arm]) -> bool:
    """Whether nothing is left for the rules that come after it."""
    limited = isinstance(rule.fault.effect, Limit) or Arm(rule.id, armed=False) in orders
    return not limited and rule == Rule(rule.id, rule.operation, rule.fault)


def _closed(rule: Rule, known: Moments) -> bool:
    opens, closes = rule.opens, rule.closes
    if closes is None:
        return False
    if opens is None:
        return not closes.anchor and closes.offset <= 0
    return precedes(closes, opens, known)


def _impossible(name: str, wanted: int | str) -> str | None:
    if name == "event":
        return None if numbers_of(wanted) else unknown(wanted)
    values = _VALUES.get(name)
    if values is None or any(fnmatchcase(value, str(wanted)) for value in values):
        return None
    hint = did_you_mean(str(wanted), values)
    return f'{name} is never "{wanted}", it is one of {", ".join(values)}{hint}'


def _places(wanted: object) -> Iterator[tuple[tuple[int, ...], int | str]]:
    """Each value with its place in the list, if it is one."""
    if isinstance(wanted, list):
        yield from (((index,), one) for index, one in enumerate(wanted))
    elif isinstance(wanted, int | str):
        yield (), wanted


def _may_be(wanted: object, value: str) -> bool:
    return any(fnmatchcase(value, str(one)) for _, one in _places(wanted))
