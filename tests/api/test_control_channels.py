"""Who is in the room: users join, change and leave by hand, and recordings take note."""

from urllib.parse import quote

import pytest

from tests.api.service import CNAME, EPOCH, OTHER, Service, World, done, wrong

ODD = [
    "class-7 (morning)",
    "a/b",
    "a%2Fb",
    "100%",
    "#7?x=1&y=2",
    "{room}",
    "[room]|~^",
    "Zürich 🏔",
    "https://example.org/",
    "a+b c",
    "dots.. ..and",
    ";v=1,2",
]


# --- join, change, leave -----------------------------------------------------------------------


async def test_where_nobody_has_been_the_channel_is_empty(world: World) -> None:
    assert await world.get("/channels/room") == {
        "cname": "room",
        "by_hand": False,
        "users": [],
        "recordings": [],
    }


async def test_a_user_joins_with_audio_and_video(world: World) -> None:
    await world.advance("5s")

    joined = await world.join(101)

    assert joined == {
        "uid": "101",
        "name": joined["name"],
        "publishes": ["audio", "video"],
        "role": "host",
        "codec": "h264",
        "width": 640,
        "height": 360,
        "joined": EPOCH + 5_000,
    }


async def test_without_a_body_it_is_a_host_who_publishes_both(world: World) -> None:
    bare = done(await world.control("PUT", "/channels/room/users/1"))

    assert bare == await world.join(1)
    assert (bare["role"], bare["publishes"]) == ("host", ["audio", "video"])


async def test_he_changes_what_he_publishes_and_keeps_his_place(world: World) -> None:
    await world.join(101)
    await world.join(102)
    await world.advance("5s")

    changed = await world.join(
        101, publishes=["audio"], role="audience", codec="vp8", width=1280, height=720
    )

    assert changed["publishes"] == ["audio"]
    assert (changed["role"], changed["codec"]) == ("audience", "vp8")
    assert (changed["width"], changed["height"]) == (1280, 720)
    assert changed["joined"] == EPOCH
    assert await uids(world) == ["101", "102"]


async def test_what_he_does_not_say_again_returns_to_its_default(world: World) -> None:
    await world.join(101, codec="vp8", publishes=[])

    assert (await world.join(101))["codec"] == "h264"


async def test_a_silent_user_is_there_all_the_same(world: World) -> None:
    assert (await world.join(101, publishes=[]))["publishes"] == []
    assert await uids(world) == ["101"]


async def test_he_leaves(world: World) -> None:
    await world.join(101)

    assert await world.leave(101)
    assert await uids(world) == []


async def test_nobody_leaves_twice(world: World) -> None:
    await world.join(101)
    await world.leave(101)

    assert not await world.leave(101)


async def test_users_stand_in_the_order_of_joining(world: World) -> None:
    for uid in (30, 10, 20):
        await world.join(uid)
    await world.leave(30)
    await world.join(30)

    assert await uids(world) == ["10", "20", "30"]


async def uids(world: World, cname: str = CNAME) -> list[str]:
    """Who is in the channel."""
    return [
        user["uid"] for user in (await world.get(f"/channels/{quote(cname, safe='')}"))["users"]
    ]


# --- names -------------------------------------------------------------------------------------


async def test_a_user_has_a_name_that_stays(service: Service, world: World) -> None:
    name = (await world.join(101))["name"]
    await world.leave(101)

    assert (await world.join(101))["name"] == name
    assert (await world.get("/channels/room"))["users"][0]["name"] == name
    assert (await service.world(OTHER).join(101, "elsewhere"))["name"] == name


async def test_users_have_names_of_their_own(world: World) -> None:
    names = [(await world.join(uid))["name"] for uid in range(1, 9)]

    assert len(set(names)) == len(names)
    assert all(" " in name for name in names)


# --- the audience ------------------------------------------------------------------------------


async def test_a_start_finds_an_audience_where_nobody_has_been(world: World) -> None:
    session = await world.record()

    channel = await world.get("/channels/room")

    assert len(channel["users"]) == 2
    assert channel["recordings"] == [session.sid]
    assert not channel["by_hand"]


async def test_whoever_puts_users_in_has_the_channel_to_himself(world: World) -> None:
    await world.join(101)
    await world.leave(101)
    await world.record()

    assert await world.get("/channels/room") | {"recordings": []} == {
        "cname": "room",
        "by_hand": True,
        "users": [],
        "recordings": [],
    }


async def test_a_recording_hears_who_joins_and_who_leaves(world: World) -> None:
    await world.join(101)
    session = await world.record()
    await world.advance("10s")

    await world.join(102, publishes=["audio"])
    heard = (await world.get(f"/recordings/{session.sid}"))["heard"]
    assert heard == {"101": ["audio", "video"], "102": ["audio"]}

    await world.leave(101)
    heard = (await world.get(f"/recordings/{session.sid}"))["heard"]
    assert heard == {"102": ["audio"]}


async def test_a_join_and_a_leave_are_told_at_their_moment(world: World) -> None:
    await world.join(101)
    await world.record()
    await world.advance("10s")

    await world.leave(101)

    told = [each for each in await world.journal("kind=event") if each["at"] == EPOCH + 10_000]
    assert {each["details"].get("receiving") for each in told} == {False}
    assert {each["name"] for each in told} == {
        "recorder_audio_stream_state_changed",
        "recorder_video_stream_state_changed",
    }


# --- odd names ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cname", ODD)
async def test_a_channel_may_have_an_odd_name(world: World, cname: str) -> None:
    await world.join(101, cname)

    assert (await world.get())["channels"] == [cname]
    assert await uids(world, cname) == ["101"]
    assert await world.leave(101, cname)


async def test_a_path_that_is_no_unicode_still_names_a_channel(world: World) -> None:
    reply = await world.control("PUT", "/channels/%FF%80/users/1", {})

    assert reply.status == 200
    assert (await world.get())["channels"] == ["%FF%80"]


# --- what is no user ---------------------------------------------------------------------------


@pytest.mark.parametrize("uid", ["0", "-1", "4294967296", "1.5", "abc", "99999999999999", "%D9%A3"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_uid_that_there_is_none_of(world: World, method: str, uid: str) -> None:
    reply = await world.control(method, f"/channels/room/users/{uid}", {})

    _, path, expected = wrong(reply)
    assert (path, expected) == ("uid", "a whole number from 1 to 4294967295")


@pytest.mark.parametrize("uid", [1, 4294967295])
async def test_the_first_uid_and_the_last(world: World, uid: int) -> None:
    assert (await world.join(uid))["uid"] == str(uid)


@pytest.mark.parametrize(
    ("user", "path"),
    [
        ({"publishes": "audio"}, "/publishes"),
        ({"publishes": ["sound"]}, "/publishes/0"),
        ({"publishes": ["audio", "audio"]}, "/publishes"),
        ({"publishes": None}, "/publishes"),
        ({"role": "guest"}, "/role"),
        ({"codec": "h265"}, "/codec"),
        ({"width": 0}, "/width"),
        ({"width": 8193}, "/width"),
        ({"height": "360"}, "/height"),
        ({"height": True}, "/height"),
        ({"heigth": 360}, "/heigth"),
    ],
)
async def test_a_user_that_there_is_none_of(
    world: World, user: dict[str, object], path: str
) -> None:
    _, where, _ = wrong(await world.control("PUT", "/channels/room/users/101", user))

    assert where == path
    assert await uids(world) == []


async def test_a_misspelt_key_is_pointed_out(world: World) -> None:
    error, _, _ = wrong(await world.control("PUT", "/channels/room/users/1", {"heigth": 360}))

    assert error.endswith('did you mean "height"?')
