"""The ledger of notifications: every attempt of each, its bytes, its answer, its verdict."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

from mockrec.domain.delivery import Delivered, GivenUp
from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.notices import Notice
    from mockrec.domain.task import Task
    from mockrec.sinks.webhook import Attempt

MOST_LETTERS: Final = 10_000
KEPT_ANSWER: Final = 512
"""How much of each answer is remembered."""

WAITING, DELIVERED, GIVEN_UP = "waiting", "delivered", "given up"


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt of a notification."""

    at: Millis
    number: int
    attempt: Attempt


@dataclass(slots=True)
class Letter:
    """One notification and what became of it."""

    id: str
    task: Task
    notice: Notice
    body: bytes = b""
    """The bytes of the last attempt, as they were signed."""
    tried: list[Tried] = field(default_factory=list)
    verdict: str = WAITING

    def note(self, at: Millis, attempt: Attempt) -> None:
        """Add an attempt, with the beginning of its answer; they are numbered from 1."""
        brief = replace(attempt, answer=attempt.answer[:KEPT_ANSWER])
        self.tried.append(Tried(at, len(self.tried) + 1, brief))


class Postbox:
    """The newest notifications of a world, of at most so many."""

    def __init__(self, most: int = MOST_LETTERS) -> None:
        self._letters: OrderedDict[str, Letter] = OrderedDict()
        self._most = most

    def letter(self, notice_id: str, task: Task, notice: Notice) -> Letter:
        """The letter of this id, begun if it is new."""
        letter = self._letters.get(notice_id)
        if letter is None:
            letter = self._letters[notice_id] = Letter(notice_id, task, notice)
            while len(self._letters) > self._most:
                self._letters.popitem(last=False)
        return letter

    def close(self, event: Delivered | GivenUp) -> None:
        """Note what became of a letter in the end."""
        letter = self._letters.get(event.id)
        if letter is not None:
            letter.verdict = DELIVERED if isinstance(event, Delivered) else GIVEN_UP

    def find(self, notice_id: str) -> Letter | None:
        """The letter of this id, if it is still remembered."""
        return self._letters.get(notice_id)

    def __iter__(self) -> Iterator[Letter]:
        return iter(self._letters.values())

    def __len__(self) -> int:
        return len(self._letters)
