"""A real bucket says no: wrong keys, no such bucket, or one that is taken away under way."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from mockrec.sinks.terminal import tell
from tests.api.service import Session, World, done
from tests.buckets.customer import Customer
from tests.buckets.house import served
from tests.buckets.road import Road

WRONG: Final[dict[str, Any]] = {
    "no such bucket": {"bucket": "nobodys"},
    "an unknown access key": {"accessKey": "AKIANOBODY"},
    "a wrong secret key": {"secretKey": "wrong"},
    "a wrong token": {"stsToken": "wrong", "stsExpiration": 4_000_000_000},
    "no bucket at all": {"bucket": "../elsewhere"},
}
every_mistake = pytest.mark.parametrize("mistake", WRONG.values(), ids=WRONG)


async def begun(world: World, customer: Customer, mode: str = "mix", **mistake: object) -> Session:
    """A recording of two users into this storage."""
    await world.join(101)
    return await world.record(mode, storageConfig=customer.config(**mistake))


def failures(happenings: list[Any]) -> list[tuple[int, int, int]]:
    """Module, level and code of the errors that were told."""
    found = [one["details"] for one in happenings if one.get("event") == "RecordingFailed"]
    return [(one["module"], one["level"], one["code"]) for one in found]


@every_mistake
async def test_a_storage_that_is_wrong_ends_the_recording_with_error_32(
    world: World, customer: Customer, road: Road, mistake: Any
) -> None:
    await begun(world, customer, **mistake)

    happenings = await world.advance("30s")

    assert failures(happenings) == [(1, 5, 32)]
    assert [one["name"] for one in happenings if "notice" in one][-1] == "session_exit"
    assert not road.put()
    assert not customer.objects()


@every_mistake
async def test_afterwards_every_call_is_404(world: World, customer: Customer, mistake: Any) -> None:
    session = await begun(world, customer, **mistake)
    await world.advance("30s")

    replies = [await world.query(session), await world.stop(session)]

    assert [(reply.status, reply.body["code"]) for reply in replies] == [(404, 404)] * 2
    shown = await world.get(f"/recordings/{session.sid}")
    assert (shown["status"], shown["ending"]) == (20, "the bucket refused")
    assert shown["slices"]["arrived"] == 0


@pytest.mark.parametrize("mode", ["mix", "web", "individual"])
async def test_a_stop_that_comes_before_the_bucket_refuses_is_435(
    world: World, customer: Customer, mode: str
) -> None:
    session = await begun(world, customer, mode, bucket="nobodys")
    await world.advance("10s")

    reply = await world.stop(session)

    assert (reply.status, reply.body["code"]) == (206, 435)
    assert reply.headers["X-Mockrec-Detail"] == (
        'the bucket "nobodys" refused: there is no such bucket (NoSuchBucket, 404)'
    )
    assert (await world.query(session)).status == 404


async def test_a_refusal_is_seen_at_the_terminal_without_a_secret(
    world: World, customer: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    end = world.service.engine.feed.watch(tell)
    session = await begun(world, customer, bucket="nobodys", secretKey=customer.keys.secret)

    await world.advance("30s")
    end()

    (line,) = [
        record.getMessage() for record in caplog.records if session.sid in record.getMessage()
    ]
    assert line.endswith(
        'the bucket "nobodys" refused: there is no such bucket (NoSuchBucket, 404)'
    )
    assert customer.keys.secret not in caplog.text


async def test_a_bucket_that_is_taken_away_under_way_ends_the_recording_then(
    world: World, customer: Customer
) -> None:
    session = await begun(world, customer)
    await world.advance("40s")
    assert await world.status(session) == 5

    customer.close()
    happenings = await world.advance("20s")

    assert failures(happenings) == [(1, 5, 32)]
    assert (await world.query(session)).status == 404


async def test_nothing_comes_later_of_what_was_refused(
    world: World, customer: Customer, road: Road
) -> None:
    await begun(world, customer, bucket="nobodys")
    await world.advance("30s")
    asked = len(road.loads)

    happenings = await world.advance("2h")

    assert len(road.loads) == asked
    assert not {one.get("event") for one in happenings} - {None}


@every_mistake
async def test_the_keys_stand_in_no_journal_and_in_no_answer(
    world: World, customer: Customer, mistake: Any
) -> None:
    secret = str(mistake.get("secretKey", customer.keys.secret))
    session = await begun(world, customer, **({"secretKey": f"{secret}-s3cr3t"} | mistake))
    await world.advance("30s")

    shown = [
        await world.journal(),
        await world.get(f"/recordings/{session.sid}"),
        (await world.query(session)).body,
    ]

    assert f"{secret}-s3cr3t" not in json.dumps(shown)
    assert customer.keys.secret not in json.dumps(shown)


async def test_without_an_endpoint_every_recording_is_refused(customer: Customer) -> None:
    async with served(None) as service:
        world = service.world()
        session = await begun(world, customer)

        happenings = await world.advance("30s")

        assert failures(happenings) == [(1, 5, 32)]
        assert done(await world.control("GET", f"/recordings/{session.sid}"))["status"] == 20
