"""Whether a document has the form that ``schemas/scenario.json`` describes, and where not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from mockrec import contract
from mockrec.playbook.findings import Path
from mockrec.violations import value_at

if TYPE_CHECKING:
    from mockrec.playbook.document import Document
    from mockrec.playbook.notes import Notes
    from mockrec.violations import Violation

SECTIONS: Final = ("timeline", "rules", "calls", "expect")
_MOST_REFUSED: Final = 100
_NOUN: Final = "true or false"
_MEANT: Final = {"yes": "true", "on": "true", "true": "true"} | dict.fromkeys(
    ("no", "off", "false"), "false"
)
"""What older YAML takes for true and false."""


def conform(document: Document, notes: Notes) -> bool:
    """Note what the schema refuses; and whether all that is not noted can be relied upon.

    It cannot where there is so much that only the first of it was told.
    """
    violations = contract.check("scenario", None, document.value).violations
    if not violations:
        return True
    # Of a large document only the first fault is told: each entry is looked at by itself.
    refused = list(islice(_refused(document.value), _MOST_REFUSED))
    for index, piece, found in refused or [(None, document.value, violations)]:
        _note(found, piece, index, notes)
    return _is_good(document.value, notes)


def _refused(document: Any) -> Iterator[tuple[int | None, Any, tuple[Violation, ...]]]:
    """The pieces that are refused: what is no list as one, then the entries of the lists."""
    for index, piece in _pieces(document):
        if found := contract.check("scenario", None, piece).violations:
            yield index, piece, found


def _pieces(document: Any) -> Iterator[tuple[int | None, Any]]:
    """The document without its lists; then each entry in a document of its own, with its place."""
    if not isinstance(document, dict):
        yield None, document
        return
    lists = {key: document[key] for key in SECTIONS if isinstance(document.get(key), list)}
    yield None, {key: value for key, value in document.items() if key not in lists}
    for key, entries in lists.items():
        yield from ((index, {"scenario": "story", key: [one]}) for index, one in enumerate(entries))


def _note(violations: tuple[Violation, ...], piece: Any, index: int | None, notes: Notes) -> None:
    at = {violation: followed(violation.pointer, piece) for violation in violations}
    astray = {at[violation][:-1] for violation in violations if _strange(violation)}
    for violation, path in at.items():
        # Where a key is misspelt, it is no wonder that one is missing.
        if not (path in astray and violation.expected.startswith("exactly one of")):
            said = _said(violation, path, piece)
            whole = path if index is None else (path[0], index, *path[2:])
            notes.error(whole, said, of_key=_strange(violation))


def _is_good(document: object, notes: Notes) -> bool:
    """Whether the schema takes the document without what is noted."""
    if not isinstance(document, dict):
        return False
    left: dict[str, object] = {"scenario": "story"}
    for key, value in document.items():
        if isinstance(value, list) and not notes.wrong((key,)):
            indexed = enumerate(value)
            left[key] = [entry for index, entry in indexed if not notes.spoilt((key, index))]
        elif not notes.spoilt((key,)):
            left[key] = value
    return not contract.check("scenario", None, left).violations


def _said(violation: Violation, path: Path, document: object) -> str:
    name = str(path[-1]) if path else ""
    hint = f"; {violation.hint}" if violation.hint else ""
    if _strange(violation):
        return f'there is no key "{name}" here{hint}'
    if violation.got == "nothing":
        return f'"{name}" is missing: expected {violation.expected}{hint}'
    where = f"{name}: " if isinstance(path[-1:][0] if path else 0, str) else ""
    value = value_at(path, document)
    got = _got(value) or violation.got
    if violation.expected == _NOUN and isinstance(value, str) and value.lower() in _MEANT:
        hint = f'; did you mean {_MEANT[value.lower()]}? "{value}" is text here'
    return f"{where}got {got}, expected {violation.expected}{hint}"


def _strange(violation: Violation) -> bool:
    return violation.rule == "unknown"


def _got(value: object) -> str | None:
    """Of an object, what keys it has: where it is wrong as a whole, they are what is wrong."""
    if isinstance(value, Mapping) and value:
        return f"an object with {', '.join(map(str, value))}"[:120]
    return None


def followed(pointer: str, document: Any) -> Path:
    """The way that a JSON pointer shows; its last step may lead to what is missing."""
    path: list[str | int] = []
    for escaped in pointer.split("/")[1:]:
        text = escaped.replace("~1", "/").replace("~0", "~")
        step: str | int = int(text) if isinstance(document, list) else text
        path.append(step)
        document = value_at((step,), document)
    return tuple(path)
