"""All journals in one stream, for whoever watches while it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockrec.sinks.journal import Entry

Show = Callable[[str, "Entry"], None]


class Feed:
    """Numbers the entries of all worlds in the order of writing, and shows them."""

    def __init__(self) -> None:
        self._watchers: list[Show] = []
        self._next = 0

    def next_serial(self) -> int:
        """A number that no entry has had in this process."""
        self._next += 1
        return self._next

    @property
    def newest(self) -> int:
        """The number of the newest entry; 0 where there is none."""
        return self._next

    def watch(self, show: Show) -> Callable[[], None]:
        """Be shown every entry to come; call what is returned to end it."""
        self._watchers.append(show)
        return lambda: self._watchers.remove(show)

    def show(self, app_id: str, entry: Entry) -> None:
        """Show an entry to all who watch."""
        for watcher in tuple(self._watchers):
            watcher(app_id, entry)
