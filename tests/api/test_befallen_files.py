"""What lies in the bucket after a fail-over, or after it broke, and what the control plane says."""

from typing import Any, Final

import pytest

from mockrec.domain.changes import BreakBucket, FailOver
from mockrec.domain.conditions import BucketFault
from tests.api.service import UID, Session, World

FOLDER: Final = "day1/"


async def bucket(world: World, session: Session) -> dict[str, bytes]:
    """Every object by its name, without folder and sid."""
    files: list[Any] = (await world.get("/files"))["files"]
    return {
        file["key"].removeprefix(FOLDER).replace(session.sid, "SID"): (
            await world.service.get(file["url"])
        ).raw
        for file in files
    }


async def moved(world: World, mode: str = "mix", **request: Any) -> Session:
    """A recording whose server dies after 40 s, stopped when the next has had it for 20 s."""
    await world.join(1001)
    session = await world.record(mode, **request)
    await world.advance("40s")
    await world.suffer(FailOver())
    await world.advance("50s")
    await world.stop(session)
    return session


def listed(playlist: bytes) -> list[str]:
    """The slices that a playlist names, by their beginnings."""
    lines = playlist.decode().splitlines()
    return [line.split("_")[0] for line in lines if not line.startswith("#")]


async def test_each_server_has_a_playlist_of_its_own_and_only_the_last_one_ends_it(
    world: World,
) -> None:
    session = await moved(world)

    found = await bucket(world, session)
    before, after = found["SID_room.m3u8"], found["bak0_SID_room.m3u8"]
    assert b"#EXT-X-ENDLIST" not in before
    assert after.endswith(b"#EXT-X-ENDLIST\n")
    assert listed(before) == [session.sid] * 2
    assert listed(after) == ["bak0"] * 2
    assert after.count(b"#EXT-X-DISCONTINUITY") == after.count(b"EVENT=START") // 2 == 1
    assert (
        sorted(name[:5] for name in found if name.endswith(".ts")) == ["SID_r"] * 2 + ["bak0_"] * 2
    )


async def test_the_merged_indexes_of_two_servers_point_at_their_own(world: World) -> None:
    session = await moved(world, "individual", recordingConfig={"streamMode": "standard"})

    found = await bucket(world, session)
    stem = "SID_room__uid_s_1001__uid_e_"
    for before in ("", "bak0_"):
        index = found[f"{before}{stem}av.m3u8"].decode().replace(session.sid, "SID")
        assert f'URI="{before}{stem}audio.m3u8"' in index
        assert index.splitlines()[-1] == f"{before}{stem}video.m3u8"


async def test_mp4_files_and_snapshots_bear_the_name_of_their_server(world: World) -> None:
    session = await moved(world, recordingFileConfig={"avFileType": ["hls", "mp4"]})

    found = await bucket(world, session)
    assert {"SID_room_0.mp4", "bak0_SID_room_0.mp4"} <= set(found)


async def test_what_a_broken_bucket_did_not_take_comes_under_names_of_its_own(
    world: World,
) -> None:
    await world.join(1001)
    session = await world.record("mix")
    await world.suffer(BreakBucket(BucketFault.TRANSFER))
    await world.advance("30s")
    stopped = await world.stop(session)
    assert stopped.body["serverResponse"]["uploadingStatus"] == "backuped"
    assert await bucket(world, session) == {}

    await world.suffer(BreakBucket(None))
    await world.advance("10m")

    found = await bucket(world, session)
    (playlist,) = (found[name] for name in found if name.endswith("_0.m3u8"))
    assert playlist.endswith(b"#EXT-X-ENDLIST\n")
    assert len(listed(playlist)) == len([name for name in found if name.endswith(".ts")]) == 2


def begins(playlist: bytes) -> list[bool]:
    """Of each slice, whether the playlist begins anew with it."""
    before = playlist.decode().split("#EXTINF")[:-1]
    return ["#EXT-X-DISCONTINUITY" in tags and "EVENT=START" in tags for tags in before]


async def broken(world: World, since: str, length: str) -> None:
    """The bucket breaks at this moment, for so long."""
    await world.advance(since)
    await world.suffer(BreakBucket(BucketFault.TRANSFER))
    await world.advance(length)
    await world.suffer(BreakBucket(None))


@pytest.mark.parametrize(
    ("since", "length", "anew"),
    [("0s", "25s", [True, False, False]), ("20s", "16s", [True, True, False])],
    ids=["the first", "one in the middle"],
)
async def test_a_playlist_begins_anew_after_a_slice_that_only_the_backup_has(
    world: World, since: str, length: str, anew: list[bool]
) -> None:
    await world.join(1001)
    session = await world.record("mix")
    await broken(world, since, length)
    await world.advance("25s")
    await world.stop(session)
    assert begins((await bucket(world, session))["SID_room.m3u8"]) == anew

    await world.advance("10m")

    found = await bucket(world, session)
    (restored,) = (found[name] for name in found if name.endswith("_0.m3u8"))
    assert begins(restored) == [True, False, False, False]


async def test_a_slice_that_comes_late_takes_the_beginning_back(world: World) -> None:
    await world.join(1001)
    session = await world.record("mix")
    await world.suffer(BreakBucket(BucketFault.SLOW))
    await world.advance("20s")
    await world.suffer(BreakBucket(None))
    await world.advance("15s")
    assert begins((await bucket(world, session))["SID_room.m3u8"]) == [True]

    await world.advance("15s")

    assert begins((await bucket(world, session))["SID_room.m3u8"]) == [True, False, False]


async def test_the_manifest_has_what_was_restored(world: World) -> None:
    await world.join(1001, codec="vp8")
    session = await world.record("individual", recordingConfig={"streamMode": "standard"})
    await broken(world, "0s", "25s")
    await world.advance("30s")
    await world.stop(session)
    name = "SID_room__uid_s_1001__uid_e_av.mpd"
    before = (await bucket(world, session))[name]
    assert before.count(b"<ExtDiscontinuity") == 2

    await world.advance("10m")

    found = await bucket(world, session)
    slices = [name for name in found if name.endswith(".webm")]
    assert found[name].count(b"<SegmentURL") == len(slices) == before.count(b"<SegmentURL") + 2
    assert found[name].count(b"<ExtDiscontinuity") == 2


@pytest.mark.parametrize("fault", [BucketFault.CREDENTIALS, BucketFault.MISSING])
async def test_a_bucket_that_refuses_stays_empty(world: World, fault: BucketFault) -> None:
    await world.join(1001)
    session = await world.record("mix")
    await world.suffer(BreakBucket(fault))
    await world.advance("10m")

    assert await bucket(world, session) == {}
    assert (await world.get(f"/recordings/{session.sid}"))["status"] == 20


async def test_the_control_plane_says_that_the_server_is_gone_and_for_how_long(
    world: World,
) -> None:
    await world.join(1001)
    session = await world.record("mix")
    await world.advance("40s")
    await world.suffer(FailOver())
    await world.advance("10s")

    shown = await world.get(f"/recordings/{session.sid}")

    assert shown["explanation"].endswith(
        "Its server is gone, so no call finds it; another takes over in 20s"
        " (docs/protocol.md#fail-over)."
    )
    assert shown["uid"] == UID
