"""Which faults make the service answer what was recorded, where it would answer something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from mockrec.domain.problems import PROBLEMS, Problem, Profile, Wording
from mockrec.playbook.refusals import refusal
from mockrec.retold.outcome import NOTHING, Form, Outcome

if TYPE_CHECKING:
    from mockrec.domain.rules import Operation

Then = Mapping[str, Any]

_PARTLY: Final = HTTPStatus.PARTIAL_CONTENT
"""What the service says when it has done a part, or will do it late."""
_LOWEST: Final = 200
"""The lowest status that a fault can answer."""


def faults(outcome: Outcome, operation: Operation, profile: Profile) -> Iterator[Then]:
    """What a rule may do to get this answer, the likelier first; nothing for a success.

    A rule can spoil an answer, but not give one: ids and states come from the service alone.
    """
    if outcome.status == HTTPStatus.OK and outcome.form is not Form.OTHER:
        return
    if outcome.status == HTTPStatus.OK:
        yield {"garbage": True}
        return
    effect = _effect(outcome, operation, profile)
    if effect is not None:
        done = {**effect, "done": True}
        yield from (done, effect) if outcome.status == _PARTLY else (effect, done)


def _effect(outcome: Outcome, operation: Operation, profile: Profile) -> dict[str, Any] | None:
    if outcome.status == NOTHING:
        return {"close": True}
    if outcome.status < _LOWEST:
        return None
    if outcome.form is Form.OTHER:
        return {"html": outcome.status}
    wanted = _refusal(outcome, operation, profile)
    if wanted is not None:
        return {"refuse": wanted}
    code = {} if outcome.code is None else {"code": outcome.code}
    return {"reply": {"status": outcome.status, "body": code}}


def _refusal(outcome: Outcome, operation: Operation, profile: Profile) -> int | str | None:
    """The code of the catalogue, where it means this row, or else the row's name."""
    rows = [row for row in PROBLEMS.values() if _is_so(row, outcome, profile)]
    if not rows:
        return None
    if outcome.code is not None and refusal(outcome.code, operation, profile) in rows:
        return outcome.code
    said = [row for row in rows if row.on(profile).reason == outcome.message]
    return (said or rows)[0].name


def _is_so(row: Problem, outcome: Outcome, profile: Profile) -> bool:
    wording: Wording = row.on(profile)
    return wording.status == outcome.status and (
        wording.code == outcome.code or outcome.form is Form.UNSEEN
    )
