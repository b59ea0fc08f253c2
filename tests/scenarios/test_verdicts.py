"""Verdicts: each kind of expectation, kept and broken, and what is said against it."""

from __future__ import annotations

from typing import Any

import pytest

from mockrec.playbook.verdicts import resembles
from tests.api.service import World

EXPECT = "/scenario/verdicts"


@pytest.fixture
async def _recorded(world: World) -> None:
    """A recording of a minute, stopped, in which the service was called now and then."""
    await world.control("PUT", "/scenario", {"scenario": "minute"})
    await world.join(101)
    one = await world.record("mix")
    for wait in ("5s", "10s", "45s"):
        await world.advance(wait)
        await world.query(one)
    await world.stop(one)


async def verdict(world: World, **expected: Any) -> str:
    """What is said against an expectation; nothing if it is kept."""
    (judged,) = (await world.post(EXPECT, expect=[expected]))["verdicts"]
    assert judged["kept"] == (judged["why"] == "it is so")
    return "" if judged["kept"] else str(judged["why"])


@pytest.mark.parametrize(
    ("expected", "against"),
    [
        ({"notified": "uploaded"}, ""),
        ({"notified": 31}, ""),
        ({"notified": "backuped"}, "it never happened, expected at least 1"),
        ({"notified": "session_exit", "exitStatus": 0}, ""),
        ({"notified": "uploading_progress", "at_least": 2}, ""),
        ({"notified": "session_exit", "at_least": 2}, "it happened once, expected at least 2"),
        ({"notified": "session_exit", "at_most": 0}, "it happened once, expected at most 0"),
        ({"never": {"notified": "backuped"}}, ""),
        ({"never": {"notified": "uploaded"}}, "it happened once"),
        ({"never": {"notified": "session_exit", "exitStatus": 1}}, ""),
        ({"called": "query", "at_least": 3, "same": ["sid", "resourceId", "mode"]}, ""),
        ({"called": "query", "at_most": 2}, "it happened 3 times, expected at most 2"),
        ({"called": "query", "gaps": {"at_least": ["10s", "45s"]}}, ""),
        (
            {"called": "query", "gaps": {"at_least": ["10s", "46s"]}},
            "call 3 came 45s after, expected at least 46s",
        ),
        (
            {"called": "query", "gaps": {"at_least": ["10s", "45s", "1s"]}},
            "there were 3 calls, expected at least 4 for 3 gaps",
        ),
        ({"called": "query", "at_most": 3, "gaps": {"at_least": ["10s", "45s", "1s"]}}, ""),
        (
            {"called": "start", "gaps": {"at_least": ["3s"]}},
            "there was 1 call, expected at least 2 for 1 gap",
        ),
        (
            {"called": "update", "gaps": {"at_least": ["3s"]}},
            "there were no calls, expected at least 2 for 1 gap",
        ),
        ({"never": {"called": "update"}}, ""),
        ({"never": {"called": "stop"}}, "it happened once"),
        ({"called": "start", "same": ["cname"]}, ""),
        ({"called": "start", "same": ["clientRequest/storageConfig/bucket"]}, ""),
        ({"called": "start", "same": ["/clientRequest/storageConfig/fileNamePrefix/0"]}, ""),
        ({"called": "start", "same": ["/typo"]}, "no start has a /typo"),
        ({"never": {"called": "start", "same": ["/typo"]}}, "no start has a /typo"),
        ({"called": "query", "different": ["cname"]}, "no query has a cname"),
        ({"called": "acquire", "same": ["sid"]}, "no acquire has a sid"),
        ({"file": "*.m3u8"}, ""),
        ({"file": "*.ts", "at_least": 4}, ""),
        ({"file": "*.ts", "at_most": 1}, "expected at most 1"),
        ({"file": "*.mp4"}, "there is "),
        ({"never": {"file": "bak0_*"}}, ""),
        ({"state": {"status": 8}}, ""),
        ({"state": {"status": 5}}, "the status is 8"),
        ({"state": {"status": 5}, "within": "30s"}, ""),
        ({"state": {"status": 8}, "within": "30s"}, "the status was 1, 2, 3, 4, 5"),
        ({"state": {"status": 5}, "after": "started + 30s", "within": "5s"}, ""),
        ({"state": {"status": 4}, "after": "started + 30s", "within": "5s"}, "the status was 5"),
        ({"state": {"status": 8}, "after": "started + 1h"}, "it never happened"),
        ({"never": {"state": {"status": 5}}}, "it happened once"),
        ({"never": {"state": {"status": 20}}}, ""),
        (
            {"never": {"state": {"status": 5}, "after": "started + 30s", "within": "5s"}},
            "it happened once",
        ),
        ({"never": {"state": {"status": 5}, "after": "exited"}}, ""),
        ({"left": {"running": 0}}, ""),
        ({"left": {"running": 1}}, "0 are running, expected 1"),
    ],
)
@pytest.mark.usefixtures("_recorded")
async def test_an_expectation_is_kept_or_there_is_something_against_it(
    world: World, expected: dict[str, Any], against: str
) -> None:
    said = await verdict(world, **expected)

    assert bool(said) == bool(against)
    assert against in said


@pytest.mark.usefixtures("_recorded")
async def test_what_was_told_otherwise_is_shown(world: World) -> None:
    said = await verdict(world, notified="session_exit", exitStatus=1)

    assert said.startswith("what was told differs: ")
    assert '"exitStatus": 0' in said


async def test_calls_may_have_to_differ(world: World) -> None:
    for uid in ("1", "2", "2"):
        await world.acquire(uid=uid)

    assert await verdict(world, called="acquire", same=["cname"]) == ""
    assert 'uid differs: "1", "2"' in await verdict(world, called="acquire", same=["uid"])
    assert "uid repeats itself" in await verdict(world, called="acquire", different=["uid"])


async def test_a_span_begins_with_its_anchor_and_ends(world: World) -> None:
    rules = [{"at": "20s", "id": "bell", "join": {"channel": "room", "uid": 102}}]
    await world.control("PUT", "/scenario", {"scenario": "bells", "timeline": rules})
    await world.record("mix")
    await world.advance("1m")

    started = {"notified": "recorder_started"}
    assert await verdict(world, **started, within="10s") == ""
    assert await verdict(world, **started, within="1s") != ""
    assert await verdict(world, **started, after="bell") != ""
    assert await verdict(world, never={**started, "after": "bell"}) == ""
    assert await verdict(world, notified="uploading_progress", after="stopped") == (
        "stopped never came"
    )


async def test_what_the_journal_has_lost_cannot_be_judged(world: World) -> None:
    await world.acquire()
    realm = world.service.realm()
    realm.journal._entries.clear()

    assert "no longer has all of it" in await verdict(world, never={"called": "stop"})


async def test_a_notification_that_was_lost_was_not_told(world: World) -> None:
    rule = {"id": "hole", "op": "notify", "when": {"event": 31}, "then": {"lose": True}}
    await world.control("PUT", "/scenario", {"scenario": "holes", "rules": [rule]})
    await world.join(101)
    session = await world.record("mix")
    await world.advance("20s")
    await world.stop(session)

    assert await verdict(world, never={"notified": "uploaded"}) == ""
    assert await verdict(world, notified="session_exit") == ""


async def test_a_notification_counts_as_told_whoever_listens(world: World) -> None:
    """What nobody is subscribed to, and what reaches nobody, the service has told all the same."""
    await world.control("PUT", "/callback", {"url": "http://127.0.0.1:9/", "events": [31]})
    await world.control("PUT", "/scenario", {"scenario": "deaf"})
    await world.join(101)
    session = await world.record("mix")
    await world.advance("20s")
    await world.stop(session)

    assert await verdict(world, notified="session_exit") == ""
    assert await verdict(world, notified="uploaded") == ""


@pytest.mark.parametrize(
    ("pattern", "document", "does"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": None}, {}, False),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 2, "d": 3}]}}, True),
        ([1], [1, 2], False),
        ("/^[0-9a-f]{4}$/", "12af", True),
        ("/^[0-9a-f]{4}$/", "12ag", False),
        ("/x/", 7, False),
        ("/", "/", True),
        (1, True, False),
        (True, True, True),
    ],
)
def test_a_pattern_asks_for_at_least_what_it_says(
    pattern: object, document: object, does: bool
) -> None:
    assert resembles(pattern, document) is does
