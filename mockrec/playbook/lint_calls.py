"""Calls that the service would refuse though the scenario counts on an answer; bad patterns."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from mockrec import contract
from mockrec.domain.rules import Operation
from mockrec.playbook.conformity import followed

if TYPE_CHECKING:
    from mockrec.playbook.findings import Path
    from mockrec.playbook.notes import Notes
    from mockrec.playbook.scenario import Call
    from mockrec.playbook.sections import Sections

Said = Mapping[str, Any]

_MODAL: Final = (Operation.START, Operation.UPDATE)
_SESSION: Final = (Operation.QUERY, Operation.UPDATE, Operation.UPDATE_LAYOUT, Operation.STOP)
_BAD_REQUEST: Final = 400
_IN_PLACE: Final[Said] = {"cname": "demo", "uid": "1"}
"""What stands for a channel and a recorder that no call has named."""


def lint_calls(
    said: Said, sections: Sections, settings: Said, anchors: Collection[str], notes: Notes
) -> None:
    """Note what is wrong with each call, knowing what the calls before it have sent."""
    sent: dict[str, Any] = {}
    started = False
    for index, call in sections.calls.items():
        path = ("calls", index)
        _lint_anchor(path, call, anchors, notes)
        for place, problem in bad_patterns(said["calls"][index].get("answer")):
            notes.error((*path, "answer", *place), problem)
        sent |= {key: call.parameters[key] for key in call.parameters if key != "clientRequest"}
        if call.operation in _SESSION and not (started or {"sid", "resourceId"} <= sent.keys()):
            notes.warning((*path, call.operation), "no start before it has given it a sid")
        started = started or call.operation is Operation.START
        if not notes.full:  # to explain a refusal takes its time
            _lint_body(path, call, sent, settings, notes)


def bad_patterns(said: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text between slashes that is no regular expression, by its path."""
    if isinstance(said, dict | list):
        inside = said.items() if isinstance(said, dict) else enumerate(said)
        for key, value in inside:
            yield from bad_patterns(value, (*path, key))
    elif isinstance(said, str) and re.fullmatch(r"/.+/", said, re.DOTALL):
        try:
            with warnings.catch_warnings(action="ignore"):
                re.compile(said[1:-1])
        except (re.error, OverflowError, RecursionError) as fault:
            yield path, f"this is no pattern: {fault}"


def _lint_anchor(path: Path, call: Call, anchors: Collection[str], notes: Notes) -> None:
    anchor = call.at.anchor
    if anchor and anchor == call.id:
        notes.error((*path, "at"), "it counts from itself")
    elif anchor and anchor not in anchors:
        notes.error((*path, "at"), f'there is no anchor "{anchor}"{notes.near(anchor, anchors)}')


def _lint_body(path: Path, call: Call, sent: Said, settings: Said, notes: Notes) -> None:
    """Note what the service would object to, unless the scenario expects that it does."""
    mode = sent.get("mode")
    if call.operation is Operation.QUERY or (call.answer and call.answer.status == _BAD_REQUEST):
        return
    if mode is None and call.operation in _MODAL:
        notes.error((*path, call.operation), "no mode: neither this call nor one before it has it")
        return
    note = notes.error if call.answer and call.answer.status else notes.warning
    body = _body(call, sent)
    profile, strict = settings.get("profile", "2026"), settings.get("strict", False)
    found = contract.check(call.operation, mode, body, profile=profile, strict=strict)
    for violation in found.violations:
        place = followed(violation.pointer, body)
        note((*path, call.operation, *place), f"the service would refuse this: {violation}")


def _body(call: Call, sent: Said) -> Said:
    """The body as it will be sent, as far as that is known."""
    request = call.parameters.get("clientRequest", {})
    named = {key: sent.get(key, usual) for key, usual in _IN_PLACE.items()}
    return {**named, "clientRequest": request}
