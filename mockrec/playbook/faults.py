"""What a rule does when it fires: from the ``then`` of a scenario to a `Fault`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, get_args

import orjson

from mockrec.domain import faults
from mockrec.domain.faults import Effect, Fault
from mockrec.domain.moments import duration
from mockrec.domain.rules import Operation
from mockrec.domain.streams import Verdict
from mockrec.playbook.notes import named
from mockrec.playbook.refusals import refusal

if TYPE_CHECKING:
    from mockrec.domain.problems import Profile

Then = Mapping[str, Any]

_VERDICTS: Final = {
    "transfer": Verdict.FAILED,
    "credentials": Verdict.REFUSED,
    "missing": Verdict.REFUSED,
}


def objections(then: Then, operation: Operation) -> Iterator[tuple[str, str]]:
    """What is wrong with a fault beyond the schema: the key that is, and why."""
    effects = [name for name in then if name in EFFECTS]
    if len(effects) > 1:
        yield effects[1], f"a rule has one effect; this one has {named(effects)}"
    fitting = _BEFALLS.get(operation, _ON_CALLS)
    for name in then:
        if name not in fitting and name != "done":
            yield name, f"{name} cannot befall {operation}: there it is {named(fitting)}"
    if "done" in then and (reason := _never_done(then, operation)):
        yield "done", f"done says nothing here: {reason}"
    if operation is Operation.CONNECT and isinstance(then.get("close"), dict):
        yield "close", "there is no body to close in: expected close: true"


def fault(then: Then, operation: Operation, profile: Profile) -> Fault:
    """The fault. Raises ``ValueError`` for a code or a duration that cannot be."""
    effect = _effect(then, operation, profile)
    return Fault(
        effect,
        done=then.get("done", _usually_done(effect, operation)),
        stall=duration(then.get("stall", "0s")),
        takes=duration(then.get("takes", "0s")),
    )


def _effect(then: Then, operation: Operation, profile: Profile) -> Effect | None:
    if (refused := faults.Refuse.word) in then:
        return faults.Refuse(refusal(then[refused], operation, profile))
    return next((_SIMPLE[name](then[name]) for name in then if name in _SIMPLE), None)


def _usually_done(effect: Effect | None, operation: Operation) -> bool:
    """Whether the answer was there before it went wrong, where the scenario does not say."""
    match effect:
        case None:
            return operation is not Operation.CONNECT
        case faults.Truncate() | faults.Garbage() | faults.Drip():
            return True
        case faults.Close(after_bytes):
            return after_bytes is not None
    return False


def _never_done(then: Then, operation: Operation) -> str:
    if operation in _BEFALLS:
        return f"it is about answers, and {operation} has none"
    return "what is beyond the limit is never done" if "limit" in then else ""


def _reply(said: Then) -> faults.Reply:
    body = said.get("body")
    if body is not None or "body" in said:
        body = body.encode() if isinstance(body, str) else orjson.dumps(body)
    headers = tuple(said.get("headers", {}).items())
    return faults.Reply(said.get("status", 200), headers, body)


def _options(said: bool | Then) -> Then:
    """``true`` stands for an object of defaults."""
    return said if isinstance(said, dict) else {}


def _lengths(said: Then) -> dict[str, Any]:
    """The object with its durations read."""
    return {
        key: duration(value) if isinstance(value, str) else value for key, value in said.items()
    }


_SIMPLE: Final[Mapping[str, Callable[[Any], Effect]]] = {
    faults.Reply.word: _reply,
    faults.Html.word: lambda said: (
        faults.Html(**said) if isinstance(said, dict) else faults.Html(said)
    ),
    faults.Limit.word: lambda said: faults.Limit(**said),
    faults.Reset.word: lambda _: faults.Reset(),
    faults.Close.word: lambda said: faults.Close(**_options(said)),
    faults.Truncate.word: lambda _: faults.Truncate(),
    faults.Garbage.word: lambda _: faults.Garbage(),
    faults.Drip.word: lambda said: faults.Drip(**_lengths(said)),
    faults.Never.word: lambda _: faults.Never(),
    faults.Lose.word: lambda _: faults.Lose(),
    faults.Repeat.word: lambda said: faults.Repeat(**_lengths(_options(said))),
    faults.Delay.word: lambda said: faults.Delay(duration(said)),
    faults.Shuffle.word: lambda said: faults.Shuffle(duration(said)),
    faults.Fail.word: lambda said: faults.Fail(_VERDICTS[said]),
    faults.Slow.word: lambda said: faults.Slow(duration(said)),
}
_TIME: Final = ("stall", "takes")
_ON_NOTIFICATIONS: Final = tuple(one.word for one in get_args(faults.OnNotification))
_ON_UPLOADS: Final = tuple(one.word for one in get_args(faults.OnUpload))
_ON_CONNECTIONS: Final = (*(one.word for one in (faults.Reset, faults.Close, faults.Never)), *_TIME)
_ON_CALLS: Final = tuple(
    name
    for name in (faults.Refuse.word, *_SIMPLE, *_TIME)
    if name not in _ON_NOTIFICATIONS + _ON_UPLOADS
)
_BEFALLS: Final = {
    Operation.NOTIFY: _ON_NOTIFICATIONS,
    Operation.UPLOAD: _ON_UPLOADS,
    Operation.CONNECT: _ON_CONNECTIONS,
}
EFFECTS: Final = (faults.Refuse.word, *_SIMPLE)
"""The effects by the keys that stand for them."""
