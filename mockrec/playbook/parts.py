"""The parts of a scenario but for its timeline: from what was read to the values of the house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from mockrec.clock import ClockMode
from mockrec.domain.moments import Millis, duration
from mockrec.domain.rules import Condition, Instant, Operation, Rule
from mockrec.playbook.faults import fault
from mockrec.playbook.instants import instant
from mockrec.playbook.notices import topics_of
from mockrec.playbook.patterns import pattern
from mockrec.playbook.scenario import Answer, Call, Expectation, Time
from mockrec.playbook.wording import worded
from mockrec.settings import MOMENT

if TYPE_CHECKING:
    from mockrec.domain.problems import Profile

Said = Mapping[str, Any]

CALLS: Final = (
    Operation.ACQUIRE,
    Operation.START,
    Operation.QUERY,
    Operation.UPDATE,
    Operation.UPDATE_LAYOUT,
    Operation.STOP,
)
_SCALED: Final = 60.0
"""How many times as fast as real time a scaled clock is that names no rate."""
KINDS: Final = ("notified", "called", "file", "state", "left")
"""What can be expected, by the keys that stand for it."""


def time_of(said: Said) -> Time:
    """How the clock runs. Raises ``ValueError`` for a start that is no moment."""
    mode = ClockMode(said["mode"])
    usual = _SCALED if mode is ClockMode.SCALED else 1.0
    return Time(
        mode, float(said.get("rate", usual)), _moment(said["start"]) if "start" in said else None
    )


def rule(said: Said, profile: Profile) -> Rule:
    """A rule. Raises ``ValueError`` where its fault cannot be."""
    operation = Operation(said["op"])
    return Rule(
        said["id"],
        operation,
        fault(said["then"], operation, profile),
        when=condition(said.get("when", {})),
        skip=said.get("skip", 0),
        times=said.get("times"),
        every=said.get("every", 1),
        probability=float(said.get("probability", 1.0)),
        opens=_instant(said, "from"),
        closes=_instant(said, "until"),
        armed=said.get("armed", True),
    )


def condition(said: Said) -> Condition:
    """The condition, its facts as the world knows them: uids are texts, events are topics."""
    facts = tuple((name, tuple(_known(name, said[name]))) for name in said if name != "body")
    return Condition(facts, pattern(said["body"]) if "body" in said else None)


def call(said: Said) -> Call:
    """A call of the client's part."""
    operation = operation_of(said)
    parameters = said[operation]
    text = " ".join((operation, *([parameters["mode"]] if "mode" in parameters else ())))
    return Call(
        instant(said["at"]),
        operation,
        id=said.get("id", ""),
        parameters=MappingProxyType(parameters),
        headers=MappingProxyType(said.get("headers", {})),
        patience=duration(said["patience"]) if "patience" in said else None,
        answer=_answer(said["answer"]) if "answer" in said else None,
        text=text,
    )


def operation_of(said: Said) -> Operation:
    """Which operation a call is."""
    return next(operation for operation in CALLS if operation in said)


def expectation(said: Said) -> Expectation:
    """An expectation: what has to have happened, or what must not."""
    never, happening = "never" in said, said.get("never", said)
    kind = kind_of(happening)
    own = {key: value for key, value in happening.items() if key not in {kind, "within", "after"}}
    if "gaps" in own:
        own["gaps"] = {"at_least": [duration(gap) for gap in own["gaps"]["at_least"]]}
    return Expectation(
        kind,
        happening[kind],
        MappingProxyType(own),
        never=never,
        within=duration(happening["within"]) if "within" in happening else None,
        after=_instant(happening, "after"),
        text=("never " if never else "") + ", ".join(worded_all(happening)),
    )


def kind_of(happening: Said) -> str:
    """Which kind of thing is expected."""
    return next(kind for kind in KINDS if kind in happening)


def worded_all(said: Said) -> Iterator[str]:
    """What stands in an object, the kind first."""
    kind = kind_of(said)
    yield worded(f"{kind}:", said[kind])
    yield from (worded(f"{key}:", value) for key, value in said.items() if key != kind)


def _moment(text: str) -> Millis:
    try:
        return int(MOMENT.read(text))
    except (ValueError, OverflowError):
        raise ValueError(f'got "{text[:40]}", expected {MOMENT.expected}') from None


def _answer(said: str | Said) -> Answer:
    if isinstance(said, str):
        return Answer(nothing=True)
    headers = MappingProxyType(said.get("headers", {}))
    return Answer(said.get("status"), said.get("body"), headers)


def _instant(said: Said, key: str) -> Instant | None:
    return instant(said[key]) if key in said else None


def _known(name: str, wanted: Any) -> Iterator[object]:
    for one in wanted if isinstance(wanted, list) else [wanted]:
        if name == "event":
            yield from topics_of(one)
        elif name in {"status", "attempt"}:
            yield one
        else:
            yield str(one)
