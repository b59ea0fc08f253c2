"""What a session is told as: its calls, their moments, and only the rules that it needs."""

from __future__ import annotations

from contextlib import suppress
from json import JSONDecodeError
from typing import Any

import pytest
from aiohttp import ClientError

from mockrec.retold.session import NoSession
from tests.api.service import APP_ID, Session
from tests.scenarios.retelling import Retold, journal_of, playing, retold

HOUSE = {"kind": "request", "method": "POST", "at": 0, "status": 200, "answer": {}}
PATH = f"/v1/apps/{APP_ID}/cloud_recording"


def requests(told: Retold) -> list[Any]:
    """The calls with what each has to say."""
    return [
        (str(call.operation), call.at.offset, dict(call.parameters)) for call in told.scenario.calls
    ]


async def test_a_good_session_has_its_calls_and_no_rule() -> None:
    async with playing() as world:
        session = await world.record("mix")
        await world.advance("20s")
        await world.query(session)
        await world.advance("1500ms")
        await world.stop(session)
        told = await retold(await journal_of(world))

    assert told.kept
    assert told.rules == []
    assert [(name, at) for name, at, _ in requests(told)] == [
        ("acquire", 0),
        ("start", 0),
        ("query", 20_000),
        ("stop", 21_500),
    ]
    assert requests(told)[2][2] == requests(told)[3][2] == {}
    assert told.scenario.time is not None
    assert 'clock: {mode: manual, start: "2026-01-01T00:00:00.000Z"}' in told.text


async def test_a_stop_comes_when_it_came_not_when_it_was_answered() -> None:
    async with playing() as world:
        session = await world.record()
        await world.advance("30s")
        await world.stop(session)
        document = await journal_of(world)
        told = await retold(document)

    (entry,) = (one for one in document["entries"] if one.get("operation") == "stop")
    assert entry["at"] - entry["came"] == 1_200
    assert told.scenario.calls[-1].at.offset == 30_000


async def test_a_lost_start_was_done_if_the_next_one_is_told_so() -> None:
    story = "rules: [{id: it, op: start, times: 1, then: {refuse: 65, done: true}}]"
    async with playing(story) as world:
        resource = (await world.acquire()).body["resourceId"]
        assert (await world.start(resource)).status == 206
        assert (await world.start(resource)).status == 201
        told = await retold(await journal_of(world))

    assert told.kept
    assert told.rules == [
        {"id": "start-1", "op": "start", "times": 1, "then": {"refuse": 65, "done": True}}
    ]
    assert told.answers == ["200", "206/65", "201/7"]


@pytest.mark.parametrize("code", [62, 500])
async def test_a_refused_start_was_not_done_if_the_next_one_succeeds(code: int) -> None:
    story = f"rules: [{{id: it, op: start, times: 1, then: {{refuse: {code}}}}}]"
    async with playing(story) as world:
        resource = (await world.acquire()).body["resourceId"]
        await world.start(resource)
        assert (await world.start(resource)).status == 200
        told = await retold(await journal_of(world))

    assert told.kept
    assert [rule["then"] for rule in told.rules] == [{"refuse": code}]


async def test_a_sid_that_was_read_elsewhere_is_that_of_the_replay() -> None:
    story = "rules: [{id: it, op: start, skip: 1, times: 1, then: {refuse: 65, done: true}}]"
    async with playing(story) as world:
        await world.record(uid="1")
        resource = (await world.acquire()).body["resourceId"]
        await world.start(resource)
        sid = (await world.get("/recordings"))["recordings"][1]["sid"]
        await world.advance("10s")
        session = Session(resource, sid, "individual", "room", "527841")
        assert (await world.query(session)).status == 200
        assert (await world.stop(session)).status == 200
        told = await retold(await journal_of(world))

    assert told.kept
    assert told.answers == ["200", "200", "200", "206/65", "200", "200"]
    assert sid not in told.text
    assert len(set(told.rehearsal.ids.values())) == len(told.rehearsal.ids)


async def test_a_failover_is_one_rule_for_the_calls_in_its_blackout() -> None:
    async with playing("timeline: [{at: started + 20s, failover: {blackout: 40s}}]") as world:
        session = await world.record()
        for _ in range(5):
            await world.advance("15s")
            await world.query(session)
        told = await retold(await journal_of(world))

    assert told.kept
    assert told.rules == [
        {"id": "query-2", "op": "query", "skip": 1, "times": 2, "then": {"refuse": 404}}
    ]
    assert told.answers[2:] == ["200", "404/404", "404/404", "200", "200"]


async def test_a_stop_of_nothing_recorded_was_done() -> None:
    async with playing("settings: {audience: 0}") as world:
        session = await world.record()
        await world.advance("5s")
        assert (await world.stop(session)).status == 206
        assert (await world.query(session)).status == 404
        told = await retold(await journal_of(world))

    assert told.kept
    assert [rule["then"] for rule in told.rules] == [{"refuse": 435, "done": True}]


async def test_a_rate_limit_is_a_refusal_of_the_gateway() -> None:
    async with playing("settings: {qps: 2}") as world:
        for _ in range(4):
            await world.acquire()
        await world.advance("1s")
        await world.acquire()
        told = await retold(await journal_of(world))

    assert told.kept
    assert told.rules == [
        {
            "id": "acquire-3",
            "op": "acquire",
            "skip": 2,
            "times": 2,
            "then": {"refuse": "rate-limited"},
        }
    ]


@pytest.mark.parametrize(
    ("then", "retelling"),
    [
        ("{reset: true}", {"close": True}),
        ("{html: 502}", {"html": 502}),
        ("{garbage: true}", {"garbage": True}),
        ("{reply: {status: 503, body: {code: 9, reason: hush}}}",
         {"reply": {"status": 503, "body": {"code": 9}}}),
        ("{refuse: no-capacity}", {"refuse": 501}),
        ("{refuse: request-timeout}", {"refuse": "request-timeout"}),
    ],
)  # fmt: skip
async def test_every_answer_has_its_fault(then: str, retelling: Any) -> None:
    journal = await _with_first_start(then)
    told = await retold(journal)

    assert told.kept, told.against
    assert [rule["then"] for rule in told.rules] == [retelling]


async def _with_first_start(then: str) -> Any:
    """The journal of a session whose first start goes wrong, and whose second does not."""
    async with playing(f"rules: [{{id: it, op: start, times: 1, then: {then}}}]") as world:
        resource = (await world.acquire()).body["resourceId"]
        with suppress(ClientError, JSONDecodeError):
            await world.start(resource)
        await world.start(resource)
        return await journal_of(world)


async def test_recordings_side_by_side_keep_apart() -> None:
    async with playing() as world:
        first, second = await world.record("mix", "one"), await world.record("mix", "two")
        await world.advance("10s")
        for session in (first, second, first):
            assert (await world.query(session)).status == 200
        await world.stop(first)
        await world.stop(second)
        document = await journal_of(world)
        told = await retold(document)

    assert told.kept
    assert told.rules == []
    for given in (first, second):
        assert given.sid not in told.text
        assert given.resource_id not in told.text


async def test_a_malformed_call_is_sent_as_it_was_and_counts_for_no_rule() -> None:
    story = "rules: [{id: it, op: acquire, skip: 1, times: 1, then: {refuse: 500}}]"
    async with playing(story) as world:
        await world.acquire(uid="0")
        await world.acquire()
        await world.call("POST", "acquire", {"uid": "5"})
        await world.acquire()
        told = await retold(await journal_of(world))

    assert told.kept
    assert told.answers == ["400/2", "200", "400/2", "500/500"]
    assert [rule["skip"] for rule in told.rules] == [1]


async def test_what_is_alike_in_python_is_not_in_json() -> None:
    async with playing() as world:
        for uid in (1, True, 1):
            await world.call("POST", "acquire", {"cname": "a", "uid": uid, "clientRequest": {}})
        told = await retold(await journal_of(world))

    assert [call["uid"] for _, _, call in requests(told)] == [1, True, 1]
    assert "uid: true" in told.text


async def test_what_cannot_be_sent_is_left_out_and_told() -> None:
    async with playing() as world:
        await world.call("POST", "acquire", data=b"{")
        await world.acquire()
        told = await retold(await journal_of(world))

    note = "call 1 (acquire) is left out: its body is no JSON object"
    assert told.rehearsal.session.notes == (note,)
    assert told.text.startswith(f"# {note}\n")
    assert len(told.scenario.calls) == 1


async def test_a_success_that_the_model_refuses_is_not_made_up() -> None:
    start = {"cname": "a", "uid": "1", "clientRequest": {}}
    entries = [
        {**HOUSE, "path": f"{PATH}/acquire", "body": start, "answer": {"resourceId": "r"}},
        {**HOUSE, "path": f"{PATH}/resourceid/r/mode/mix/start", "body": start,
         "answer": {"sid": "s", "resourceId": "r"}},
    ]  # fmt: skip
    told = await retold({"entries": entries})

    assert told.kept
    assert told.rules == []
    (remark,) = told.rehearsal.remarks().values()
    assert remark.startswith("call 2 (start): it was answered 200, and nothing explains why")
    assert f"  # {remark}\n" in told.text


async def test_a_region_stays_and_another_host_does_not_matter() -> None:
    body = {"cname": "a", "uid": "1", "clientRequest": {}}
    entry = {**HOUSE, "path": f"/eu{PATH}/acquire", "body": body, "host": "api.agora.io"}
    told = await retold({"entries": [{**entry, "answer": {"resourceId": "r"}}]})

    assert requests(told) == [("acquire", 0, {"cname": "a", "uid": "1", "region": "eu"})]


async def test_addresses_that_the_journal_hides_are_good_ones_again() -> None:
    outputs = [{"rtmpUrl": "rtmp://push.example/live?token=deep-secret"}]
    async with playing() as world:
        acquired = (await world.acquire(scene=1)).body["resourceId"]
        services = {
            "extensionServices": [
                {
                    "serviceName": "web_recorder_service",
                    "serviceParam": {
                        "url": "https://example.org/?token=deep-secret",
                        "audioProfile": 0,
                        "videoWidth": 1280,
                        "videoHeight": 720,
                        "maxRecordingHour": 1,
                    },
                },
                {
                    "serviceName": "rtmp_publish_service",
                    "serviceParam": {"outputs": outputs},
                },
            ]
        }
        started = await world.start(acquired, "web", extensionServiceConfig=services)
        assert started.status == 200, started.body
        told = await retold(await journal_of(world))

    assert told.kept
    assert told.rules == []
    assert "deep-secret" not in told.text


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], 'this is no journal: expected an object with a list of "entries"'),
        ({"log": {}}, 'this is no journal: expected an object with a list of "entries"'),
        ({"entries": []}, "there is no call to the service in it"),
        ({"entries": [3]}, "/entries/0: expected an object"),
        ({"entries": [{"kind": "request", "path": "/"}]}, "/entries/0/method: expected a text"),
        (
            {"entries": [{**HOUSE, "path": f"{PATH}/acquire", "at": -1}]},
            "/entries/0/at: expected a whole number from 0 to 7258118400000",
        ),
        (
            {"entries": [{**HOUSE, "path": f"{PATH}/acquire", "status": 1000}]},
            "/entries/0/status: expected a whole number from 0 to 599",
        ),
        (
            {"entries": [{**HOUSE, "path": f"{PATH}/acquire", "body": {}}] * 2001},
            "2001 calls, expected at most 2000",
        ),
        (
            {
                "entries": [
                    {**HOUSE, "path": f"{PATH}/acquire", "body": {}, "at": at}
                    for at in (0, 40 * 86_400_000)
                ]
            },
            "the calls go on for 40 days, expected at most 31",
        ),
        (
            {
                "entries": [
                    {**HOUSE, "path": f"/v1/apps/{app}/cloud_recording/acquire", "body": {}}
                    for app in "ab"
                ]
            },
            "calls of 2 App IDs are in it, expected those of one",
        ),
    ],
)
async def test_what_is_no_session_says_where_and_why(document: Any, said: str) -> None:
    with pytest.raises(NoSession) as refusal:
        await retold(document)

    assert str(refusal.value) == said


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"n": 10**30 * 1.0}, "a number in its body is too large"),
        ({"k" * 201: 1}, "a key in its body is longer than 200 characters"),
    ],
)
async def test_what_no_scenario_can_say_is_left_out(request_: Any, why: str) -> None:
    body = {"cname": "a", "uid": "1", "clientRequest": request_}
    with pytest.raises(NoSession, match=why):
        await retold({"entries": [{**HOUSE, "path": f"{PATH}/acquire", "body": body}]})


async def test_a_deep_body_is_left_out() -> None:
    deep: Any = {}
    for _ in range(5_000):
        deep = [deep]
    body = {"cname": "a", "uid": "1", "clientRequest": deep}
    with pytest.raises(NoSession, match="its body is deeper than 50 levels"):
        await retold({"entries": [{**HOUSE, "path": f"{PATH}/acquire", "body": body}]})


async def test_any_text_and_any_value_comes_through_as_it_was() -> None:
    odd = {
        "yes": "no", "a: b": "# x", "é\u2028": "\x7f\t", "n": [1.5, -0.0, 1e10, True, None],
        "on": "12:30", "0x1F": "1e3", "": "~", "😀": "- [", "<<": "*x", "long": "w" * 300,
    }  # fmt: skip
    body = {"cname": "a", "uid": "1", "clientRequest": odd}
    entry = {**HOUSE, "path": f"{PATH}/acquire", "body": body, "answer": {"resourceId": "r"}}
    told = await retold({"entries": [entry]})

    assert requests(told)[0][2]["clientRequest"] == odd
