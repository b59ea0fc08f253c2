"""What is found while a document is read: each finding gets the place that its path leads to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from mockrec.playbook.document import Document, Spot
from mockrec.playbook.findings import Finding, Path, Severity, in_order
from mockrec.render.redaction import addresses_bared
from mockrec.settings import did_you_mean
from mockrec.violations import printable, shortened

_LONGEST: Final = 500  # characters of a message
_MOST_HINTS: Final = 100
_MOST_WORDS: Final = 500
_MOST: Final = 1_000


class Notes:
    """The findings of one scenario, as they come."""

    def __init__(self, document: Document, source: str) -> None:
        self._document = document
        self._source = source
        self._findings: list[Finding] = []
        self._wrong: set[Path] = set()
        self._around: set[Path] = set()  # the wrong ones and all that they are in
        self._hints = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, in the order of the text."""
        return in_order(self._findings)

    @property
    def full(self) -> bool:
        """Whether nothing more is written down: nobody reads that much."""
        return len(self._findings) >= _MOST

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

    def wrong(self, path: Path) -> bool:
        """Whether what is at this path is an error itself."""
        return path in self._wrong

    def spoilt(self, path: Path) -> bool:
        """Whether something at this path, in it or around it, is an error."""
        inside = (path[:length] in self._wrong for length in range(len(path)))
        return path in self._around or any(inside)

    def near(self, word: str, words: Collection[str]) -> str:
        """The end of a complaint: what was probably meant; not for long, as it costs a look at all.

        ``; did you mean "crash"?``, or nothing.
        """
        self._hints += 1
        few = self._hints <= _MOST_HINTS and len(words) <= _MOST_WORDS
        return did_you_mean(word, words) if few else ""

    def _add(self, path: Path, message: str, severity: Severity, *, of_key: bool) -> None:
        spot = self._document.spot(path, of_key=of_key)
        self._keep(spot, path, message, severity)

    def _keep(self, spot: Spot, path: Path, message: str, severity: Severity) -> None:
        if not self.full:
            told = shortened(printable(addresses_bared(message)), _LONGEST)
            self._findings.append(Finding(*spot, path, told, severity, self._source))
        if severity is Severity.ERROR:
            self._wrong.add(path)
            self._around.update(path[:length] for length in range(len(path) + 1))


def named(words: Iterable[object]) -> str:
    """The words as a sentence takes them: ``a, b and c``."""
    *most, last = map(str, words)
    return f"{', '.join(most)} and {last}" if most else last
