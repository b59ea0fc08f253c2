"""Buckets that answer by the book: a whole world at once, one recording late and by a script.

Nothing is stored here; what a real bucket does with a real file is tested beside this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final, TypeVar

from mockrec.domain.advance import advance, begin, react
from mockrec.domain.delivery import Bucketed
from mockrec.domain.events import Event, RestoreTried, UploadTried
from mockrec.domain.outgoing import of_tasks
from mockrec.domain.policy import Policy
from mockrec.domain.signals import BucketAnswered, Signal, StopRecording
from mockrec.domain.streams import Verdict
from tests.domain.studio import EPOCH, Studio

if TYPE_CHECKING:
    from mockrec.domain.moments import Millis
    from mockrec.domain.outgoing import Outgoing
    from mockrec.domain.recording import Recording
    from tests.laws.strategies import Story

STORED: Final = Verdict.STORED
FAILED: Final = Verdict.FAILED
REFUSED: Final = Verdict.REFUSED
SILENT: Final = None
"""No answer at all."""

REASON: Final = "there is no such bucket"
"""What a bucket says that refuses."""

E = TypeVar("E", bound=Event)


class Branch(Studio):
    """A studio whose files go to a bucket, which answers at once.

    The verdicts are given in the order of asking, the last of them for ever.
    """

    def __init__(self, *verdicts: Verdict | None, policy: Policy | None = None) -> None:
        super().__init__(replace(policy or Policy(), external=True))
        self._verdicts = list(verdicts)
        self._read = 0

    def jump(self, span: Millis) -> None:
        """Let time pass, from one due moment to the next, with an answer to all that is asked."""
        until = self.world.now + span
        self._step(self.world.now)
        while self.world.now < until:
            self._step(min(self.world.next_due or until, until))

    def change(self, *verdicts: Verdict | None) -> None:
        """From now on the bucket answers so."""
        self._verdicts = list(verdicts)

    def hear(self, key: str, number: int, verdict: Verdict) -> tuple[Outgoing, ...]:
        """The world hears this now, wherever it comes from; what happens then."""
        echo = Bucketed(key, number, verdict, REASON)
        self.world, outgoing = self.world.hear(echo, self.world.now)
        told = of_tasks(outgoing)
        self.outgoing += told
        return told

    def when(self, kind: type[E]) -> list[Millis]:
        """The moments at which something of this kind happened."""
        return [event.at - EPOCH for event in self.told(kind)]

    @property
    def asked(self) -> list[tuple[Millis, int, int]]:
        """When the bucket was asked for a file of a recording: moment, number, attempt."""
        tried = self.told(UploadTried)
        return [(event.at - EPOCH, event.number, event.attempt) for event in tried]

    def _step(self, to: Millis) -> None:
        super().jump(to - self.world.now)
        self._answer()
        while self.world.next_due is not None and self.world.next_due <= self.world.now:
            super().jump(0)
            self._answer()

    def _answer(self) -> None:
        while self._read < len(self.outgoing):
            task, event = self.outgoing[self._read].task, self.outgoing[self._read].event
            self._read += 1
            if isinstance(event, UploadTried | RestoreTried):
                verdict = self._verdicts.pop(0) if self._verdicts[1:] else self._verdicts[0]
                if verdict is SILENT:
                    continue
                if isinstance(event, UploadTried):
                    self.hear(task.sid, event.number, verdict)
                else:
                    self.hear(f"{task.sid}/backup", event.attempt, verdict)


@dataclass(frozen=True)
class Script:
    """What a bucket says to each upload and how long it takes to say it; it begins anew at its end.

    Each answer comes but once, and whatever happened meanwhile.
    """

    answers: tuple[tuple[Millis, Verdict], ...]

    def to(self, tried: UploadTried) -> tuple[Millis, int, Signal]:
        """When the answer comes, to which upload, and what it is."""
        delay, verdict = self.answers[tried.number % len(self.answers)]
        return tried.at + delay, tried.number, BucketAnswered(tried.number, verdict, REASON)


class Performance:
    """A story played against a script, from its start to the last answer.

    At each of the looks the recording is advanced for no other reason than to look. What is due at
    a moment happens before an answer that comes at it, and that before an order.
    """

    def __init__(self, story: Story, script: Script, looks: Iterable[Millis] = ()) -> None:
        self.recording, self.events = begin(story.task, story.users)
        self.answered: dict[int, Millis] = {}
        """When each answer came."""
        self._script = script
        self._looks = sorted(looks)
        self._coming: list[tuple[Millis, int, Signal]] = []
        self._expect(self.events)
        for at, signal in (*story.told, (story.stop, StopRecording())):
            self._play(at)
            self._take(*react(self.recording, signal, at))
        self._play(None)

    def _play(self, until: Millis | None) -> None:
        """Everything due by `until` happens, or everything that is ever due."""
        while (moment := self._next()) is not None and (until is None or moment <= until):
            self._take(*advance(self.recording, moment))
            self._looks = [look for look in self._looks if look > moment]
            due = self.recording.next_due
            if self._coming and self._coming[0][0] <= moment and (due is None or due > moment):
                at, number, signal = heappop(self._coming)
                self.answered[number] = at
                self._take(*react(self.recording, signal, moment))

    def _next(self) -> Millis | None:
        moments = [*self._looks[:1], *(coming[0] for coming in self._coming[:1])]
        if self.recording.next_due is not None:
            moments.append(self.recording.next_due)
        return max(self.recording.now, min(moments)) if moments else None

    def _take(self, recording: Recording, events: tuple[Event, ...]) -> None:
        self.recording = recording
        self.events += events
        self._expect(events)

    def _expect(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, UploadTried):
                heappush(self._coming, self._script.to(event))
