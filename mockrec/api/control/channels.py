"""Channels and recordings: who is in the room, and what became of it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from mockrec.api.control.guard import Wrong, document, show, whole
from mockrec.api.control.realms import realm
from mockrec.api.keys import ENGINE
from mockrec.domain.commands import Gone, Join, Leave, Present
from mockrec.render import view

if TYPE_CHECKING:
    from faker import Faker

_LARGEST_UID = 2**32 - 1


async def channel(request: web.Request) -> web.Response:
    """A channel and its users; one where nobody has been is empty."""
    one = realm(request)
    shown = one.world.channel(request.match_info["cname"])
    return show(view.channel(shown, lambda uid: name_of(one.world.seed, uid)))


async def join(request: web.Request) -> web.Response:
    """A user joins a channel, or changes what he publishes."""
    from mockrec.playbook.timeline import user  # it brings YAML along

    body = cast("dict[str, Any]", await document(request, "user", optional=True))
    one, uid = realm(request), _uid(request)
    order = Join(request.match_info["cname"], user(uid, body))
    answer = await request.app[ENGINE].do(one, order)
    assert isinstance(answer, Present)  # noqa: S101  a join is never refused
    return show(view.user(answer.user, name_of(one.world.seed, uid)))


async def leave(request: web.Request) -> web.Response:
    """A user leaves a channel."""
    one, uid = realm(request), _uid(request)
    answer = await request.app[ENGINE].do(one, Leave(request.match_info["cname"], uid))
    return show({"left": isinstance(answer, Gone) and answer.was_there})


async def recordings(request: web.Request) -> web.Response:
    """The recordings of a world, in the order of their starts."""
    every = realm(request).world.recordings.values()
    ordered = sorted(every, key=lambda recording: recording.task.number)
    return show({"recordings": [view.brief(recording) for recording in ordered]})


async def recording(request: web.Request) -> web.Response:
    """One recording with its history and its explanation."""
    one, sid = realm(request), request.match_info["sid"]
    found = one.world.recordings.get(sid)
    if found is None:
        raise Wrong(404, f"no recording {sid[:60]!r} in this world", "sid", "the sid of a start")
    return show(view.full(found, one.now()))


@lru_cache(maxsize=10_000)
def name_of(seed: int, uid: int) -> str:
    """The same name for the same user, always."""
    faker = _faker()
    faker.seed_instance(f"{seed}/{uid}")
    return str(faker.name())


@lru_cache(maxsize=1)
def _faker() -> Faker:
    from faker import Faker

    return Faker("en_US")


def _uid(request: web.Request) -> int:
    text = request.match_info["uid"]
    uid = whole(text)
    if uid is None or not 0 < uid <= _LARGEST_UID:
        raise Wrong(400, f"got {text[:40]!r}", "uid", f"a whole number from 1 to {_LARGEST_UID}")
    return uid
