"""What leaves a world: what happened, and to which task."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mockrec.domain.events import CuePlayed
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.task import Task


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something that happened, with the task that it happened to."""

    task: Task
    event: Event


Happening = Outgoing | CuePlayed


def of_tasks(happenings: Iterable[Happening]) -> tuple[Outgoing, ...]:
    """What of it happened to a task."""
    return tuple(one for one in happenings if isinstance(one, Outgoing))
