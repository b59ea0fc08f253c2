"""Carries files to real buckets, and tells the world what the bucket said.

A slice counts as stored when its playlist, too, has been written again. The files of one recording
go one after the other, so that no older playlist overwrites a newer one, and those of one world
some at a time; a slow bucket holds up nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from mockrec.domain.delivery import Bucketed
from mockrec.domain.events import RestoreTried, UploadTried
from mockrec.domain.streams import Verdict
from mockrec.domain.values import dataclass
from mockrec.render.names import content_type
from mockrec.storage.errors import BucketRefused, TransferFailed

if TYPE_CHECKING:
    from mockrec.domain.moments import Millis
    from mockrec.domain.outgoing import Outgoing
    from mockrec.domain.task import Storage
    from mockrec.realm import Realm
    from mockrec.sinks.media import MediaSink
    from mockrec.storage import Buckets
    from mockrec.storage.drawing import Content

Hear = Callable[["Realm", Bucketed], None]

_AT_ONCE: Final = 64
"""How many files of one world are on their way together."""


@dataclass(slots=True)
class Drafts:
    """Files that are drawn and not yet anywhere."""

    files: list[tuple[str, bytes, Millis]] = field(default_factory=list)

    def put(self, bucket: str, key: str, data: Content, at: Millis) -> None:  # noqa: ARG002
        """Take a file; the bucket is that of its storage."""
        self.files.append((key, bytes(data), at))


class Carrier:
    """Brings drawn files to real buckets."""

    def __init__(self, buckets: Buckets, media: MediaSink) -> None:
        self._buckets = buckets
        self._media = media
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._lanes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def deliver(self, realm: Realm, outgoing: Outgoing, hear: Hear) -> None:
        """Bring what an upload or the backup wants to bring; `hear` is told of the answer."""
        event, sid = outgoing.event, outgoing.task.sid
        turn = self._turns.setdefault(sid, asyncio.Lock())
        lanes = self._lanes.setdefault(realm.app_id, asyncio.Semaphore(_AT_ONCE))
        async with turn, lanes:
            match event:
                case UploadTried():
                    verdict, reason = await self._upload(realm, outgoing, event)
                    hear(realm, Bucketed(sid, event.number, verdict, reason))
                case RestoreTried():
                    drafts = Drafts()
                    self._media.restore(outgoing.task, event, drafts)
                    verdict, reason = await self.bring(realm, event.storage, drafts)
                    hear(realm, Bucketed(f"{sid}/backup", event.attempt, verdict, reason))

    async def bring(self, realm: Realm, storage: Storage, drafts: Drafts) -> tuple[Verdict, str]:
        """Store these files, in order, up to the first that the bucket does not take."""
        try:
            for key, data, at in drafts.files:
                await self._buckets.put(storage, key, data, content_type(key))
                realm.shelf.note(storage, key, len(data), at)
        except BucketRefused as refusal:
            return Verdict.REFUSED, str(refusal)
        except TransferFailed as failure:
            return Verdict.FAILED, str(failure)
        return Verdict.STORED, ""

    async def fetch(self, storage: Storage, key: str) -> bytes | None:
        """A file from its bucket; None where it cannot be had."""
        try:
            return await self._buckets.get(storage, key)
        except (BucketRefused, TransferFailed):
            return None

    async def _upload(
        self, realm: Realm, outgoing: Outgoing, event: UploadTried
    ) -> tuple[Verdict, str]:
        task, item, storage = outgoing.task, event.item, event.storage
        drafts = Drafts()
        self._media.draw(task, item, storage, event.at, drafts)
        verdict, reason = await self.bring(realm, storage, drafts)
        if verdict is Verdict.STORED:
            playlists = Drafts()
            self._media.list(task, item, storage, event.at, playlists)
            verdict, reason = await self.bring(realm, storage, playlists)
        return verdict, reason
