"""After the session: postponed transcoding and mixing make new files of what was recorded.

It is a job of its own, not part of the recording: the recording has said goodbye, and says nothing
more (docs/protocol.md#postponed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.events import (
    PostponedFinished,
    TranscoderCompleted,
    TranscoderStarted,
    TranscodingUploaded,
)
from mockrec.domain.moments import Millis
from mockrec.domain.streams import EVERYBODY, Transcoded
from mockrec.domain.task import Postponed
from mockrec.domain.values import dataclass, replace

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.recording import Recording
    from mockrec.domain.streams import Stream
    from mockrec.domain.task import Storage, Task


@dataclass(frozen=True)
class Transcoding:
    """What will be made of a recording, and when the next step is due."""

    task: Task
    storage: Storage
    files: tuple[Transcoded, ...]
    sequence: int
    due: Millis
    started: bool = False

    @property
    def key(self) -> str:
        """Under what the world knows it."""
        return f"{self.task.sid}/transcoding"


def plan(recording: Recording) -> Transcoding | None:
    """The job that an exited recording leaves behind, if it ordered one and has anything for it."""
    task, storage = recording.task, recording.storage
    streams = [one for one in recording.streams.values() if one.last_end is not None]
    if task.postponed is None or storage is None or not streams:
        return None
    files = tuple(
        Transcoded(uid, index, media, portrait=_portrait(streams, uid))
        for uid in _owners(task, streams)
        for index, media in enumerate(_parts(_length(streams, uid), task.timing.mp4))
    )
    due = recording.now + task.timing.settle
    return Transcoding(task, storage, files, recording.sequence, due)


def proceed(job: Transcoding) -> tuple[Transcoding | None, tuple[Event, ...]]:
    """The step that is due: the transcoder starts, or has finished; None when all is done."""
    at, number = job.due, job.sequence
    if not job.started:
        begun = replace(job, started=True, sequence=number + 1, due=at + job.task.timing.transcode)
        return begun, (TranscoderStarted(at=at, sequence=number),)
    files, storage = job.files, job.storage
    uploaded = tuple(TranscodingUploaded(at=at, file=file, storage=storage) for file in files)
    completed = TranscoderCompleted(at=at, sequence=number, files=files, storage=storage)
    finished = PostponedFinished(at=at, sequence=number + 1, files=files, storage=storage)
    return None, (*uploaded, completed, finished)


def _owners(task: Task, streams: list[Stream]) -> list[int]:
    """Transcoding makes files of each user, mixing of everybody."""
    if task.postponed is Postponed.MIXING:
        return [EVERYBODY]
    return sorted({one.key.uid for one in streams})


def _length(streams: list[Stream], uid: int) -> Millis:
    """From the first media to the last, of this user or of everybody."""
    ours = [one for one in streams if uid in (one.key.uid, EVERYBODY)]
    return max(one.last_end or 0 for one in ours) - min(one.opened for one in ours)


def _parts(length: Millis, longest: Millis) -> list[Millis]:
    whole, rest = divmod(length, longest)
    return [longest] * whole + ([rest] if rest else [])


def _portrait(streams: list[Stream], uid: int) -> bool:
    pictures = [one.picture for one in streams if one.key.uid == uid and one.picture]
    return any(picture.height > picture.width for picture in pictures)
