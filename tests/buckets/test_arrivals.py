"""What lies in a real bucket: every file, its type, and playlists that are whole at all times."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest

from mockrec.render.names import CONTENT_TYPES
from tests.api.service import Session, World, done
from tests.buckets.customer import FOLDER, Customer, Playlist
from tests.buckets.house import served
from tests.buckets.road import Road
from tests.notify.receivers import Arrival, Receiver, listening

AV: Final = {"avFileType": ["hls", "mp4"]}
MODES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "individual": ("individual", {}),
    "standard": ("individual", {"recordingConfig": {"streamMode": "standard"}}),
    "snapshots": ("individual", {"snapshotConfig": {"captureInterval": 5, "fileType": ["jpg"]}}),
    "mix": ("mix", {"recordingFileConfig": AV}),
    "web": ("web", {"recordingFileConfig": AV}),
}
every_mode = pytest.mark.parametrize("name", MODES)


async def recorded(world: World, customer: Customer, name: str) -> tuple[Session, Any]:
    """Fifty seconds of a native user, of one with a browser, and the answer to the stop."""
    mode, request = MODES[name]
    await world.join(101)
    await world.join(202, codec="vp8")
    session = await world.record(mode, storageConfig=customer.config(), **request)
    await world.advance("50s")
    return session, done(await world.stop(session))["serverResponse"]


def listed(answer: Any) -> list[str]:
    """The names of the files that a stop lists, as keys of the bucket."""
    if "extensionServiceState" in answer:
        files = answer["extensionServiceState"][0]["payload"]["fileList"]
        return [f"{FOLDER}/{file['filename']}" for file in files]
    return [file["fileName"] for file in answer.get("fileList", ())]


async def test_a_bucket_holds_to_the_byte_what_the_folder_would(
    world: World, customer: Customer
) -> None:
    async with served(None, storage="memory") as plain:
        for name in MODES:
            await recorded(world, customer, name)
            await recorded(plain.world(), customer, name)
            await world.leave(101)
            await plain.world().leave(101)
        shelf = plain.realm().shelf
        expected = {filed.key: shelf.get(filed.bucket, filed.key) for filed in shelf}

    there = {key: customer.data(key) for key in customer.objects()}
    assert {key.rpartition(".")[2] for key in there} == {"ts", "webm", "m3u8", "mpd", "mp4", "jpg"}
    assert there.keys() == expected.keys()
    assert [key for key, held in expected.items() if held and held[1] != there[key]] == []


@every_mode
async def test_everything_that_the_stop_lists_is_there_with_its_type(
    world: World, customer: Customer, name: str
) -> None:
    _, answer = await recorded(world, customer, name)

    objects = customer.objects()
    assert set(listed(answer)) <= objects.keys()
    assert objects
    assert all(objects.values())
    for key in objects:
        assert customer.content_type(key) == CONTENT_TYPES[key.rpartition(".")[2]]


@every_mode
async def test_every_version_of_a_playlist_is_whole_and_names_only_what_is_there(
    world: World, customer: Customer, road: Road, name: str
) -> None:
    await recorded(world, customer, name)

    there: set[str] = set()
    versions: dict[str, list[Playlist]] = {}
    for load in road.put():
        there.add(load.key)
        if load.key.endswith(".m3u8") and not load.key.endswith("_av.m3u8"):
            version = Playlist.read(load.data)
            assert set(version.slices) <= there
            versions.setdefault(load.key, []).append(version)
    for history in versions.values():
        whole = history[-1].slices
        grown = [*range(1, len(whole) + 1), len(whole)]
        assert [one.slices for one in history] == [whole[:length] for length in grown]
        assert [one.ended for one in history] == [False] * len(whole) + [True]
    assert bool(versions) == (name != "snapshots")


async def test_whoever_looks_at_any_time_finds_a_playlist_that_plays(
    world: World, customer: Customer, road: Road
) -> None:
    await world.join(101)
    session = await world.record("mix", storageConfig=customer.config())
    await world.until(event="PlaylistAppeared")
    (key,) = set(road.keys(".m3u8"))
    lengths: list[int] = []

    async def look() -> None:
        data = await customer.download(key)
        assert data is not None
        playlist = Playlist.read(data)
        for name in playlist.slices:
            assert await customer.download(name)
        lengths.append(len(playlist.slices))

    for _ in range(12):
        moving = asyncio.create_task(world.advance("5s"))
        while not moving.done():
            await look()
        await moving
        await look()
    await world.stop(session)
    await look()

    assert lengths == sorted(lengths)
    assert set(lengths) == {1, 2, 3, 4, 5, 6}
    assert Playlist.read(customer.data(key)).ended


async def test_the_files_are_in_the_bucket_before_anybody_is_told_of_them(
    world: World, customer: Customer, road: Road
) -> None:
    missing: list[tuple[int, str]] = []
    told: set[int] = set()

    def look(arrival: Arrival) -> None:
        told.add(arrival.event)
        there = road.keys()
        details = arrival.details
        named = details["fileList"] if arrival.event in {31, 4} else ()
        names = [named] if isinstance(named, str) else [file["fileName"] for file in named]
        if arrival.event == 42:
            assert road.keys(".ts")
        if arrival.event == 45:
            names = [details["fileName"]]
        missing.extend((arrival.event, name) for name in names if name not in there)
        if arrival.event == 31:
            ends = {load.key: Playlist.read(load.data).ended for load in road.put(".m3u8")}
            assert all(ends.values())

    async with listening(Receiver()) as receiver:
        receiver.look = look
        await world.put("/callback", url=receiver.url, secret=receiver.secret)
        for name in ("individual", "mix", "snapshots"):
            await recorded(world, customer, name)
            await world.advance("1s")
        await world.reset()

    assert missing == []
    assert {4, 11, 30, 31, 40, 42, 45} <= told


@pytest.mark.parametrize(
    ("container", "kind"),
    [("mp4", "video/mp4"), ("m4a", "audio/mp4"), ("mp3", "audio/mpeg"), ("aac", "audio/aac")],
)
async def test_what_is_made_after_the_session_comes_to_the_bucket_too(
    world: World, customer: Customer, container: str, kind: str
) -> None:
    acquired = done(await world.acquire(scene=2))["resourceId"]
    await world.join(101)
    started = await world.start(
        acquired,
        storageConfig=customer.config(),
        appsCollection={"combinationPolicy": "postpone_transcoding"},
        recordingConfig={"streamMode": "standard"},
        transcodeOptions={"container": {"format": container}},
    )
    session = Session(acquired, done(started)["sid"], "individual", "room", "527841")
    await world.advance("30s")
    await world.stop(session)
    assert not customer.keys_of(f".{container}")

    await world.advance("1h")

    (key,) = customer.keys_of(f".{container}")
    assert customer.content_type(key) == kind
