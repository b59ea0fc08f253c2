"""The imperative shell: worlds, their clocks, and what is carried out of them.

A command reads the clock once, the world obeys, the new world is kept and what happened is queued;
no `await` stands between. Files are written afterwards, in order, world by world. A timer of the
event loop wakes a world whose clock runs; a clock that stands is moved by `advance`, and by a stop
that waits for its files.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from mockrec.carrier import Carrier, Drafts
from mockrec.clock import Clock, ClockMode, breathe, stopwatch
from mockrec.domain.commands import Answer, Awaiting, Command, Refused
from mockrec.domain.delivery import Delivered, Echo, GivenUp, Posted
from mockrec.domain.events import RestoreTried, UploadTried
from mockrec.domain.ids import new_id
from mockrec.domain.moments import DAY, MINUTE, SECOND, Millis
from mockrec.domain.policy import Policy
from mockrec.domain.problems import NO_WORKER, Profile
from mockrec.domain.streams import Verdict
from mockrec.domain.values import replace
from mockrec.domain.world import Outgoing, World
from mockrec.postman import Postman
from mockrec.realm import Realm
from mockrec.sinks.feed import Feed
from mockrec.sinks.journal import Entry, Journal, Kind, Mishap
from mockrec.sinks.media import WANTED, MediaSink
from mockrec.sinks.shelf import Filed, Shelf

if TYPE_CHECKING:
    from mockrec.storage import Store

log: Final = logging.getLogger("mockrec")

MOST_WORLDS: Final = 10_000
_STRIDE: Final[Millis] = 10 * MINUTE
"""How far time passes at once, so that a long jump lets others in between."""
_BATCH: Final = 64
_BREATH: Final = 0.02
_ORDERLY: Final = 1.0
"""Real seconds that notifications wait for those before them."""
_APP_ID: Final = re.compile(r"[0-9a-f]{32}")

Reached = Callable[[Outgoing], bool]


@dataclass(frozen=True, slots=True)
class Defaults:
    """How a world begins."""

    seed: int = 0
    policy: Policy = Policy()
    clock_mode: ClockMode = ClockMode.WALL
    clock_rate: float = 1.0
    start_at: Millis | None = None
    credentials: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    apps: tuple[str, ...] = ()


class Engine:
    """All worlds of one process."""

    def __init__(
        self,
        defaults: Defaults,
        store: Store,
        media: MediaSink,
        postman: Postman | None = None,
        carrier: Carrier | None = None,
    ) -> None:
        self._defaults = defaults
        self._carrier = carrier
        self.postman = postman or Postman()
        self._store = store
        self._media = media
        self._realms: OrderedDict[str, Realm] = OrderedDict()
        self.feed = Feed()
        self._strays = 0
        self.counted: Counter[tuple[str, int]] = Counter()
        """How many requests there were, by operation and status."""

    @property
    def credentials(self) -> tuple[tuple[str, str], ...]:
        """Who may call where no world is concerned; nobody is turned away where none are set."""
        return self._defaults.credentials

    @property
    def profile(self) -> Profile:
        """Which edition speaks where no world is concerned."""
        return self._defaults.policy.profile

    def stray_id(self) -> str:
        """A request id for an answer that belongs to no world."""
        self._strays += 1
        return new_id(self._defaults.seed, "request", "", self._strays)

    def known(self, app_id: str) -> Realm | None:
        """The world of this App ID, if it has been made."""
        return self._realms.get(app_id)

    def realms(self) -> tuple[Realm, ...]:
        """Every world, the most recently made last."""
        return tuple(self._realms.values())

    def admits(self, app_id: str) -> bool:
        """Whether the service knows this App ID: 32 lower-case hex digits, or a registered one."""
        return _APP_ID.fullmatch(app_id) is not None or app_id in self._defaults.apps

    def realm(self, app_id: str) -> Realm:
        """The world of this App ID, made at first use."""
        realm = self._realms.get(app_id)
        return realm if realm is not None else self._make(app_id)

    async def do(self, realm: Realm, command: Command) -> Answer:
        """Obey a command at the present moment; a stop that waits is answered when it has."""
        world, answer, outgoing = realm.world.obey(command, realm.now())
        self._keep(realm, world, outgoing)
        return await self._wait(realm, answer) if isinstance(answer, Awaiting) else answer

    def within_rate(self, realm: Realm) -> bool:
        """Count a request against the rate limit of its world."""
        realm.world, admitted = realm.world.admit(realm.now())
        return admitted

    async def advance(
        self, realm: Realm, to: Millis, reached: Reached | None = None
    ) -> tuple[list[Entry], bool]:
        """Move the clock to `to`, or only to the first happening that is `reached`.

        Returns what the journal says of that time, after all of it was carried out, and whether it
        was reached, by this move or by whatever else came meanwhile.
        """
        await _ended(realm.posting)
        first, before = realm.journal.next_number, realm.now()
        seen: list[Entry] = []
        end = self.feed.watch(partial(_notice, realm, reached, seen)) if reached else None
        try:
            await self._pass(realm, to, seen if reached else None, answered=True)
        finally:
            if end is not None:
                end()
        realm.clock_moved(before)
        await self.carry(realm)
        return list(realm.journal.since(first)), bool(seen)

    def set_clock(self, realm: Realm, mode: ClockMode, rate: float) -> None:
        """Let the clock run in another way from now on."""
        self._catch_up(realm)
        realm.clock.follow(mode, rate)
        realm.clock_moved(realm.now())
        self._set_alarm(realm)

    def set_policy(self, realm: Realm, policy: Policy) -> None:
        """Let the world behave in another way from now on; recordings keep their delays."""
        self._catch_up(realm)
        realm.world = replace(realm.world, policy=policy)

    async def carry(self, realm: Realm) -> None:
        """Return when everything that has happened so far has been carried out."""
        async with realm.carrying:
            began = stopwatch()
            while realm.backlog:
                batch, realm.backlog = realm.backlog[:_BATCH], realm.backlog[_BATCH:]
                await self._draw(realm, batch)
                if stopwatch() - began > _BREATH:
                    await breathe()
                    began = stopwatch()

    async def fetch(self, realm: Realm, bucket: str, key: str) -> tuple[Filed, bytes] | None:
        """A file of this world, from wherever it lies."""
        filed = realm.shelf.find(bucket, key)
        if filed is None or filed.storage is None or self._carrier is None:
            return realm.shelf.get(bucket, key)
        data = await self._carrier.fetch(filed.storage, key)
        return None if data is None else (filed, data)

    async def reset(self, app_id: str) -> dict[str, int]:
        """Forget the world and its files, and say what there was."""
        realm = self._realms.pop(app_id, None)
        if realm is None:
            return {"recordings": 0, "resources": 0, "timers": 0, "entries": 0, "files": 0}
        realm.close()
        async with realm.carrying:
            self._media.forget(app_id)
            recordings = realm.world.recordings
            return {
                "recordings": len(recordings),
                "resources": len(realm.world.resources),
                "timers": sum(len(recording.agenda) for recording in recordings.values()),
                "entries": len(realm.journal),
                "files": realm.shelf.clear(),
            }

    async def close(self) -> None:
        """End all timers and waiting, with the files of what has happened written."""
        for realm in self.realms():
            await self.carry(realm)
            realm.close()
        await self.postman.close()

    def _make(self, app_id: str) -> Realm:
        defaults = self._defaults
        clock = Clock(defaults.clock_mode, defaults.clock_rate, defaults.start_at)
        world = World(app_id, defaults.seed, clock.now(), defaults.policy)
        realm = Realm(
            world,
            clock,
            Shelf(self._store),
            Journal(app_id, self.feed),
            credentials=defaults.credentials,
            call_prefix=new_id(defaults.seed, "request", app_id, 0)[:20],
        )
        if len(self._realms) >= MOST_WORLDS:
            idle = next((one for one in self._realms.values() if not one.world.live), None)
            if idle is not None:
                self._realms.pop(idle.app_id).close()
        self._realms[app_id] = realm
        return realm

    def _keep(self, realm: Realm, world: World, outgoing: Iterable[Outgoing]) -> None:
        """The new world is in force; what happened is in the journal, and queued for the files."""
        realm.world = world
        posts: list[Outgoing] = []
        for happened in outgoing:
            if isinstance(happened.event, Posted):
                posts.append(happened)
                continue
            if happened.task.external and isinstance(happened.event, UploadTried | RestoreTried):
                self._upload(realm, happened)
            if isinstance(happened.event, Delivered | GivenUp):
                realm.postbox.close(happened.event)
            realm.journal.write(happened.event.at, _kind(happened), happened)
            if isinstance(happened.event, WANTED):
                realm.backlog.append(happened)
        if realm.waiting:
            realm.wake()
        self._set_alarm(realm)
        if realm.backlog and (realm.carrier is None or realm.carrier.done()):
            realm.carrier = asyncio.get_running_loop().create_task(self.carry(realm))
        if posts:
            work = self._post(realm, posts, realm.last_posting)
            task = realm.last_posting = asyncio.get_running_loop().create_task(work)
            realm.posting.add(task)
            task.add_done_callback(realm.posting.discard)

    def _catch_up(self, realm: Realm) -> None:
        self._keep(realm, *realm.world.pass_time(realm.now()))

    async def _post(
        self, realm: Realm, posts: list[Outgoing], before: asyncio.Task[None] | None
    ) -> None:
        """The files first, so that who is told of one finds it; then what was owed before.

        That keeps the order for a receiver that answers; one that does not holds nobody up.
        """
        await self.carry(realm)
        if before is not None and not before.done():
            await asyncio.wait([before], timeout=_ORDERLY)
        await self.postman.deliver(realm, posts, self._hear)

    def _upload(self, realm: Realm, happened: Outgoing) -> None:
        """Bring a file to a real bucket; the world hears what it says."""
        assert self._carrier is not None, "real buckets need a carrier"  # noqa: S101
        work = self._carrier.deliver(realm, happened, self._hear)
        task = asyncio.get_running_loop().create_task(work)
        realm.uploading.add(task)
        task.add_done_callback(realm.uploading.discard)

    def _hear(self, realm: Realm, echo: Echo) -> None:
        if not realm.closed:
            self._keep(realm, *realm.world.hear(echo, realm.now()))

    async def _pass(
        self, realm: Realm, to: Millis, seen: list[Entry] | None, *, answered: bool
    ) -> None:
        """Let time pass up to a moment, or until what is looked for has been seen.

        It passes in strides; but from one due moment to the next where something is looked for, or
        where somebody is told and may have to be told again before time goes on (`answered`).
        """
        while not realm.closed:
            policy, owed = realm.world.policy, bool(realm.world.outbox)
            asks = policy.external or (answered and (owed or policy.callback is not None))
            now, due = realm.now(), realm.world.next_due
            if due is None or due > to:
                step = to
            else:
                step = due if asks or seen is not None else min(to, max(now + _STRIDE, due))
            realm.clock.reach(step)
            self._keep(realm, *realm.world.pass_time(max(now, step)))
            await self.carry(realm)
            await _ended(realm.uploading)
            if answered:
                await _ended(realm.posting)
            if seen:
                return
            if realm.now() >= to and not _due(realm, to):
                return

    async def _wait(self, realm: Realm, awaiting: Awaiting) -> Answer:
        """Wait for a recording to exit: on a clock that stands by moving it, else in time."""
        before = realm.now()
        if realm.clock.runs:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            realm.waiting.append((awaiting, future))
            self._set_alarm(realm)
            await future
        else:
            while not realm.closed and not realm.over(awaiting):
                due = realm.world.recordings[awaiting.sid].next_due
                moment = min(due or awaiting.until, awaiting.until)
                await self._pass(realm, moment, None, answered=False)
            realm.clock_moved(before)
        await self.carry(realm)
        if realm.closed:
            task = realm.world.recordings[awaiting.sid].task
            return Refused(NO_WORKER, "the world ended while the stop waited", task.cname, task.uid)
        return realm.world.conclude(awaiting)

    def _set_alarm(self, realm: Realm) -> None:
        """Wake the world when the next thing is due, unless it will be woken then anyway."""
        due = realm.next_alarm()
        if realm.alarm is not None:
            if due == realm.alarm_at:
                return
            realm.alarm.cancel()
            realm.alarm = None
        if due is not None:
            realm.alarm_at = due
            delay = min(realm.clock.seconds_until(due), DAY / SECOND)
            realm.alarm = asyncio.get_running_loop().call_later(delay, self._ring, realm)

    def _ring(self, realm: Realm) -> None:
        realm.alarm = None
        if not realm.closed:
            self._catch_up(realm)

    async def _draw(self, realm: Realm, batch: list[Outgoing]) -> None:
        """A failing sink is written down and passed over; the world goes on."""
        ours = [one for one in batch if not one.task.external]
        try:
            self._media.take(ours, realm.shelf)
        except OSError as error:
            _mishap(realm, f"files not written: {error}")
        for one in batch:
            if one.task.external:
                await self._bring(realm, one)

    async def _bring(self, realm: Realm, one: Outgoing) -> None:
        """What nobody waits for goes to a real bucket, if it may: last lines, transcodings."""
        drafts, storage = Drafts(), getattr(one.event, "storage", None)
        self._media.take([one], drafts)
        if drafts.files and self._carrier is not None and storage is not None:
            verdict, reason = await self._carrier.bring(realm, storage, drafts)
            if verdict is not Verdict.STORED:
                _mishap(realm, f"files not written: {reason}")


def _notice(realm: Realm, reached: Reached, seen: list[Entry], app_id: str, entry: Entry) -> None:
    """Note an entry that is looked for."""
    if app_id == realm.app_id and isinstance(entry.subject, Outgoing) and reached(entry.subject):
        seen.append(entry)


def _mishap(realm: Realm, what: str) -> None:
    log.error("%s: %s", realm.app_id, what)
    realm.journal.write(realm.now(), Kind.EVENT, Mishap(what))


def _kind(happened: Outgoing) -> Kind:
    told = isinstance(happened.event, Delivered | GivenUp)
    return Kind.NOTIFICATION if told else Kind.EVENT


async def _ended(tasks: set[asyncio.Task[None]]) -> None:
    """Return when nothing of this kind is on its way any more."""
    while tasks:
        await asyncio.wait(tasks)


def _due(realm: Realm, to: Millis) -> bool:
    """Whether an answer has made something due that time has passed already."""
    return realm.world.next_due is not None and realm.world.next_due <= to
