"""From text to a document that knows where everything stands: YAML, and JSON as a part of it.

Plain text means what JSON means by it: ``true``, ``false``, ``null`` and numbers; all else is text,
so ``on``, ``no`` and ``12:30`` stay what they are. An anchor and its aliases are one value in
several places. What builds objects (tags), merges (``<<``) or hides (a key that stands twice) is an
error, and what an alias can blow up is bounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, NoReturn, cast

from yaml import MarkedYAMLError, SafeLoader
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from yaml.reader import ReaderError

from mockrec.playbook.findings import Path
from mockrec.violations import printable, shortened

LONGEST: Final = 1 << 20
"""How many characters a scenario may have."""
_DEEPEST: Final = 64
_MOST_VALUES: Final = 100_000
"""How many values a document may have, those that aliases repeat counted again."""
_MOST_DOUBLES: Final = 100
_LONGEST_SHOWN: Final = 40
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS: Final[Mapping[str, Any]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LARGEST: Final = 1 << 64
_CLEARER: Final = {
    "found character '\\t' that cannot start any token": "a tab stands where only blanks may",
    "mapping values are not allowed here": 'a second ": " in one line; a text that has one '
    "needs quotes",
    "could not find expected ':'": 'a key without its ": "',
}


class Spot(NamedTuple):
    """A place in the text, both counted from 1."""

    line: int
    column: int


class Place(NamedTuple):
    """Where a value stands, and all that is in it."""

    spot: Spot
    inside: Mapping[str, Place] | Sequence[Place] = ()
    keys: Mapping[str, Spot] = {}
    size: int = 1
    """How many values it has, itself included."""
    depth: int = 0
    """How many levels are below it."""


class Unreadable(ValueError):
    """A text that is no document, or no decent one: the first place where that shows."""

    def __init__(self, spot: Spot, message: str) -> None:
        super().__init__(message)
        self.spot = spot


@dataclass(frozen=True)
class Document:
    """What a text says, and where."""

    value: Any
    place: Place
    doubles: tuple[tuple[Spot, Path, str], ...] = field(default=())
    """Keys that stand a second time in one mapping, with what is to be said of them."""

    def spot(self, path: Path, *, of_key: bool = False) -> Spot:
        """Where the value at this path stands, or its key; where nothing does, what is around."""
        place, spot = self.place, self.place.spot
        for step in path:
            inside: Any = place.inside
            known = step in inside if isinstance(inside, dict) else _within(step, inside)
            if not known:
                return spot
            spot = place.keys[step] if of_key and isinstance(step, str) else inside[step].spot
            place = inside[step]
        return spot


def read(text: str) -> Document:
    """The document that a text holds. Raises `Unreadable`, and no other exception."""
    if len(text) > LONGEST:
        raise Unreadable(Spot(1, 1), f"longer than {LONGEST} characters")
    try:
        loader = SafeLoader(_without_tabs(text))
    except ReaderError as fault:
        shown = f"the character {_escaped(fault.character)}"
        raise Unreadable(_spot_of(text, fault.position), f"{shown} does not belong here") from None
    try:
        return _Builder(loader).document()
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark or loader.get_mark()
        raise Unreadable(_inside(text, _spot_at(mark)), _said(fault.problem)) from None
    except Unreadable as fault:
        raise Unreadable(_inside(text, fault.spot), str(fault)) from None
    except (ValueError, OverflowError):  # an escape that is no character, a version that is none
        spot = _inside(text, _spot_at(loader.get_mark()))
        raise Unreadable(spot, "this cannot be read") from None
    finally:
        loader.dispose()


def events(text: str) -> Iterator[Event]:
    """What the parser finds in a text that can be read, one after the other."""
    loader = SafeLoader(_without_tabs(text))
    try:
        while loader.check_event():
            yield cast("Event", loader.get_event())  # type: ignore[no-untyped-call]
    finally:
        loader.dispose()


OPAQUE: Final = frozenset({"clientRequest", "body", "answer", "headers"})
"""What stands below these keys is sent or compared as it is."""


def exact(value: Any) -> Any:
    """The value with every whole number as an integer, for to a schema 1.0 is one."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: inner if key in OPAQUE else exact(inner) for key, inner in value.items()}
        case list():
            return [exact(inner) for inner in value]
    return value


class _Builder:
    """Builds the document from the parser's events, with an eye on what it grows to."""

    def __init__(self, loader: SafeLoader) -> None:
        self._loader = loader
        self._anchors: dict[str, tuple[Any, Place]] = {}
        self._doubles: list[tuple[Spot, Path, str]] = []
        self._values = 0

    def document(self) -> Document:
        """The only document of the stream."""
        self._next()
        first = self._next()
        if not isinstance(first, DocumentStartEvent):
            raise Unreadable(_spot(first), "there is nothing here")
        value, place = self._node(self._next(), ())
        self._next()
        if isinstance(further := self._next(), DocumentStartEvent):
            _refuse(further, "a second document begins; a file holds one scenario")
        return Document(value, place, tuple(self._doubles))

    def _next(self) -> Event:
        return cast("Event", self._loader.get_event())  # type: ignore[no-untyped-call]

    def _node(self, event: Event, path: Path) -> tuple[Any, Place]:
        """The value that begins with this event."""
        if isinstance(event, AliasEvent):
            return self._again(event, path)
        assert isinstance(event, ScalarEvent | CollectionStartEvent)  # noqa: S101  as YAML has it
        _refuse_tag(event)
        _bound(event, len(path))
        self._count(1, event)
        if isinstance(event, ScalarEvent):
            built = _scalar(event), Place(_spot(event))
        elif isinstance(event, MappingStartEvent):
            built = self._mapping(event, path)
        else:
            built = self._sequence(event, path)
        return self._anchored(event, *built)

    def _anchored(self, event: NodeEvent, value: Any, place: Place) -> tuple[Any, Place]:
        if event.anchor is not None:
            self._anchors[event.anchor] = value, place
        return value, place

    def _again(self, event: AliasEvent, path: Path) -> tuple[Any, Place]:
        anchor = event.anchor or ""
        if anchor not in self._anchors:
            _refuse(event, f"*{_shown(anchor)} is no anchor that ended before")
        value, place = self._anchors[anchor]
        self._count(place.size, event)
        _bound(event, len(path) + place.depth)
        return value, place._replace(spot=_spot(event))

    def _sequence(self, start: Event, path: Path) -> tuple[Any, Place]:
        values: list[Any] = []
        places: list[Place] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            value, place = self._node(event, (*path, len(values)))
            values.append(value)
            places.append(place)
        return values, _place(start, places, {})

    def _mapping(self, start: Event, path: Path) -> tuple[Any, Place]:
        values: dict[str, Any] = {}
        places: dict[str, Place] = {}
        keys: dict[str, Spot] = {}
        for key, spot in self._keys():
            value, place = self._node(self._next(), (*path, key))
            if key in keys:
                first = f'"{_shown(key)}" stands a second time, first in line {keys[key].line}'
                if len(self._doubles) < _MOST_DOUBLES:
                    self._doubles.append((spot, (*path, key), first))
                continue
            values[key], places[key], keys[key] = value, place, spot
        return values, _place(start, places, keys)

    def _keys(self) -> Iterator[tuple[str, Spot]]:
        while not isinstance(event := self._next(), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                _refuse(event, "a key has to be plain text")
            _refuse_tag(event)
            if event.value == "<<" and event.style is None:
                _refuse(event, "<< is not merged: name the keys, or an alias for all of a value")
            self._count(1, event)
            text, place = self._anchored(event, _text(event), Place(_spot(event)))
            yield text, place.spot

    def _count(self, values: int, event: Event) -> None:
        self._values += values
        if self._values > _MOST_VALUES:
            _refuse(event, f"more than {_MOST_VALUES} values, those that aliases repeat included")


def _scalar(event: ScalarEvent) -> Any:
    text = _text(event)
    if event.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    return _number(event, whole=not (number[1] or number[2])) if number else text


def _number(event: ScalarEvent, *, whole: bool) -> int | float:
    """The number, where it is one that any reader of JSON takes."""
    number = float(event.value)
    if not -_LARGEST < number < _LARGEST:
        _refuse(event, f"{_shown(event.value)} is too large a number")
    return int(event.value) if whole else number


def _text(event: ScalarEvent) -> str:
    """The text, the halves of a character that JSON escapes in two put together."""
    try:
        return event.value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        _refuse(event, "half of a character: a surrogate without its pair")


def _refuse(event: Event, message: str) -> NoReturn:
    raise Unreadable(_spot(event), message)


def _refuse_tag(event: ScalarEvent | CollectionStartEvent) -> None:
    if event.tag is not None:
        _refuse(event, f"the tag {_shown(event.tag)} is not read, nor is any other")


def _bound(event: Event, depth: int) -> None:
    if depth > _DEEPEST:
        _refuse(event, f"deeper than {_DEEPEST} levels")


def _place(start: Event, inside: dict[str, Place] | list[Place], keys: Mapping[str, Spot]) -> Place:
    places = tuple(inside.values() if isinstance(inside, dict) else inside)
    size = 1 + sum(place.size for place in places)
    depth = 1 + max((place.depth for place in places), default=0)
    return Place(_spot(start), inside, keys, size, depth)


def _within(step: object, inside: Sequence[Place]) -> bool:
    return isinstance(step, int) and step < len(inside)


# --- where and what ------------------------------------------------------------------------------


def _without_tabs(text: str) -> str:
    """JSON may be indented with tabs, YAML may not; in JSON no other tab can stand."""
    if "\t" not in text or not text.lstrip().startswith("{"):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text.replace("\t", " ")


def _spot(event: Event) -> Spot:
    return _spot_at(event.start_mark)


def _spot_at(mark: Any) -> Spot:
    return Spot(mark.line + 1, mark.column + 1)


def _spot_of(text: str, position: int) -> Spot:
    before = text[:position]
    return Spot(before.count("\n") + 1, position - before.rfind("\n"))


def _inside(text: str, spot: Spot) -> Spot:
    """The end of the text counts as part of its last line."""
    last = max(1, len(text.splitlines()))
    return spot if spot.line <= last else Spot(last, len((text.splitlines() or [""])[-1]) + 1)


def _said(problem: str | None) -> str:
    return _CLEARER.get(problem or "", printable(problem or "this cannot be read"))


def _shown(text: str) -> str:
    return shortened(printable(text), _LONGEST_SHOWN)


def _escaped(character: str | int) -> str:
    code = character if isinstance(character, int) else ord(character)
    return f"U+{code:04X}"
