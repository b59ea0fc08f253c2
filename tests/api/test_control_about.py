"""The process itself: health, metrics, description."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mockrec import __version__
from tests.api.service import APP_ID, OTHER, Reply, Service, World, done, wrong


async def test_it_is_alive(service: Service) -> None:
    reply = await service.get("/_mockrec/health")

    assert done(reply) == {"status": "ok", "version": __version__}
    assert reply.headers["Content-Type"] == "application/json"


async def test_the_description_is_served(service: Service) -> None:
    document = done(await service.get("/_mockrec/openapi.json"))

    assert document["openapi"].startswith("3.1")


# --- metrics -----------------------------------------------------------------------------------


def samples(reply: Reply) -> dict[str, float]:
    """What is counted, by name and labels."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(reply.raw.decode())
        for sample in family.samples
    }


async def test_at_first_there_is_nothing_to_count(service: Service) -> None:
    reply = await service.get("/_mockrec/metrics")

    assert reply.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert set(samples(reply).values()) == {0.0}


async def test_worlds_recordings_entries_and_files_are_counted(
    service: Service, world: World
) -> None:
    await world.record()
    await world.advance("40s")
    await service.world(OTHER).record()
    summaries = [await service.world(app_id).get() for app_id in (APP_ID, OTHER)]

    counted = samples(await service.get("/_mockrec/metrics"))

    assert counted["mockrec_worlds"] == 2
    assert counted["mockrec_live_recordings"] == 2
    assert counted["mockrec_journal_entries"] == sum(one["journal"] for one in summaries)
    assert counted["mockrec_files"] == sum(one["files"] for one in summaries) > 0


async def test_requests_are_counted_by_operation_and_status(world: World) -> None:
    await world.record()
    await world.acquire(uid="0")
    await world.acquire(uid="1")

    counted = samples(await world.service.get("/_mockrec/metrics"))

    assert counted["mockrec_requests_total acquire 200"] == 2
    assert counted["mockrec_requests_total acquire 400"] == 1
    assert counted["mockrec_requests_total start 200"] == 1


async def test_no_label_names_a_world_or_a_channel(service: Service, world: World) -> None:
    await world.record(cname="unheard-of")

    text = (await service.get("/_mockrec/metrics")).raw.decode()

    assert APP_ID not in text
    assert "unheard-of" not in text


async def test_every_metric_is_explained(service: Service, world: World) -> None:
    await world.acquire()
    text = (await service.get("/_mockrec/metrics")).raw.decode()

    families = list(text_string_to_metric_families(text))

    assert {family.name for family in families} == {
        "mockrec_worlds",
        "mockrec_live_recordings",
        "mockrec_journal_entries",
        "mockrec_files",
        "mockrec_requests",
    }
    assert all(family.documentation for family in families)


# --- what there is none of ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        ("GET", "/_mockrec/nothing", "see /_mockrec/openapi.json"),
        ("POST", "/_mockrec/health", "got POST, expected GET"),
    ],
)
async def test_a_control_call_that_there_is_none_of_is_told_where_to_look(
    service: Service, method: str, path: str, hint: str
) -> None:
    reply = await service.send(method, path)

    assert reply.status == 404
    assert reply.headers["X-Mockrec-Detail"].endswith(hint)


async def test_a_call_is_refused_before_its_world_is_made(service: Service) -> None:
    wrong(await service.world("x").control("PUT", "/settings", {}))

    assert done(await service.get("/_mockrec/worlds")) == {"worlds": []}
