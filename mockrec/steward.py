"""Keeps house for the worlds: a new one is in force at once, and what happened is carried out.

The journal is written in the same breath; files are drawn afterwards, in order, world by world, and
notifications leave when the files they speak of are there. What a bucket or a receiver says to it
comes back into the world.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from mockrec.carrier import Carrier, Drafts
from mockrec.clock import BREATH, breathe, stopwatch
from mockrec.domain.delivery import Delivered, GivenUp, Posted
from mockrec.domain.events import CuePlayed, RestoreTried, UploadTried
from mockrec.domain.streams import Verdict
from mockrec.postman import Postman
from mockrec.sinks.journal import Kind, Mishap
from mockrec.sinks.media import WANTED, MediaSink

if TYPE_CHECKING:
    from mockrec.domain.delivery import Echo
    from mockrec.domain.outgoing import Happening, Outgoing
    from mockrec.domain.world import World
    from mockrec.realm import Realm
    from mockrec.sinks.shelf import Filed

log: Final = logging.getLogger("mockrec")

_BATCH: Final = 64
_ORDERLY: Final = 1.0
"""Real seconds that notifications wait for those before them."""


class Steward:
    """Keeps the worlds of one process, and sees to what comes out of them."""

    def __init__(
        self, media: MediaSink, postman: Postman | None = None, carrier: Carrier | None = None
    ) -> None:
        self.postman = postman or Postman()
        self._media = media
        self._carrier = carrier

    def keep(self, realm: Realm, world: World, outgoing: Iterable[Happening]) -> None:
        """The new world is in force; what happened is in the journal, and queued for the files.

        Nothing comes of a world that was reset meanwhile.
        """
        if realm.closed:
            return
        realm.world = world
        posts: list[Outgoing] = []
        for happened in outgoing:
            if isinstance(happened, CuePlayed):
                realm.journal.write(happened.at, Kind.EVENT, happened)
            elif isinstance(happened.event, Posted):
                posts.append(happened)
            else:
                self._note(realm, happened)
        if realm.waiting:
            realm.wake()
        realm.set_alarm()
        if realm.backlog and (realm.carrier is None or realm.carrier.done()):
            realm.carrier = asyncio.get_running_loop().create_task(self.carry(realm))
        if posts:
            work = self._post(realm, posts, realm.last_posting)
            task = realm.last_posting = asyncio.get_running_loop().create_task(work)
            realm.posting.add(task)
            task.add_done_callback(realm.posting.discard)

    def catch_up(self, realm: Realm) -> bool:
        """Let happen what is due by now, but no longer than for a breath; whether that was all.

        If not, a clock that runs faster than its world waits for it; but all has happened up to
        the moment that somebody has been told.
        """
        to, began = realm.shown(), stopwatch()
        world, happened = realm.world.pass_time(realm.announced)
        happenings, due = list(happened), world.next_due
        while due is not None and due <= to:
            world, happened = world.pass_time(due)
            happenings.extend(happened)
            due = world.next_due
            if stopwatch() - began >= BREATH:
                break
        behind = due is not None and due <= to
        if behind:
            realm.clock.wait(world.now)
        else:
            world, _ = world.pass_time(to)
        self.keep(realm, world, happenings)
        return not behind

    async def carry(self, realm: Realm) -> None:
        """Return when everything that has happened so far has been carried out."""
        async with realm.carrying:
            began = stopwatch()
            while realm.backlog:
                batch, realm.backlog = realm.backlog[:_BATCH], realm.backlog[_BATCH:]
                await self._draw(realm, batch)
                if stopwatch() - began > BREATH:
                    await breathe()
                    began = stopwatch()

    async def fetch(self, realm: Realm, bucket: str, key: str) -> tuple[Filed, bytes] | None:
        """A file of this world, from wherever it lies."""
        filed = realm.shelf.find(bucket, key)
        if filed is None or filed.storage is None or self._carrier is None:
            return realm.shelf.get(bucket, key)
        data = await self._carrier.fetch(filed.storage, key)
        return None if data is None else (filed, data)

    def clear(self, realm: Realm) -> int:
        """Forget the files of a closed world, and say how many there were.

        At once, so that nothing of the world that follows is taken for one of them.
        """
        self._media.forget(realm.app_id)
        return realm.shelf.clear()

    def _note(self, realm: Realm, happened: Outgoing) -> None:
        if happened.task.external and isinstance(happened.event, UploadTried | RestoreTried):
            self._upload(realm, happened)
        if isinstance(happened.event, Delivered | GivenUp):
            realm.postbox.close(happened.event)
        realm.journal.write(happened.event.at, _kind(happened), happened)
        if isinstance(happened.event, WANTED):
            realm.backlog.append(happened)

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
        self.catch_up(realm)
        self.keep(realm, *realm.world.hear(echo, realm.now()))

    async def _draw(self, realm: Realm, batch: list[Outgoing]) -> None:
        """A failing sink is written down and passed over; the world goes on."""
        ours = [one for one in batch if not one.task.external]
        try:
            self._media.take(ours, realm.shelf)
        except OSError as error:
            _mishap(realm, f"files not written: {error}")
        for one in batch:
            if one.task.external and not realm.closed:
                await self._bring(realm, one)

    async def _bring(self, realm: Realm, one: Outgoing) -> None:
        """What nobody waits for goes to a real bucket, if it may: last lines, transcodings."""
        drafts, storage = Drafts(), getattr(one.event, "storage", None)
        self._media.take([one], drafts)
        if drafts.files and self._carrier is not None and storage is not None:
            verdict, reason = await self._carrier.bring(realm, storage, drafts)
            if verdict is not Verdict.STORED:
                _mishap(realm, f"files not written: {reason}")


def _mishap(realm: Realm, what: str) -> None:
    if realm.closed:
        return
    log.error("%s: %s", realm.app_id, what)
    realm.journal.write(realm.now(), Kind.EVENT, Mishap(what))


def _kind(happened: Outgoing) -> Kind:
    told = isinstance(happened.event, Delivered | GivenUp)
    return Kind.NOTIFICATION if told else Kind.EVENT
