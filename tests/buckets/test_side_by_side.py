"""Several recordings, several worlds, one of them with a bucket that takes its time."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.api.service import OTHER, Service, Session, World, done
from tests.buckets.customer import Customer
from tests.buckets.house import served
from tests.buckets.road import Road

MANY = 65
"""More uploads than go at once."""


async def test_two_recordings_fill_a_bucket_each(
    world: World, customer: Customer, neighbour: Customer
) -> None:
    sessions = []
    for cname, whose in (("one", customer), ("two", neighbour)):
        await world.join(101, cname)
        sessions.append(await world.record("mix", cname, storageConfig=whose.config()))
    await world.advance("50s")
    for session in sessions:
        done(await world.stop(session))

    for session, whose in zip(sessions, (customer, neighbour), strict=True):
        assert len(whose.keys_of(".ts")) == 4
        assert all(session.sid in key for key in whose.objects())
        assert [one.ended for one in whose.playlists().values()] == [True]


async def test_one_bucket_may_hold_many_recordings(world: World, customer: Customer) -> None:
    await world.join(101)
    for uid in range(1, 9):
        await world.record("mix", uid=str(uid), storageConfig=customer.config())

    await world.advance("35s")

    playlists = customer.playlists()
    assert len(playlists) == 8
    assert all(len(one.slices) == 2 for one in playlists.values())


async def test_one_that_is_refused_takes_no_other_with_it(world: World, customer: Customer) -> None:
    await world.join(101)
    good = await world.record("mix", uid="1", storageConfig=customer.config())
    bad = await world.record("mix", uid="2", storageConfig=customer.config(bucket="nobodys"))

    await world.advance("30s")

    assert await world.status(good) == 5
    assert (await world.query(bad)).status == 404
    assert len(customer.playlists()) == 1


async def test_a_slow_bucket_holds_up_no_other_world(
    service: Service, road: Road, customer: Customer, neighbour: Customer
) -> None:
    slow, quick = service.world(), service.world(OTHER)
    for world, whose in ((slow, customer), (quick, neighbour)):
        await world.join(101)
        await world.record("mix", storageConfig=whose.config())
    road.held.add(customer.bucket)

    waiting = asyncio.create_task(slow.advance("40s"))
    await road.until(lambda: any(load.bucket == customer.bucket for load in road.loads))
    await quick.advance("40s")

    assert len(neighbour.keys_of(".ts")) == 2
    assert not customer.objects()
    assert not waiting.done()
    await road.release()
    await waiting
    assert len(customer.keys_of(".ts")) == 2


async def test_a_world_with_many_slow_uploads_holds_up_no_other(
    service: Service, road: Road, customer: Customer, neighbour: Customer
) -> None:
    slow, quick = service.world(), service.world(OTHER)
    for world, whose, recordings in ((slow, customer, MANY), (quick, neighbour, 1)):
        await world.join(101)
        for uid in range(1, recordings + 1):
            await world.record("mix", uid=str(uid), storageConfig=whose.config())
    road.held.add(customer.bucket)

    waiting = asyncio.create_task(slow.advance("20s"))
    await road.until(lambda: len(road.loads) >= MANY - 1)
    await quick.advance("20s")

    assert len(neighbour.keys_of(".ts")) == 1
    assert not waiting.done()
    await road.release()
    await waiting
    assert len(customer.keys_of(".ts")) == MANY


async def test_a_slow_bucket_holds_up_no_other_recording_of_its_world(
    service: Service, world: World, road: Road, customer: Customer, neighbour: Customer
) -> None:
    time = service.real_time()
    await world.join(101)
    slow = await world.record("mix", uid="1", storageConfig=customer.config())
    quick = await world.record("mix", uid="2", storageConfig=neighbour.config())
    road.held.add(customer.bucket)

    time.seconds = 20.0
    await world.query(quick)
    await world.happened(event="SliceUploaded", sid=quick.sid)

    assert await world.status(quick) == 5
    assert await world.status(slow) == 4
    await road.release()
    await world.happened(event="SliceUploaded", sid=slow.sid)
    assert await world.status(slow) == 5


async def heard(service: Service, customer: Customer) -> tuple[World, Session]:
    """A recording of one voice, ten seconds long, and its world."""
    world = service.world()
    await world.join(101, publishes=["audio"])
    session = await world.record(
        storageConfig=customer.config(),
        recordingConfig={"streamMode": "original", "streamTypes": 0},
    )
    await world.advance("10s")
    return world, session


async def test_a_stop_waits_for_what_was_on_its_way_already(customer: Customer, road: Road) -> None:
    async with served(road.endpoint, timing={"upload": 0}) as service:
        world, session = await heard(service, customer)
        await world.leave(101)
        began = await world.now()

        reply = await world.stop(session)

        assert done(reply)["serverResponse"]["uploadingStatus"] == "uploaded"
        assert await world.now() - began == 400


async def test_so_does_a_clock_that_is_moved(customer: Customer, road: Road) -> None:
    async with served(road.endpoint, timing={"upload": 0}) as service:
        world, session = await heard(service, customer)
        road.held.add(customer.bucket)
        await world.leave(101)
        await world.query(session)
        began = await world.now()

        moving = asyncio.create_task(world.advance("10s"))
        for _ in range(10):  # by then it has begun
            assert await world.now() == began
        await road.release()
        await moving

        uploaded = await world.happened(event="SliceUploaded")
        assert uploaded["at"] == began


async def test_a_reset_gives_up_what_is_on_its_way(
    service: Service,
    world: World,
    road: Road,
    customer: Customer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    time = service.real_time()
    await world.join(101)
    session = await world.record("mix", storageConfig=customer.config())
    road.held.add(customer.bucket)
    time.seconds = 20.0
    await world.query(session)
    await road.until(lambda: road.loads)

    with caplog.at_level(logging.WARNING):
        cleared = await world.reset()
        await road.release()

    assert (cleared["recordings"], cleared["files"]) == (1, 0)
    again = service.world()
    assert await again.get("/files") == {"files": []}
    assert (await again.query(session)).status == 404
    assert caplog.records == []


async def test_a_reset_leaves_alone_what_is_in_the_bucket(world: World, customer: Customer) -> None:
    await world.join(101)
    await world.record("mix", storageConfig=customer.config())
    await world.advance("20s")

    cleared = await world.reset()

    assert cleared["files"] == 2
    assert len(customer.objects()) == 2


async def test_a_server_that_goes_does_not_wait_for_a_slow_bucket(
    road: Road, customer: Customer
) -> None:
    async with served(road.endpoint) as service:
        time = service.real_time()
        world = service.world()
        await world.join(101)
        session = await world.record("mix", storageConfig=customer.config())
        road.held.add(customer.bucket)
        time.seconds = 20.0
        await world.query(session)
        await road.until(lambda: road.loads)

    assert [load.status for load in road.loads] == [0]
