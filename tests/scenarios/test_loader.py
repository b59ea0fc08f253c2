"""What a scenario says becomes what the house knows: cues, rules, calls, expectations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockrec.clock import ClockMode
from mockrec.domain import faults
from mockrec.domain.changes import (
    BreakBucket,
    BreakOutput,
    ExhaustCapacity,
    ExpireToken,
    FailOver,
    Kick,
    Mute,
    PreventJoin,
    Publish,
    SetPage,
    SuspendAccount,
)
from mockrec.domain.channel import Codec, Medium, Role, User
from mockrec.domain.commands import Command, Join, Leave
from mockrec.domain.conditions import BucketFault, Hindrance, PageFate
from mockrec.domain.delivery import topic
from mockrec.domain.notices import StreamChanged
from mockrec.domain.problems import PROBLEMS
from mockrec.domain.rules import Instant, Occasion, Operation
from mockrec.domain.script import Arm
from mockrec.domain.streams import Verdict
from mockrec.playbook.loader import load
from mockrec.playbook.scenario import Answer, Time
from mockrec.render.envelope import topics
from tests.scenarios.stories import call, cue, expectation, rule, told

AUDIO, VIDEO = frozenset({Medium.AUDIO}), frozenset({Medium.VIDEO})


def test_the_head_of_a_scenario_is_read() -> None:
    story = load(
        """
        scenario: lost-start
        about: The answer is lost. The recording runs.
        docs: [protocol: refusals]
        seed: 7
        clock: {mode: manual, start: 2026-01-05T09:00:00Z}
        settings: {qps: 10, callback: {secret: s3cr3t, retry: [0s, 2s]}}
        timing: {recorder_ready: 1500ms, upload: 0.8s}
        """,
        "x",
    )

    assert story.name == "lost-start"
    assert story.about == "The answer is lost. The recording runs."
    assert [dict(one) for one in story.docs] == [{"protocol": "refusals"}]
    assert story.seed == 7
    assert story.time == Time(ClockMode.MANUAL, 1.0, 1_767_603_600_000)
    assert story.settings["callback"] == {"secret": "s3cr3t", "retry": ["0s", "2s"]}
    assert dict(story.timing) == {"recorder_ready": 1_500, "upload": 800}


def test_a_scenario_that_says_nothing_changes_nothing() -> None:
    text = "scenario: story"
    story = load(text, "x")

    assert (story.seed, story.time, story.cues, story.rules) == (None, None, (), ())
    assert (dict(story.settings), dict(story.timing), story.text) == ({}, {}, text)


def test_a_scaled_clock_without_a_rate_is_sixty_times_as_fast() -> None:
    assert told("clock: {mode: scaled}").time == Time(ClockMode.SCALED, 60.0)
    assert told("clock: {mode: scaled, rate: 2.5}").time == Time(ClockMode.SCALED, 2.5)


# --- the timeline ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("join: {channel: demo, uid: 101}", Join("demo", User(101))),
        (
            "join: {channel: demo, uid: 1, publishes: [audio], role: audience, codec: vp8, "
            "width: 1280, height: 720}",
            Join("demo", User(1, AUDIO, Role.AUDIENCE, Codec.VP8, 1280, 720)),
        ),
        ("leave: {channel: demo, uid: 101}", Leave("demo", 101)),
        ("publish: {channel: demo, uid: 1, media: [video]}", Publish("demo", 1, VIDEO)),
        ("mute: {channel: demo, uid: 1}", Mute("demo", 1)),
        ("bucket: {fails: transfer}", BreakBucket(BucketFault.TRANSFER)),
        ("bucket: {fails: none, bucket: b}", BreakBucket(None, "b")),
        ("failover: {}", FailOver()),
        ("failover: {blackout: 40s, channel: demo}", FailOver(40_000, "demo")),
        ("kick: {channel: demo, uid: 527841}", Kick("demo", 527841)),
        ("token_expires: {channel: demo}", ExpireToken("demo")),
        ("join_fails: {why: no_answer}", PreventJoin(Hindrance.NO_ANSWER)),
        ("join_fails: {why: none, channel: demo}", PreventJoin(None, "demo")),
        ("page: {fate: webgl}", SetPage(PageFate.WEBGL)),
        ("rtmp: {url: 'rtmp://a/b'}", BreakOutput("rtmp://a/b")),
        ("rtmp: {broken: false}", BreakOutput(broken=False)),
        ("suspend_account: {}", SuspendAccount()),
        ("capacity: {exhausted: false}", ExhaustCapacity(exhausted=False)),
    ],
)
def test_a_change_is_a_command(said: str, meant: Command) -> None:
    assert cue(f"{{at: 0s, {said}}}").does == meant


def test_rules_are_armed_and_disarmed() -> None:
    story = told(
        """
        rules: [{id: it, op: stop, armed: false, then: {never: true}}]
        timeline: [{at: 1s, arm: it}, {at: 2s, disarm: it}]
        """
    )

    assert [one.does for one in story.cues] == [Arm("it"), Arm("it", armed=False)]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("0s", Instant()),
        ("20m", Instant("", 1_200_000)),
        ("1h30m", Instant("", 5_400_000)),
        ("started", Instant("started")),
        ("started + 90s", Instant("started", 90_000)),
        ("uploaded + 1500ms", Instant("uploaded", 1_500)),
    ],
)
def test_an_instant_counts_from_the_beginning_or_from_an_anchor(said: str, meant: Instant) -> None:
    assert cue(f"{{at: {said}, kick: {{}}}}").at == meant


def test_before_a_cue_is_counted_from_what_the_cue_counts_from() -> None:
    """The crash is known in time where its own moment is; so design.md has `crash - 2s`."""
    story = told(
        """
        timeline:
          - {at: started + 90s, id: crash, failover: {}}
          - {at: crash - 5s, id: eve, kick: {}}
          - {at: eve - 1s, mute: {channel: demo, uid: 1}}
          - {at: crash + 5s, kick: {}}
        rules:
          - {id: it, op: stop, from: crash - 2s, until: crash + 2s, then: {never: true}}
        """
    )

    assert [one.at for one in story.cues] == [
        Instant("started", 90_000),
        Instant("started", 85_000),
        Instant("started", 84_000),
        Instant("crash", 5_000),
    ]
    assert story.rules[0].opens == Instant("started", 88_000)
    assert story.rules[0].closes == Instant("crash", 2_000)


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("join: {channel: demo, uid: 1", Leave("demo", 1)),
        ("mute: {channel: demo, uid: 1, media: [audio]", Publish("demo", 1, AUDIO)),
        ("publish: {channel: demo, uid: 1, media: [video]", Mute("demo", 1, VIDEO)),
        ("bucket: {fails: missing, bucket: b", BreakBucket(None, "b")),
        ("join_fails: {why: expired_token, channel: demo", PreventJoin(None, "demo")),
        ("page: {fate: fails, channel: demo", SetPage(PageFate.LOADS, "demo")),
        ("rtmp: {url: 'rtmp://a/b'", BreakOutput("rtmp://a/b", broken=False)),
        ("suspend_account: {suspended: true", SuspendAccount(suspended=False)),
        ("capacity: {exhausted: true", ExhaustCapacity(exhausted=False)),
    ],
)
def test_what_has_an_end_is_taken_back_by_a_second_cue(said: str, back: Command) -> None:
    first, second = told(f"timeline: [{{at: 1s, id: x, {said}, until: x + 60s}}}}]").cues

    assert first.at == Instant("", 1_000)
    assert (second.at, second.does, second.id) == (Instant("x", 60_000), back, "")


def test_a_cue_may_come_again_and_again() -> None:
    one = cue("{at: 10s, id: flap, every: 30s, until: 5m, kick: {channel: demo}}")

    assert (one.id, one.every, one.until) == ("flap", 30_000, Instant("", 300_000))
    assert one.text == "kick channel: demo"


# --- rules -------------------------------------------------------------------------------------


def test_a_rule_says_when_and_how_often() -> None:
    one = rule(
        "op: start, skip: 1, times: 2, every: 3, probability: 0.5, armed: true, "
        "from: started, until: started + 5m, then: {reset: true}"
    )

    assert (one.id, one.operation) == ("it", Operation.START)
    assert (one.skip, one.times, one.every, one.probability) == (1, 2, 3, 0.5)
    assert (one.opens, one.closes) == (Instant("started"), Instant("started", 300_000))


def test_a_whole_number_may_have_a_point() -> None:
    one = rule("op: start, skip: 1.0, times: 2.0, then: {html: 502.0}")

    assert (repr(one.skip), repr(one.times)) == ("1", "2")
    assert repr(one.fault.effect) == "Html(status=502)"


@pytest.mark.parametrize(
    ("op", "said", "meant"),
    [
        ("start", "refuse: 65", faults.Refuse(PROBLEMS["not-completed"])),
        ("start", "refuse: start-timeout", faults.Refuse(PROBLEMS["start-timeout"])),
        ("query", "html: 504", faults.Html(504)),
        ("query", "html: {}", faults.Html(502)),
        ("query", "html: {status: 503}", faults.Html(503)),
        ("any", "limit: {rate: 10}", faults.Limit(10, 429)),
        ("any", "limit: {rate: 0, status: 503}", faults.Limit(0, 503)),
        ("connect", "reset: true", faults.Reset()),
        ("stop", "close: true", faults.Close()),
        ("stop", "close: {after_bytes: 20}", faults.Close(20)),
        ("stop", "truncate: true", faults.Truncate()),
        ("stop", "garbage: true", faults.Garbage()),
        ("stop", "drip: {}", faults.Drip()),
        ("stop", "drip: {bytes: 8, every: 50ms}", faults.Drip(8, 50)),
        ("stop", "never: true", faults.Never()),
        ("notify", "lose: true", faults.Lose()),
        ("notify", "repeat: true", faults.Repeat()),
        ("notify", "repeat: {times: 2, gap: 5s}", faults.Repeat(2, 5_000)),
        ("notify", "delay: 10s", faults.Delay(10_000)),
        ("notify", "shuffle: 5s", faults.Shuffle(5_000)),
        ("upload", "fail: transfer", faults.Fail(Verdict.FAILED)),
        ("upload", "fail: credentials", faults.Fail(Verdict.REFUSED)),
        ("upload", "fail: missing", faults.Fail(Verdict.REFUSED)),
        ("upload", "slow: 25s", faults.Slow(25_000)),
    ],
)
def test_an_effect_is_a_value(op: str, said: str, meant: faults.Effect) -> None:
    assert rule(f"op: {op}, then: {{{said}}}").fault.effect == meant


@pytest.mark.parametrize(
    ("said", "status", "headers", "body"),
    [
        ("status: 503", 503, (), None),
        ("body: busy", 200, (), b"busy"),
        ("body: {code: 65}", 200, (), b'{"code":65}'),
        ("body: null", 200, (), b"null"),
        ("headers: {Content-Type: text/plain}", 200, (("Content-Type", "text/plain"),), None),
    ],
)
def test_a_reply_keeps_what_it_does_not_name(
    said: str, status: int, headers: tuple[tuple[str, str], ...], body: bytes | None
) -> None:
    effect = rule(f"op: stop, then: {{reply: {{{said}}}}}").fault.effect

    assert effect == faults.Reply(status, headers, body)


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ("truncate: true", True),
        ("garbage: true", True),
        ("drip: {}", True),
        ("close: {after_bytes: 0}", True),
        ("stall: 3s", True),
        ("takes: 3s", True),
        ("close: true", False),
        ("close: {}", False),
        ("reset: true", False),
        ("never: true", False),
        ("html: 502", False),
        ("reply: {status: 500}", False),
        ("refuse: 65", False),
        ("refuse: 65, done: true", True),
        ("refuse: 65, stall: 3s", False),
        ("garbage: true, done: false", False),
    ],
)
def test_what_is_done_has_a_default_for_each_fault(said: str, *, done: bool) -> None:
    assert rule(f"op: stop, then: {{{said}}}").fault.done is done


def test_a_connection_has_nothing_done() -> None:
    assert rule("op: connect, then: {stall: 3s}").fault == faults.Fault(stall=3_000)


def test_time_may_be_lost_beside_an_effect() -> None:
    fault = rule("op: stop, then: {refuse: 62, stall: 250ms, takes: 20s}").fault

    assert fault == faults.Fault(
        faults.Refuse(PROBLEMS["request-timeout"]), stall=250, takes=20_000
    )


@pytest.mark.parametrize(
    ("op", "code", "row"),
    [
        ("acquire", 2, "body-check"),
        ("updateLayout", 2, "bad-layout"),
        ("start", 62, "start-timeout"),
        ("query", 62, "request-timeout"),
        ("any", 62, "request-timeout"),
        ("query", 404, "no-worker"),
        ("acquire", 501, "no-capacity"),
        ("acquire", 400, "not-enabled"),
        ("acquire", 401, "invalid-channel-name"),
    ],
)
def test_a_code_is_the_row_that_the_service_gives(op: str, code: int, row: str) -> None:
    effect = rule(f"op: {op}, then: {{refuse: {code}}}").fault.effect

    assert effect == faults.Refuse(PROBLEMS[row])


@pytest.mark.parametrize(
    ("op", "code", "row"),
    [
        ("acquire", 62, "not-enabled"),
        ("query", 501, "no-worker-exiting"),
        ("stop", 1001, "unreadable-resource"),
        ("start", 1013, "invalid-channel-name"),
        ("updateLayout", 1028, "bad-layout"),
    ],
)
def test_the_older_edition_has_codes_of_its_own(op: str, code: int, row: str) -> None:
    (one,) = told(
        f"""
        settings: {{profile: "2020"}}
        rules: [{{id: it, op: {op}, then: {{refuse: {code}}}}}]
        """
    ).rules

    assert one.fault.effect == faults.Refuse(PROBLEMS[row])


# --- when --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ("mode: mix", {"mode": "mix"}),
        ("mode: [web, mix]", {"mode": "mix"}),
        ("cname: class-*", {"cname": "class-7"}),
        ("uid: 527841", {"uid": "527841"}),
        ("uid: ['1', 2]", {"uid": "2"}),
        ("status: [4, 5]", {"status": 5}),
        ("region: us-*, host: api-*", {"region": "us-west-1", "host": "api-us-west-1"}),
    ],
)
def test_facts_hold_by_value_list_or_pattern(said: str, facts: dict[str, Any]) -> None:
    when = rule(f"op: query, when: {{{said}}}, then: {{never: true}}").when

    assert when.holds(Occasion(Operation.QUERY, facts))
    assert not when.holds(Occasion(Operation.QUERY, {}))
    assert not when.holds(Occasion(Operation.QUERY, dict.fromkeys(facts, "else")))


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("31", {31}),
        ("uploaded", {31}),
        ("[31, backuped]", {31, 32}),
        ("uploade*", {30, 31}),
        ("43", {43}),
        ("recorder_video_stream_state_changed", {44}),
    ],
)
def test_notifications_go_by_number_name_or_pattern(said: str, numbers: set[int]) -> None:
    when = rule(f"op: notify, when: {{event: {said}}}, then: {{lose: true}}").when

    met = {
        number
        for number in (30, 31, 32, 43, 44)
        for event in topics([number])
        if when.holds(Occasion(Operation.NOTIFY, {"event": event}))
    }
    assert met == numbers & {30, 31, 32, 43, 44}


def test_the_event_of_a_condition_is_the_topic_that_the_world_states() -> None:
    when = rule("op: notify, when: {event: 43}, then: {lose: true}").when
    notice = StreamChanged(at=0, sequence=0, uid=0, medium=Medium.AUDIO, receiving=True)

    assert when.holds(Occasion(Operation.NOTIFY, {"event": topic(notice)}))


def test_a_body_has_to_satisfy_the_schema() -> None:
    schema = "{properties: {cname: {const: demo}}, required: [cname]}"
    when = rule(f"op: start, when: {{body: {schema}}}, then: {{reset: true}}").when

    assert when.holds(Occasion(Operation.START, body={"cname": "demo"}))
    assert not when.holds(Occasion(Operation.START, body={"cname": "else"}))
    assert not when.holds(Occasion(Operation.START, body={"cname": "\ud800"}))
    assert when == rule(f"op: start, when: {{body: {schema}}}, then: {{reset: true}}").when


# --- calls -------------------------------------------------------------------------------------


def test_a_call_keeps_what_is_sent_as_it_is() -> None:
    one = call(
        "id: first, acquire: {cname: demo, uid: '1', clientRequest: {resourceExpiredHour: 24.0}}"
    )

    assert (one.id, one.operation, one.text) == ("first", Operation.ACQUIRE, "acquire")
    assert repr(one.parameters["clientRequest"]) == "{'resourceExpiredHour': 24.0}"
    assert one.answer is None


def test_a_client_has_its_own_patience() -> None:
    assert call("acquire: {}, patience: 2s").patience == 2_000
    assert call("acquire: {}").patience is None


def test_a_call_has_headers_of_its_own_and_goes_without_others() -> None:
    assert call("acquire: {}, headers: {X-A: b, Authorization: null}").headers == {
        "X-A": "b",
        "Authorization": None,
    }
    assert call("acquire: {}").headers == {}


def test_the_attempt_of_an_upload_is_a_number() -> None:
    when = rule("op: upload, when: {kind: slice, attempt: [1, 2]}, then: {slow: 5s}").when

    assert when.holds(Occasion(Operation.UPLOAD, {"kind": "slice", "attempt": 2}))
    assert not when.holds(Occasion(Operation.UPLOAD, {"kind": "slice", "attempt": 3}))


def test_an_answer_is_a_part_or_none() -> None:
    assert call("acquire: {}, answer: none").answer == Answer(nothing=True)
    part = call('acquire: {}, answer: {status: 200, body: {a: "/b/"}, headers: {X-Y: "1"}}').answer
    assert part == Answer(200, {"a": "/b/"}, {"X-Y": "1"})


# --- expectations ------------------------------------------------------------------------------


def test_expectations_have_a_kind_a_subject_and_details() -> None:
    one = expectation("{notified: session_exit, exitStatus: 0, at_least: 2}")

    assert (one.kind, one.subject, one.never) == ("notified", "session_exit", False)
    assert dict(one.details) == {"exitStatus": 0, "at_least": 2}
    assert one.text == "notified: session_exit, exitStatus: 0, at_least: 2"


def test_an_expectation_may_be_bound_in_time() -> None:
    one = expectation("{notified: 12, within: 60s, after: started + 90s}")

    assert (one.within, one.after) == (60_000, Instant("started", 90_000))
    assert dict(one.details) == {}


def test_what_must_not_happen_is_wrapped() -> None:
    one = expectation("{never: {notified: backuped, within: 60s}}")

    assert (one.never, one.kind, one.within) == (True, "notified", 60_000)
    assert one.text == "never notified: backuped, within: 60s"


@pytest.mark.parametrize(
    ("said", "kind", "subject", "details"),
    [
        (
            "{called: start, same: [resourceId], gaps: {at_least: [3s, 6s]}}",
            "called",
            "start",
            {"same": ["resourceId"], "gaps": {"at_least": [3_000, 6_000]}},
        ),
        ('{file: "bak0_*.m3u8", at_most: 1}', "file", "bak0_*.m3u8", {"at_most": 1}),
        ("{state: {status: 8}}", "state", {"status": 8}, {}),
        ("{left: {running: 0}}", "left", {"running": 0}, {}),
    ],
)
def test_each_kind_has_its_own_details(
    said: str, kind: str, subject: object, details: dict[str, Any]
) -> None:
    one = expectation(said)

    assert (one.kind, one.subject, dict(one.details)) == (kind, subject, details)


# --- JSON --------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_the_same_story_may_be_told_in_json(indent: int | str | None) -> None:
    text = """
        scenario: story
        timeline: [{at: 1s, join: {channel: "dé\\"mo 😀", uid: 101}}]
        rules: [{id: it, op: start, then: {reply: {body: "a/b"}}}]
        """
    story = load(text, "x")
    document = {
        "scenario": "story",
        "timeline": [{"at": "1s", "join": {"channel": 'dé"mo 😀', "uid": 101}}],
        "rules": [{"id": "it", "op": "start", "then": {"reply": {"body": "a/b"}}}],
    }

    for plain in (True, False):
        same = load(json.dumps(document, indent=indent, ensure_ascii=plain), "x.json")
        assert (same.cues, same.rules) == (story.cues, story.rules)
