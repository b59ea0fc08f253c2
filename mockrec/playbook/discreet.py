"""The text of a scenario as it may be shown: letter by letter as it was, but for its secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from yaml.events import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from mockrec.playbook.document import events
from mockrec.render.redaction import HIDDEN, is_secret, redacted

_NO_SECRETS: Final = frozenset({"broken", "token_expires"})
"""Keys of a scenario that only look like those of secrets."""

_ANCHOR: Final = re.compile(r"&\S+\s+")


class _Value(NamedTuple):
    """A value that is no list and no object: where it stands, and what it says."""

    begin: int
    end: int
    said: str


def discreet(text: str) -> str:
    """The text of a scenario that can be read, with ``"***"`` in the place of each secret."""
    reading = _Reading(text)
    shown, done = "", 0
    for begin, end in sorted(reading.hidden):
        shown += text[done:begin] + f'"{HIDDEN}"' + "\n" * text[begin:end].endswith("\n")
        done = end
    return shown + text[done:]


class _Reading:
    """Goes through the text once, and learns what of it is not to be seen."""

    def __init__(self, text: str) -> None:
        self._text, self._events = text, events(text)
        self._anchored: dict[str, list[_Value]] = {}
        self.hidden: set[tuple[int, int]] = set()
        """From where to where secrets stand."""
        for event in self._events:
            if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
                list(self._node(event, secret=False))

    def _node(self, event: object, *, secret: bool) -> Iterator[_Value]:
        """Every value in a node; an alias is the values of its anchor once more."""
        if isinstance(event, AliasEvent):
            values = self._anchored.get(event.anchor or "", [])
        elif isinstance(event, ScalarEvent):
            values = [self._value(event)]
        else:
            values = list(self._inside(event, secret=secret))
        for one in values:
            if one.said and (secret or redacted(one.said) != one.said):
                self.hidden.add((one.begin, one.end))
        if getattr(event, "anchor", None) and not isinstance(event, AliasEvent):
            self._anchored[event.anchor] = values  # type: ignore[attr-defined]
        yield from values

    def _value(self, event: ScalarEvent) -> _Value:
        """Where a value stands; the name of an anchor before it is no part of it."""
        begin, end = _place(event.start_mark), _place(event.end_mark)
        named = _ANCHOR.match(self._text, begin)
        return _Value(named.end() if named else begin, end, event.value)

    def _inside(self, start: object, *, secret: bool) -> Iterator[_Value]:
        pairs = isinstance(start, MappingStartEvent)
        while (event := next(self._events)) and not _ends(event):
            hidden = secret
            if pairs and isinstance(event, ScalarEvent):
                hidden = secret or (event.value not in _NO_SECRETS and is_secret(event.value))
                event = next(self._events)
            yield from self._node(event, secret=hidden)


def _place(mark: Any) -> int:
    """Where in the text a mark of the parser stands."""
    return int(mark.index)


def _ends(event: object) -> bool:
    return type(event).__name__ in {"MappingEndEvent", "SequenceEndEvent"}
