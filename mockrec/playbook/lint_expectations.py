"""Expectations about what nobody sends, nobody calls, or nothing can fulfil."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from mockrec import assets
from mockrec.playbook.fields import NAMES, named
from mockrec.playbook.lint_calls import bad_patterns
from mockrec.playbook.notices import number_of, unknown
from mockrec.render.envelope import event_names

if TYPE_CHECKING:
    from mockrec.playbook.findings import Path
    from mockrec.playbook.notes import Notes
    from mockrec.playbook.scenario import Expectation
    from mockrec.playbook.sections import Sections

_BESIDE: Final = ("at_least", "at_most", "within", "after")
"""What is no detail, though it stands beside a notification."""


def lint_expectations(
    sections: Sections, anchors: Collection[str], calls: Collection[str], notes: Notes
) -> None:
    """Note what is wrong with each expectation."""
    called = {call.operation for call in sections.calls.values()}
    for index, one in sections.expect.items():
        path = ("expect", index, *(("never",) if one.never else ()))
        after = one.after.anchor if one.after else ""
        if after in calls:
            message = f'"{after}" is a call; the world does not know when calls come'
            notes.error((*path, "after"), message)
        elif after and after not in anchors:
            message = f'there is no anchor "{after}"{notes.near(after, anchors)}'
            notes.error((*path, "after"), message)
        if one.details.get("at_least", 0) > one.details.get(
            "at_most", one.details.get("at_least", 0)
        ):
            notes.error((*path, "at_most"), "less than at_least")
        if one.kind == "notified":
            _lint_notified(path, one, notes)
        if one.kind == "called" and not one.never and called and one.subject not in called:
            notes.warning((*path, "called"), f"none of the calls is {one.subject}")
        if one.kind == "called":
            _lint_fields(path, one, notes)


def _lint_fields(path: Path, one: Expectation, notes: Notes) -> None:
    for key in ("same", "different"):
        for place, field in enumerate(one.details.get(key, ())):
            if not named(field):
                hint = (
                    notes.near(field, NAMES) or f"; there are {', '.join(NAMES)} and JSON pointers"
                )
                notes.error((*path, key, place), f'no call has a field "{field[:40]}"{hint}')


def _lint_notified(path: Path, one: Expectation, notes: Notes) -> None:
    number = number_of(one.subject)
    if number is None:
        notes.error((*path, "notified"), unknown(one.subject))
        return
    known = _details(number)
    for key in one.details:
        if key not in known and key not in _BESIDE:
            hint = notes.near(key, {*known, *_BESIDE})
            message = f'{one.subject} has no detail "{key[:40]}"{hint}'
            notes.error((*path, key), message, of_key=True)
    for place, problem in bad_patterns(dict(one.details)):
        notes.error((*path, *place), problem)


@cache
def _notification() -> Any:
    return json.loads(assets.schema("notification"))


def _details(number: int) -> frozenset[str]:
    """What this kind of notification says in particular."""
    return frozenset(_notification()["$defs"][event_names()[number]]["properties"])
