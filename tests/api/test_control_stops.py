"""A stop that waits for its files: on every kind of clock, beside other worlds, and cut short."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from mockrec.domain.values import replace
from tests.api.service import (
    EPOCH,
    OTHER,
    STOP_TAKES,
    Reply,
    Service,
    Session,
    World,
    done,
    soon,
)

RECORDED = 30_000
STOP_REQUESTED = {"event": "StatusChanged", "details": {"status": 6}}


async def under_way(world: World, mode: str = "individual") -> Session:
    """A recording of half a minute."""
    session = await world.record(mode)
    await world.advance("30s")
    return session


def meanwhile(call: Coroutine[Any, Any, Reply]) -> asyncio.Task[Reply]:
    """The call, made while others go on."""
    return asyncio.get_running_loop().create_task(call)


def uploading(reply: Reply) -> str:
    """What a stop says of the files."""
    status: str = done(reply)["serverResponse"]["uploadingStatus"]
    return status


# --- a clock that stands -----------------------------------------------------------------------


async def test_a_stop_moves_a_clock_that_stands_by_what_it_waits(world: World) -> None:
    session = await under_way(world)

    assert uploading(await world.stop(session)) == "uploaded"

    assert await world.now() == EPOCH + RECORDED + STOP_TAKES
    move = (await world.journal("kind=clock"))[-1]
    assert (move["from"], move["at"]) == (EPOCH + RECORDED, EPOCH + RECORDED + STOP_TAKES)


async def test_when_it_is_answered_every_file_is_there(world: World) -> None:
    session = await under_way(world, "mix")

    listed = done(await world.stop(session))["serverResponse"]["fileList"]

    assert listed in {file["key"] for file in (await world.get("/files"))["files"]}


async def test_a_stop_that_does_not_wait_moves_nothing(world: World) -> None:
    session = await under_way(world)

    assert uploading(await world.stop(session, async_stop=True)) == "unknown"
    assert await world.now() == EPOCH + RECORDED


async def test_a_stop_waits_no_longer_than_its_limit(world: World) -> None:
    await world.put("/settings", timing={"upload": "1m", "stop_limit": "20s"})
    session = await world.record()
    await world.advance("30s")

    reply = await world.stop(session)

    assert (reply.status, reply.body["code"]) == (206, 50)
    assert await world.now() == EPOCH + RECORDED + 20_000


async def test_a_stop_does_not_care_for_an_advance_of_another_world(
    service: Service, world: World
) -> None:
    other = service.world(OTHER)
    await other.record()
    session = await under_way(world)

    async with service.realm(OTHER).carrying:  # the files of the other world take their time
        advance = asyncio.get_running_loop().create_task(other.advance("1h"))
        await soon(lambda: service.realm(OTHER).world.now > EPOCH)
        reply = await world.stop(session)
        assert not advance.done()

    await advance
    assert uploading(reply) == "uploaded"
    assert await world.now() == EPOCH + RECORDED + STOP_TAKES
    assert await other.now() == EPOCH + 3_600_000


async def test_two_stops_of_one_world_share_the_time_that_they_wait(world: World) -> None:
    first, second = await world.record(cname="first"), await world.record(cname="second")
    await world.advance("30s")

    replies = await asyncio.gather(world.stop(first), world.stop(second))

    assert [uploading(reply) for reply in replies] == ["uploaded", "uploaded"]
    assert await world.now() <= EPOCH + RECORDED + 2 * STOP_TAKES


# --- a clock that runs -------------------------------------------------------------------------


async def test_on_a_wall_clock_a_stop_waits_for_real_time(service: Service, world: World) -> None:
    session = await under_way(world)
    real = service.real_time()
    real.seconds = RECORDED / 1_000
    stop = meanwhile(world.stop(session))
    await world.happened(**STOP_REQUESTED)

    real.seconds += (STOP_TAKES - 1) / 1_000
    await world.acquire()
    assert not stop.done()

    real.seconds += 0.001
    await world.acquire()  # whoever comes finds that time has passed
    assert uploading(await stop) == "uploaded"
    assert await world.now() == EPOCH + RECORDED + STOP_TAKES


async def test_on_a_fast_clock_the_alarm_ends_the_waiting(world: World) -> None:
    session = await under_way(world)
    await world.put("/clock", mode="scaled", rate=10_000)

    assert uploading(await world.stop(session)) == "uploaded"

    assert await world.now() >= EPOCH + RECORDED + STOP_TAKES


async def test_on_a_fast_clock_the_alarm_ends_the_waiting_at_its_limit_too(world: World) -> None:
    await world.put("/settings", timing={"upload": "1h"})
    session = await world.record()
    await world.advance("30s")
    await world.put("/clock", mode="scaled", rate=100_000)

    assert (await world.stop(session)).status == 206


async def test_advance_ends_the_waiting_of_a_clock_that_runs(
    service: Service, world: World
) -> None:
    session = await under_way(world)
    service.real_time().seconds = RECORDED / 1_000
    stop = meanwhile(world.stop(session))
    await world.happened(**STOP_REQUESTED)

    await world.until(notified="session_exit")

    assert uploading(await stop) == "uploaded"


async def test_a_clock_that_comes_to_stand_leaves_the_waiting_to_advance(
    service: Service, world: World
) -> None:
    session = await under_way(world)
    service.real_time().seconds = RECORDED / 1_000
    stop = meanwhile(world.stop(session))
    await world.happened(**STOP_REQUESTED)
    await world.put("/clock", mode="manual")
    assert not stop.done()

    await world.advance("1200ms")

    assert uploading(await stop) == "uploaded"


# --- two at once -------------------------------------------------------------------------------


async def test_a_second_stop_finds_the_recording_exiting_while_the_first_waits(
    service: Service, world: World
) -> None:
    session = await under_way(world)
    real = service.real_time()
    real.seconds = RECORDED / 1_000
    first = meanwhile(world.stop(session))
    await world.happened(**STOP_REQUESTED)

    second = await world.stop(session)

    assert (second.status, second.body["code"]) == (400, 49)
    assert not first.done()
    real.seconds += STOP_TAKES / 1_000
    third = await world.stop(session)
    assert (third.status, third.body["code"]) == (404, 404)
    assert uploading(await first) == "uploaded"


async def test_so_it_does_where_the_clock_stands(service: Service, world: World) -> None:
    session = await under_way(world)

    async with service.realm().carrying:  # the files take their time
        first = meanwhile(world.stop(session))
        await world.happened(**STOP_REQUESTED)
        second = await world.stop(session)
        assert not first.done()

    assert (second.status, second.body["code"]) == (400, 49)
    assert uploading(await first) == "uploaded"
    assert await world.now() == EPOCH + RECORDED + STOP_TAKES


async def test_of_two_stops_at_once_one_is_done_and_one_refused(world: World) -> None:
    session = await under_way(world)

    replies = await asyncio.gather(*(world.stop(session) for _ in range(2)))

    assert sorted(reply.status for reply in replies) in ([200, 400], [200, 404])
    assert await world.now() == EPOCH + RECORDED + STOP_TAKES


# --- cut short ---------------------------------------------------------------------------------


async def test_a_stop_that_waits_in_a_world_that_is_reset_finds_no_worker(
    service: Service, world: World
) -> None:
    session = await under_way(world)
    service.real_time().seconds = RECORDED / 1_000
    realm = service.realm()
    stop = meanwhile(world.stop(session))
    await world.happened(**STOP_REQUESTED)

    cleared = await world.reset()

    reply = await stop
    assert (reply.status, reply.body["code"]) == (404, 404)
    assert reply.headers["X-Mockrec-Detail"] == "the world ended while the stop waited"
    assert cleared["timers"] > 0
    assert not realm.waiting
    assert not realm.backlog
    assert realm.alarm is None or realm.alarm.cancelled()
    assert (await world.get())["live"] == 0


async def test_even_where_the_clock_stands(service: Service, world: World) -> None:
    session = await under_way(world)
    realm = service.realm()

    async with realm.carrying:  # the files take their time
        stop = meanwhile(world.stop(session))
        await world.happened(**STOP_REQUESTED)
        reset = asyncio.get_running_loop().create_task(world.reset())
        await soon(lambda: realm.closed)
        assert not stop.done()

    await reset
    reply = await stop
    assert (reply.status, reply.body["code"]) == (404, 404)
    assert await world.get("/files") == {"files": []}


async def test_a_server_that_ends_answers_whoever_waits(service: Service, world: World) -> None:
    session = await under_way(world)
    service.real_time().seconds = RECORDED / 1_000
    stop = meanwhile(world.stop(session))
    await world.happened(**STOP_REQUESTED)

    await service.engine.close()

    assert (await stop).status == 404


async def test_it_does_so_where_the_clock_stands(service: Service, world: World) -> None:
    session = await under_way(world)
    realm = service.realm()

    async with realm.carrying:  # the files take their time
        stop = meanwhile(world.stop(session))
        await world.happened(**STOP_REQUESTED)
        closing = asyncio.get_running_loop().create_task(service.engine.close())
        assert not stop.done()

    await closing
    assert (await stop).status == 404
    assert realm.closed


async def test_a_stop_of_a_recording_that_is_forgotten_meanwhile_is_answered_all_the_same(
    service: Service, world: World
) -> None:
    session = await under_way(world)
    realm = service.realm()

    async with realm.carrying:  # the files take their time
        stop = meanwhile(world.stop(session))
        await world.happened(**STOP_REQUESTED)
        realm.world = replace(realm.world, recordings=realm.world.recordings.delete(session.sid))

    reply = await stop
    assert (reply.status, reply.body["code"]) == (404, 404)
    assert reply.headers["X-Mockrec-Detail"] == "the recording has exited and is forgotten"
