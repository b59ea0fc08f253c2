"""The buckets: listed, and their objects handed out as a web server does it."""

from typing import Any, Final

import pytest

from mockrec.storage.memory import MemoryStore
from tests.api.service import (
    APP_ID,
    EPOCH,
    OTHER,
    STORAGE,
    Reply,
    Service,
    World,
    served,
    wrong,
)

TEN: Final = b"0123456789"
PATH: Final = f"/_mockrec/worlds/{APP_ID}/files"


async def stored(
    service: Service, key: str = "ten.ts", data: bytes = TEN, bucket: str = "b"
) -> str:
    """The address of an object that was just put there, as it is listed."""
    service.realm().shelf.put(bucket, key, data, EPOCH)
    files = await everything(service.world())
    urls: list[str] = [
        file["url"] for file in files if (file["bucket"], file["key"]) == (bucket, key)
    ]
    return urls[0]


async def everything(world: World) -> list[Any]:
    """Every file as it is listed."""
    files: list[Any] = (await world.get("/files"))["files"]
    return files


async def ranged(service: Service, text: str, method: str = "GET", data: bytes = TEN) -> Reply:
    """What a request for a range of ten bytes is answered."""
    return await service.send(method, await stored(service, data=data), headers={"Range": text})


# --- listed ------------------------------------------------------------------------------------


async def keys(world: World, query: str = "") -> list[str]:
    """The keys that are listed."""
    return [file["key"] for file in (await world.get(f"/files{query}"))["files"]]


async def test_at_first_there_are_none(world: World) -> None:
    assert await world.get("/files") == {"files": []}


async def test_a_file_is_listed_with_what_is_known_of_it(service: Service, world: World) -> None:
    await stored(service, "day1/ten.ts")

    assert (await world.get("/files"))["files"] == [
        {
            "bucket": "b",
            "key": "day1/ten.ts",
            "size": 10,
            "at": EPOCH,
            "content_type": "video/MP2T",
            "url": f"{PATH}/b/day1/ten.ts",
        }
    ]


async def test_files_are_listed_by_bucket_and_key(service: Service, world: World) -> None:
    for bucket, key in (("b", "2"), ("a", "3"), ("b", "1")):
        await stored(service, key, bucket=bucket)

    assert await keys(world) == ["3", "1", "2"]


async def test_files_of_one_bucket_or_below_one_prefix(service: Service, world: World) -> None:
    for bucket, key in (("a", "x/1"), ("b", "x/2"), ("b", "y/3")):
        await stored(service, key, bucket=bucket)

    assert await keys(world, "?bucket=b") == ["x/2", "y/3"]
    assert await keys(world, "?prefix=x/") == ["x/1", "x/2"]
    assert await keys(world, "?bucket=b&prefix=x/") == ["x/2"]
    assert await keys(world, "?bucket=c") == []


async def test_a_recording_leaves_slices_and_playlists(service: Service, world: World) -> None:
    session = await world.record("mix")
    await world.advance("40s")
    await world.stop(session)

    files = (await world.get("/files"))["files"]

    kinds = {file["content_type"] for file in files}
    assert kinds == {"application/x-mpegURL", "video/MP2T"}
    for file in files:
        reply = await service.get(file["url"])
        assert (reply.status, len(reply.raw)) == (200, file["size"])
        assert reply.headers["Content-Type"] == file["content_type"]


async def test_what_a_playlist_names_lies_beside_it(service: Service, world: World) -> None:
    session = await world.record("mix")
    await world.advance("40s")
    await world.stop(session)
    playlist = next(key for key in await keys(world) if key.endswith(".m3u8"))

    lines = (await service.get(f"{PATH}/bucket/{playlist}")).raw.decode().splitlines()

    named = {f"day1/{line}" for line in lines if line and not line.startswith("#")}
    assert named == {key for key in await keys(world) if key.endswith(".ts")}


# --- whole -------------------------------------------------------------------------------------


async def test_a_file_whole(service: Service) -> None:
    reply = await service.get(await stored(service))

    assert (reply.status, reply.raw) == (200, TEN)
    assert reply.headers["Content-Type"] == "video/MP2T"
    assert reply.headers["Content-Length"] == "10"
    assert reply.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.m3u8", "application/x-mpegURL"),
        ("a.mpd", "application/dash+xml"),
        ("a.ts", "video/MP2T"),
        ("a.webm", "video/webm"),
        ("a.mp4", "video/mp4"),
        ("a.m4a", "audio/mp4"),
        ("a.aac", "audio/aac"),
        ("a.mp3", "audio/mpeg"),
        ("a.jpg", "image/jpeg"),
        ("a.xyz", "application/octet-stream"),
        ("noname", "application/octet-stream"),
    ],
)
async def test_the_content_type_goes_by_the_name(
    service: Service, name: str, content_type: str
) -> None:
    assert (await service.get(await stored(service, name))).headers["Content-Type"] == content_type


async def test_head_tells_all_but_the_bytes(service: Service) -> None:
    url = await stored(service)
    whole = await service.get(url)

    reply = await service.send("HEAD", url)

    assert (reply.status, reply.raw) == (200, b"")
    for name in ("Content-Type", "Content-Length", "Accept-Ranges"):
        assert reply.headers[name] == whole.headers[name]


async def test_an_empty_file(service: Service) -> None:
    reply = await service.get(await stored(service, data=b""))

    assert (reply.status, reply.raw, reply.headers["Content-Length"]) == (200, b"", "0")


# --- ranges ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "content_range", "data"),
    [
        pytest.param("bytes=0-3", "bytes 0-3/10", b"0123", id="the first bytes"),
        pytest.param("bytes=4-6", "bytes 4-6/10", b"456", id="some in between"),
        pytest.param("bytes=9-9", "bytes 9-9/10", b"9", id="one byte"),
        pytest.param("bytes=7-", "bytes 7-9/10", b"789", id="an open end"),
        pytest.param("bytes=0-", "bytes 0-9/10", TEN, id="all of it"),
        pytest.param("bytes=-4", "bytes 6-9/10", b"6789", id="a suffix"),
        pytest.param("bytes=-40", "bytes 0-9/10", TEN, id="a suffix longer than the file"),
        pytest.param("bytes=5-99", "bytes 5-9/10", b"56789", id="beyond the end"),
        pytest.param(f"bytes=5-{'9' * 99}", "bytes 5-9/10", b"56789", id="far beyond the end"),
    ],
)
async def test_a_range(service: Service, text: str, content_range: str, data: bytes) -> None:
    reply = await ranged(service, text)

    assert (reply.status, reply.raw) == (206, data)
    assert reply.headers["Content-Range"] == content_range
    assert reply.headers["Content-Length"] == str(len(data))
    assert reply.headers["Content-Type"] == "video/MP2T"


@pytest.mark.parametrize(
    "text", ["bytes=10-", "bytes=10-12", f"bytes={'9' * 99}-", "bytes=-0", "Bytes=-00"]
)
async def test_a_range_of_nothing_is_416(service: Service, text: str) -> None:
    reply = await ranged(service, text)

    assert (reply.status, reply.raw) == (416, b"")
    assert reply.headers["Content-Range"] == "bytes */10"


async def test_an_empty_file_has_no_range(service: Service) -> None:
    reply = await ranged(service, "bytes=0-", data=b"")

    assert (reply.status, reply.headers["Content-Range"]) == (416, "bytes */0")


@pytest.mark.parametrize(
    "text",
    ["bytes", "bytes=", "bytes=-", "bytes=b-c", "bytes=6-4", "bytes=0-1,3-4", "lines=1-2", ""],
)
async def test_what_is_no_range_is_ignored(service: Service, text: str) -> None:
    reply = await ranged(service, text)

    assert (reply.status, reply.raw) == (200, TEN)
    assert "Content-Range" not in reply.headers


async def test_a_range_means_nothing_to_head(service: Service) -> None:
    reply = await ranged(service, "bytes=0-3", "HEAD")

    assert (reply.status, reply.headers["Content-Length"]) == (200, "10")


# --- odd names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "a b.ts",
        "a%2Fb.ts",
        "a%20b.ts",
        "100%.ts",
        "#7?x=1&y=2.ts",
        "a+b.ts",
        "Zürich/🏔.ts",
        "{room}/[x]|~^.ts",
        "a//b.ts",
        "/a.ts",
        "a/.b.ts",
        "a;v=1.ts",
        '"quoted" <b>.ts',
        "back\\slash.ts",
        "new\nline.ts",
        "x" * 300 + ".ts",
    ],
)
async def test_a_file_with_an_odd_name_is_found_where_it_is_listed(
    service: Service, key: str
) -> None:
    data = f"bytes of {key}".encode()

    reply = await service.get(await stored(service, key, data))

    assert (reply.status, reply.raw) == (200, data)


@pytest.mark.parametrize("bucket", ["a/b", "a%2Fb", "{b}", "b c", "Zürich", "..."])
async def test_a_bucket_may_have_an_odd_name(service: Service, bucket: str) -> None:
    url = await stored(service, "day1/ten.ts", bucket=bucket)

    assert (await service.get(url)).raw == TEN


async def test_names_that_look_alike_are_kept_apart(service: Service, world: World) -> None:
    for key in ("a/b", "a%2Fb", "a%252Fb"):
        service.realm().shelf.put("b", key, key.encode(), EPOCH)

    replies = {file["key"]: await service.get(file["url"]) for file in await everything(world)}

    assert {key: reply.raw.decode() for key, reply in replies.items()} == {
        key: key for key in ("a/b", "a%2Fb", "a%252Fb")
    }


async def test_a_prefix_with_odd_characters_leads_to_files_that_can_be_had(
    service: Service, world: World
) -> None:
    storage = {**STORAGE, "bucket": "my bucket", "fileNamePrefix": ["a#b", "50%", "Zürich"]}
    session = await world.record(cname="#7 {x}?", storageConfig=storage)
    await world.advance("40s")
    await world.stop(session)

    files = await everything(world)

    assert all(file["key"].startswith("a#b/50%/Zürich/") for file in files)
    assert {(await service.get(file["url"])).status for file in files} == {200}


# --- not there ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["b/none.ts", "none/ten.ts", "b/ten.ts/", "b/TEN.TS", "b/..%2F..%2Fetc%2Fpasswd"]
)
async def test_a_file_that_there_is_none_of_is_404(service: Service, path: str) -> None:
    await stored(service)

    error, where, expected = wrong(await service.get(f"{PATH}/{path}"), 404)

    assert (error, where) == ("no such file", "key")
    assert expected == f"GET {PATH} lists them"


async def test_a_file_of_another_world_is_not_there(service: Service) -> None:
    url = await stored(service)

    wrong(await service.get(url.replace(APP_ID, OTHER)), 404)


async def test_a_file_that_the_store_had_no_more_room_for_is_not_there() -> None:
    async with served(store=MemoryStore(room=15)) as service:
        first, second = await stored(service, "1.ts"), await stored(service, "2.ts")

        assert (await service.get(first)).status == 404
        assert (await service.get(second)).status == 200
