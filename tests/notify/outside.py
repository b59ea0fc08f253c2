"""A world and an outside that answers by a script: what is posted, heard, and told in the end.

Everything is a value here: the same script comes to the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

from hypothesis import strategies as st

from mockrec.domain.commands import Acquire, Acquired, Command, Start, Stop
from mockrec.domain.commands import Session as Ids
from mockrec.domain.delivery import Callback, Delivered, GivenUp, Heard, Posted
from mockrec.domain.moments import Millis
from mockrec.domain.outgoing import Happening, Outgoing, of_tasks
from mockrec.domain.policy import Policy
from mockrec.domain.task import Mode, Storage, Task
from mockrec.domain.values import replace
from mockrec.domain.world import World
from mockrec.render.envelope import envelope
from mockrec.render.ledger import happening
from mockrec.render.notification import NoticeStyle
from mockrec.render.signature import signatures

EPOCH: Final = 1_782_896_400_000
APP_ID: Final = "a" * 32
SECRET: Final = "s3cr3t"
END: Final = 400_000
"""Long after every recording, every answer and every retry of a script."""

NEVER: Final = END + 1

ORDER: Final = Task(
    APP_ID, "", "", 0, "", 0, Mode.MIX, 0, storage=Storage(1, 0, "bucket", "key", "secret")
)
MODES: Final = (Mode.INDIVIDUAL, Mode.MIX)


@dataclass(frozen=True, slots=True)
class Reaction:
    """How the outside takes an attempt: after how long, and whether it takes it at all."""

    after: Millis = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A story of a world with a callback."""

    retry: tuple[Millis, ...]
    reactions: tuple[Reaction, ...]
    """To the attempts, in the order of their posting; after the last of them all goes well."""
    stops: tuple[Millis, ...]
    """A recording is started at the beginning for each of these, and stopped then."""


GAPS = st.integers(0, 9_000) | st.sampled_from([0, 2_000, 5_000])
REACTIONS = st.builds(
    Reaction,
    after=st.just(0) | st.integers(0, 12_000),
    problem=st.sampled_from(["", "answered 500", "answered 500"]),
)
SCRIPTS = st.builds(
    Script,
    retry=st.lists(GAPS, max_size=4).map(tuple),
    reactions=st.lists(REACTIONS, max_size=40).map(tuple),
    stops=st.lists(st.integers(0, 40_000), min_size=1, max_size=3).map(tuple),
)


@dataclass
class Play:
    """A script as it is played; every moment counts from the beginning."""

    script: Script
    world: World = field(init=False)
    outgoing: list[Outgoing] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    """The attempts, as they would have been posted, signed."""
    heard: list[Heard] = field(default_factory=list)
    _agenda: list[tuple[Millis, int, Heard | Command]] = field(default_factory=list)
    _entries: int = 0

    def __post_init__(self) -> None:
        callback = Callback("http://127.0.0.1:9/", SECRET, retry=self.script.retry)
        self.world = World(APP_ID, 0, EPOCH, Policy(callback=callback))
        for number, stop in enumerate(self.script.stops, 1):
            self._begin(number, stop)

    def until(self, end: Millis = END, looks: Sequence[Millis] = ()) -> Play:
        """Play up to a moment; at each of the looks time passes for no other reason."""
        for at in [*sorted(looks), end]:
            while (due := self._due) <= at:
                if self._agenda and self._agenda[0][0] == due:
                    self._do(heappop(self._agenda)[2], EPOCH + due)
                else:
                    self._keep(*self.world.pass_time(EPOCH + due))
            self._keep(*self.world.pass_time(EPOCH + at))
        return self

    @property
    def _due(self) -> Millis:
        """The next moment at which the world does something, or the outside to it."""
        said = self._agenda[0][0] if self._agenda else NEVER
        due = self.world.next_due
        return said if due is None else min(said, max(due, self.world.now) - EPOCH)

    def hear(self, echo: Heard) -> None:
        """Somebody says this, now."""
        self._keep(*self.world.hear(echo, self.world.now))

    def of(self, notice_id: str) -> Iterator[Posted | Delivered | GivenUp]:
        """What became of one notification."""
        for one in self.outgoing:
            if isinstance(one.event, Posted | Delivered | GivenUp) and one.event.id == notice_id:
                yield one.event

    @property
    def posted(self) -> list[Posted]:
        """Every attempt."""
        return [one.event for one in self.outgoing if isinstance(one.event, Posted)]

    @property
    def ids(self) -> list[str]:
        """Every notification that was ever to be told, in order."""
        told = (Posted, Delivered, GivenUp)
        events = (one.event for one in self.outgoing)
        return list(dict.fromkeys(event.id for event in events if isinstance(event, told)))

    @property
    def journal(self) -> list[object]:
        """What the journal would say; attempts are not in it."""
        return [
            happening(one.task, one.event)
            for one in self.outgoing
            if not isinstance(one.event, Posted)
        ]

    def _begin(self, number: int, stop: Millis) -> None:
        cname, mode = f"room {number}", MODES[number % len(MODES)]
        self.world, answer, _ = self.world.obey(Acquire(cname, number), EPOCH)
        assert isinstance(answer, Acquired)
        resource_id = answer.resource.id
        order = replace(ORDER, resource_id=resource_id, cname=cname, uid=number, mode=mode)
        self._do(Start(resource_id, order, None), EPOCH)
        sid = self.outgoing[-1].task.sid
        self._later(stop, Stop(Ids(resource_id, sid, mode, cname, number), asynchronous=True))

    def _do(self, what: Heard | Command, at: Millis) -> None:
        if isinstance(what, Heard):
            self.heard.append(what)
            self._keep(*self.world.hear(what, at))
        else:
            world, _, outgoing = self.world.obey(what, at)
            self._keep(world, outgoing)

    def _keep(self, world: World, outgoing: tuple[Happening, ...]) -> None:
        self.world = world
        for one in of_tasks(outgoing):
            self.outgoing.append(one)
            if isinstance(one.event, Posted):
                self._send(one.task, one.event)

    def _send(self, task: Task, posted: Posted) -> None:
        number, reactions = len(self.sent), self.script.reactions
        body = envelope(
            task, posted.notice, notice_id=posted.id, notify_ms=posted.at, options=NoticeStyle()
        )
        self.sent.append(body + repr(signatures(SECRET, body)).encode())
        reaction = reactions[number] if number < len(reactions) else Reaction()
        answer = Heard(posted.id, posted.attempt, reaction.problem)
        self._later(posted.at - EPOCH + reaction.after, answer)

    def _later(self, at: Millis, what: Heard | Command) -> None:
        heappush(self._agenda, (at, self._entries, what))
        self._entries += 1
