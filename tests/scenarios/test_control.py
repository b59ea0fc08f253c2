"""A scenario over HTTP: put on, looked at, judged, taken off."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from mockrec.clock import Clock, ClockMode
from mockrec.playbook.document import read
from tests.api.service import CNAME, EPOCH, Reply, Service, World, done, wrong

STORY = """
scenario: a-bad-morning
about: The service has no room at first.
seed: 7
settings: {qps: 5, profile: "2020", callback: {secret: s3cr3t}}
timing: {upload: 2s}
timeline:
  - {at: 5s, id: alice, join: {channel: room, uid: 101}}
rules:
  - {id: full, op: acquire, times: 1, then: {refuse: 501}}
  - {id: never, op: acquire, skip: 5, then: {refuse: 501}}
expect:
  - {called: acquire, at_least: 2}
  - {never: {notified: session_exit}}
"""


async def put(world: World, text: str, query: str = "") -> Reply:
    """Put on this text."""
    path = f"/_mockrec/worlds/{world.app_id}/scenario{query}"
    return await world.service.send("PUT", path, data=text.encode())


async def test_it_begins_at_the_present_moment(world: World) -> None:
    state = done(await put(world, STORY))

    assert (state["scenario"], state["began"], state["now"]) == ("a-bad-morning", EPOCH, EPOCH)
    assert state["anchors"] == {"scenario": EPOCH}
    assert state["next_cue"] == EPOCH + 5_000
    assert [rule["id"] for rule in state["rules"]] == ["full", "never"]


async def test_its_settings_are_in_force(world: World) -> None:
    done(await put(world, STORY))
    settings = await world.get("/settings")

    assert (settings["qps"], settings["profile"]) == (5, "2020")
    assert settings["timing"]["upload"] == 2_000
    assert (await world.get())["seed"] == 7


async def test_its_rules_befall_calls_and_say_what_they_counted(world: World) -> None:
    done(await put(world, STORY))
    answers = [await world.acquire() for _ in range(2)]
    rules = (await world.get("/scenario"))["rules"]

    assert [answer.status for answer in answers] == [500, 200]
    assert answers[0].headers["X-Mockrec-Rule"] == "full"
    assert "X-Mockrec-Rule" not in answers[1].headers
    assert [(rule["seen"], rule["fired"], rule["lost"]) for rule in rules] == [(2, 1, 0), (2, 0, 0)]


async def test_its_cues_come_and_stand_in_the_journal(world: World) -> None:
    done(await put(world, STORY))
    await world.advance("6s")
    (cue,) = [entry for entry in await world.journal("kind=event") if entry["event"] == "CuePlayed"]

    assert cue["at"] == EPOCH + 5_000
    assert cue["details"]["id"] == "alice"
    assert [user["uid"] for user in (await world.get(f"/channels/{CNAME}"))["users"]] == ["101"]
    assert (await world.get("/scenario"))["anchors"]["alice"] == EPOCH + 5_000


async def test_the_clock_goes_until_an_anchor_comes(world: World) -> None:
    done(await put(world, STORY))
    await world.until(anchor=["exited", "alice"])

    assert await world.now() == EPOCH + 5_000


async def test_an_anchor_that_has_come_is_answered_at_once(world: World) -> None:
    done(await put(world, STORY))
    await world.advance("10s")
    await world.until(anchor=["alice"])

    assert await world.now() == EPOCH + 10_000


async def test_the_report_judges_what_has_been(world: World) -> None:
    done(await put(world, STORY))
    before = await world.get("/scenario/report")
    for _ in range(2):
        await world.acquire()
    after = await world.get("/scenario/report")

    assert [verdict["kept"] for verdict in before["verdicts"]] == [False, True]
    assert before["verdicts"][0]["why"] == "it never happened, expected at least 2"
    assert [verdict["kept"] for verdict in after["verdicts"]] == [True, True]
    assert (before["kept"], after["kept"]) == (False, True)


async def test_a_verdict_shows_what_happened_around(world: World) -> None:
    done(await put(world, STORY))
    await world.acquire()
    verdict = (await world.get("/scenario/report"))["verdicts"][0]

    assert [line.split(maxsplit=1)[1] for line in verdict["timeline"]] == [
        "call      acquire -> 500/501  (rule full)"
    ]


async def test_expectations_are_judged_without_a_scenario(world: World) -> None:
    await world.record()
    await world.advance("5s")
    expect = [{"notified": "recorder_started"}, {"never": {"called": "stop"}}]
    answer = await world.post("/scenario/verdicts", expect=[*expect, {"notified": 31}])

    assert [verdict["kept"] for verdict in answer["verdicts"]] == [True, True, False]
    assert answer["kept"] is False


async def test_an_expectation_that_is_none_is_refused_with_its_place(world: World) -> None:
    reply = await world.control(
        "POST", "/scenario/verdicts", {"expect": [{"notified": "uploadet"}]}
    )
    error, path, _ = wrong(reply)

    assert "uploaded" in error
    assert path.startswith("/expect/0")


async def test_it_may_be_json(world: World) -> None:
    rule = {"id": "full", "op": "acquire", "then": {"refuse": 501}}
    done(await put(world, json.dumps({"scenario": "json", "rules": [rule]})))

    assert (await world.acquire()).status == 500


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("scenario: x\nrulez: []\n", ":2:"),
        ("scenario: x\nrules:\n  - {id: a, op: acquire, then: {refuse: 7777}}\n", ":3:"),
        ("scenario: [", ":1:"),
        ("", ":1:"),
    ],
)
async def test_one_that_is_not_right_changes_nothing(world: World, text: str, line: str) -> None:
    done(await put(world, STORY))
    error, _, expected = wrong(await put(world, text))
    state = await world.get("/scenario")

    assert line in error.splitlines()[0]
    assert "mockrec check" in expected
    assert (state["scenario"], len(state["rules"])) == ("a-bad-morning", 2)


async def test_bytes_that_are_no_text_are_refused(world: World) -> None:
    path = f"/_mockrec/worlds/{world.app_id}/scenario"

    assert "UTF-8" in wrong(await world.service.send("PUT", path, data=b"\xff\xfe"))[0]


async def test_a_seed_may_be_given_with_it(world: World) -> None:
    done(await put(world, STORY, "?seed=42"))

    assert (await world.get())["seed"] == 42


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
async def test_that_seed_may_be_what_its_own_may_be(world: World, seed: int) -> None:
    done(await put(world, f"scenario: x\nseed: {seed}"))
    assert (await world.get())["seed"] == seed

    done(await put(world, STORY, f"?seed={seed}"))
    assert (await world.get())["seed"] == seed


@pytest.mark.parametrize("seed", [-1, 2**63, 10**30])
async def test_and_nothing_else(world: World, seed: int) -> None:
    wrong(await put(world, f"scenario: x\nseed: {seed}"))
    error, path, expected = wrong(await put(world, STORY, f"?seed={seed}"))

    assert str(seed)[:40] in error
    assert (path, expected) == ("?seed", f"a whole number from 0 to {2**63 - 1}")
    assert (await world.get("/scenario"))["scenario"] is None


@pytest.mark.parametrize("url", ["http://169.254.169.254/x", "http://[fd00:ec2::254]/"])
async def test_it_sends_nothing_where_a_callback_may_not(world: World, url: str) -> None:
    text = json.dumps({"scenario": "x", "settings": {"callback": {"url": url}}})
    error, path, _ = wrong(await put(world, text))
    direct, _, _ = wrong(await world.control("PUT", "/callback", {"url": url}))

    assert error == direct == "a link-local or metadata address, which is not allowed"
    assert path == "/settings/callback/url"
    assert (await world.get("/scenario"))["scenario"] is None
    assert (await world.get("/callback"))["url"] is None


async def test_taken_off_nothing_comes_and_nothing_goes_wrong_any_more(world: World) -> None:
    done(await put(world, STORY))
    state = done(await world.control("DELETE", "/scenario"))
    await world.advance("10s")

    assert (state["scenario"], state["rules"]) == (None, [])
    assert (await world.acquire()).status == 200
    assert (await world.get(f"/channels/{CNAME}"))["users"] == []


async def test_the_text_is_read_back_as_it_was(world: World) -> None:
    done(await put(world, STORY))

    shown = (await world.get("/scenario"))["text"]

    assert shown == STORY.replace("s3cr3t", '"***"')


SECRETIVE = """\
scenario: x  # as it was
settings:
  credentials: ["id:hush-1", 'id:hush-2']
  callback: {url: "http://hush-3:hush-4@127.0.0.1:9/", secret: &again hush-5}
timeline:
  - {at: 1h, token_expires: {channel: room}}
rules:
  - {id: odd, op: stop, then: {reply: {headers: {Authorization: Basic hush-6}, body: token=hush-7}}}
calls:
  - at: 2h
    acquire: {cname: *again}
  - at: 3h
    start:
      mode: mix
      clientRequest:
        token: |
          hush-8
          hush-9
        storageConfig:
          secretKey: hush-10
          bucket: seen
        rtmpUrl: rtmp://seen.example/live/hush-11
"""


async def test_but_for_its_secrets(world: World) -> None:
    done(await put(world, SECRETIVE))
    shown: str = (await world.get("/scenario"))["text"]

    assert "hush" not in shown
    assert shown.count('"***"') == 9
    for line in ("scenario: x  # as it was\n", "token_expires: {channel: room}", "bucket: seen\n"):
        assert line in shown
    assert read(shown).value["calls"][0]["acquire"] == {"cname": "***"}


async def test_a_finding_shows_no_password_of_an_address(world: World) -> None:
    text = "scenario: x\nsettings: {callback: {url: 'ftp://me:hush@h/'}}"
    error, _, _ = wrong(await put(world, text))

    assert "ftp://***@h/" in error
    assert "hush" not in error


async def test_without_a_scenario_there_is_no_report(world: World) -> None:
    assert "no scenario" in wrong(await world.control("GET", "/scenario/report"), 404)[0]


async def test_another_world_knows_nothing_of_it(service: Service, world: World) -> None:
    done(await put(world, STORY))
    other = service.world("b" * 32)

    assert (await other.acquire()).status == 200
    assert (await other.get("/scenario"))["scenario"] is None


async def test_a_reset_ends_it(world: World) -> None:
    done(await put(world, STORY))
    await world.reset()

    assert (await world.get("/scenario"))["scenario"] is None


async def test_the_clock_of_a_fresh_world_is_the_scenario_s(world: World) -> None:
    start = 'clock: {mode: manual, start: "2026-03-01T00:00:00Z"}'
    state = done(await put(world, f"scenario: x\n{start}\n"))

    assert state["began"] == 1_772_323_200_000


async def test_a_clock_never_goes_back_for_it(world: World) -> None:
    await world.acquire()
    start = 'clock: {mode: manual, start: "2020-01-01T00:00:00Z"}'
    state = done(await put(world, f"scenario: x\n{start}\n"))

    assert state["began"] == EPOCH


async def test_a_new_one_counts_anew(world: World) -> None:
    done(await put(world, STORY))
    first = await world.acquire()
    done(await put(world, STORY))
    second: Any = await world.acquire()

    assert (first.status, second.status) == (500, 500)


async def test_a_clock_that_runs_is_set_to_the_beginning_of_a_story(service: Service) -> None:
    """Nobody has to have seen the world before: what was told of its time is no longer so."""
    app_id = "c" * 32
    service.realm(app_id).clock = Clock(ClockMode.WALL)
    start = 'clock: {mode: manual, start: "2020-01-05T09:00:00Z"}'
    world = service.world(app_id)
    text = f"scenario: x\n{start}\ntimeline: [{{at: 10s, suspend_account: {{}}}}]\n"
    state = done(await put(world, text))

    assert state["began"] == state["now"] == 1_578_214_800_000
    assert state["next_cue"] == state["began"] + 10_000
    assert (await world.acquire()).status == 200


async def test_what_is_due_before_a_story_begins_happens(world: World) -> None:
    await world.join(101)
    await world.record("mix")
    start = 'clock: {mode: manual, start: "2026-01-01T00:01:00Z"}'
    state = done(await put(world, f"scenario: x\n{start}\n"))
    names = [entry["event"] for entry in await world.journal("kind=event")]

    assert state["began"] == EPOCH + 60_000
    assert "SliceUploaded" in names


async def test_what_takes_no_time_cannot_be_repeated(world: World) -> None:
    text = "scenario: x\ntimeline: [{at: 0s, every: 0.0001s, until: 1d, kick: {}}]\n"

    assert "expected at least 1ms" in wrong(await put(world, text))[0]


async def test_a_callback_may_be_taken_away(world: World) -> None:
    await world.put("/callback", url="http://127.0.0.1:9/", events=[31])
    done(await put(world, "scenario: x\nsettings: {callback: {url: null, events: null}}\n"))
    callback = await world.get("/callback")

    assert (callback["url"], callback["events"]) == (None, None)


async def test_an_advance_whose_world_is_reset_says_so(world: World) -> None:
    await world.join(101)
    await world.record("mix")
    moving = asyncio.ensure_future(world.control("POST", "/clock/advance", {"by": "20d"}))
    before = await world.now()
    while await world.now() == before:
        pass
    await world.reset()

    assert "was reset" in wrong(await moving, 409)[0]


async def test_a_shipped_one_is_put_on_by_its_name(world: World) -> None:
    assert done(await put(world, "lost-start\n"))["scenario"] == "lost-start"


async def test_a_text_whose_line_breaks_curl_has_taken_out_is_told_of(world: World) -> None:
    text = "# yaml-language-server: x scenario: y rules: []"

    assert "--data-binary" in wrong(await put(world, text))[2]
