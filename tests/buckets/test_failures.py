"""A real bucket that fails for a while: tried again, sent to the backup, and restored at last."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from tests.api.service import Session, World, done
from tests.buckets.customer import Customer, Playlist
from tests.buckets.house import served
from tests.buckets.road import Road, all_of, every, of, road_to

RESTORED: Final = re.compile(r"_\d{11}_\d\.m3u8")
AV: Final = {"avFileType": ["hls", "mp4"]}


async def begun(world: World, customer: Customer, mode: str = "mix", **request: Any) -> Session:
    """A recording of one user into this bucket."""
    await world.join(101)
    return await world.record(mode, storageConfig=customer.config(), **request)


def names(happenings: list[Any], *wanted: str) -> list[str]:
    """What happened, by name, in order; of these kinds, if any are given."""
    found = [one["event"] for one in happenings if "event" in one]
    return [name for name in found if name in wanted] if wanted else found


def warnings(happenings: list[Any]) -> list[int]:
    """The codes of the warnings, in order."""
    return [one["details"]["code"] for one in happenings if one.get("event") == "RecordingWarned"]


def suffixed(customer: Customer) -> dict[str, Playlist]:
    """The playlists that the backup brought, by key."""
    found = customer.playlists()
    return {key: playlist for key, playlist in found.items() if RESTORED.search(key)}


async def uploading_status(world: World, session: Session) -> str:
    """What the stop of a recording says of its uploads."""
    status: str = done(await world.stop(session))["serverResponse"]["uploadingStatus"]
    return status


@pytest.mark.parametrize("nth", [2, 3, 4, 5])
@pytest.mark.parametrize("mode", ["mix", "individual"])
async def test_where_every_so_manieth_request_fails_everything_is_there_in_the_end(
    world: World, customer: Customer, road: Road, mode: str, nth: int
) -> None:
    road.trouble = every(nth)
    session = await begun(world, customer, mode)
    happenings = await world.advance("65s")
    await world.stop(session)

    happenings += await world.advance("2h")

    cut = [one["details"]["slice"]["file"] for one in happenings if one.get("event") == "SliceCut"]
    assert warnings(happenings)
    assert set(customer.keys_of(".ts")) >= {f"lessons/{name}" for name in cut}
    for playlist in customer.playlists().values():
        assert set(playlist.slices) <= customer.objects().keys()


async def test_a_request_that_fails_once_is_warned_of_and_made_good(
    world: World, customer: Customer, road: Road
) -> None:
    road.trouble = lambda load: 503 if load.number == 0 else None
    session = await begun(world, customer)

    happenings = await world.advance("30s")

    assert warnings(happenings) == [31]
    assert names(happenings, "UploadTried", "SliceUploaded") == [
        "UploadTried",
        "UploadTried",
        "SliceUploaded",
    ]
    assert await uploading_status(world, session) == "uploaded"
    assert not suffixed(customer)


async def test_a_slice_whose_playlist_could_not_be_written_has_not_arrived_yet(
    world: World, customer: Customer, road: Road
) -> None:
    road.trouble = of(".m3u8")
    session = await begun(world, customer)

    await world.advance("19s")
    assert len(customer.keys_of(".ts")) == 1
    assert await world.status(session) == 4

    road.trouble = None
    await world.advance("2s")
    assert await world.status(session) == 5
    assert len(customer.playlists()) == 1


async def test_an_endpoint_that_dies_under_way_sends_the_rest_to_the_backup(
    world: World, customer: Customer, road: Road
) -> None:
    session = await begun(world, customer)
    await world.advance("35s")
    before = customer.objects()
    assert len(before) == 3

    await road.close()
    happenings = await world.advance("35s")

    assert warnings(happenings) == [31, 32, 31, 32]
    assert names(happenings, "ItemBackedUp") == ["ItemBackedUp"] * 2
    assert customer.objects() == before
    assert await world.status(session) == 5
    assert await uploading_status(world, session) == "backuped"


async def test_when_it_is_back_the_backup_brings_what_is_missing(
    world: World, customer: Customer, road: Road
) -> None:
    session = await begun(world, customer, recordingFileConfig=AV)
    await world.advance("35s")
    await road.close()
    await world.advance("20s")
    await world.stop(session)

    await road.open()
    happenings = await world.advance("5m")

    assert names(happenings, "RestoreTried", "Restored") == ["RestoreTried", "Restored"]
    assert len(customer.keys_of(".ts")) == 4
    assert len(customer.keys_of("_0.mp4")) == 1
    ((key, restored),) = suffixed(customer).items()
    assert restored.ended
    assert list(restored.slices) == customer.keys_of(".ts")
    (plain,) = (playlist for name, playlist in customer.playlists().items() if name != key)
    assert list(plain.slices) == customer.keys_of(".ts")[:2]


async def test_a_stream_that_only_the_backup_has_comes_with_a_playlist_that_ends(
    world: World, customer: Customer, road: Road
) -> None:
    session = await begun(world, customer, "individual")
    await road.close()
    await world.advance("40s")
    await world.stop(session)
    assert not customer.objects()

    await road.open()
    await world.advance("5m")

    restored = suffixed(customer)
    assert len(restored) == len(customer.keys_of(".m3u8")) == 2
    assert all(playlist.ended for playlist in restored.values())
    assert sorted(name for one in restored.values() for name in one.slices) == customer.keys_of(
        ".ts"
    )


async def test_pictures_and_parts_are_restored_too(
    world: World, customer: Customer, road: Road
) -> None:
    road.trouble = all_of()
    session = await begun(
        world, customer, "individual", snapshotConfig={"captureInterval": 5, "fileType": ["jpg"]}
    )
    await world.advance("21s")
    await world.stop(session)

    road.trouble = None
    await world.advance("5m")

    assert len(customer.keys_of(".jpg")) == 3
    assert not suffixed(customer)


async def test_the_backup_comes_again_while_the_bucket_fails(
    world: World, customer: Customer, road: Road
) -> None:
    road.trouble = all_of()
    session = await begun(world, customer)
    await world.advance("30s")
    await world.stop(session)
    happenings = await world.advance("11m")
    assert names(happenings, "RestoreTried", "Restored") == ["RestoreTried"] * 2

    road.trouble = None
    happenings = await world.advance("1h")

    assert names(happenings, "RestoreTried", "Restored") == ["RestoreTried", "Restored"]
    assert len(suffixed(customer)) == 1


async def test_a_backup_that_is_cut_short_begins_anew(
    world: World, customer: Customer, road: Road
) -> None:
    road.trouble = all_of()
    session = await begun(world, customer)
    await world.advance("50s")
    await world.stop(session)
    seen = len(road.loads)

    road.trouble = lambda load: 503 if load.number == seen + 1 else None
    happenings = await world.advance("1h")

    assert names(happenings, "RestoreTried", "Restored") == [*["RestoreTried"] * 2, "Restored"]
    ((_, restored),) = suffixed(customer).items()
    assert list(restored.slices) == customer.keys_of(".ts")


async def test_a_backup_whose_bucket_is_gone_gives_up(
    world: World, customer: Customer, road: Road
) -> None:
    road.trouble = all_of()
    session = await begun(world, customer)
    await world.advance("30s")
    await world.stop(session)

    road.trouble = None
    customer.close()
    happenings = await world.advance("1h")

    (end,) = (one for one in happenings if one.get("event") == "Restored")
    assert end["details"] == {"complete": False}


async def test_the_older_edition_answers_206(customer: Customer, road: Road) -> None:
    road.trouble = all_of()
    async with served(road.endpoint, profile="2020") as service:
        world = service.world()
        session = await begun(world, customer)
        await world.advance("30s")

        reply = await world.stop(session)

    assert reply.status == 206
    assert reply.body["serverResponse"]["uploadingStatus"] == "backuped"


async def test_expired_keys_never_reach_the_bucket_until_an_update_brings_fresh_ones(
    world: World, customer: Customer, road: Road
) -> None:
    now = await world.now()
    await world.join(101)
    session = await world.record(
        "mix", storageConfig=customer.config(stsToken="t", stsExpiration=now // 1_000 + 10)
    )

    happenings = await world.advance("30s")
    assert not road.loads
    assert names(happenings, "KeysExpired", "ItemBackedUp") == ["KeysExpired", "ItemBackedUp"]

    done(await world.update(session, storageConfig=customer.config()))
    await world.advance("10s")
    assert len(customer.keys_of(".ts")) == 1
    assert await uploading_status(world, session) == "backuped"

    await world.advance("5m")
    ((_, restored),) = suffixed(customer).items()
    assert list(restored.slices) == customer.keys_of(".ts")


@pytest.mark.parametrize("mode", ["mix", "individual", "web"])
async def test_in_memory_too_what_expired_keys_kept_away_comes_from_the_backup(
    customer: Customer, mode: str
) -> None:
    async with served(None, storage="memory") as service:
        world = service.world()
        end = await world.now() // 1_000 + 10
        await world.join(101)
        session = await world.record(
            mode, storageConfig=customer.config(stsToken="t", stsExpiration=end)
        )
        await world.advance("40s")
        await world.stop(session)
        assert await world.get("/files") == {"files": []}

        happenings = await world.advance("5m")

        assert names(happenings, "RestoreTried", "Restored") == ["RestoreTried", "Restored"]
        files = (await world.get("/files"))["files"]
        lists = [one for one in files if RESTORED.search(one["key"])]
        restored = [Playlist.read((await service.get(one["url"])).raw) for one in lists]
    assert [one.ended for one in restored] == [True] * (2 if mode == "individual" else 1)
    there = sorted(one["key"] for one in files if one["key"].endswith(".ts"))
    assert sorted(name for one in restored for name in one.slices) == there


async def test_after_an_update_the_last_lines_go_where_the_files_go(
    world: World, customer: Customer, neighbour: Customer, road: Road
) -> None:
    session = await begun(world, customer)
    await world.advance("20s")

    moved = neighbour.config(fileNamePrefix=["moved"])
    done(await world.update(session, storageConfig=moved))
    road.trouble = of("17500.ts")
    await world.advance("40s")
    assert await uploading_status(world, session) == "backuped"

    assert [one.ended for one in customer.playlists().values()] == [False]
    ((key, playlist),) = neighbour.playlists().items()
    assert key.startswith("moved/")
    assert playlist.ended
    assert len(customer.objects()) == 2
    assert all(name.startswith("moved/") for name in neighbour.objects())


async def test_last_lines_that_could_not_be_written_stand_in_the_journal(
    world: World, customer: Customer, road: Road
) -> None:
    session = await begun(world, customer)
    await world.advance("30s")

    written = len(road.put(".m3u8"))
    road.trouble = lambda load: (
        503 if load.key.endswith("m3u8") and len(road.put(".m3u8")) > written else None
    )
    await world.stop(session)

    mishaps = [one for one in await world.journal() if "files not written" in str(one)]
    assert len(mishaps) == 1
    assert not next(iter(customer.playlists().values())).ended


@pytest.mark.parametrize("mode", ["mix", "individual"])
async def test_the_same_troubles_make_the_same_story(
    s3: str, customer: Customer, neighbour: Customer, mode: str
) -> None:
    stories: list[list[Any]] = []
    for _ in range(2):
        async with road_to(s3) as road, served(road.endpoint) as service:
            road.trouble = every(3)
            world = service.world()
            session = await begun(world, customer, mode)
            happenings = await world.advance("65s")
            await world.stop(session)
            stories.append(happenings + await world.advance("1h"))

    assert stories[0] == stories[1]
    assert not neighbour.objects()
