"""A world with all that is not a value: its clock, its journal, its files, and who waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING

from mockrec.clock import Clock
from mockrec.domain.moments import DAY, SECOND, Millis
from mockrec.domain.values import dataclass
from mockrec.domain.world import World
from mockrec.sinks.journal import ClockMove, Journal, Kind
from mockrec.sinks.postbox import Postbox

if TYPE_CHECKING:
    from mockrec.domain.commands import Awaiting
    from mockrec.domain.outgoing import Outgoing
    from mockrec.playbook.scenario import Performance
    from mockrec.sinks.shelf import Shelf


@dataclass(slots=True, eq=False)
class Realm:
    """One App ID in this process."""

    world: World
    clock: Clock
    shelf: Shelf
    journal: Journal
    ring: Callable[[Realm], None]
    """What the alarm does when it goes off."""
    credentials: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    calls: int = 0
    call_prefix: str = ""
    """What the ids of all requests to this world begin with."""
    backlog: list[Outgoing] = field(default_factory=list)
    """What has happened and is not carried out yet."""
    carrying: asyncio.Lock = field(default_factory=asyncio.Lock)
    carrier: asyncio.Task[None] | None = None
    postbox: Postbox = field(default_factory=Postbox)
    uploading: set[asyncio.Task[None]] = field(default_factory=set)
    """Files on their way to a real bucket."""
    posting: set[asyncio.Task[None]] = field(default_factory=set)
    """Notifications on their way, a task for each moment's."""
    last_posting: asyncio.Task[None] | None = None
    waiting: list[tuple[Awaiting, asyncio.Future[None]]] = field(default_factory=list)
    alarm: asyncio.TimerHandle | None = None
    alarm_at: Millis = 0
    closed: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the world is closed."""
    performance: Performance | None = None
    """The scenario that is being played."""
    announced: Millis = 0
    """The latest moment that anybody was told to be the present: all due by it has happened."""
    follower: asyncio.Task[None] | None = None
    """What brings the world up to a clock that has run ahead of it."""

    @property
    def app_id(self) -> str:
        """Whose world it is."""
        return self.world.app_id

    def next_call(self) -> tuple[int, str]:
        """The number and the id of a request."""
        number, self.calls = self.calls, self.calls + 1
        return number, f"{self.call_prefix}{number:012x}"

    def now(self) -> Millis:
        """The present; it never goes back, whatever the clock does."""
        self.announced = self.shown()
        return self.announced

    def shown(self) -> Millis:
        """What the clock shows; the present, once everything due by then has happened."""
        return max(self.clock.now(), self.world.now)

    @property
    def late(self) -> bool:
        """Whether anything is due that has not happened."""
        due = self.world.next_due
        return due is not None and due <= self.shown()

    def over(self, awaiting: Awaiting) -> bool:
        """Whether there is nothing left to wait for."""
        recording = self.world.recordings.get(awaiting.sid)
        return recording is None or recording.exited or self.world.now >= awaiting.until

    async def over_in_time(self, awaiting: Awaiting) -> None:
        """Return when there is nothing left to wait for, on a clock that runs."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((awaiting, future))
        self.wake()
        self.set_alarm()
        await future

    def wake(self) -> None:
        """Tell those who wait for a recording that is over."""
        for awaiting, future in self.waiting:
            if not future.done() and (self.closed or self.over(awaiting)):
                future.set_result(None)
        self.waiting = [(one, future) for one, future in self.waiting if not future.done()]

    def next_alarm(self) -> Millis | None:
        """When a clock that runs has to wake this world; None where it need not."""
        if self.closed or not self.clock.runs:
            return None
        moments = [awaiting.until for awaiting, _ in self.waiting]
        if self.world.next_due is not None:
            moments.append(self.world.next_due)
        return min(moments, default=None)

    def set_alarm(self) -> None:
        """Wake the world when the next thing is due, unless it will be woken then anyway."""
        due = self.next_alarm()
        if self.alarm is not None:
            if due == self.alarm_at:
                return
            self.alarm.cancel()
            self.alarm = None
        if due is not None:
            self.alarm_at = due
            delay = min(self.clock.seconds_until(due), DAY / SECOND)
            self.alarm = asyncio.get_running_loop().call_later(delay, self._go_off)

    def clock_moved(self, before: Millis) -> None:
        """Write into the journal that the clock shows another time, or runs another way."""
        move = ClockMove(str(self.clock.mode), self.clock.rate, before)
        self.journal.write(self.now(), Kind.CLOCK, move)

    def close(self) -> None:
        """End the alarm and all waiting; nothing of this world is carried out any more."""
        self.closed = True
        self.ended.set()
        self.backlog = []
        self.journal.mute()
        for task in self.posting | self.uploading:
            task.cancel()
        if self.alarm is not None:
            self.alarm.cancel()
        if self.follower is not None:
            self.follower.cancel()
        self.wake()

    def _go_off(self) -> None:
        self.alarm = None
        self.ring(self)
