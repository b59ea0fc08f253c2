"""What is told of a world's notifications, and what may be set, with an address or without."""

from __future__ import annotations

import pytest

from mockrec.domain.delivery import default_secret
from mockrec.postman import Postman
from mockrec.settings import Settings
from mockrec.sinks.webhook import Webhook
from tests.api.service import OTHER, Service, World, wrong
from tests.wire.line import App, served

FORBIDDEN = [
    "http://169.254.169.254/latest",
    "http://[fe80::1]/",
    "http://[::ffff:169.254.0.1]/",
    "http://2852039166/",
    "https://100.100.100.200:8443/hook",
]


@pytest.fixture
def untold(service: Service) -> World:
    """A world that nobody has told where to send anything."""
    return service.world(OTHER)


async def test_without_an_address_it_tells_how_it_would_be(untold: World) -> None:
    assert await untold.get("/callback") == {
        "url": None,
        "secret": default_secret(0),
        "events": None,
        "retry": ["0s", "2s", "5s"],
    }


async def test_what_is_set_without_an_address_holds_when_one_is_given(untold: World) -> None:
    said = {"secret": "s3cr3t", "events": [11, 31], "retry": ["1s"]}

    assert await untold.put("/callback", **said) == {"url": None, **said}
    assert await untold.put("/callback", url="http://127.0.0.1:9/") == {
        "url": "http://127.0.0.1:9/",
        **said,
    }


async def test_what_is_left_out_stays_when_the_address_is_taken_away(untold: World) -> None:
    told = await untold.put("/callback", url="http://127.0.0.1:9/", secret="s", events=[31])

    assert await untold.put("/callback", url=None) == {**told, "url": None}
    assert await untold.put("/callback", url="http://127.0.0.1:9/") == told


def test_what_flags_say_of_notifications_holds_when_an_address_is_given() -> None:
    settings = Settings(storage="memory", callback_secret="s3cr3t", callback_events=(31,))
    with served(settings) as line:
        shown = App(line, OTHER).control("GET", "/callback")

    assert (shown["url"], shown["secret"], shown["events"]) == (None, "s3cr3t", [31])


@pytest.mark.parametrize("url", FORBIDDEN)
async def test_an_address_that_is_never_called_is_refused_at_once(world: World, url: str) -> None:
    before = await world.get("/callback")

    error, path, _ = wrong(await world.control("PUT", "/callback", {"url": url, "secret": "x"}))

    assert (error, path) == ("a link-local or metadata address, which is not allowed", "/url")
    assert await world.get("/callback") == before


async def test_what_is_no_address_is_refused_at_once(world: World) -> None:
    error, path, _ = wrong(await world.control("PUT", "/callback", {"url": "http://[::1"}))

    assert (error, path) == ("no address", "/url")


@pytest.mark.parametrize("url", FORBIDDEN)
async def test_where_such_addresses_are_allowed_they_may_be_set(
    service: Service, untold: World, url: str
) -> None:
    service.engine.steward.postman = Postman(Webhook(allow_link_local=True))

    assert (await untold.put("/callback", url=url))["url"] == url
