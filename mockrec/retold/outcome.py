"""What a call was answered, as far as a replay has to answer the same: status and code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Final

NOTHING: Final = 0
"""The status of a call that was not answered."""
UNSEEN: Final = object()
"""Stands for a body that was not recorded."""

_IDS: Final = ("resourceId", "sid")


class Form(Enum):
    """What kind of body an answer has."""

    DOCUMENT = "a JSON object"
    OTHER = "something else"
    UNSEEN = "not recorded"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended."""

    status: int
    code: int | None = None
    form: Form = Form.DOCUMENT
    message: str = field(default="", compare=False)
    """What the gateway says; it has no codes."""

    def agrees(self, other: Outcome) -> bool:
        """Whether the other is the same, as far as both are known."""
        if Form.UNSEEN in (self.form, other.form):
            return self.status == other.status
        return self == other

    def __str__(self) -> str:
        if self.status == NOTHING:
            return "no answer"
        form = ", no JSON object" if self.form is Form.OTHER else ""
        return f"{self.status}{'' if self.code is None else f'/{self.code}'}{form}"


def outcome(status: int, body: object) -> Outcome:
    """The outcome by a status and a body, JSON already read; the status 0 is no answer."""
    if status == NOTHING:
        return Outcome(NOTHING, form=Form.OTHER)
    if body is UNSEEN:
        return Outcome(status, form=Form.UNSEEN)
    if not isinstance(body, dict) or body.keys() == {"unreadable"}:
        return Outcome(status, form=Form.OTHER)
    code, message = body.get("code"), body.get("message")
    known = code if isinstance(code, int) and not isinstance(code, bool) else None
    return Outcome(status, known, message=message if isinstance(message, str) else "")


def ids_of(status: int, body: object) -> Mapping[str, str]:
    """The ids that an answer gives: those of a 200, as a client remembers them."""
    if status != HTTPStatus.OK or not isinstance(body, dict):
        return {}
    return {name: body[name] for name in _IDS if isinstance(body.get(name), str)}
