"""How a world behaves: set in parts, read back, and in effect from the next call on."""

from dataclasses import asdict
from typing import Any

import pytest

from mockrec.clock import ClockMode
from mockrec.domain.moments import MINUTE
from mockrec.domain.policy import Policy
from mockrec.domain.problems import Profile
from mockrec.domain.timing import Timing
from mockrec.engine import Defaults
from tests.api.service import EPOCH, OTHER, Service, World, basic, done, served, wrong

USUAL = {
    "profile": "2026",
    "strict": False,
    "qps": None,
    "pcw": None,
    "audience": 2,
    "timing": asdict(Timing()),
    "credentials": [],
}


# --- read and written --------------------------------------------------------------------------


async def test_the_usual_settings(world: World) -> None:
    assert await world.get("/settings") == USUAL


async def test_a_world_begins_as_the_process_was_told() -> None:
    policy = Policy(profile=Profile.Y2020, strict=True, qps=9, pcw=7, audience=0)
    defaults = Defaults(clock_mode=ClockMode.MANUAL, policy=policy, credentials=(("id", "s3cret"),))

    async with served(defaults) as service:
        settings = await service.world().get("/settings")

    assert settings == USUAL | {
        "profile": "2020",
        "strict": True,
        "qps": 9,
        "pcw": 7,
        "audience": 0,
        "credentials": ["id:***"],
    }


async def test_what_is_not_named_stays(world: World) -> None:
    await world.put("/settings", qps=10, strict=True)

    answered = await world.put("/settings", pcw=5, timing={"upload": "3s"})

    assert answered == await world.get("/settings")
    assert answered == USUAL | {
        "qps": 10,
        "pcw": 5,
        "strict": True,
        "timing": USUAL["timing"] | {"upload": 3_000},  # type: ignore[operator]
    }


async def test_delays_that_are_not_named_stay(world: World) -> None:
    await world.put("/settings", timing={"upload": "3s"})

    settings = await world.put("/settings", timing={"grace": "1m"})

    assert (settings["timing"]["upload"], settings["timing"]["grace"]) == (3_000, 60_000)


async def test_a_limit_is_lifted_by_null(world: World) -> None:
    await world.put("/settings", qps=10, pcw=5)

    assert await world.put("/settings", qps=None, pcw=None) == USUAL


async def test_what_is_shown_can_be_set(service: Service, world: World) -> None:
    await world.put("/settings", profile="2020", qps=5, timing={"grace": "1m", "upload": 0})
    shown = await world.get("/settings")

    assert await service.world(OTHER).put("/settings", **shown) == shown


async def test_nothing_said_changes_nothing(world: World) -> None:
    assert await world.put("/settings") == USUAL


@pytest.mark.parametrize(("given", "set_to"), [("1500ms", 1_500), (1_500, 1_500), (1_500.0, 1_500)])
async def test_a_delay_is_a_duration_or_milliseconds(
    world: World, given: object, set_to: int
) -> None:
    settings = await world.put("/settings", timing={"upload": given})

    assert repr(settings["timing"]["upload"]) == repr(set_to)


async def test_a_whole_number_may_be_written_as_a_fraction(world: World) -> None:
    settings = await world.put("/settings", qps=10.0, pcw=5.0, audience=3.0)

    assert repr([settings[name] for name in ("qps", "pcw", "audience")]) == "[10, 5, 3]"


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"profile": 2020}, "/profile"),
        ({"profile": "2021"}, "/profile"),
        ({"strict": "yes"}, "/strict"),
        ({"qps": 0}, "/qps"),
        ({"qps": 1.5}, "/qps"),
        ({"qps": True}, "/qps"),
        ({"pcw": 1_000_001}, "/pcw"),
        ({"audience": -1}, "/audience"),
        ({"audience": None}, "/audience"),
        ({"timing": {"uplaod": 1}}, "/timing/uplaod"),
        ({"timing": {"upload": "fast"}}, "/timing/upload"),
        ({"timing": {"upload": -1}}, "/timing/upload"),
        ({"timing": {"upload": 1.5}}, "/timing/upload"),
        ({"timing": {"upload": None}}, "/timing/upload"),
        ({"timing": ["upload"]}, "/timing"),
        ({"credentials": "id:secret"}, "/credentials"),
        ({"credentials": ["id"]}, "/credentials/0"),
        ({"credentials": [":secret"]}, "/credentials/0"),
        ({"credentials": ["id:"]}, "/credentials/0"),
        ({"qsp": 10}, "/qsp"),
    ],
)
async def test_a_setting_that_there_is_none_of(
    world: World, settings: dict[str, object], path: str
) -> None:
    _, where, _ = wrong(await world.control("PUT", "/settings", {"audience": 7} | settings))

    assert where == path
    assert await world.get("/settings") == USUAL


async def test_a_misspelt_delay_is_answered_with_all_that_there_are(world: World) -> None:
    reply = await world.control("PUT", "/settings", {"timing": {"uplaod": 1}})

    _, _, expected = wrong(reply)
    assert expected.split(", ") == list(asdict(Timing()))


# --- in effect ---------------------------------------------------------------------------------


async def test_qps_limits_the_requests_of_a_second(world: World) -> None:
    await world.put("/settings", qps=2)

    replies = [await world.acquire() for _ in range(3)]

    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[-1].body == {"message": "API rate limit exceeded"}
    await world.advance("1s")
    assert (await world.acquire()).status == 200


async def test_pcw_limits_the_recordings_that_are_live(world: World) -> None:
    await world.put("/settings", pcw=1)
    session = await world.record()

    refused = await world.acquire("elsewhere")

    assert (refused.status, refused.body["code"]) == (400, 406)
    assert refused.body["reason"] == "vendor_over_load"
    await world.stop(session)
    assert (await world.acquire("elsewhere")).status == 200


async def test_strict_refuses_what_is_doubtful(world: World) -> None:
    lenient = await world.acquire(resourceExpiredHuor=24)
    await world.put("/settings", strict=True)
    strict = await world.acquire(resourceExpiredHuor=24)

    assert (lenient.status, strict.status) == (200, 400)
    assert strict.body["code"] == 2
    for reply in (lenient, strict):
        assert 'did you mean "resourceExpiredHour"?' in reply.headers["X-Mockrec-Detail"]


async def test_the_profile_decides_on_the_wording(world: World) -> None:
    now = done(await world.acquire())
    await world.put("/settings", profile="2020")
    then = done(await world.acquire())

    assert set(now) == {"cname", "uid", "resourceId"}
    assert set(then) == {"resourceId"}


async def test_the_audience_is_of_the_size_that_was_set(world: World) -> None:
    await world.put("/settings", audience=5)
    await world.record()

    assert len((await world.get("/channels/room"))["users"]) == 5


async def test_delays_hold_for_recordings_that_start_from_now_on(world: World) -> None:
    before = await world.record(cname="before")
    await world.put("/settings", timing={"recorder_ready": "10s"})
    after = await world.record(cname="after")
    await world.advance("2s")

    assert await world.status(before) == 4
    assert await world.status(after) == 3


async def test_a_resource_waits_as_long_as_was_set(world: World) -> None:
    await world.put("/settings", timing={"resource": "10s"})
    resource: Any = done(await world.acquire())["resourceId"]
    await world.advance("10001ms")

    assert (await world.start(resource)).body["code"] == 433
    assert await world.now() < EPOCH + MINUTE


# --- credentials -------------------------------------------------------------------------------


async def test_any_credentials_will_do_where_none_are_set(world: World) -> None:
    world.authorization = basic("any", "body")

    assert (await world.acquire()).status == 200


async def test_only_those_that_were_set_are_accepted(service: Service, world: World) -> None:
    shown = await world.put("/settings", credentials=["one:1", "two:2:2"])
    assert shown["credentials"] == ["one:***", "two:***"]

    async def status(customer: str, secret: str) -> int:
        world.authorization = basic(customer, secret)
        return (await world.acquire()).status

    assert await status("one", "1") == 200
    assert await status("two", "2:2") == 200
    assert await status("two", "2") == 401
    assert await status("one", "2:2") == 401
    refused = await world.acquire()
    assert refused.body == {"message": "Invalid authentication credentials"}
    assert (await service.world(OTHER).acquire()).status == 200


async def test_an_empty_list_accepts_any_again(world: World) -> None:
    await world.put("/settings", credentials=["one:1"])
    assert (await world.acquire()).status == 401

    await world.put("/settings", credentials=[])

    assert (await world.acquire()).status == 200


async def test_the_control_plane_asks_nobody_for_credentials(world: World) -> None:
    await world.put("/settings", credentials=["one:1"])

    assert (await world.get())["resources"] == 0
