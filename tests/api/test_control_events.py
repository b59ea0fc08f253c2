"""Server-sent events: every entry of every world as it is written, for those who keep up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest
from aiohttp import ClientResponse, web

from mockrec import clock
from mockrec.api.control import stream as streaming
from mockrec.clock import breathe
from mockrec.sinks.feed import Feed
from mockrec.sinks.journal import Call, Entry, Journal, Kind, Mishap
from tests.api.service import APP_ID, EPOCH, OTHER, Service, World


class Event(NamedTuple):
    """One event of the stream."""

    id: int
    name: str
    data: Any


class Stream:
    """The stream as a browser reads it."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> Event | None:
        """The next event; None at the end of the stream."""
        block = b""
        while not block.endswith(b"\n\n"):
            line = await self.response.content.readline()
            if not line:
                return None
            block += line
        fields = dict(line.split(": ", 1) for line in block.decode().splitlines() if line)
        assert set(fields) == {"id", "event", "data"}
        return Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))

    async def take(self, count: int) -> list[Event]:
        """The next so many events, which have to come."""
        events = [await self.next() for _ in range(count)]
        return [event for event in events if event is not None]


@asynccontextmanager
async def watched(
    service: Service, last: int | None = None, query: str = ""
) -> AsyncIterator[Stream]:
    """The stream, from now on or after the last that was seen."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    url = service.url("/_mockrec/events" + query)
    async with service.client.session.get(url, headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        yield Stream(response)


# --- live --------------------------------------------------------------------------------------


async def test_an_entry_is_shown_as_it_is_written(service: Service, world: World) -> None:
    await world.acquire("before")

    async with watched(service) as stream:
        await world.acquire("after")
        event = await stream.next()

    assert event is not None
    assert event.name == "request"
    assert event.data == {"appid": APP_ID, **(await world.journal())[-1]}
    assert event.data["body"]["cname"] == "after"


async def test_every_world_is_watched(service: Service, world: World) -> None:
    async with watched(service) as stream:
        await world.acquire()
        await service.world(OTHER).acquire()
        events = await stream.take(2)

    assert [event.data["appid"] for event in events] == [APP_ID, OTHER]
    assert [event.data["number"] for event in events] == [0, 0]


async def test_ids_rise_in_the_order_of_writing(service: Service, world: World) -> None:
    async with watched(service) as stream:
        await world.record()
        await service.world(OTHER).record()
        await world.advance("5s")
        events = await stream.take(12)

    ids = [event.id for event in events]
    assert ids == list(range(ids[0], ids[0] + 12))
    assert {event.name for event in events} == {"request", "event"}


async def test_two_watch_the_same(service: Service, world: World) -> None:
    async with watched(service) as one, watched(service) as two:
        await world.acquire()

        assert await one.next() == await two.next()


# --- resumed -----------------------------------------------------------------------------------


async def test_after_a_break_one_goes_on_where_one_was(service: Service, world: World) -> None:
    async with watched(service) as stream:
        await world.acquire("first")
        await service.world(OTHER).acquire("second")
        seen = await stream.take(2)
    await world.acquire("third")
    await service.world(OTHER).acquire("fourth")

    async with watched(service, seen[0].id) as stream:
        await world.acquire("fifth")
        events = await stream.take(4)

    assert [event.data["body"]["cname"] for event in events] == [
        "second",
        "third",
        "fourth",
        "fifth",
    ]


async def test_all_that_is_kept_is_shown_from_0_on(service: Service, world: World) -> None:
    await world.record()
    await world.advance("5s")
    every = await world.journal()

    async with watched(service, query="?since=0") as stream:
        events = await stream.take(len(every))

    assert [event.data["number"] for event in events] == [each["number"] for each in every]


async def test_what_is_written_while_one_comes_back_is_shown_once(
    service: Service, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.acquire("missed")
    prepare = web.StreamResponse.prepare

    async def slowly(response: Any, request: Any) -> Any:
        service.realm().journal.write(EPOCH, Kind.EVENT, Mishap("in between"))
        return await prepare(response, request)

    monkeypatch.setattr(web.StreamResponse, "prepare", slowly)
    async with watched(service, 0) as stream:
        monkeypatch.undo()
        await world.acquire("later")
        events = await stream.take(3)

    assert [event.data["number"] for event in events] == [0, 1, 2]


@pytest.mark.parametrize("last", ["", "soon", "-1", "1.5"])
async def test_a_last_event_that_there_is_none_of_means_from_now_on(
    service: Service, world: World, last: str
) -> None:
    await world.acquire("before")

    async with watched(service, query=f"?since={last}") as stream:
        await world.acquire("after")
        event = await stream.next()

    assert event is not None
    assert event.data["body"]["cname"] == "after"


# --- those who lag, and those who go -----------------------------------------------------------


async def test_who_lags_behind_is_dropped_and_may_come_again(
    service: Service, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_AHEAD", 3)
    journal = service.realm().journal

    async with watched(service) as stream:
        await world.acquire()
        seen = await stream.next()
        assert seen is not None
        for _ in range(4):  # all at once: nobody could have read in between
            journal.write(EPOCH, Kind.EVENT, Mishap("it rained"))
        assert await stream.next() is None
    async with watched(service, seen.id) as stream:
        await world.acquire()  # the watcher of before is gone
        events = await stream.take(5)

    assert [event.data["number"] for event in events] == [1, 2, 3, 4, 5]


async def test_as_many_as_he_may_lag_behind_he_is_shown(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_AHEAD", 3)
    journal = service.realm().journal

    async with watched(service) as stream:
        for _ in range(2):
            for _ in range(3):
                journal.write(EPOCH, Kind.EVENT, Mishap("it rained"))
            events = await stream.take(3)

    assert [event.data["number"] for event in events] == [3, 4, 5]


async def test_who_would_take_too_much_memory_is_dropped_too(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_ROOM", 100_000)
    large = Call(0, "", "POST", "", "acquire", b'"' + b"x" * 60_000 + b'"', 400, b"", "")
    journal = service.realm().journal

    async with watched(service) as stream:
        for _ in range(10):  # each by itself is no burden, and there is room again
            journal.write(EPOCH, Kind.REQUEST, large)
            assert await stream.next() is not None
        for _ in range(2):
            journal.write(EPOCH, Kind.REQUEST, large)
        assert await stream.next() is None


async def test_who_lags_behind_while_he_is_shown_what_he_missed_is_dropped(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_AHEAD", 3)
    journal = service.realm().journal
    for _ in range(100):
        journal.write(EPOCH, Kind.EVENT, Mishap("before"))
    show = streaming._event

    def rained(app_id: str, entry: Entry) -> bytes:
        journal.write(EPOCH, Kind.EVENT, Mishap("meanwhile"))
        return show(app_id, entry)

    monkeypatch.setattr(streaming, "_event", rained)
    async with watched(service, 0) as stream:
        events = await stream.take(4)
        assert await stream.next() is None

    assert [event.data["number"] for event in events] == [0, 1, 2, 3]


async def test_others_get_their_turn_while_one_is_shown_what_he_missed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = service.realm().journal
    for _ in range(100):
        journal.write(EPOCH, Kind.EVENT, Mishap("before"))
    turns: list[int] = []
    shown: list[int] = []

    async def somebody_else() -> None:
        while len(shown) < 100:
            turns.append(len(shown))
            await breathe()

    show = streaming._event

    def note(app_id: str, entry: Entry) -> bytes:
        shown.append(entry.number)
        return show(app_id, entry)

    monkeypatch.setattr(streaming, "_event", note)
    monkeypatch.setattr(clock, "BREATH", -1.0)  # each entry takes long
    other = asyncio.ensure_future(somebody_else())
    async with watched(service, 0) as stream:
        await stream.take(100)
    await other

    assert set(range(1, 100)) <= set(turns)


async def test_who_takes_nothing_any_more_is_dropped(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(streaming, "_PATIENCE", 0.01)
    watchers, journal = service.engine.feed._watchers, service.realm().journal
    large = Call(0, "", "POST", "", "acquire", b'"' + b"x" * 500_000 + b'"', 400, b"", "")

    async with watched(service):
        for _ in range(50):  # more than the sockets between take
            journal.write(EPOCH, Kind.REQUEST, large)
        await asyncio.wait_for(gone(watchers), 5)

    assert not caplog.records


async def test_who_goes_away_is_forgotten_at_the_next_entry(
    service: Service, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    watchers = service.engine.feed._watchers
    async with watched(service):
        assert len(watchers) == 1

    for _ in range(10):  # until the server has seen that nobody is there
        await world.acquire()
        if not watchers:
            break

    assert not watchers
    assert not caplog.records


async def gone(watchers: list[Any]) -> None:
    """Wait until nobody watches."""
    while watchers:
        await breathe()


def test_a_feed_shows_nothing_to_who_has_ended_it() -> None:
    feed, shown = Feed(), []
    journal = Journal(APP_ID, feed)
    end = feed.watch(lambda app_id, entry: shown.append((app_id, entry.number)))
    journal.write(EPOCH, Kind.EVENT, Mishap("it rained"))
    end()

    journal.write(EPOCH, Kind.EVENT, Mishap("it rained again"))

    assert shown == [(APP_ID, 0)]
