"""After the session: the service's own backup brings what the bucket did not take.

It tries, and tries again, until everything is there or it has tried for long enough; the playlists
then come under names of their own (docs/protocol.md#backup).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockrec.domain.conditions import FAIR, Conditions
from mockrec.domain.events import Restored, RestoreFailed, RestoreTried
from mockrec.domain.judging import say
from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.streams import Verdict
from mockrec.domain.values import dataclass, replace

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.recording import Recording
    from mockrec.domain.streams import Item
    from mockrec.domain.task import Storage, Task

ATTEMPTS: Final = 12
"""How often the backup comes before it gives up."""
_SHORTEST: Final = SECOND
"""The least time between two attempts: without any, they would all be made in one moment."""


@dataclass(frozen=True)
class Restoring:
    """What the backup still has of a recording, and when it comes next."""

    task: Task
    storage: Storage
    items: tuple[Item, ...]
    due: Millis
    attempt: int = 0
    waiting: bool = False
    """Whether a real bucket has not answered the last attempt yet: then there is no other."""

    @property
    def key(self) -> str:
        """Under what the world knows it."""
        return f"{self.task.sid}/backup"


def plan(recording: Recording) -> Restoring | None:
    """The job that an exited recording leaves behind, if the backup has anything of it."""
    task, storage = recording.task, recording.storage
    if not recording.backup or storage is None:
        return None
    return Restoring(task, storage, recording.backup, recording.now + task.timing.restore)


def proceed(
    job: Restoring, conditions: Conditions = FAIR
) -> tuple[Restoring | None, tuple[Event, ...]]:
    """The backup comes; but for a real bucket, it is known at once what comes of it."""
    later = replace(job, due=job.due + max(_SHORTEST, job.task.timing.restore))
    if job.waiting:
        return later, ()
    attempt = job.attempt + 1
    tried = replace(later, attempt=attempt, waiting=True)
    judged = say(conditions, job.storage, external=job.task.external)
    event: Event
    if judged.verdict in (None, Verdict.STORED):
        event = RestoreTried(at=job.due, attempt=attempt, items=job.items, storage=job.storage)
    else:
        event = RestoreFailed(at=job.due, attempt=attempt, reason=judged.reason)
    if judged.verdict is None:
        return tried, (event,)
    following, told = answered(tried, judged.verdict, job.due)
    return following, (event, *told)


def answered(
    job: Restoring, verdict: Verdict, at: Millis
) -> tuple[Restoring | None, tuple[Event, ...]]:
    """What the bucket said: all is there, or the backup comes again, or never."""
    if not job.waiting:
        return job, ()
    if verdict is Verdict.STORED:
        return None, (Restored(at=at, complete=True),)
    if verdict is Verdict.REFUSED or job.attempt >= ATTEMPTS:
        return None, (Restored(at=at, complete=False),)
    return replace(job, waiting=False), ()
