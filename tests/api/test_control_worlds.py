"""Worlds: each App ID has its own, made at first use, forgotten on demand, touched by no other."""

import pytest

from mockrec.clock import ClockMode
from mockrec.engine import Defaults
from tests.api.service import APP_ID, EPOCH, OTHER, Service, World, done, served, wrong


async def app_ids(service: Service) -> list[str]:
    """Whose worlds there are."""
    reply = await service.get("/_mockrec/worlds")
    return [world["appid"] for world in done(reply)["worlds"]]


# --- made and listed ---------------------------------------------------------------------------


async def test_at_first_there_is_none(service: Service) -> None:
    assert await app_ids(service) == []


async def test_a_world_is_made_at_first_use(service: Service) -> None:
    await service.world(OTHER).acquire()
    await service.world(APP_ID).get()

    assert await app_ids(service) == [OTHER, APP_ID]


async def test_a_world_in_numbers(world: World) -> None:
    session = await world.record()
    await world.acquire("elsewhere")
    await world.advance("30s")

    shown = await world.get()

    assert shown == {
        "appid": APP_ID,
        "now": EPOCH + 30_000,
        "time": "2026-01-01T00:00:30.000Z",
        "seed": 0,
        "resources": 2,
        "started": 1,
        "live": 1,
        "channels": ["room"],
        "clock": "manual",
        "files": len((await world.get("/files"))["files"]),
        "journal": len(await world.journal()),
    }
    await world.stop(session)
    assert (await world.get())["live"] == 0


async def test_the_list_shows_the_same(service: Service, world: World) -> None:
    await world.record()

    assert done(await service.get("/_mockrec/worlds"))["worlds"] == [await world.get()]


# --- forgotten ---------------------------------------------------------------------------------


async def test_a_reset_says_what_it_cleared(world: World) -> None:
    await world.record()
    await world.acquire()
    await world.advance("30s")
    files, entries = len((await world.get("/files"))["files"]), len(await world.journal())

    cleared = await world.reset()

    assert cleared.pop("timers") > 0
    assert cleared == {"recordings": 1, "resources": 2, "entries": entries, "files": files}


async def test_after_a_reset_all_is_as_if_nothing_had_been(service: Service, world: World) -> None:
    fresh = await service.world(OTHER).get()
    session = await world.record()
    await world.join(101, "elsewhere")
    await world.put("/settings", qps=1, strict=True, credentials=["id:secret"])
    world.authorization = ""
    await world.put("/clock", mode="scaled")

    await world.reset()

    assert await world.get() == {**fresh, "appid": APP_ID}
    assert await world.get("/recordings") == {"recordings": []}
    assert await world.get("/files") == {"files": []}
    assert await world.journal() == []
    assert await world.get("/settings") == await service.world(OTHER).get("/settings")
    wrong(await world.control("GET", f"/recordings/{session.sid}"), 404)


async def test_nothing_is_cleared_where_nothing_was(world: World) -> None:
    nothing = {"recordings": 0, "resources": 0, "timers": 0, "entries": 0, "files": 0}

    assert await world.reset() == nothing
    assert await world.reset() == nothing


async def test_a_reset_takes_the_files_out_of_the_store(service: Service, world: World) -> None:
    await world.record()
    await world.advance("1m")
    urls = [file["url"] for file in (await world.get("/files"))["files"]]

    assert urls
    await world.reset()

    assert [(await service.get(url)).status for url in urls] == [404] * len(urls)


async def test_the_same_happens_again_after_a_reset(world: World) -> None:
    first = await world.record()
    await world.reset()

    assert await world.record() == first


async def test_and_the_same_files_are_written_again(service: Service, world: World) -> None:
    async def recorded(seconds: int) -> dict[str, bytes]:
        await world.reset()
        await world.record("mix")
        await world.advance(f"{seconds}s")
        urls = [file["url"] for file in (await world.get("/files"))["files"]]
        return {url: (await service.get(url)).raw for url in urls}

    first = await recorded(40)
    await recorded(60)  # which is the same recording, with more slices in its playlist

    assert await recorded(40) == first


async def test_a_resource_of_before_the_reset_has_expired(world: World) -> None:
    resource = done(await world.acquire())["resourceId"]
    await world.reset()

    reply = await world.start(resource)

    assert (reply.status, reply.body["code"]) == (400, 433)


# --- apart -------------------------------------------------------------------------------------


async def test_two_worlds_do_not_touch_each_other(service: Service, world: World) -> None:
    other = service.world(OTHER)
    await other.join(7, "room")
    await other.put("/settings", qps=3, audience=0)
    before = [await other.get(path) for path in ("", "/channels/room", "/settings", "/clock")]

    session = await world.record()
    await world.advance("1h")
    await world.stop(session)
    await world.join(101, "room")
    await world.put("/settings", qps=50, pcw=1, strict=True)
    await world.reset()

    after = [await other.get(path) for path in ("", "/channels/room", "/settings", "/clock")]
    assert after == before


async def test_the_same_calls_in_two_worlds_are_not_mixed_up(
    service: Service, world: World
) -> None:
    other = service.world(OTHER)
    mine, theirs = await world.record(), await other.record()

    assert mine.sid != theirs.sid
    assert mine.resource_id != theirs.resource_id
    assert (await other.query(mine)).status == 404
    assert (await world.query(mine)).status == 200


async def test_the_files_of_two_worlds_lie_apart(service: Service, world: World) -> None:
    other = service.world(OTHER)
    for one in (world, other):
        await one.record()
        await one.advance("1m")
    mine = (await world.get("/files"))["files"]
    theirs = (await other.get("/files"))["files"]
    assert not {file["key"] for file in mine} & {file["key"] for file in theirs}

    await world.reset()

    assert (await other.get("/files"))["files"] == theirs
    assert (await service.get(theirs[0]["url"])).status == 200
    foreign = theirs[0]["url"].replace(OTHER, APP_ID)
    assert (await service.get(foreign)).status == 404


# --- App IDs -----------------------------------------------------------------------------------

CALLS = ["", "/clock", "/settings", "/recordings", "/journal", "/files", "/channels/room"]


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("app_id", ["a" * 31, "a" * 33, "A" * 32, "g" * 32, "%2F" * 32])
async def test_an_app_id_that_there_is_none_of(service: Service, path: str, app_id: str) -> None:
    reply = await service.world(app_id).control("GET", path)

    _, where, expected = wrong(reply)
    assert (where, expected) == ("appid", "32 lower-case hex digits, or an App ID given by --app")
    assert await app_ids(service) == []


async def test_an_app_id_that_is_registered_may_look_as_it_likes() -> None:
    defaults = Defaults(clock_mode=ClockMode.MANUAL, apps=("my-app",))

    async with served(defaults) as service:
        assert (await service.world("my-app").get())["appid"] == "my-app"
        assert (await service.world("my-app").acquire()).status == 200
        assert (await service.world(APP_ID).acquire()).status == 200
        wrong(await service.world("your-app").control("GET"))
