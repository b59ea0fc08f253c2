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
from functools import cache, partial
from itertools import chain, islice
from typing import Any, Final, NamedTuple
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from mockrec import assets
from mockrec.crossrules import Breach, breaches
from mockrec.domain.values import dataclass
from mockrec.violations import MOST, Fault, Schema, Violation, distinct, told

_MOST_VALUES: Final = 5_000  # a body has a few hundred; to look at a mebibyte takes seconds

_BASE: Final = "https://mockrec.dev/schemas/"
_ADDED: Final[Mapping[str, tuple[str, ...]]] = {
    "lenient": (),
    "strict": ("x-strict",),
    "spotless": ("x-strict", "x-advice"),
    "2026": (),
    "2020": ("x-2020",),
}


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


_Search = Callable[[_Edition, object], Iterator[Fault]]

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
    broken = tuple(islice(breaches(name, document), MOST))
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
    crossed = (Fault(at, "", {"x-expected": words, "x-rule": rule}) for at, words, rule in broken)
    found = chain(faults(edition, document), crossed)
    violations = distinct(_told(edition, found, document))
    named = {violation.pointer for violation in violations}
    doubted = _told(spotless, doubts(spotless, document), document)
    return Verdict(violations, distinct(one for one in doubted if one.pointer not in named))


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


def _faults(edition: _Edition, document: object) -> Iterator[Fault]:
    """Why a body is refused."""
    for error in _explainer(edition).iter_errors(document):
        yield Fault(tuple(error.absolute_path), error.validator, error.schema)


def _doubts(edition: _Edition, document: object) -> Iterator[Fault]:
    """Why a body is not spotless. Most such bodies are good: the compiled validator has to do."""
    for error in _compiled(edition).iter_errors(document):
        yield _compiled_fault(edition, error)


def _first_fault(edition: _Edition, document: object) -> Iterator[Fault]:
    """The first of it, for which the compiled validator need not look any further."""
    try:
        _compiled(edition).validate(document)
    except jsonschema_rs.ValidationError as error:
        yield _compiled_fault(edition, error)


def _nothing(_: _Edition, __: object) -> Iterator[Fault]:
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


def _compiled_fault(edition: _Edition, error: jsonschema_rs.ValidationError) -> Fault:
    place, _, keyword = str(error.absolute_keyword_location).rpartition("/")
    return Fault(tuple(error.instance_path), keyword, _look_up(edition, place))


def _told(edition: _Edition, found: Iterable[Fault], document: object) -> Iterator[Violation]:
    """In words. The keys of a control call are few: they may all be told."""
    ours = edition.name.startswith("control.")
    return told(found, document, partial(_whole, edition), listing=ours)


def _whole(edition: _Edition, schema: Schema) -> Schema:
    """A schema together with what it refers to."""
    if "$ref" not in schema:
        return schema
    return {**_whole(edition, _look_up(edition, schema["$ref"])), **schema}
