"""From the text of a scenario to the value: read, held against its schema, converted, examined.

All that is wrong is found in one go. What the schema refuses is left out of what follows, so that
one mistake is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from mockrec.clock import ClockMode
from mockrec.domain.moments import Millis, duration
from mockrec.domain.problems import Profile
from mockrec.domain.rules import Operation
from mockrec.domain.timing import least
from mockrec.playbook import parts
from mockrec.playbook.anchors import settle
from mockrec.playbook.conformity import conform
from mockrec.playbook.document import Document, Unreadable, exact, read
from mockrec.playbook.faults import objections
from mockrec.playbook.findings import BadScenario, Finding, Path, errors
from mockrec.playbook.instants import instant, times_in
from mockrec.playbook.lint import lint
from mockrec.playbook.lint_rules import lint_condition
from mockrec.playbook.notes import Notes
from mockrec.playbook.patterns import BadPattern
from mockrec.playbook.scenario import Scenario
from mockrec.playbook.sections import Sections
from mockrec.playbook.timeline import cues

if TYPE_CHECKING:
    from mockrec.domain.rules import Rule
    from mockrec.playbook.scenario import Time

T = TypeVar("T")

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of a text: a scenario, unless there are errors among the findings."""

    scenario: Scenario | None
    findings: tuple[Finding, ...]


def load(text: str, source: str, anchors: frozenset[str] = frozenset()) -> Scenario:
    """The scenario that a text tells; `source` is what the findings call it.

    `anchors` are those of a story that it goes on with. Raises `BadScenario` with all findings
    where one of them is an error, and no other exception.
    """
    examined = examine(text, source, anchors)
    if examined.scenario is None:
        raise BadScenario(examined.findings)
    return examined.scenario


def examine(text: str, source: str, anchors: frozenset[str] = frozenset()) -> Examined:
    """The scenario with everything that is to be said of it, warnings included."""
    try:
        document = read(text)
    except Unreadable as fault:
        return Examined(None, (Finding(*fault.spot, (), str(fault), source=source),))
    notes = Notes(document, source)
    for spot, path, message in document.doubles:
        notes.error_at(spot, path, message)
    if not conform(document, notes):
        return Examined(None, notes.findings)
    scenario, sections = _Reading(document, notes).scenario(text)
    lint(document.value, sections, scenario.settings, anchors, notes)
    bad = bool(errors(notes.findings))
    return Examined(None if bad else scenario, notes.findings)


class _Reading:
    """Converts what the schema has let through, and notes what cannot be all the same."""

    def __init__(self, document: Document, notes: Notes) -> None:
        self._said: Mapping[str, Any] = exact(document.value)
        self._notes = notes
        for path, text in times_in(self._said):
            if not notes.spoilt(path):
                self._try(path, instant, text)
        settings = self._whole("settings", {})
        self._profile = Profile(settings.get("profile", Profile.Y2026))

    def scenario(self, text: str) -> tuple[Scenario, Sections]:
        """The scenario with all its parts that can be read, and which entries they come from."""
        sections = Sections(
            cues=self._each("timeline", lambda entry, _: tuple(cues(entry))),
            rules=self._each("rules", self._rule),
            calls=self._each("calls", lambda entry, _: parts.call(entry)),
            expect=self._each("expect", lambda entry, _: parts.expectation(entry)),
        )
        sections = settle(sections)
        scenario = Scenario(
            name=self._whole("scenario", ""),
            about=self._whole("about", ""),
            docs=tuple(map(MappingProxyType, self._whole("docs", ()))),
            seed=self._whole("seed", None),
            time=self._time(),
            settings=MappingProxyType(self._whole("settings", {})),
            timing=self._timing(),
            cues=tuple(chain.from_iterable(sections.cues.values())),
            rules=tuple(sections.rules.values()),
            calls=tuple(sections.calls.values()),
            expect=tuple(sections.expect.values()),
            text=text,
        )
        return scenario, sections

    def _whole(self, key: str, default: Any) -> Any:
        """What stands at a key of the top, where nothing is wrong with it."""
        said = self._said.get(key, default)
        return default if self._notes.spoilt((key,)) else said

    def _each(self, key: str, convert: Callable[[Any, Path], T | None]) -> dict[int, T]:
        """The entries of a list that can be read, each by its place."""
        entries = self._said.get(key)
        converted: dict[int, T] = {}
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            path = (key, index)
            made = None if self._notes.spoilt(path) else self._try(path, convert, entry, path)
            if made is not None:
                converted[index] = made
        return converted

    def _try(self, path: Path, convert: Callable[..., T], *said: Any) -> T | None:
        try:
            return convert(*said)
        except (ValueError, OverflowError) as fault:
            self._notes.error(path, str(fault))
        return None

    def _rule(self, entry: Said, path: Path) -> Rule | None:
        operation = Operation(entry["op"])
        for key, message in objections(entry["then"], operation):
            self._notes.error((*path, "then", key), message, of_key=True)
        lint_condition(path, entry.get("when", {}), operation, self._notes)
        if self._notes.spoilt(path):
            return None
        try:
            return parts.rule(entry, self._profile)
        except BadPattern as fault:
            message = f"this is no JSON Schema: {fault}"
            self._notes.error((*path, "when", "body", *fault.path), message)
        except ValueError as fault:
            self._notes.error((*path, "then", "refuse"), str(fault))
        return None

    def _time(self) -> Time | None:
        clock = self._whole("clock", None)
        if clock and "rate" in clock and clock["mode"] != ClockMode.SCALED:
            self._notes.warning(("clock", "rate"), "the rate counts for mode: scaled only")
        return self._try(("clock", "start"), parts.time_of, clock) if clock else None

    def _timing(self) -> Mapping[str, Millis]:
        delays = {name: duration(text) for name, text in self._whole("timing", {}).items()}
        for name, delay in delays.items():
            if delay < least(name):
                message = f"{name}: got {delay} ms, expected at least {least(name)} ms"
                self._notes.error(("timing", name), message)
        return MappingProxyType(delays)
