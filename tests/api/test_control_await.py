"""The journal is waited for: what is there already, what comes later, what never comes."""

import asyncio

import pytest

from tests.api.service import EPOCH, OTHER, Service, World, wrong


async def test_what_is_there_already_is_not_waited_for(world: World) -> None:
    await world.acquire()

    found = await world.post("/journal/await", match={"operation": "acquire"}, timeout="0s")

    assert found["entry"] == (await world.journal())[0]


async def test_what_comes_later_ends_the_waiting(service: Service, world: World) -> None:
    waiting = asyncio.get_running_loop().create_task(
        world.happened(operation="stop", status=200, body={"clientRequest": {"async_stop": True}})
    )
    await service.world(OTHER).stop(await service.world(OTHER).record(), async_stop=True)
    session = await world.record()
    await world.advance("30s")
    assert not waiting.done()

    await world.stop(session, async_stop=True)

    entry = await waiting
    assert entry == next(
        each for each in await world.journal() if each["number"] == entry["number"]
    )
    assert entry["path"].endswith(f"/sid/{session.sid}/mode/individual/stop")


async def test_it_is_waited_for_what_comes_after_a_number(world: World) -> None:
    await world.acquire("first")
    await world.acquire("second")
    match = {"operation": "acquire"}

    found = await world.post("/journal/await", match=match, since=1)

    assert found["entry"]["body"]["cname"] == "second"


async def test_all_that_is_asked_for_has_to_fit(world: World) -> None:
    await world.acquire("room")
    body = {"match": {"operation": "acquire", "body": {"cname": "rom"}}, "timeout": "0s"}

    error, path, expected = wrong(await world.control("POST", "/journal/await", body), 408)

    assert error == "nothing matched within 0 ms"
    assert (path, expected) == ("/match", '{"operation":"acquire","body":{"cname":"rom"}}')


async def test_the_waiting_ends_in_real_time_though_the_clock_stands(world: World) -> None:
    body = {"match": {"operation": "stop"}, "timeout": "1ms"}

    wrong(await world.control("POST", "/journal/await", body), 408)

    await world.acquire()  # nobody looks any more
    assert await world.now() == EPOCH


async def test_an_empty_match_is_the_first_entry(world: World) -> None:
    await world.acquire()

    assert (await world.post("/journal/await", match={}))["entry"]["number"] == 0


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "/match"),
        ({"match": "stop"}, "/match"),
        ({"match": {}, "timeout": 5}, "/timeout"),
        ({"match": {}, "timeout": "soon"}, "/timeout"),
        ({"match": {}, "since": -1}, "/since"),
        ({"match": {}, "timeuot": "5s"}, "/timeuot"),
    ],
)
async def test_a_waiting_that_there_is_none_of(
    world: World, body: dict[str, object], path: str
) -> None:
    _, where, _ = wrong(await world.control("POST", "/journal/await", body))

    assert where == path
