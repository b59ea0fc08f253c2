"""Recordings into Azure, where a request may say so: with Azurite, if it is here."""

from __future__ import annotations

from typing import Any

import pytest

from mockrec.storage.object import ObjectStore
from tests.api.service import World, done
from tests.buckets.customer import FOLDER, Playlist
from tests.buckets.house import served
from tests.storage.test_azure_store import AZURE, DEVELOPER, azure, azurite  # noqa: F401


def config(endpoint: str, **others: Any) -> dict[str, Any]:
    """The ``storageConfig`` of the developer."""
    return {
        "vendor": AZURE,
        "region": 0,
        "bucket": "recordings",
        "accessKey": DEVELOPER.access,
        "secretKey": DEVELOPER.secret,
        "fileNamePrefix": [FOLDER],
        "extensionParams": {"endpoint": endpoint},
    } | others


async def recorded(world: World, storage: dict[str, Any]) -> list[Any]:
    """Forty seconds of a user, and what happened."""
    await world.join(101)
    session = await world.record("mix", storageConfig=storage)
    happenings = await world.advance("40s")
    await world.stop(session)
    return happenings + await world.advance("1s")


async def test_a_recording_comes_whole_to_a_container(azurite: str) -> None:  # noqa: F811
    async with served(None, storage_request_endpoints=True) as service:
        world = service.world()
        await recorded(world, config(azurite))

        files = (await world.get("/files"))["files"]
        (url,) = (one["url"] for one in files if one["key"].endswith(".m3u8"))
        playlist = Playlist.read((await service.get(url)).raw)

    assert playlist.ended
    assert len(playlist.slices) == 3
    store = ObjectStore(None, allow_request_endpoints=True)
    for name in playlist.slices:
        assert await store.get(azure(azurite), name)


@pytest.mark.parametrize("mistake", [{"bucket": "nobodys"}, {"secretKey": "d3Jvbmc="}])
async def test_a_container_that_refuses_ends_the_recording(
    azurite: str,  # noqa: F811
    mistake: dict[str, str],
) -> None:
    async with served(None, storage_request_endpoints=True) as service:
        world = service.world()

        happenings = await recorded(world, config(azurite, **mistake))

        (told,) = (one for one in happenings if one.get("event") == "RecordingFailed")
        assert told["details"]["code"] == 32
        assert done(await world.control("GET", "/files"))["files"] == []
