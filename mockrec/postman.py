"""Carries notifications out: signs, posts, writes down, and tells the world what became of it.

What falls due in one moment is posted in order, the next when the one before was answered, so that
a healthy receiver hears a world's events as they happened. Once a receiver has let one run into its
deadline, the rest of that moment is posted at once: a dead receiver costs one deadline, not many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import orjson

from mockrec.domain.delivery import Callback, Heard, Posted
from mockrec.domain.ids import new_id
from mockrec.render.envelope import envelope, health_check
from mockrec.render.notification import NoticeStyle
from mockrec.render.signature import signatures
from mockrec.sinks.postbox import DELIVERED, Letter
from mockrec.sinks.webhook import TIMEOUT, UNREACHABLE, Attempt, Webhook

if TYPE_CHECKING:
    from mockrec.domain.moments import Millis
    from mockrec.domain.outgoing import Outgoing
    from mockrec.realm import Realm

Hear = Callable[["Realm", Heard], None]


class Postman:
    """Posts what worlds owe."""

    def __init__(self, webhook: Webhook | None = None, style: NoticeStyle | None = None) -> None:
        self._webhook = webhook or Webhook()
        self._style = style or NoticeStyle()

    def problem(self, url: str) -> str:
        """What is wrong with an address that notifications are to go to; empty where nothing is."""
        return self._webhook.problem(url)

    async def deliver(self, realm: Realm, due: Sequence[Outgoing], hear: Hear) -> None:
        """Post what fell due in one moment; `hear` is told of each what became of it."""
        await _in_turn([partial(self._try, realm, one, hear) for one in due])

    async def again(self, realm: Realm, callback: Callback, letter: Letter) -> None:
        """Post a letter once more, whatever became of it; nothing follows from the answer."""
        at = realm.now()
        attempt = await self._post(letter, callback, at)
        letter.note(at, attempt)
        if not attempt.problem:
            letter.verdict = DELIVERED

    async def check(
        self, realm: Realm, callback: Callback, event_types: Sequence[int]
    ) -> list[Attempt]:
        """Post a made-up event of each type, which the receiver must answer with 200 and JSON.

        As the console's check does (docs/protocol.md#delivery).
        """
        return await _in_turn([partial(self._check, realm, callback, one) for one in event_types])

    async def close(self) -> None:
        """End all connections."""
        await self._webhook.close()

    async def _try(self, realm: Realm, outgoing: Outgoing, hear: Hear) -> Attempt:
        posted, callback = outgoing.event, realm.world.policy.callback
        assert isinstance(posted, Posted)  # noqa: S101  nothing else is handed over
        letter = realm.postbox.letter(posted.id, outgoing.task, posted.notice)
        if callback is None:
            attempt = Attempt(UNREACHABLE, "nobody is called any more")
        else:
            attempt = await self._post(letter, callback, posted.at)
            letter.note(posted.at, attempt)
        hear(realm, Heard(posted.id, posted.attempt, attempt.problem))
        return attempt

    async def _check(self, realm: Realm, callback: Callback, event_type: int) -> Attempt:
        notice_id = new_id(realm.world.seed, "check", realm.app_id, event_type)
        body = health_check(
            event_type, notice_id=notice_id, notify_ms=realm.now(), style=self._style
        )
        attempt = await self._send(callback, body)
        if attempt.problem or _is_json(attempt.answer):
            return attempt
        return replace(attempt, problem="the answer is no JSON")

    async def _post(self, letter: Letter, callback: Callback, at: Millis) -> Attempt:
        letter.body = envelope(
            letter.task, letter.notice, notice_id=letter.id, notify_ms=at, options=self._style
        )
        return await self._send(callback, letter.body)

    async def _send(self, callback: Callback, body: bytes) -> Attempt:
        headers = {"Content-Type": "application/json", **signatures(callback.secret, body)}
        return await self._webhook.post(callback.url, body, headers)


async def _in_turn(tries: Sequence[Callable[[], Awaitable[Attempt]]]) -> list[Attempt]:
    """One after the other; but all the rest at once where one has run into its deadline."""
    made: list[Attempt] = []
    for index, attempt in enumerate(tries, 1):
        made.append(await attempt())
        if made[-1].status == TIMEOUT:
            return made + await asyncio.gather(*(one() for one in tries[index:]))
    return made


def _is_json(answer: bytes) -> bool:
    try:
        orjson.loads(answer)
    except orjson.JSONDecodeError:
        return False
    return True
