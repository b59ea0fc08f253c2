"""Somebody who reads all that mockrec shows, and looks for secrets."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING, Final

from tests.api.service import APP_ID, Reply, Service

if TYPE_CHECKING:
    import pytest

HUSH: Final = "hush"
"""What every secret of these tests begins with; nothing else contains it."""
ENCODED: Final = base64.b64encode(f"{HUSH}-customer".encode()).decode()[:8]
"""The same at the beginning of an Authorization header."""


class Eavesdropper:
    """Reads all that can be read of a world and of this process."""

    def __init__(self, service: Service, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        self._service, self._caplog = service, caplog

    async def leaks(self, *replies: Reply) -> list[str]:
        """Where a secret is seen."""
        heard = {**await self._over_http(), **self._within()}
        for number, reply in enumerate(replies):
            heard[f"reply {number}"] = reply.raw.decode() + repr(dict(reply.headers))
        return [where for where, text in heard.items() if HUSH in text or ENCODED in text]

    async def _over_http(self) -> dict[str, str]:
        world = self._service.world()
        sids = [each["sid"] for each in (await world.get("/recordings"))["recordings"]]
        paths = ["", "/clock", "/settings", "/recordings", "/journal", "/files", "/channels/room"]
        paths += ["/notifications", *(f"/recordings/{sid}" for sid in sids)]
        paths = [f"/_mockrec/worlds/{APP_ID}{path}" for path in paths]
        paths += ["/_mockrec/worlds", "/_mockrec/metrics"]
        shown = {path: (await self._service.get(path)).raw.decode() for path in paths}
        return {**shown, "events": await self._streamed()}

    async def _streamed(self) -> str:
        count = len(self._service.realm().journal)
        url = self._service.url("/_mockrec/events?since=0")
        async with self._service.client.session.get(url) as response:
            blocks = [await response.content.readuntil(b"\n\n") for _ in range(count)]
        return b"".join(blocks).decode()

    def _within(self) -> dict[str, str]:
        realm = self._service.realm()
        return {
            "log": self._caplog.text,
            "log records": repr([record.__dict__ for record in self._caplog.records]),
            "repr of the realm": repr(realm),
            "repr of the world": repr(realm.world),
            "repr of the recordings": repr(list(realm.world.recordings.values())),
            "repr of the resources": repr(list(realm.world.resources.values())),
            "repr of the journal": repr(list(realm.journal.since(0))),
        }
