"""What is wrong with a document, in words: where, what was there, what was expected or meant.

What a validator found becomes sentences that never show a secret, and are short and printable
whatever the document holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias

from mockrec.domain.values import dataclass
from mockrec.render.redaction import addresses_bared

MOST: Final = 100  # a hostile body shall not fill the log
_LONGEST_GOT: Final = 80
_LONGEST_POINTER: Final = 200
_FEW: Final = 8
_LONGEST_GUESSED: Final = 40
_MOST_BITS: Final = 256
_LIKENESS: Final = 0.7

# Wider than the six keys that hold secrets: a misspelt one holds its secret, too.
_SECRET: Final = re.compile("key|secret|token|salt|passw|credential", re.IGNORECASE)

_NOUNS: Final = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}

Path: TypeAlias = tuple[str | int, ...]
Schema: TypeAlias = Mapping[str, Any]
Whole: TypeAlias = Callable[[Schema], Schema]
"""Gives a schema together with what it refers to."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a body: where, what was there, what was expected.

    ``rule`` is ``V1`` to ``V21`` (docs/protocol.md#rules); ``services`` where nothing is selected
    that could run; ``profile`` where only the profile 2020 objects; ``unknown`` for a key that
    there is none of; else ``type``, ``range`` or ``required``. ``got`` is short, printable, and
    never shows a secret.
    """

    pointer: str
    got: str
    expected: str
    rule: str
    hint: str | None = None

    def __str__(self) -> str:
        """All of it on one line."""
        where = shortened(self.pointer, _LONGEST_POINTER) or "the body"
        hint = f" ({self.hint})" if self.hint else ""
        return printable(f"{where}: got {self.got}, expected {self.expected}{hint}")


class Fault(NamedTuple):
    """What a validator finds: a place in the body, and the keyword that failed there."""

    path: Path
    keyword: str
    schema: Schema


def told(
    found: Iterable[Fault], document: object, whole: Whole, *, listing: bool = False
) -> Iterator[Violation]:
    """Each fault in words; of a key that there is none of, with `listing`, those that there are."""
    faults = tuple(islice(found, MOST))
    mistyped = {fault.path for fault in faults if fault.keyword == "type"}
    for fault in faults:
        if fault.keyword == "type" or fault.path not in mistyped:
            yield from _tell(fault, document, whole, listing=listing)


def _tell(fault: Fault, document: object, whole: Whole, *, listing: bool) -> Iterator[Violation]:
    path, keyword, schema = fault
    value = value_at(path, document)
    if keyword == "required":
        absent = (key for key in schema["required"] if key not in value)
        yield from (_missing(fault, key, value, whole) for key in absent)
    elif keyword == "additionalProperties":
        known = schema["properties"]
        expected = f"one of {', '.join(known)}" if listing else "no such key here"
        for key in (key for key in value if key not in known):
            yield _unknown((*path, key), value[key], schema, expected)
    else:
        # A string in the place of an object or a list may hold all that belongs in there.
        hidden = keyword == "type" and _noun(schema) in {"an object", "a list"}
        rule = _rule(schema, keyword) or ("type" if keyword == "type" else "range")
        got, expected = _got(path, value, hidden=hidden), _words(schema)
        hint = schema.get("x-hint") or (_meant(value, schema) if keyword == "enum" else None)
        yield Violation(_pointer(path), got, expected, rule, hint)


def _meant(value: object, schema: Schema) -> str | None:
    options = (option for option in schema["enum"] if isinstance(option, str))
    likest = _likest(value, options) if isinstance(value, str) else None
    return f'did you mean "{likest}"?' if likest else None


def _missing(fault: Fault, key: str, value: Mapping[str, object], whole: Whole) -> Violation:
    known = fault.schema.get("properties", value)  # a condition knows no names of its own
    wanted = whole(fault.schema.get("properties", {}).get(key, {}))
    rule = _rule(fault.schema, "required") or _rule(wanted, "required") or "required"
    stranger = _likest(key, (name for name in value if name not in known))
    hint = f'did you mean "{key}" by "{printable(stranger)}"?' if stranger else None
    expected = fault.schema.get("x-expected") or _words(wanted)
    return Violation(_pointer((*fault.path, key)), "nothing", expected, rule, hint)


def _unknown(path: Path, value: object, schema: Schema, expected: str) -> Violation:
    likest = _likest(str(path[-1]), schema["properties"])
    hint = f'did you mean "{likest}"?' if likest else schema.get("x-hint")
    got = _got(path, value, hidden=True)
    return Violation(_pointer(path), got, expected, "unknown", hint)


def _rule(schema: Schema, keyword: str) -> Any:
    named = schema.get("x-rule")
    return named.get(keyword) if isinstance(named, dict) else named


def _words(schema: Schema) -> str:
    """What a schema expects, in words."""
    match schema:
        case {"x-expected": str(expected)}:
            return expected
        case {"enum": list(options)}:
            shown = [_json(option) for option in options if option not in ("", None)]
            return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"
        case {"minimum": low, "maximum": high}:
            return f"{_noun(schema)} from {low} to {high}"
        case {"minimum": low}:
            return f"{_noun(schema)} of at least {low}"
        case {"minLength": 1}:
            return "a non-empty string"
        case _:
            return _noun(schema)


def _noun(schema: Schema) -> str:
    kinds = schema.get("type", "")
    return _NOUNS.get(kinds if isinstance(kinds, str) else kinds[0], "another value")


def _likest(word: str, known: Iterable[str]) -> str | None:
    """What was probably meant by a word: the same in another case, or nearly the same."""
    from difflib import get_close_matches

    if len(word) > _LONGEST_GUESSED:
        return None
    names = (name for name in islice(known, MOST) if len(name) <= _LONGEST_GUESSED)
    plain = {_plain(name): name for name in names}
    return next(map(plain.get, get_close_matches(_plain(word), plain, 1, _LIKENESS)), None)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def _got(path: Path, value: object, *, hidden: bool) -> str:
    """A value in a few printable characters; only its kind where it is to be hidden."""
    if any(_SECRET.search(str(step)) for step in path):
        return "***"
    match value:
        case dict():
            return f"an object of {len(value)}" if value else "an empty object"
        case list() if hidden or not 0 < len(value) <= _FEW or any(map(_holds_more, value)):
            return f"a list of {len(value)}" if value else "an empty list"
        case list():
            shown = f"[{', '.join(_got(path, item, hidden=False) for item in value)}]"
            return shown if len(shown) <= _LONGEST_GOT else f"a list of {len(value)}"
        case str():
            return "a string" if hidden else _text(addresses_bared(value))
        case int() | float() if hidden and not isinstance(value, bool):
            return "a number"
        case int() if value.bit_length() > _MOST_BITS:
            return f"an integer of {value.bit_length()} bits"
        case _:
            return shortened(_json(value), _LONGEST_GOT)


def _text(value: str) -> str:
    return shortened(_json(value[:_LONGEST_GOT]), _LONGEST_GOT)


def _holds_more(value: object) -> bool:
    return isinstance(value, dict | list)


def _json(value: object) -> str:
    return printable(json.dumps(value, ensure_ascii=False))


def printable(text: str) -> str:
    """The text on one line, what cannot be printed written out."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def legible(text: str) -> str:
    """The text, its lines as they are, what else cannot be printed written out.

    What comes from a file or a server has no say in what a terminal does.
    """
    return "\n".join(map(printable, text.split("\n")))


def shortened(text: str, longest: int) -> str:
    """The text, or its beginning where it is too long."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _pointer(path: Path) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def value_at(path: Path, document: Any) -> Any:
    """The value at a path, whose last step may lead to what is missing."""
    for step in path:
        document = document.get(step) if isinstance(document, dict) else document[step]
    return document


def distinct(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Each place and rule once: what was first said about it."""
    first: dict[tuple[str, str], Violation] = {}
    for violation in violations:
        first.setdefault((violation.pointer, violation.rule), violation)
        if len(first) == MOST:
            break
    return tuple(first.values())
