"""What instants count from: whether it exists, whether it ever comes, and in which order.

An instant before a cue is known beforehand where the cue's own moment is: ``crash - 2s``, with the
crash at ``started + 90s``, is ``started + 88s``. Before anything else it can only be late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockrec.domain.rules import Instant
from mockrec.domain.script import ANCHORS
from mockrec.playbook.findings import Path
from mockrec.playbook.sections import Sections
from mockrec.playbook.timeline import change_of

if TYPE_CHECKING:
    from mockrec.domain.script import Cue

Moments = Mapping[str, Instant]
"""When the cues come for the first time, by their ids."""
Settle = Callable[[Instant], Instant]
_FARTHEST: Final = 100
"""How many cues an instant is traced through; a longer way is told of with less precision."""
_BUILT_IN: Final = frozenset(ANCHORS)


def moments(sections: Sections) -> Moments:
    """When each cue that has an id comes first."""
    return {cue.id: cue.at for cue, *_ in sections.cues.values() if cue.id}


def settled(one: Instant, known: Moments) -> Instant:
    """The instant, counted from where it is known in time, if there is such a place."""
    return _traced(one, known, lambda instant: instant.offset < 0)


def grounded(one: Instant, known: Moments) -> Instant:
    """The instant, counted from what is no cue; two that count from the same can be compared."""
    return _traced(one, known, lambda _: True)


def precedes(one: Instant, other: Instant, known: Moments) -> bool:
    """Whether the one is certain to come before the other, or with it."""
    first, second = grounded(one, known), grounded(other, known)
    if first.anchor == second.anchor:
        return first.offset <= second.offset
    return not first.anchor and not first.offset


def settle(sections: Sections) -> Sections:
    """The sections with all instants of world and rules settled."""
    known = moments(sections)

    def known_in_time(one: Instant) -> Instant:
        return settled(one, known)

    cues = {
        index: tuple(_cue(cue, known_in_time) for cue in pair)
        for index, pair in sections.cues.items()
    }
    rules = {
        index: replace(
            rule,
            opens=_perhaps(rule.opens, known_in_time),
            closes=_perhaps(rule.closes, known_in_time),
        )
        for index, rule in sections.rules.items()
    }
    return replace(sections, cues=cues, rules=rules)


def uses(said: Mapping[str, Any], sections: Sections) -> Iterator[tuple[Path, Instant]]:
    """Every instant of the world and of the rules, by its path."""
    for index, (cue, *back) in sections.cues.items():
        yield ("timeline", index, "at"), cue.at
        if cue.until is not None:
            yield ("timeline", index, "until"), cue.until
        for end in back:
            yield ("timeline", index, change_of(said["timeline"][index]), "until"), end.at
    for index, rule in sections.rules.items():
        for key, instant in (("from", rule.opens), ("until", rule.closes)):
            if instant is not None:
                yield ("rules", index, key), instant


def coming(
    names: Iterable[str], sections: Sections, firing: Callable[[int], bool]
) -> frozenset[str]:
    """Those of the names that can come; the benefit of the doubt is given to what is not read.

    `firing` says of a rule, by its place, whether it ever could.
    """
    read = {*moments(sections), *(rule.id for rule in sections.rules.values())}
    following: dict[str, list[str]] = {}
    for name, after in _entries(sections, firing):
        following.setdefault(after, []).append(name)
    alive = {"", *_BUILT_IN, *names} - read
    found = list(alive)
    while found:
        for name in following.pop(found.pop(), ()):
            alive.add(name)
            found.append(name)
    return frozenset(alive)


def circular(name: str, known: Moments) -> bool:
    """Whether a cue counts, in the end, from itself."""
    seen, anchor = set[str](), known[name].anchor
    while anchor in known and anchor not in seen and len(seen) < _FARTHEST:
        seen.add(anchor)
        anchor = known[anchor].anchor
    return name in seen


def _entries(sections: Sections, firing: Callable[[int], bool]) -> Iterator[tuple[str, str]]:
    """What can come, by its id, and what has to come before it."""
    for cue, *_ in sections.cues.values():
        if cue.id:
            yield cue.id, cue.at.anchor
    for index, rule in sections.rules.items():
        if firing(index):
            yield rule.id, rule.opens.anchor if rule.opens else ""


def _traced(one: Instant, known: Moments, further: Callable[[Instant], bool]) -> Instant:
    """The instant counted from what its cue counts from, and so on; a circle is left as it is."""
    seen = set[str]()
    while one.anchor in known and one.anchor not in seen and len(seen) < _FARTHEST and further(one):
        seen.add(one.anchor)
        before = known[one.anchor]
        # Nothing comes before what it counts from, unless that is known beforehand as well.
        offset = before.offset if before.anchor in known else max(before.offset, 0)
        one = Instant(before.anchor, offset + one.offset)
    return one


def _cue(cue: Cue, known_in_time: Settle) -> Cue:
    return replace(cue, at=known_in_time(cue.at), until=_perhaps(cue.until, known_in_time))


def _perhaps(one: Instant | None, known_in_time: Settle) -> Instant | None:
    return None if one is None else known_in_time(one)
