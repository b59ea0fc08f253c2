"""The console's button: a made-up event of every kind, each to be answered with 200 and JSON."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import aiohttp
import pytest
import trustme

from mockrec.postman import Postman
from mockrec.render.envelope import event_types
from mockrec.sinks.webhook import Webhook
from tests.api.service import EPOCH, OTHER, Service, World, wrong
from tests.notify.receivers import (
    Answer,
    Receiver,
    answer_in_pieces,
    listening,
    misbehaving,
    never_answer,
    nobody,
)


async def checked(world: World) -> Any:
    """What the button shows."""
    return await world.post("/callback/check")


def tried(shown: Any) -> set[tuple[int, str]]:
    """What came of the events: status and problem."""
    return {(one["status"], one["problem"]) for one in shown["events"]}


# --- a receiver that is fit --------------------------------------------------------------------


async def test_it_posts_an_event_of_every_kind_and_passes(world: World, receiver: Receiver) -> None:
    shown = await checked(world)

    assert shown["passed"] is True
    assert tried(shown) == {(200, "")}
    assert [one["event"] for one in shown["events"]] == receiver.events == [*event_types()]
    assert not receiver.forged


async def test_only_of_what_is_subscribed_to(world: World, receiver: Receiver) -> None:
    await world.put("/callback", events=[43, 11, 1001])

    shown = await checked(world)

    assert [one["event"] for one in shown["events"]] == receiver.events == [11, 43, 1001]


async def test_channel_and_uid_tell_it_from_a_real_one(world: World, receiver: Receiver) -> None:
    await checked(world)

    for arrival in receiver.arrivals:
        assert (arrival.payload["cname"], arrival.payload["uid"]) == ("test_webhook", "12121212")
        assert (arrival.payload["sid"], arrival.payload["sequence"]) == ("", 0)
        assert (arrival.at, arrival.payload["sendts"]) == (EPOCH, EPOCH)
        assert "sid" not in arrival.body
    assert len({arrival.id for arrival in receiver.arrivals}) == len(event_types())


async def test_nothing_of_it_stays(world: World) -> None:
    await checked(world)

    assert await world.get("/notifications") == {"notifications": []}
    assert await world.journal() == []


async def test_json_in_pieces_is_json(world: World) -> None:
    async with misbehaving(answer_in_pieces) as url:
        await world.put("/callback", url=url, events=[40])

        shown = await checked(world)

    assert (shown["passed"], tried(shown)) == (True, {(200, "")})


@pytest.mark.parametrize("text", ["{}", "[]", "null", "0", '"Ok"', " {} \n"])
async def test_any_json_will_do(world: World, receiver: Receiver, text: str) -> None:
    receiver.usual = Answer(text=text)

    assert (await checked(world))["passed"] is True


# --- a receiver that is not --------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "Ok", "<html>", "{", "{} {}"])
async def test_what_is_no_json_does_not_pass(world: World, receiver: Receiver, text: str) -> None:
    receiver.usual = Answer(text=text)

    shown = await checked(world)

    assert (shown["passed"], tried(shown)) == (False, {(200, "the answer is no JSON")})


@pytest.mark.parametrize("status", [201, 301, 403, 503])
async def test_any_other_status_is_told_as_it_is(
    world: World, receiver: Receiver, status: int
) -> None:
    receiver.usual = Answer(status)

    shown = await checked(world)

    assert (shown["passed"], tried(shown)) == (False, {(status, f"answered {status}")})


async def test_one_that_fails_is_enough(world: World, receiver: Receiver) -> None:
    receiver.script(200, 500)

    shown = await checked(world)

    assert shown["passed"] is False
    assert [one["event"] for one in shown["events"] if one["problem"]] == [event_types()[1]]


async def test_591_is_an_address_that_is_not_reached(world: World) -> None:
    await world.put("/callback", url=nobody())

    shown = await checked(world)

    assert shown["passed"] is False
    assert {one["status"] for one in shown["events"]} == {591}


async def test_591_is_a_name_of_a_link_local_address_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", _metadata)
    await world.put("/callback", url="http://receiver.example/latest")

    shown = await checked(world)

    assert tried(shown) == {(591, "a link-local or metadata address, which is not allowed")}


async def _metadata(*_: object) -> list[dict[str, object]]:
    return [{"host": "169.254.169.254"}]


async def test_592_is_a_certificate_that_is_not_trusted(world: World) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    async with listening(tls=tls) as stranger:
        await world.put("/callback", url=stranger.url)

        shown = await checked(world)

    assert (shown["passed"], tried(shown)) == (False, {(592, "the certificate is not trusted")})
    assert stranger.arrivals == []


async def test_590_is_no_answer_in_time(service: Service, world: World) -> None:
    service.engine.steward.postman = Postman(Webhook(deadline=0.05))
    async with misbehaving(never_answer) as url:
        await world.put("/callback", url=url)

        shown = await checked(world)

    assert (shown["passed"], tried(shown)) == (False, {(590, "no answer within 0.05 s")})
    assert len(shown["events"]) == len(event_types())


async def test_a_dead_receiver_is_tried_once_and_then_with_all_the_rest_at_once(
    service: Service, world: World
) -> None:
    """So it costs two deadlines, and not one for every kind of event."""
    calling: list[int] = [0]

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calling.append(calling[-1] + 1)
        await never_answer(reader, writer)
        calling.append(calling[-1] - 1)

    service.engine.steward.postman = Postman(Webhook(deadline=0.05))
    async with misbehaving(never) as url:
        await world.put("/callback", url=url)
        await checked(world)

    assert calling[:4] == [0, 1, 0, 1]
    assert max(calling) > 4


async def test_there_has_to_be_a_callback(service: Service) -> None:
    world = service.world(OTHER)

    error, path, _ = wrong(await world.control("POST", "/callback/check"))

    assert (error, path) == ("nothing is called back", "/url")
