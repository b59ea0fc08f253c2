"""The control plane shows what lies in real buckets, and fetches it from there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.service import Service, World
from tests.buckets.customer import Customer
from tests.buckets.road import Road, all_of


@pytest.fixture
async def files(world: World, customer: Customer) -> list[Any]:
    """What is listed of a recording with two slices."""
    await world.join(101)
    await world.record("mix", storageConfig=customer.config())
    await world.advance("35s")
    listed: list[Any] = (await world.get("/files"))["files"]
    return listed


async def test_what_is_in_the_bucket_is_listed(files: list[Any], customer: Customer) -> None:
    assert {one["key"]: one["size"] for one in files} == customer.objects()
    assert {one["bucket"] for one in files} == {customer.bucket}
    for one in files:
        assert one["content_type"] == customer.content_type(one["key"])


async def test_each_file_is_fetched_from_the_bucket(
    service: Service, files: list[Any], customer: Customer
) -> None:
    for one in files:
        reply = await service.get(one["url"])

        assert reply.status == 200
        assert reply.raw == customer.data(one["key"])
        assert reply.headers["Content-Type"] == one["content_type"]


async def test_a_range_of_a_file_is_fetched(
    service: Service, files: list[Any], customer: Customer
) -> None:
    one = files[-1]

    reply = await service.get(one["url"], Range="bytes=100-199")

    assert reply.status == 206
    assert reply.raw == customer.data(one["key"])[100:200]


async def test_it_is_the_object_that_is_there_now(
    service: Service, files: list[Any], customer: Customer
) -> None:
    one = files[0]
    customer.door.put_object(Bucket=customer.bucket, Key=one["key"], Body=b"changed")

    assert (await service.get(one["url"])).raw == b"changed"


async def test_an_object_that_is_gone_is_404(
    service: Service, files: list[Any], customer: Customer
) -> None:
    one = files[0]
    customer.door.delete_object(Bucket=customer.bucket, Key=one["key"])

    assert (await service.get(one["url"])).status == 404


@pytest.mark.parametrize("how", ["closed", "failing", "without its bucket"])
async def test_a_bucket_that_cannot_be_reached_is_404(
    service: Service, files: list[Any], customer: Customer, road: Road, how: str
) -> None:
    match how:
        case "closed":
            await road.close()
        case "failing":
            road.trouble = all_of()
        case _:
            customer.close()

    assert (await service.get(files[0]["url"])).status == 404


async def test_what_the_world_did_not_put_there_is_not_fetched(
    service: Service, files: list[Any], customer: Customer, road: Road
) -> None:
    customer.door.put_object(Bucket=customer.bucket, Key="private", Body=b"mine")
    asked = len(road.loads)

    url = files[0]["url"].rpartition("/lessons/")[0]
    assert (await service.get(f"{url}/private")).status == 404
    assert len(road.loads) == asked


async def test_a_file_that_only_the_backup_has_is_not_listed(
    world: World, customer: Customer, road: Road
) -> None:
    road.trouble = all_of()
    await world.join(101)
    await world.record("mix", storageConfig=customer.config())

    await world.advance("35s")

    assert await world.get("/files") == {"files": []}
