"""What is found while a document is read: each finding gets the place that its path leads to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mockrec.contract import printable, shortened
from mockrec.playbook.document import Document, Spot
from mockrec.playbook.findings import Finding, Path, Severity, in_order

_LONGEST: Final = 500  # characters of a message
_MOST: Final = 1_000  # findings: more are of no use to anybody


class Notes:
    """The findings of one scenario, as they come."""

    def __init__(self, document: Document, source: str) -> None:
        self._document = document
        self._source = source
        self._findings: list[Finding] = []

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, in the order of the text."""
        return in_order(self._findings)[:_MOST]

    def error(self, path: Path, message: str, *, of_key: bool = False) -> None:
        """Something that keeps the scenario from being played."""
        self._add(path, message, Severity.ERROR, of_key=of_key)

    def warning(self, path: Path, message: str, *, of_key: bool = False) -> None:
        """Something that is probably not meant."""
        self._add(path, message, Severity.WARNING, of_key=of_key)

    def error_at(self, spot: Spot, path: Path, message: str) -> None:
        """An error at a place that no path leads to."""
        self._keep(spot, path, message, Severity.ERROR)

    def line(self, path: Path) -> int:
        """The line in which the value at this path stands."""
        return self._document.spot(path).line

    def spoilt(self, path: Path) -> bool:
        """Whether something at this path, in it or around it, is an error."""
        return any(_touches(one, path) for one in self._findings)

    def _add(self, path: Path, message: str, severity: Severity, *, of_key: bool) -> None:
        spot = self._document.spot(path, of_key=of_key)
        self._keep(spot, path, message, severity)

    def _keep(self, spot: Spot, path: Path, message: str, severity: Severity) -> None:
        told = shortened(printable(message), _LONGEST)
        self._findings.append(Finding(*spot, path, told, severity, self._source))


def _touches(finding: Finding, path: Path) -> bool:
    shared = min(len(finding.path), len(path))
    return finding.severity is Severity.ERROR and finding.path[:shared] == path[:shared]


def named(words: Iterable[object]) -> str:
    """The words as a sentence takes them: ``a, b and c``."""
    *most, last = map(str, words)
    return f"{', '.join(most)} and {last}" if most else last
