"""Whether a document has the form that ``schemas/scenario.json`` describes, and where not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockrec import contract
from mockrec.playbook.findings import Path

if TYPE_CHECKING:
    from mockrec.contract import Violation
    from mockrec.playbook.document import Document
    from mockrec.playbook.notes import Notes


def conform(document: Document, notes: Notes) -> None:
    """Note everything about the document that the schema refuses."""
    for violation in contract.check("scenario", None, document.value).violations:
        path = followed(violation.pointer, document.value)
        notes.error(path, _said(violation, path, document.value), of_key=_strange(violation))


def _said(violation: Violation, path: Path, document: object) -> str:
    name = str(path[-1]) if path else ""
    hint = f"; {violation.hint}" if violation.hint else ""
    if _strange(violation):
        return f'there is no key "{name}" here{hint}'
    if violation.got == "nothing":
        return f'"{name}" is missing: expected {violation.expected}{hint}'
    where = f"{name}: " if isinstance(path[-1:][0] if path else 0, str) else ""
    got = _got(_value(path, document)) or violation.got
    return f"{where}got {got}, expected {violation.expected}{hint}"


def _strange(violation: Violation) -> bool:
    return violation.rule == "unknown"


def _got(value: object) -> str | None:
    """Of an object, what keys it has: where it is wrong as a whole, they are what is wrong."""
    if isinstance(value, Mapping) and value:
        return f"an object with {', '.join(map(str, value))}"[:120]
    return None


def _value(path: Path, document: Any) -> object:
    for step in path:
        document = document[step]
    return document


def followed(pointer: str, document: Any) -> Path:
    """The way that a JSON pointer shows; its last step may lead to what is missing."""
    path: list[str | int] = []
    for escaped in pointer.split("/")[1:]:
        text = escaped.replace("~1", "/").replace("~0", "~")
        step: str | int = int(text) if isinstance(document, list) else text
        path.append(step)
        document = document.get(step) if isinstance(document, dict) else document[step]
    return tuple(path)
