"""What is wrong with a scenario as a whole, though each of its parts is well-formed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mockrec.domain.script import ANCHORS, Arm
from mockrec.playbook.anchors import Moments, circular, coming, grounded, moments, precedes, uses
from mockrec.playbook.lint_calls import lint_calls
from mockrec.playbook.lint_expectations import lint_expectations
from mockrec.playbook.lint_rules import lint_rules, rules_that_fire
from mockrec.playbook.timeline import change_of

if TYPE_CHECKING:
    from mockrec.domain.moments import Millis
    from mockrec.domain.rules import Instant
    from mockrec.playbook.findings import Path
    from mockrec.playbook.notes import Notes
    from mockrec.playbook.sections import Sections

Said = Mapping[str, Any]


def lint(
    said: Said, sections: Sections, settings: Said, others: frozenset[str], notes: Notes
) -> None:
    """Note everything that the parts do not say to each other as they should.

    `others` are anchors that come from elsewhere.
    """
    world = _names(said, ("timeline", "rules")) | others
    calls = _names(said, ("calls",))
    _once(said, notes)
    _armed(said, sections, notes)
    _counted_from(said, sections, world, calls, notes)
    _ended(said, sections, notes)
    _overlapping(said, sections, notes)
    lint_rules(sections, notes)
    anchors = {*ANCHORS, *world}
    lint_calls(said, sections, settings, anchors | calls, notes)
    lint_expectations(sections, anchors, calls, notes)


def _ids(said: Said, sections: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """Every id of these lists, those of entries included that cannot be read."""
    for section in sections:
        entries = said.get(section)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict) and isinstance(entry.get("id"), str):
                yield (section, index, "id"), entry["id"]


def _names(said: Said, sections: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for _, name in _ids(said, sections))


def _once(said: Said, notes: Notes) -> None:
    """Each id names one thing."""
    taken: dict[str, str] = dict.fromkeys(ANCHORS, "every scenario has an anchor of that name")
    for path, name in _ids(said, ("timeline", "rules", "calls")):
        if name in taken:
            notes.error(path, f'the id "{name}" is taken: {taken[name]}')
        taken.setdefault(name, f"it stands in line {notes.line(path)}")


def _armed(said: Said, sections: Sections, notes: Notes) -> None:
    """Only rules are armed and disarmed."""
    rules, others = _names(said, ("rules",)), _names(said, ("timeline",))
    for index, (cue, *_) in sections.cues.items():
        if isinstance(cue.does, Arm) and cue.does.rule not in rules:
            wanted, key = cue.does.rule, "arm" if cue.does.armed else "disarm"
            hint = "; that is a cue" if wanted in others else notes.near(wanted, rules)
            notes.error(("timeline", index, key), f'no rule has the id "{wanted}"{hint}')


def _counted_from(
    said: Said, sections: Sections, world: frozenset[str], calls: frozenset[str], notes: Notes
) -> None:
    """What instants count from exists, comes, and is known in time."""
    known_moments, firing = moments(sections), rules_that_fire(sections)
    alive = coming(world, sections, firing.__contains__)
    known = {"", *ANCHORS, *world}
    for path, instant in uses(said, sections):
        anchor = instant.anchor
        if anchor in calls - known:
            notes.error(path, f'"{anchor}" is a call; the world does not know when calls come')
        elif anchor not in known:
            notes.error(path, f'there is no anchor "{anchor}"{notes.near(anchor, known - {""})}')
        elif anchor not in alive and not notes.spoilt(path[:2]):
            notes.error(path, _never(anchor, known_moments))
        else:
            _in_time(path, instant, notes)


def _never(anchor: str, known: Moments) -> str:
    if anchor in known and circular(anchor, known):
        return f'"{anchor}" never comes: it counts from itself'
    return f'"{anchor}" never comes'


def _in_time(path: Path, instant: Instant, notes: Notes) -> None:
    if instant.offset < 0 and not instant.anchor:
        notes.error(path, f"{-instant.offset} ms before the scenario begins")
    elif instant.offset < 0:
        late = f'"{instant.anchor}" is known when it comes, not before: this can only be late'
        notes.warning(path, late)


def _ended(said: Said, sections: Sections, notes: Notes) -> None:
    """Nothing ends before it has begun."""
    known = moments(sections)
    for path, end in uses(said, sections):
        if path[0] == "timeline" and path[-1] == "until":
            cue = sections.cues[int(path[1])][0]
            if precedes(end, cue.at, known):
                notes.error(path, "it ends before it begins")
            elif cue.every is not None and len(path) > len(("timeline", 0, "until")):
                notes.warning(path, "what is repeated is taken back once only, at this moment")


class _Span(NamedTuple):
    """A change that is taken back: from when to when, and its place in the timeline."""

    begins: Millis
    ends: Millis
    place: int


def _overlapping(said: Said, sections: Sections, notes: Notes) -> None:
    """No end takes back what another entry still has going on."""
    known = moments(sections)
    alike: dict[tuple[object, str], list[_Span]] = {}
    for index, (cue, *back) in sections.cues.items():
        for end in back:
            since, until = grounded(cue.at, known), grounded(end.at, known)
            if since.anchor == until.anchor and since.offset < until.offset:
                span = _Span(since.offset, until.offset, index)
                alike.setdefault((end.does, since.anchor), []).append(span)
    for spans in alike.values():
        longest, *others = sorted(spans)
        for span in others:
            first, last = sorted((longest, span), key=lambda one: one.ends)
            if span.begins < longest.ends and first.ends < last.ends:
                path = ("timeline", first.place, change_of(said["timeline"][first.place]), "until")
                line = notes.line(("timeline", last.place))
                notes.warning(path, f"this takes back what line {line} does, too, and too early")
            longest = last
