"""What the person at the terminal is told: one line for each thing gone wrong, and no flood.

Whoever calls is told in headers what was wrong with a call. A recording that dies and a
notification that nobody took have no caller: they are told here, as the journal has them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TextIO

from mockrec.clock import stopwatch
from mockrec.domain.delivery import GivenUp
from mockrec.domain.events import StatusChanged
from mockrec.domain.notices import RecordingWarned
from mockrec.domain.outgoing import Outgoing
from mockrec.domain.recording import Status
from mockrec.domain.uploading import TO_BACKUP

if TYPE_CHECKING:
    from mockrec.sinks.journal import Entry

log: Final = logging.getLogger("mockrec")

MOST_LINES: Final = 20
"""In one second; how many more there were is told afterwards."""


class Terminal(logging.StreamHandler[TextIO]):
    """Writes so many lines a second, each of them one line, and counts the rest."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = stopwatch) -> None:
        super().__init__(stream)
        self._clock = clock
        self._since = clock()
        self._lines = self._left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, unless there were too many in this second."""
        if self._clock() - self._since >= 1:
            self._tell_rest()
            self._since, self._lines = self._clock(), 0
        self._lines += 1
        if self._lines > MOST_LINES:
            self._left_out += 1
        else:
            super().emit(record)

    def format(self, record: logging.LogRecord) -> str:
        """What a stranger sent cannot begin a line of its own, or colour one."""
        text = super().format(record)
        return text if record.exc_info else "".join(map(_visible, text))

    def close(self) -> None:
        """Tell how many lines were left out, and write no more."""
        self._tell_rest()
        super().close()

    def _tell_rest(self) -> None:
        if self._left_out:
            more = f"{self._left_out} more lines, left out"
            self._left_out = 0
            super().emit(logging.LogRecord(log.name, logging.INFO, "", 0, more, None, None))


def tell(app_id: str, entry: Entry) -> None:
    """Tell of an entry of the journal that nobody else is told of."""
    if isinstance(entry.subject, Outgoing):
        task = entry.subject.task
        match entry.subject.event:
            case StatusChanged(status=Status.FAILED, because=why):
                log.warning("%s: recording %s of %s: %s", app_id, task.sid, task.cname, why)
            case RecordingWarned(code=code) if code == TO_BACKUP:
                backed_up = "%s: recording %s of %s: a file did not reach the bucket: backed up"
                log.warning(backed_up, app_id, task.sid, task.cname)
            case GivenUp(id=notice, attempts=attempts, why=why):
                given_up = "%s: notification %s of recording %s: given up after %s attempts: %s"
                log.warning(given_up, app_id, notice, task.sid, attempts, why)


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else f"\\u{ord(letter):04x}"
