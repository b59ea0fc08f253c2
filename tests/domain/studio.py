"""A studio: one recording, or one world, played step by step.

Everything here begins at `EPOCH`; the moments of a `Take` count from there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from mockrec.domain.advance import advance, begin, react
from mockrec.domain.channel import Medium, User, Users
from mockrec.domain.commands import (
    Accepted,
    Acquire,
    Acquired,
    Awaiting,
    Join,
    Leave,
    Refused,
    Session,
    Start,
    Stop,
)
from mockrec.domain.events import Event, SliceCut
from mockrec.domain.moments import HOUR, Millis
from mockrec.domain.notices import Notice
from mockrec.domain.outgoing import Outgoing, of_tasks
from mockrec.domain.policy import Policy
from mockrec.domain.problems import Problem, Profile, Wording
from mockrec.domain.signals import SawUsers, Signal, StopRecording
from mockrec.domain.streams import Slice, StreamKey, Track
from mockrec.domain.task import Mode, Page, Storage, Task
from mockrec.domain.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockrec.domain.commands import Answer, Command, Resource
    from mockrec.domain.recording import Recording

EPOCH: Final = 1_782_896_400_000
"""2026-07-01T09:00:00Z."""
APP_ID: Final = "a" * 32
CNAME: Final = "room"
UID: Final = 527841
"""The uid of the recorder."""

AUDIO: Final = frozenset({Medium.AUDIO})
VIDEO: Final = frozenset({Medium.VIDEO})
SILENT: Final[frozenset[Medium]] = frozenset()

STORAGE: Final = Storage(1, 0, "bucket", "key", "secret", ("day1",))
PAGE: Final = Page("https://example.org/", 1280, 720, max_hours=3)
INDIVIDUAL: Final = Task(
    APP_ID, "0" * 32, "", 0, CNAME, UID, Mode.INDIVIDUAL, EPOCH, storage=STORAGE
)
MIX: Final = replace(INDIVIDUAL, mode=Mode.MIX)
WEB: Final = replace(INDIVIDUAL, mode=Mode.WEB, page=PAGE, scene=1)

# By these moments the recorder has joined, the first media has come, the first slice is uploaded.
JOINED: Final = 1_500
MEDIA: Final = 2_500
PAGE_LOADED: Final = 5_000
UNDER_WAY: Final = 30_000

E = TypeVar("E", bound=Event)


def crowd(size: int) -> list[User]:
    """Users 1, 2, … who publish audio and video."""
    return [User(number) for number in range(1, size + 1)]


def room(users: Iterable[User]) -> Users:
    """These users, who joined in this order."""
    return Users({user.uid: replace(user, order=order) for order, user in enumerate(users)})


def saw(*users: User) -> SawUsers:
    """The signal that the channel holds these users, who joined in this order."""
    return SawUsers(room(users))


class Take:
    """One recording as it unfolds, with all that happened to it; moments count from its start."""

    def __init__(self, task: Task, *users: User) -> None:
        self.recording, self.events = begin(task, room(users))

    def at(self, moment: Millis, signal: Signal) -> Take:
        """Let it run up to the moment, then give it the signal."""
        self.recording, events = react(self.recording, signal, EPOCH + moment)
        self.events += events
        return self

    def until(self, moment: Millis) -> Take:
        """Let it run up to the moment."""
        self.recording, events = advance(self.recording, EPOCH + moment)
        self.events += events
        return self

    def stop(self, moment: Millis) -> Take:
        """Stop it at the moment, and let it run to its end."""
        self.at(moment, StopRecording())
        return self.until(moment + 60_000)

    def told(self, kind: type[E]) -> list[E]:
        """What happened of this kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def when(self, kind: type[Event]) -> list[Millis]:
        """The moments at which something of this kind happened."""
        return [event.at - EPOCH for event in self.told(kind)]

    def notices(self) -> list[str]:
        """The names of what the outside was told, in order."""
        return [type(notice).__name__ for notice in self.told(Notice)]

    def cut(self, uid: int, track: Track) -> list[Slice]:
        """The finished slices of one stream."""
        key = StreamKey(uid, track)
        return [event.slice for event in self.told(SliceCut) if event.slice.key == key]

    def spans(self, uid: int, track: Track) -> list[tuple[Millis, Millis]]:
        """From when to when each slice of one stream lasts."""
        return [(piece.start - EPOCH, piece.end - EPOCH) for piece in self.cut(uid, track)]

    def history(self) -> list[tuple[Millis, int]]:
        """Each turn of the status: when, and to what."""
        return [(turn.at - EPOCH, int(turn.status)) for turn in self.recording.history]


class Studio:
    """One world, its commands given at the moment at which it stands."""

    def __init__(self, policy: Policy | None = None, *, app_id: str = APP_ID) -> None:
        self.world = World(app_id, 0, EPOCH, policy or Policy())
        self.outgoing: tuple[Outgoing, ...] = ()

    def do(self, command: Command) -> Answer:
        """Give the command, now."""
        self.world, answer, outgoing = self.world.obey(command, self.world.now)
        self.outgoing += of_tasks(outgoing)
        return answer

    def jump(self, span: Millis) -> None:
        """Let time pass."""
        self.world, outgoing = self.world.pass_time(self.world.now + span)
        self.outgoing += of_tasks(outgoing)

    def acquire(
        self,
        cname: str = CNAME,
        uid: int = UID,
        *,
        scene: int = 0,
        expires: Millis = 72 * HOUR,
        start_parameter: object = None,
    ) -> Resource:
        """Acquire a resource, which has to succeed."""
        answer = self.do(Acquire(cname, uid, scene, expires, start_parameter))
        assert isinstance(answer, Acquired), answer
        return answer.resource

    def start(
        self, resource: Resource, order: Task = INDIVIDUAL, document: object = None
    ) -> Answer:
        """Start with this resource what was acquired with it."""
        named = replace(
            order, resource_id=resource.id, cname=resource.cname, uid=resource.uid, sid=""
        )
        return self.do(Start(resource.id, named, document))

    def record(
        self,
        order: Task = INDIVIDUAL,
        cname: str = CNAME,
        uid: int = UID,
        *,
        expires: Millis = 72 * HOUR,
    ) -> Session:
        """Acquire and start, which has to succeed."""
        task = accepted(self.start(self.acquire(cname, uid, expires=expires), order))
        return Session(task.resource_id, task.sid, task.mode, task.cname, task.uid)

    def join(self, *users: User, cname: str = CNAME) -> None:
        """Users come in, by hand."""
        for user in users:
            self.do(Join(cname, user))

    def leave(self, *uids: int, cname: str = CNAME) -> None:
        """Users go, by hand."""
        for uid in uids:
            self.do(Leave(cname, uid))

    def stop(self, session: Session) -> Answer:
        """Stop, wait as the service would, and give its answer."""
        waited = self.do(Stop(session))
        assert isinstance(waited, Awaiting)
        while not self.recording(session).exited and self.world.now < waited.until:
            due = self.world.next_due or waited.until
            self.jump(min(due, waited.until) - self.world.now)
        return self.world.conclude(waited)

    def recording(self, session: Session) -> Recording:
        """The recording as it stands."""
        return self.world.recordings[session.sid]

    def told(self, kind: type[E]) -> list[E]:
        """What happened of this kind, to any recording."""
        return [each.event for each in self.outgoing if isinstance(each.event, kind)]


def accepted(answer: Answer) -> Task:
    """The task of a start or an update, which has to have succeeded."""
    assert isinstance(answer, Accepted), answer
    return answer.task


def refused(answer: Answer) -> Refused:
    """The refusal that an answer has to be."""
    assert isinstance(answer, Refused), answer
    return answer


@dataclass(frozen=True)
class Said:
    """A refusal, by its name and in the words of both editions."""

    problem: str
    now: str
    then: str


def said(answer: Answer) -> Said:
    """What a refusal says: ``status/code reason`` in the edition of 2026 and in that of 2020."""
    return worded(refused(answer).problem)


def worded(problem: Problem) -> Said:
    """What a problem says on the wire."""
    return Said(problem.name, *(_words(problem.on(profile)) for profile in Profile))


def refusal(problem: Problem, now: str, then: str = "") -> Said:
    """What is expected of it; without `then` both editions say the same."""
    return Said(problem.name, now, then or now)


def _words(wording: Wording) -> str:
    code = "" if wording.code is None else f"/{wording.code}"
    return f"{wording.status}{code} {wording.reason}"
