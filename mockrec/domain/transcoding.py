"""After the session: postponed transcoding and mixing make new files of what was recorded.

It is a job of its own, not part of the recording: the recording has said goodbye, and says nothing
more (docs/protocol.md#postponed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.conditions import FAIR, Conditions
from mockrec.domain.events import TranscodingUploaded
from mockrec.domain.judging import say
from mockrec.domain.moments import Millis
from mockrec.domain.notices import (
    DownloadFailed,
    PostponedFinished,
    TranscoderCompleted,
    TranscoderStarted,
)
from mockrec.domain.streams import EVERYBODY, FileKind, Slice, Transcoded, Verdict
from mockrec.domain.task import Postponed
from mockrec.domain.values import dataclass, replace

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.recording import Recording
    from mockrec.domain.streams import RecordedFile, Stream
    from mockrec.domain.task import Storage, Task


@dataclass(frozen=True)
class Transcoding:
    """What will be made of a recording, and when the next step is due."""

    task: Task
    storage: Storage
    files: tuple[Transcoded, ...]
    sequence: int
    due: Millis
    playlists: tuple[RecordedFile, ...] = ()
    """What is fetched from the bucket, and with them their slices."""
    lacking: tuple[Slice, ...] = ()
    """What only the service's own backup has: the transcoder looks for it in the bucket."""
    failed: frozenset[int] = frozenset()
    """Of whom nothing can be made."""
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
    lacking = tuple(item for item in recording.backup if isinstance(item, Slice))
    return Transcoding(
        task,
        storage,
        files,
        recording.sequence,
        due=recording.now + task.timing.settle,
        playlists=tuple(file for file in recording.files if file.kind is FileKind.PLAYLIST),
        lacking=lacking,
        failed=frozenset(_owner(task, piece.key.uid) for piece in lacking),
    )


def proceed(
    job: Transcoding, conditions: Conditions = FAIR
) -> tuple[Transcoding | None, tuple[Event, ...]]:
    """The step that is due: the transcoder starts, or has finished; None when all is done."""
    judged = say(conditions, job.storage, external=False)
    if judged.verdict is not Verdict.STORED:
        job = replace(job, failed=frozenset(file.uid for file in job.files))
    return (None, _finished(job)) if job.started else _begun(job, judged.verdict)


def _begun(job: Transcoding, verdict: Verdict | None) -> tuple[Transcoding, tuple[Event, ...]]:
    """The transcoder fetches what was recorded, and tells once of all that it cannot get."""
    at, number = job.due, job.sequence
    started = TranscoderStarted(at=at, sequence=number)
    job = replace(job, started=True, sequence=number + 1, due=at + job.task.timing.transcode)
    missing = job.lacking if verdict is Verdict.STORED else job.playlists
    if not missing:
        return job, (started,)
    told = DownloadFailed(at=at, sequence=job.sequence, files=missing, storage=job.storage)
    return replace(job, sequence=job.sequence + 1), (started, told)


def _finished(job: Transcoding) -> tuple[Event, ...]:
    """What could be made is in the bucket."""
    at, number, storage = job.due, job.sequence, job.storage
    made = tuple(file for file in job.files if file.uid not in job.failed)
    failed = tuple(sorted(job.failed))
    uploaded = (TranscodingUploaded(at=at, file=file, storage=storage) for file in made)
    completed = TranscoderCompleted(
        at=at, sequence=number, files=made, storage=storage, failed=failed
    )
    finished = PostponedFinished(
        at=at, sequence=number + 1, files=made, storage=storage, failed=failed
    )
    return (*uploaded, completed, finished)


def _owners(task: Task, streams: list[Stream]) -> list[int]:
    """Transcoding makes files of each user, mixing of everybody."""
    return sorted({_owner(task, one.key.uid) for one in streams})


def _owner(task: Task, uid: int) -> int:
    return EVERYBODY if task.postponed is Postponed.MIXING else uid


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
