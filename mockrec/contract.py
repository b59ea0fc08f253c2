"""What a request body has to look like: a compiled validator decides, a patient one explains.

The truth is in ``schemas/`` and, for what ties one value to another, in `mockrec.crossrules`. A
schema is read in three editions, each of which asks for more than the one before:

- *lenient*: what the service asks for;
- *strict*: also ``x-strict``, the doubtful things, and no unknown keys;
- *spotless*: also ``x-advice``. A body that passes is good whatever the settings, and costs a few
  microseconds. What else a body lacks for that is remarked upon.

For the profile 2020 each of them adds ``x-2020``. A schema with a title and properties describes
an object of its own, which the stricter editions close; one without a title is a condition.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, islice
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from mockrec import assets
from mockrec.crossrules import Breach, breaches
from mockrec.domain.values import dataclass

_MOST_FINDINGS: Final = 100  # a hostile body shall not fill the log
_LONGEST_GOT: Final = 80
_LONGEST_POINTER: Final = 200
_FEW: Final = 8
_LONGEST_GUESSED: Final = 40
_MOST_BITS: Final = 256
_MOST_VALUES: Final = 2_000  # an honest body has a few hundred; a mebibyte of them takes seconds
_LIKENESS: Final = 0.7

# Wider than the six keys that hold secrets: a misspelt one holds its secret, too.
_SECRET: Final = re.compile("key|secret|token|salt|passw|credential", re.IGNORECASE)

_BASE: Final = "https://mockrec.dev/schemas/"
_ADDED: Final[Mapping[str, tuple[str, ...]]] = {
    "lenient": (),
    "strict": ("x-strict",),
    "spotless": ("x-strict", "x-advice"),
    "2026": (),
    "2020": ("x-2020",),
}
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a body, and what is accepted but worth a line in the log."""

    violations: tuple[Violation, ...]
    remarks: tuple[Violation, ...]


class _Edition(NamedTuple):
    """One reading of one schema."""

    name: str
    level: str
    profile: str


class _Fault(NamedTuple):
    """What a validator finds: a place in the body, and the keyword that failed there."""

    path: Path
    keyword: str
    schema: Schema


_Search = Callable[[_Edition, object], Iterator[_Fault]]


_GOOD: Final = Verdict((), ())
_UNREADABLE: Final = Verdict((Violation("", "broken text", "readable JSON", "type"),), ())


def check(
    operation: str,
    mode: str | None,
    document: object,
    *,
    profile: str = "2026",
    strict: bool = False,
) -> Verdict:
    """Judge a request body, which may be any JSON document whatever.

    Names every violation and every remark, a hundred of either at most; of a body with more in it
    than any honest one has, only the first that its schema finds. The mode counts for start and
    update only; any other operation may also be the plain name of a schema. Raises `LookupError`
    where there is no such schema or profile.
    """
    name = _schema_name(operation, mode)
    spotless = _Edition(name, "spotless", profile)
    broken = tuple(islice(breaches(name, document), _MOST_FINDINGS))
    try:
        if not broken and _compiled(spotless).is_valid(document):
            return _GOOD
        edition = _Edition(name, "strict" if strict else "lenient", profile)
        return _explained(edition, spotless, document, broken)
    except (ValueError, RecursionError):  # no text, or too deep, or too long a number
        return _UNREADABLE


def _explained(
    edition: _Edition, spotless: _Edition, document: object, broken: Iterable[Breach]
) -> Verdict:
    """The verdict on a body that is not spotless. A good one is not worth the patient validator."""
    refused = not _compiled(edition).is_valid(document)
    faults, doubts = _searches(document, refused=refused)
    crossed = (_Fault(at, "", {"x-expected": words, "x-rule": rule}) for at, words, rule in broken)
    found = chain(faults(edition, document), crossed)
    violations = _distinct(_told(edition, found, document))
    named = {violation.pointer for violation in violations}
    told = _told(spotless, doubts(spotless, document), document)
    return Verdict(violations, _distinct(doubt for doubt in told if doubt.pointer not in named))


def _searches(document: object, *, refused: bool) -> tuple[_Search, _Search]:
    """How to look for what is wrong with a body, and how for what is doubtful about it."""
    if _is_crowded(document):
        return (_first_fault, _nothing) if refused else (_nothing, _first_fault)
    return (_faults, _faults) if refused else (_nothing, _doubts)


def _schema_name(operation: str, mode: str | None) -> str:
    if operation in {"start", "update"}:
        return f"{operation}.{mode}"
    return "update_layout" if operation == "updateLayout" else operation


@cache
def _schema(edition: _Edition) -> Any:
    plain = json.loads(assets.schema(edition.name))
    added = _ADDED[edition.level] + _ADDED[edition.profile]
    return _read(plain, plain["$id"], added, closed=edition.level != "lenient")


def _read(node: Any, base: str, added: tuple[str, ...], *, closed: bool) -> Any:
    """The same schema with the added keywords in force and every reference absolute."""
    if isinstance(node, list):
        return [_read(inner, base, added, closed=closed) for inner in node]
    if not isinstance(node, dict):
        return node
    schema = {key: _read(inner, base, added, closed=closed) for key, inner in node.items()}
    if "$ref" in schema:
        schema["$ref"] = urljoin(base, schema["$ref"])
    if more := [schema[keyword] for keyword in added if keyword in schema]:
        schema["allOf"] = [*schema.get("allOf", ()), *more]
    if closed and {"title", "properties"} <= schema.keys():
        schema["additionalProperties"] = False
    return schema


@cache
def _compiled(edition: _Edition) -> jsonschema_rs.Validator:
    common = _schema(edition._replace(name="common"))
    registry = jsonschema_rs.Registry([(common["$id"], common)])
    return jsonschema_rs.Draft202012Validator(_schema(edition), registry=registry)


@cache
def _explainer(edition: _Edition) -> Any:
    from jsonschema import Draft202012Validator, ValidationError, validators
    from referencing import Registry, Resource

    def pattern(_: object, regex: str, text: object, __: object) -> Iterator[ValidationError]:
        # Python's `$` also matches before a last line feed; that of JSON Schema does not.
        if isinstance(text, str) and not re.search(re.sub(r"\$$", r"\\Z", regex), text):
            yield ValidationError(f"not {regex}")

    common: Resource[Any] = Resource.from_contents(_schema(edition._replace(name="common")))
    exact = {"pattern": pattern}
    patient: Any = validators.extend(Draft202012Validator, exact)  # type: ignore[no-untyped-call]
    return patient(_schema(edition), registry=common @ Registry())


def _look_up(edition: _Edition, reference: str) -> Any:
    """The part of a schema that an absolute reference points at."""
    file, pointer = urldefrag(reference)
    name = file.removeprefix(_BASE).removesuffix(".json")
    node = _schema(edition._replace(name=name))
    for step in pointer.split("/")[1:]:
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def _faults(edition: _Edition, document: object) -> Iterator[_Fault]:
    """Why a body is refused."""
    for error in _explainer(edition).iter_errors(document):
        yield _Fault(tuple(error.absolute_path), error.validator, error.schema)


def _doubts(edition: _Edition, document: object) -> Iterator[_Fault]:
    """Why a body is not spotless. Most such bodies are good: the compiled validator has to do."""
    for error in _compiled(edition).iter_errors(document):
        yield _compiled_fault(edition, error)


def _first_fault(edition: _Edition, document: object) -> Iterator[_Fault]:
    """The first of it, for which the compiled validator need not look any further."""
    try:
        _compiled(edition).validate(document)
    except jsonschema_rs.ValidationError as error:
        yield _compiled_fault(edition, error)


def _nothing(_: _Edition, __: object) -> Iterator[_Fault]:
    return iter(())


def _is_crowded(document: object) -> bool:
    """Whether there are so many values in a document that to look at each again takes too long."""
    room, waiting = _MOST_VALUES, [document]
    while waiting and room >= 0:
        value = waiting.pop()
        if isinstance(value, dict | list):
            room -= len(value)
            waiting.extend(value.values() if isinstance(value, dict) else value)
    return room < 0


def _compiled_fault(edition: _Edition, error: jsonschema_rs.ValidationError) -> _Fault:
    place, _, keyword = str(error.absolute_keyword_location).rpartition("/")
    return _Fault(tuple(error.instance_path), keyword, _look_up(edition, place))


def _told(edition: _Edition, found: Iterable[_Fault], document: object) -> Iterator[Violation]:
    faults = tuple(islice(found, _MOST_FINDINGS))
    mistyped = {fault.path for fault in faults if fault.keyword == "type"}
    for fault in faults:
        if fault.keyword == "type" or fault.path not in mistyped:
            yield from _tell(edition, fault, document)


def _tell(edition: _Edition, fault: _Fault, document: object) -> Iterator[Violation]:
    path, keyword, schema = fault
    value = _value_at(path, document)
    if keyword == "required":
        absent = (key for key in schema["required"] if key not in value)
        yield from (_missing(edition, fault, key, value) for key in absent)
    elif keyword == "additionalProperties":
        known = schema["properties"]
        expected = f"one of {', '.join(known)}" if _is_ours(edition) else "no such key here"
        for key in (key for key in value if key not in known):
            yield _unknown((*path, key), value[key], known, expected)
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


def _missing(edition: _Edition, fault: _Fault, key: str, value: Mapping[str, object]) -> Violation:
    known = fault.schema.get("properties", value)  # a condition knows no names of its own
    wanted = _whole(edition, fault.schema.get("properties", {}).get(key, {}))
    rule = _rule(fault.schema, "required") or _rule(wanted, "required") or "required"
    stranger = _likest(key, (name for name in value if name not in known))
    hint = f'did you mean "{key}" by "{printable(stranger)}"?' if stranger else None
    expected = fault.schema.get("x-expected") or _words(wanted)
    return Violation(_pointer((*fault.path, key)), "nothing", expected, rule, hint)


def _is_ours(edition: _Edition) -> bool:
    """Whether it is a call of the control plane, whose keys are few and may all be told."""
    return edition.name.startswith("control.")


def _unknown(path: Path, value: object, known: Iterable[str], expected: str) -> Violation:
    likest = _likest(str(path[-1]), known)
    hint = f'did you mean "{likest}"?' if likest else None
    got = _got(path, value, hidden=True)
    return Violation(_pointer(path), got, expected, "unknown", hint)


def _rule(schema: Schema, keyword: str) -> Any:
    named = schema.get("x-rule")
    return named.get(keyword) if isinstance(named, dict) else named


def _whole(edition: _Edition, schema: Schema) -> Schema:
    """A schema together with what it refers to."""
    if "$ref" not in schema:
        return schema
    return {**_whole(edition, _look_up(edition, schema["$ref"])), **schema}


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
    names = (name for name in islice(known, _MOST_FINDINGS) if len(name) <= _LONGEST_GUESSED)
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
            return "a string" if hidden else shortened(_json(value[:_LONGEST_GOT]), _LONGEST_GOT)
        case int() | float() if hidden and not isinstance(value, bool):
            return "a number"
        case int() if value.bit_length() > _MOST_BITS:
            return f"an integer of {value.bit_length()} bits"
        case _:
            return shortened(_json(value), _LONGEST_GOT)


def _holds_more(value: object) -> bool:
    return isinstance(value, dict | list)


def _json(value: object) -> str:
    return printable(json.dumps(value, ensure_ascii=False))


def printable(text: str) -> str:
    """The text on one line, what cannot be printed written out."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def shortened(text: str, longest: int) -> str:
    """The text, or its beginning where it is too long."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _pointer(path: Path) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _value_at(path: Path, document: Any) -> Any:
    """The value at a path, whose last step may lead to what is missing."""
    for step in path:
        document = document.get(step) if isinstance(document, dict) else document[step]
    return document


def _distinct(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Each place and rule once: what was first said about it."""
    first: dict[tuple[str, str], Violation] = {}
    for violation in violations:
        first.setdefault((violation.pointer, violation.rule), violation)
        if len(first) == _MOST_FINDINGS:
            break
    return tuple(first.values())
