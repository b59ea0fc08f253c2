"""What a receiver is told of whatever befalls a recording: servers, buckets, tokens, pages, pushes.

The golden files beside this are the abnormal sessions of docs/protocol.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from syrupy.assertion import SnapshotAssertion

from mockrec.domain.changes import (
    BreakBucket,
    BreakOutput,
    Change,
    ExpireToken,
    FailOver,
    Kick,
    PreventJoin,
    SetPage,
)
from mockrec.domain.conditions import BucketFault, Hindrance, PageFate
from tests.api.service import PAGE, Session, World
from tests.notify.lines import timeline
from tests.notify.receivers import Receiver

Story = Callable[[World], Awaitable[Session]]

PUSH: Final = {
    "serviceName": "rtmp_publish_service",
    "serviceParam": {"outputs": [{"rtmpUrl": "rtmp://a.test/live"}]},
}


def services(*more: object, **parameters: object) -> dict[str, Any]:
    """A request for the web recorder, with these parameters and these services besides."""
    usual: Any = PAGE["serviceParam"]
    recorder = {**PAGE, "serviceParam": {**usual, **parameters}}
    return {"extensionServiceConfig": {"extensionServices": [recorder, *more]}}


def befallen(mode: str, *changes: Change, at: str = "30s", **request: Any) -> Story:
    """A recording to which these happen one by one, ten seconds apart."""

    async def story(world: World) -> Session:
        if mode != "web":
            await world.join(1001)
        session = await world.record(mode, **request)
        await world.advance(at)
        for change in changes:
            await world.suffer(change)
            await world.advance("50s")
        return await stopped_if_it_lives(world, session)

    return story


def hindered(mode: str, change: Change, **request: Any) -> Story:
    """A recording that is started when this has happened already."""

    async def story(world: World) -> Session:
        await world.suffer(change)
        if mode != "web":
            await world.join(1001)
        session = await world.record(mode, **request)
        await world.advance("3m")
        return await stopped_if_it_lives(world, session)

    return story


async def stopped_if_it_lives(world: World, session: Session) -> Session:
    """It is stopped, unless it has ended by itself; what comes after that has come."""
    await world.call("POST", f"{session.path}/stop", session.body())
    await world.advance("20m")
    return session


async def transcoded_in_part(world: World) -> Session:
    """Nothing of the second user got into the bucket."""
    await world.join(1001)
    resource_id = (await world.acquire(scene=2)).body["resourceId"]
    policy = {"combinationPolicy": "postpone_transcoding"}
    sid = (await world.start(resource_id, appsCollection=policy)).body["sid"]
    await world.advance("20s")
    await world.leave(1001)
    await world.join(1002)
    await world.advance("17s")
    await world.suffer(BreakBucket(BucketFault.TRANSFER))
    session = Session(resource_id, sid, "individual", "room", "527841")
    await world.advance("10s")
    await world.stop(session)
    await world.suffer(BreakBucket(None))
    await world.advance("20m")
    return session


PATIENT: Final = services(readyTimeout=10)
PUSHED: Final = services(PUSH)

BEFALLEN: Final[dict[str, Story]] = {
    "server dies": befallen("mix", FailOver(), at="40s"),
    "server dies under a page": befallen("web", FailOver(), at="40s", **PUSHED),
    "a fourth server dies": befallen("mix", *[FailOver(1_000)] * 4),
    "thrown out": befallen("mix", Kick()),
    "token expired": befallen("mix", ExpireToken()),
    "token invalid": hindered("mix", PreventJoin(Hindrance.INVALID_TOKEN)),
    "never ready": hindered("mix", PreventJoin(Hindrance.NO_ANSWER)),
    "bucket fails": befallen("mix", BreakBucket(BucketFault.TRANSFER)),
    "bucket fails and is mended": befallen(
        "mix", BreakBucket(BucketFault.TRANSFER), BreakBucket(None), at="17s"
    ),
    "bucket refuses": hindered("mix", BreakBucket(BucketFault.CREDENTIALS)),
    "bucket is slow": befallen("mix", BreakBucket(BucketFault.SLOW)),
    "page not opened": hindered("web", SetPage(PageFate.FAILS)),
    "no engine": hindered("web", SetPage(PageFate.ENGINE_FAILS)),
    "page not ready": hindered("web", SetPage(PageFate.TIMES_OUT), **PATIENT),
    "page too much": hindered("web", SetPage(PageFate.WEBGL)),
    "page reloaded": befallen("web", SetPage(PageFate.RELOADS)),
    "page crashed": befallen("web", SetPage(PageFate.CRASHES)),
    "push broken": befallen("web", BreakOutput(), BreakOutput(broken=False), **PUSHED),
    "push given up": hindered("web", BreakOutput(), **PUSHED),
    "transcoded in part": transcoded_in_part,
}
"""What befalls recordings, and what is told of it."""


@pytest.mark.parametrize("name", BEFALLEN)
async def test_what_is_told_of_what_befalls_it(
    world: World, receiver: Receiver, snapshot: SnapshotAssertion, name: str
) -> None:
    began = await world.now()

    session = await BEFALLEN[name](world)

    told = receiver.of(session.sid)
    assert [one.payload["sequence"] for one in told] == list(range(len(told)))
    assert timeline(told, began, session.sid) == snapshot
