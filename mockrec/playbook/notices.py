"""Notifications as a scenario names them: by number, by name, or by a pattern of names."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mockrec.domain.delivery import Topic
from mockrec.render.envelope import event_names, topics
from mockrec.settings import did_you_mean


def number_of(wanted: int | str) -> int | None:
    """The event type of this number or name, if there is one."""
    names = event_names()
    numbers = {name: number for number, name in names.items()}
    return numbers.get(wanted) if isinstance(wanted, str) else wanted if wanted in names else None


def numbers_of(wanted: int | str) -> tuple[int, ...]:
    """The event types that are meant by a number, or by a pattern of names."""
    names = event_names()
    if isinstance(wanted, str):
        return tuple(number for number, name in names.items() if fnmatchcase(name, wanted))
    return (wanted,) if wanted in names else ()


def topics_of(wanted: int | str) -> frozenset[Topic]:
    """What the world knows them as."""
    return topics(numbers_of(wanted))


def unknown(wanted: int | str) -> str:
    """What is to be said of a number or a name that stands for no notification."""
    names = event_names()
    if isinstance(wanted, int):
        return f"no notification has the number {wanted}; they are {', '.join(map(str, names))}"
    return f'no notification is called "{wanted[:40]}"{did_you_mean(wanted, names.values())}'
