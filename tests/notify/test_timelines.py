"""What a receiver is told in each kind of session, in order, with the moments since the start.

The golden files beside this are the timelines of docs/protocol.md#notifications: each line has the
offset, the number, the event and its details; in these, moments are offsets, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.api.service import PAGE, STORAGE, Session, World
from tests.notify.lines import timeline
from tests.notify.receivers import Receiver

Story = Callable[[World], Awaitable[Session]]

PUSH: Final = {
    "serviceName": "rtmp_publish_service",
    "serviceParam": {"outputs": [{"rtmpUrl": "rtmp://a.test/live"}]},
}
VOD: Final = {
    "serviceName": "aliyun_vod_service",
    "serviceParam": {
        "accessKey": "a",
        "secretKey": "s",
        "regionId": "cn-shanghai",
        "apiData": {"videoData": {"title": "lecture"}},
    },
}
SHOTS: Final = {"captureInterval": 10, "fileType": ["jpg"]}
HLS: Final = {"avFileType": ["hls"]}
_LATE: Final = "31s"


# --- the stories: two users are there from the beginning, unless it is said otherwise ----------


async def joined(world: World, *uids: int) -> None:
    """Users are in the channel."""
    for uid in uids:
        await world.join(uid)


async def stopped(world: World, session: Session, after: str = "75s") -> Session:
    """It goes on for a while, and is stopped; what comes after that has come."""
    await world.advance(after)
    await world.stop(session)
    await world.advance("20m")
    return session


async def individual(world: World, **request: Any) -> Session:
    """Two users, each with audio and video."""
    await joined(world, 1001, 1002)
    return await stopped(world, await world.record(**request))


async def mixed(world: World, *files: str) -> Session:
    """Composite recording, with these kinds of file."""
    await joined(world, 1001, 1002)
    kinds = {"avFileType": list(files)}
    return await stopped(world, await world.record("mix", recordingFileConfig=kinds))


def page(**parameters: object) -> dict[str, object]:
    """The web service, with these parameters besides the usual ones."""
    usual: Any = PAGE["serviceParam"]
    return {**PAGE, "serviceParam": {**usual, **parameters}}


async def default(world: World) -> Session:
    """§3.2."""
    return await individual(world)


async def standard(world: World) -> Session:
    """With an index for both media."""
    return await individual(world, recordingConfig={"streamMode": "standard"})


async def standard_from_a_browser(world: World) -> Session:
    """The same with a publisher whose video is VP8."""
    await world.join(1001, codec="vp8")
    session = await world.record(recordingConfig={"streamMode": "standard"})
    return await stopped(world, session, "20s")


async def video_only(world: World) -> Session:
    """streamTypes 1."""
    await joined(world, 1001)
    return await stopped(world, await world.record(recordingConfig={"streamTypes": 1}), "20s")


async def original(world: World) -> Session:
    """Audio as it comes: it ends at once when the user mutes."""
    config = {"streamMode": "original", "streamTypes": 0}
    await joined(world, 1001, 1002)
    session = await world.record(recordingConfig=config)
    await world.advance("20s")
    await world.join(1001, publishes=["video"])
    await world.advance("5s")
    await world.join(1001, publishes=["audio", "video"])
    return await stopped(world, session, "20s")


async def interrupted(world: World) -> Session:
    """One mutes for longer than is bridged, and one comes late."""
    await joined(world, 1001)
    session = await world.record()
    await world.advance("20s")
    await world.join(1001, publishes=["video"])
    await world.advance("20s")
    await world.join(1001, publishes=["audio", "video"])
    await joined(world, 1002)
    return await stopped(world, session, "20s")


async def snapshots(world: World) -> Session:
    """Snapshots and nothing else."""
    return await individual(world, snapshotConfig=SHOTS)


async def snapshots_and_files(world: World) -> Session:
    """Both."""
    return await individual(world, snapshotConfig=SHOTS, recordingFileConfig=HLS)


async def postponed(world: World) -> Session:
    """Transcoded after the session."""
    await joined(world, 1001)
    resource_id = (await world.acquire(scene=2)).body["resourceId"]
    policy = {"combinationPolicy": "postpone_transcoding"}
    sid = (await world.start(resource_id, appsCollection=policy)).body["sid"]
    return await stopped(world, Session(resource_id, sid, "individual", "room", "527841"), "20s")


async def hls(world: World) -> Session:
    """Playlists only."""
    return await mixed(world, "hls")


async def mp4(world: World) -> Session:
    """MP4 files, too."""
    return await mixed(world, "hls", "mp4")


async def vod(world: World) -> Session:
    """To ApsaraVideo for VoD instead of a bucket."""
    await joined(world, 1001)
    services = {"extensionServices": [VOD]}
    session = await world.record("mix", storageConfig=None, extensionServiceConfig=services)
    return await stopped(world, session, "20s")


async def web(world: World) -> Session:
    """A page."""
    return await stopped(world, await world.record("web"))


async def web_on_hold(world: World) -> Session:
    """A page that is recorded later."""
    services = {"extensionServices": [page(onhold=True)]}
    session = await world.record("web", extensionServiceConfig=services)
    await world.advance("10s")
    await world.update(session, webRecordingConfig={"onhold": False})
    return await stopped(world, session, "20s")


async def web_and_rtmp(world: World) -> Session:
    """A page that is pushed as well, held for a while, and pushed elsewhere."""
    services = {"extensionServices": [PAGE, PUSH]}
    session = await world.record("web", extensionServiceConfig=services)
    await world.advance("20s")
    await world.update(session, webRecordingConfig={"onhold": True})
    await world.advance("5s")
    await world.update(session, webRecordingConfig={"onhold": False})
    await world.advance("5s")
    elsewhere = {"outputs": [{"rtmpUrl": "rtmp://b.test/live"}]}
    await world.update(session, rtmpPublishConfig=elsewhere)
    return await stopped(world, session, "20s")


async def max_hours(world: World) -> Session:
    """A page that is recorded for as long as was asked for; progress is told once an hour."""
    await world.put("/settings", timing={"progress": "1h"})
    services = {"extensionServices": [page(maxRecordingHour=1)]}
    session = await world.record("web", extensionServiceConfig=services)
    await world.advance("2h")
    return session


async def idle(world: World) -> Session:
    """Everybody leaves."""
    await joined(world, 1001)
    session = await world.record()
    await world.advance("20s")
    await world.leave(1001)
    await world.advance("2m")
    return session


async def idle_from_the_beginning(world: World) -> Session:
    """Nobody ever comes."""
    await joined(world, 1001)
    await world.leave(1001)
    session = await world.record()
    await world.advance("2m")
    return session


async def nobody_streamed(world: World) -> Session:
    """Somebody is there, but sends nothing; then it is stopped."""
    await world.join(1001, publishes=[])
    return await stopped(world, await world.record("mix"), _LATE)


async def kicked(world: World) -> Session:
    """Somebody comes in under the uid of the recorder."""
    await joined(world, 1001)
    session = await world.record()
    await world.advance("20s")
    await world.join(int(session.uid))
    await world.advance("1m")
    return session


async def started_twice(world: World) -> Session:
    """The same resource is started again."""
    await joined(world, 1001)
    session = await world.record("mix")
    await world.advance("20s")
    await world.start(session.resource_id, "mix", storageConfig=STORAGE)
    return await stopped(world, session, "5s")


async def stopped_early(world: World) -> Session:
    """Before the first slice is full."""
    await joined(world, 1001)
    return await stopped(world, await world.record("mix"), "6s")


async def audio_only(world: World) -> Session:
    """streamTypes 0."""
    await joined(world, 1001)
    session = await world.record("mix", recordingConfig={"streamTypes": 0})
    return await stopped(world, session, "20s")


STORIES: Final[tuple[Story, ...]] = (
    *(default, standard, standard_from_a_browser, video_only, original, interrupted),
    *(snapshots, snapshots_and_files, postponed),
    *(hls, mp4, audio_only, vod, web, web_on_hold, web_and_rtmp, max_hours),
    *(idle, idle_from_the_beginning, nobody_streamed, kicked, started_twice, stopped_early),
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_what_is_told_in_the_course_of(
    world: World, receiver: Receiver, snapshot: SnapshotAssertion, story: Story
) -> None:
    began = await world.now()

    session = await story(world)

    told = receiver.of(session.sid)
    assert told == receiver.arrivals
    assert [one.payload["sequence"] for one in told] == list(range(len(told)))
    assert timeline(told, began, session.sid) == snapshot
