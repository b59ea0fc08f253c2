"""What the body of a call has to look like for a rule to apply: a JSON Schema at work."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

import orjson
from jsonschema_rs import Draft202012Validator, ReferencingError, ValidationError, Validator

from mockrec.playbook.findings import Path


class BadPattern(ValueError):
    """Something that is no JSON Schema: where in it that shows, and what is wrong."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class BodyPattern:
    """A JSON Schema by its text; two of the same text are equal."""

    text: str

    def matches(self, document: object) -> bool:
        """Whether the document satisfies it; what no JSON can hold does not."""
        try:
            return _compiled(self.text).is_valid(document)
        except ValueError:
            return False


def pattern(schema: object) -> BodyPattern:
    """The pattern of this schema, held against the rules for schemas. Raises `BadPattern`."""
    made = BodyPattern(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS).decode())
    try:
        _compiled(made.text)
    except ValidationError as fault:
        raise BadPattern(tuple(fault.instance_path), fault.message) from None
    except (ReferencingError, ValueError) as fault:
        raise BadPattern((), str(fault)) from None
    return made


@lru_cache(maxsize=1_000)
def _compiled(text: str) -> Validator:
    return Draft202012Validator(orjson.loads(text), retriever=_nothing_from_elsewhere)


def _nothing_from_elsewhere(uri: str) -> NoReturn:
    """References are never fetched: a scenario shall not make this machine call another."""
    raise ValueError(f"{uri[:80]} is elsewhere; a schema here has to stand by itself")
