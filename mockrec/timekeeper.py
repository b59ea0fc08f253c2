"""Lets time pass in the worlds, and waits for what it brings.

A timer of the event loop wakes a world whose clock runs; a clock that stands is moved by `advance`,
and by a stop that waits for its files.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from mockrec.clock import BREATH, breathe, stopwatch
from mockrec.domain.commands import Answer, Awaiting, Refused
from mockrec.domain.moments import MINUTE, Millis
from mockrec.domain.outgoing import Happening
from mockrec.domain.problems import NO_WORKER

if TYPE_CHECKING:
    from mockrec.realm import Realm
    from mockrec.sinks.feed import Feed
    from mockrec.sinks.journal import Entry
    from mockrec.steward import Steward

_STRIDE: Final[Millis] = 10 * MINUTE
"""How far time passes at once, so that a long jump lets others in between."""

Reached = Callable[[Happening], bool]
Wanted = Callable[[], bool]


class Timekeeper:
    """Moves the worlds of one process through time."""

    def __init__(self, steward: Steward, feed: Feed) -> None:
        self._steward = steward
        self._feed = feed

    def ring(self, realm: Realm) -> None:
        """Something is due on a clock that runs; what takes long lets others in between."""
        following = realm.follower is not None and not realm.follower.done()
        if not (realm.closed or following or self._steward.catch_up(realm)):
            realm.follower = asyncio.get_running_loop().create_task(self._follow(realm))

    async def _follow(self, realm: Realm) -> None:
        """Bring a world up to its clock, breath by breath; it does not run away from its files."""
        caught_up = False
        while not (realm.closed or caught_up):
            await self._steward.carry(realm)
            await breathe()
            caught_up = self._steward.catch_up(realm)

    async def advance(
        self,
        realm: Realm,
        to: Millis,
        reached: Reached | None = None,
        wanted: Wanted | None = None,
    ) -> tuple[list[Entry], bool]:
        """Move the clock to `to`, or only to the first happening that is `reached`.

        It goes no further once nobody wants it any more, which it asks at each stride. Returns what
        the journal says of that time, after all of it was carried out, and whether it was reached,
        by this move or by whatever else came meanwhile.
        """
        await _ended(realm.posting)
        first, before = realm.journal.next_number, realm.now()
        seen: list[Entry] = []
        end = self._feed.watch(partial(_notice, realm, reached, seen)) if reached else None
        try:
            await self._pass(realm, to, seen if reached else None, told=True, wanted=wanted)
        finally:
            if end is not None:
                end()
        realm.clock_moved(before)
        await self._steward.carry(realm)
        return list(realm.journal.since(first)), bool(seen)

    async def wait(self, realm: Realm, awaiting: Awaiting) -> Answer:
        """Wait for a recording to exit: on a clock that stands by moving it, else in time."""
        before = realm.now()
        if realm.clock.runs:
            await realm.over_in_time(awaiting)
        else:
            await _ended(realm.uploading)
            while not realm.closed and not realm.over(awaiting):
                due = realm.world.recordings[awaiting.sid].next_due
                moment = min(due or awaiting.until, awaiting.until)
                await self._pass(realm, moment, None, told=False)
            realm.clock_moved(before)
        await self._steward.carry(realm)
        recording = realm.world.recordings.get(awaiting.sid)
        if realm.closed and recording is not None:
            task = recording.task
            return Refused(NO_WORKER, "the world ended while the stop waited", task.cname, task.uid)
        return realm.world.conclude(awaiting)

    async def spend(self, realm: Realm, span: Millis) -> None:
        """Return when so much time has passed here, or the world has ended.

        A clock that stands is moved by it.
        """
        if realm.clock.runs:
            with suppress(TimeoutError):
                async with asyncio.timeout(realm.clock.seconds_until(realm.now() + span)):
                    await realm.ended.wait()
        else:
            before = realm.now()
            await self._pass(realm, before + span, None, told=False)
            realm.clock_moved(before)
        await self._steward.carry(realm)

    async def _pass(
        self,
        realm: Realm,
        to: Millis,
        seen: list[Entry] | None,
        *,
        told: bool,
        wanted: Wanted | None = None,
    ) -> None:
        """Let time pass up to a moment, or until what is looked for has been seen, or unwanted.

        It passes in strides; but from one due moment to the next where something is looked for, or
        where somebody is told and may have to be told again before time goes on (`told`). What was
        asked of buckets before is answered first.
        """
        await _ended(realm.uploading)
        began, caught_up = stopwatch(), True
        while not (realm.closed or seen) and (not caught_up or wanted is None or wanted()):
            policy, owed = realm.world.policy, bool(realm.world.outbox)
            asks = policy.external or (told and (owed or policy.callback is not None))
            now, due = realm.shown(), realm.world.next_due
            if due is None or due > to:
                realm.clock.reach(to)
            elif asks or seen is not None:
                realm.clock.reach(due)
            elif due > now:
                realm.clock.reach(min(to, max(now + _STRIDE, due)))
            caught_up = self._steward.catch_up(realm)
            await self._steward.carry(realm)
            await _ended(realm.uploading)
            if told:
                await _ended(realm.posting)
            if realm.shown() >= to and not _due(realm, to):
                return
            if not caught_up or stopwatch() - began > BREATH:
                await breathe()
                began = stopwatch()


def _notice(realm: Realm, reached: Reached, seen: list[Entry], app_id: str, entry: Entry) -> None:
    """Note an entry that is looked for."""
    happened = entry.subject
    if app_id == realm.app_id and isinstance(happened, Happening) and reached(happened):
        seen.append(entry)


async def _ended(tasks: set[asyncio.Task[None]]) -> None:
    """Return when nothing of this kind is on its way any more."""
    while tasks:
        await asyncio.wait(tasks)


def _due(realm: Realm, to: Millis) -> bool:
    """Whether an answer has made something due that time has passed already."""
    return realm.world.next_due is not None and realm.world.next_due <= to
