"""What is found in a scenario: where it stands, what is wrong with it, and how bad that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from mockrec.domain.values import dataclass

Path = tuple[str | int, ...]
"""The way from the top of a document to a value: keys, and places in lists."""


class Severity(StrEnum):
    """An error keeps a scenario from being played; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or doubtful, with the place where it stands."""

    line: int
    """From 1, as is the column."""
    column: int
    path: Path
    message: str
    severity: Severity = Severity.ERROR
    source: str = ""

    def __str__(self) -> str:
        """As compilers say it, so that editors can jump there."""
        return f"{self.source}:{self.line}:{self.column}: {self.severity}: {self.message}"


class BadScenario(ValueError):
    """A scenario that cannot be played, with all that was found in it, in the order of the text."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of the text, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda one: (one.line, one.column)))


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that keep the scenario from being played."""
    return tuple(one for one in findings if one.severity is Severity.ERROR)
