"""Carries notifications out: signs, posts, writes down, and tells the world what became of it.

What falls due in one moment is posted in order, the next when the one before was answered, so that
a healthy receiver hears a world's events as they happened. Once a receiver has let one run into its
deadline, the rest of that moment is posted at once: a dead receiver costs one deadline, not many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import orjson

from mockrec.domain.delivery import Callback, Echo, Posted
from mockrec.domain.ids import new_id
from mockrec.render.notification import NoticeStyle, envelope, health_check
from mockrec.render.signature import signatures
from mockrec.sinks.postbox import DELIVERED, Letter, Tried
from mockrec.sinks.webhook import TIMEOUT, Attempt, Webhook

if TYPE_CHECKING:
    from mockrec.domain.moments import Millis
    from mockrec.domain.world import Outgoing
    from mockrec.realm import Realm

Hear = Callable[["Realm", Echo], None]


class Postman:
    """Posts what worlds owe."""

    def __init__(self, webhook: Webhook | None = None, style: NoticeStyle | None = None) -> None:
        self._webhook = webhook or Webhook()
        self._style = style or NoticeStyle()

    async def deliver(self, realm: Realm, due: Sequence[Outgoing], hear: Hear) -> None:
        """Post what fell due in one moment; `hear` is told of each what became of it."""
        for index, outgoing in enumerate(due):
            attempt = await self._try(realm, outgoing, hear)
            if attempt is not None and attempt.status == TIMEOUT:
                rest = due[index + 1 :]
                await asyncio.gather(*(self._try(realm, one, hear) for one in rest))
                return

    async def again(self, realm: Realm, callback: Callback, letter: Letter) -> None:
        """Post a letter once more, whatever became of it; nothing follows from the answer."""
        attempt = await self._post(letter, callback, realm.now())
        letter.tried.append(Tried(realm.now(), len(letter.tried) + 1, attempt))
        if not attempt.problem:
            letter.verdict = DELIVERED

    async def check(self, realm: Realm, callback: Callback, event_type: int) -> Attempt:
        """Post a made-up event, which the receiver must answer with 200 and JSON.

        As the console's check does (docs/protocol.md#delivery).
        """
        at = realm.now()
        notice_id = new_id(realm.world.seed, "check", realm.app_id, event_type)
        body = health_check(event_type, notice_id=notice_id, notify_ms=at, style=self._style)
        attempt = await self._send(callback, body)
        if attempt.problem or _is_json(attempt.answer):
            return attempt
        return Attempt(attempt.status, "the answer is no JSON", attempt.answer)

    async def close(self) -> None:
        """End all connections."""
        await self._webhook.close()

    async def _try(self, realm: Realm, outgoing: Outgoing, hear: Hear) -> Attempt | None:
        posted, callback = outgoing.event, realm.world.policy.callback
        assert isinstance(posted, Posted)  # noqa: S101  nothing else is handed over
        letter = realm.postbox.letter(posted.id, outgoing.task, posted.notice)
        if callback is None:
            hear(realm, Echo(posted.id, posted.attempt, "nobody is called any more"))
            return None
        attempt = await self._post(letter, callback, posted.at)
        letter.tried.append(Tried(posted.at, posted.attempt, attempt))
        hear(realm, Echo(posted.id, posted.attempt, attempt.problem))
        return attempt

    async def _post(self, letter: Letter, callback: Callback, at: Millis) -> Attempt:
        letter.body = envelope(
            letter.task, letter.notice, notice_id=letter.id, notify_ms=at, options=self._style
        )
        return await self._send(callback, letter.body)

    async def _send(self, callback: Callback, body: bytes) -> Attempt:
        headers = {"Content-Type": "application/json", **signatures(callback.secret, body)}
        return await self._webhook.post(callback.url, body, headers)


def _is_json(answer: bytes) -> bool:
    try:
        orjson.loads(answer)
    except orjson.JSONDecodeError:
        return False
    return True
