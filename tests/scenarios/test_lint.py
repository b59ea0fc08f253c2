"""What well-formed parts do not say to each other as they should."""

from __future__ import annotations

import pytest

from mockrec.playbook.findings import Severity
from mockrec.playbook.loader import examine
from tests.scenarios.stories import complaints, found, told

NEVER = "then: {never: true}"


def timeline(*entries: str) -> list[str]:
    """What is to be said of a timeline of these entries, one a line from line 2 on."""
    return complaints("timeline:\n" + "\n".join(f"- {{{entry}}}" for entry in entries))


def rules(*entries: str) -> list[str]:
    """What is to be said of these rules, one a line from line 2 on."""
    return complaints("rules:\n" + "\n".join(f"- {{{entry}}}" for entry in entries))


def calls(*entries: str) -> list[str]:
    """What is to be said of these calls, one a line from line 2 on."""
    return complaints("calls:\n" + "\n".join(f"- {{{entry}}}" for entry in entries))


def expect(*entries: str) -> list[str]:
    """What is to be said of these expectations, one a line from line 2 on."""
    return complaints("expect:\n" + "\n".join(f"- {{{entry}}}" for entry in entries))


def test_a_warning_does_not_keep_a_scenario_from_being_played() -> None:
    text = f"scenario: story\nrules: [{{id: it, op: stop, times: 0, {NEVER}}}]"
    examined = examine(text, "x")

    assert [finding.severity for finding in examined.findings] == [Severity.WARNING]
    assert examined.scenario is not None


def test_one_mistake_hides_no_other() -> None:
    lines = [finding.line for finding in found("seed: x\ntimeline: [{at: crush, kick: {}}]")]

    assert lines == [1, 2]


# --- anchors -----------------------------------------------------------------------------------


def test_an_anchor_has_to_exist() -> None:
    assert timeline("at: 1s, id: crash, kick: {}", "at: crush + 2s, kick: {}") == [
        '3:8: error: there is no anchor "crush"; did you mean "crash"?'
    ]


@pytest.mark.parametrize("key", ["from", "until"])
def test_so_has_that_of_a_window(key: str) -> None:
    (complaint,) = rules(f"id: it, op: stop, {key}: strated, {NEVER}")

    assert complaint.endswith('error: there is no anchor "strated"; did you mean "started"?')


def test_so_has_that_of_an_end() -> None:
    assert timeline("at: 1s, bucket: {fails: transfer, until: crash}") == [
        '2:45: error: there is no anchor "crash"'
    ]


def test_the_id_of_what_cannot_be_read_is_known_all_the_same() -> None:
    complaint = timeline("at: 1s, id: crash, kick: {chanel: x}", "at: crash, kick: {}")

    assert len(complaint) == 1
    assert "chanel" in complaint[0]


def test_rules_are_anchors_too() -> None:
    told(f"rules: [{{id: it, op: stop, {NEVER}}}]\ntimeline: [{{at: it + 1s, kick: {{}}}}]")


def test_the_world_does_not_know_when_calls_come() -> None:
    text = "calls: [{at: 0s, id: first, acquire: {}}]\ntimeline: [{at: first, kick: {}}]"

    assert complaints(text) == [
        '2:17: error: "first" is a call; the world does not know when calls come'
    ]


def test_nor_does_an_expectation() -> None:
    text = "calls: [{at: 0s, id: first, acquire: {}}]\nexpect: [{notified: 31, after: first}]"

    (complaint,) = complaints(text)
    assert complaint.endswith('"first" is a call; the world does not know when calls come')


@pytest.mark.parametrize(
    "entries",
    [
        ("at: a + 1s, id: a, kick: {}",),
        ("at: a - 1s, id: a, kick: {}",),
        ("at: b, id: a, kick: {}", "at: a, id: b, kick: {}"),
        ("at: c, id: a, kick: {}", "at: a, id: b, kick: {}", "at: b, id: c, kick: {}"),
    ],
)
def test_a_circle_never_comes(entries: tuple[str, ...]) -> None:
    said = timeline(*entries)

    assert len(said) == len(entries)
    assert all("never comes: it counts from itself" in one for one in said)


def test_what_counts_from_a_circle_never_comes_either() -> None:
    said = timeline("at: a, id: a, kick: {}", "at: a + 1s, id: b, kick: {}", "at: b, kick: {}")

    assert [one.partition("error: ")[2] for one in said] == [
        '"a" never comes: it counts from itself',
        '"a" never comes: it counts from itself',
        '"b" never comes',
    ]


def test_what_counts_from_a_rule_that_never_fires_never_comes() -> None:
    text = f"rules: [{{id: it, op: stop, times: 0, {NEVER}}}]\ntimeline: [{{at: it, kick: {{}}}}]"

    assert complaints(text)[1:] == ['2:17: error: "it" never comes']


def test_what_counts_from_a_rule_that_cannot_be_read_is_not_told_of() -> None:
    text = "rules: [{id: it, op: stop}]\ntimeline: [{at: it, kick: {}}]"

    assert len(complaints(text)) == 1


def test_before_an_event_is_too_late() -> None:
    assert timeline("at: exited - 5s, kick: {}") == [
        '2:8: warning: "exited" is known when it comes, not before: this can only be late'
    ]


def test_nothing_is_before_the_beginning() -> None:
    assert timeline("at: 1s, id: a, kick: {}", "at: a - 2s, kick: {}") == [
        "3:8: error: 1000 ms before the scenario begins"
    ]


# --- ids ---------------------------------------------------------------------------------------


def test_an_id_names_one_thing() -> None:
    text = f"""
        timeline: [{{at: 0s, id: a, kick: {{}}}}, {{at: 0s, id: b, kick: {{}}}}]
        rules: [{{id: a, op: stop, {NEVER}}}]
        calls: [{{at: 0s, id: b, acquire: {{}}}}]
        """

    assert complaints(text) == [
        '2:14: error: the id "a" is taken: it stands in line 1',
        '3:22: error: the id "b" is taken: it stands in line 1',
    ]


def test_the_anchors_that_every_scenario_has_are_taken() -> None:
    assert timeline("at: 0s, id: started, kick: {}") == [
        '2:16: error: the id "started" is taken: every scenario has an anchor of that name'
    ]


@pytest.mark.parametrize("key", ["arm", "disarm"])
def test_only_rules_are_armed(key: str) -> None:
    text = f"""
        rules: [{{id: lost, op: stop, {NEVER}}}]
        timeline:
        - {{at: 0s, id: cue, {key}: lots}}
        - {{at: 1s, {key}: cue}}
        """

    assert [one.partition("error: ")[2] for one in complaints(text)] == [
        'no rule has the id "lots"; did you mean "lost"?',
        'no rule has the id "cue"; that is a cue',
    ]


# --- ends --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    [
        "at: 5s, bucket: {fails: transfer, until: 5s}",
        "at: started + 5s, mute: {channel: demo, uid: 1, until: started + 4s}",
        "at: started + 5s, capacity: {until: 0s}",
        "at: 1m, every: 5s, until: 30s, kick: {}",
        "at: 5s, id: a, capacity: {until: a}",
    ],
)
def test_nothing_ends_before_it_begins(entry: str) -> None:
    (complaint,) = timeline(entry)

    assert complaint.endswith("error: it ends before it begins")


def test_what_cannot_be_compared_may_be_right() -> None:
    told("timeline: [{at: 5s, bucket: {fails: transfer, until: started + 1s}}]")


def test_what_is_late_counts_from_when_it_comes() -> None:
    said = timeline(
        "at: exited - 5s, id: a, kick: {}", "at: exited + 1s, capacity: {until: a + 2s}"
    )

    assert len(said) == 1
    assert "can only be late" in said[0]


BREAKS = "bucket: {fails: transfer, until: 20s}"


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        (
            (f"at: 1s, {BREAKS}", "at: 10s, bucket: {fails: slow, until: 40s}"),
            "2:45: warning: this takes back what line 3 does, too, and too early",
        ),
        (
            ("at: 10s, capacity: {until: 20s}", "at: 1s, capacity: {until: 40s}"),
            "2:31: warning: this takes back what line 3 does, too, and too early",
        ),
        (
            (
                "at: started, mute: {channel: a, uid: 1, until: started + 9s}",
                "at: started + 8s, id: later, mute: {channel: a, uid: 1, until: later + 2s}",
            ),
            "2:51: warning: this takes back what line 3 does, too, and too early",
        ),
    ],
    ids=["one after the other", "one within the other", "from an anchor"],
)
def test_an_end_may_take_back_what_another_does(entries: tuple[str, ...], complaint: str) -> None:
    assert timeline(*entries) == [complaint]


def test_an_end_is_held_against_the_one_that_lasts_longest() -> None:
    assert timeline(
        "at: 1s, capacity: {until: 50s}",
        "at: 2s, capacity: {until: 5s}",
        "at: 30s, capacity: {until: 60s}",
    ) == [
        "2:30: warning: this takes back what line 4 does, too, and too early",
        "3:30: warning: this takes back what line 2 does, too, and too early",
    ]


@pytest.mark.parametrize(
    "other",
    [
        "at: 20s, bucket: {fails: slow, until: 40s}",
        "at: 10s, bucket: {fails: slow, until: 20s}",
        "at: 10s, bucket: {fails: slow, bucket: another, until: 40s}",
        "at: 10s, capacity: {until: 40s}",
        "at: started, bucket: {fails: slow, until: started + 40s}",
    ],
    ids=["follows", "ends with it", "another bucket", "another kind", "cannot be compared"],
)
def test_what_takes_nothing_else_back_is_fine(other: str) -> None:
    assert timeline(f"at: 1s, {BREAKS}", other) == []


def test_what_is_repeated_is_taken_back_once() -> None:
    (complaint,) = timeline("at: 1s, every: 5s, until: 1m, capacity: {until: 2m}")

    assert complaint.endswith("warning: what is repeated is taken back once only, at this moment")


# --- rules that never fire ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("times: 0", "warning: this rule never fires: times is 0"),
        ("probability: 0", "warning: this rule never fires: its probability is 0"),
        ("probability: 0.0", "warning: this rule never fires: its probability is 0"),
        ("armed: false", "warning: this rule never fires: it is not armed, and nothing in"),
        ("from: 5s, until: 5s", "error: the window closes before it opens"),
        ("from: started + 5s, until: started", "error: the window closes before it opens"),
        ("until: 0s", "error: the window closes before it opens"),
        ("every: 2, times: 1", "warning: with times: 1, every says nothing"),
    ],
)
def test_a_rule_that_never_fires_is_found(rule: str, said: str) -> None:
    (complaint,) = rules(f"id: a, op: stop, {rule}, {NEVER}")

    assert complaint.partition(": ")[2].startswith(said)


def test_a_rule_behind_one_that_always_fires_never_does() -> None:
    said = rules(
        f"id: a, op: any, {NEVER}",
        f"id: b, op: stop, {NEVER}",
        "id: c, op: notify, then: {lose: true}",
    )

    assert said == ['3:4: warning: this rule never fires: "a" comes before it at every stop']


@pytest.mark.parametrize(
    "first",
    [
        "op: stop, times: 1",
        "op: stop, skip: 1",
        "op: stop, every: 2",
        "op: stop, probability: 0.5",
        "op: stop, from: 5s",
        "op: stop, when: {mode: mix}",
        "op: query",
    ],
)
def test_a_rule_that_leaves_something_is_not_in_the_way(first: str) -> None:
    assert rules(f"id: a, {first}, {NEVER}", f"id: b, op: stop, {NEVER}") == []


def test_neither_is_a_limit() -> None:
    assert rules("id: a, op: stop, then: {limit: {rate: 1}}", f"id: b, op: stop, {NEVER}") == []


def test_neither_is_one_that_is_disarmed() -> None:
    text = f"""
        rules: [{{id: a, op: stop, {NEVER}}}, {{id: b, op: stop, {NEVER}}}]
        timeline: [{{at: 5s, disarm: a}}]
        """
    assert complaints(text) == []


def test_a_rule_may_be_armed_by_the_timeline() -> None:
    text = f"""
        rules: [{{id: a, op: stop, armed: false, {NEVER}}}]
        timeline: [{{at: 5s, arm: a}}]
        """
    assert complaints(text) == []


# --- conditions that never hold ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "when", "said"),
    [
        ("acquire", "mode: mix", "error: mode is not known of acquire; it is of start, query,"),
        ("start", "event: 31", "error: event is not known of start; it is of notify"),
        ("start", "kind: slice", "error: kind is not known of start; it is of upload"),
        ("acquire", "attempt: 1", "error: attempt is not known of acquire; it is of upload"),
        ("start", "status: 5", "error: status is not known of start; it is of query, update,"),
        ("query", "body: {}", "error: body is not known of query; it is of acquire, start,"),
        ("stop", "mode: mixx", 'error: mode is never "mixx", it is one of individual, mix, web; '),
        ("stop", "mode: [mix, wob]", 'error: mode is never "wob", it is one of individual, mix'),
        ("upload", "kind: slise", 'error: kind is never "slise", it is one of slice, part, snap'),
        ("stop", "status: 9", 'error: status is never "9", it is one of 0, 1, 2, 3, 4, 5, 6, 7'),
        ("updateLayout", "mode: web", "warning: this rule never fires: only recordings of the mo"),
        ("notify", "event: 99", "error: no notification has the number 99; they are 1, 2, 3, 4"),
        (
            "notify",
            "event: [31, uplodaed]",
            'error: no notification is called "uplodaed"; did you mean "uploaded"?',
        ),
    ],
)
def test_a_condition_that_never_holds_is_found(op: str, when: str, said: str) -> None:
    then = {"notify": "lose: true", "upload": "fail: transfer"}.get(op, "never: true")
    (complaint,) = rules(f"id: it, op: {op}, when: {{{when}}}, then: {{{then}}}")

    assert complaint.partition(": ")[2].startswith(said)


# --- calls -------------------------------------------------------------------------------------

ACQUIRE = "at: 0s, acquire: {cname: demo, uid: '1'}"
STORAGE = "{vendor: 1, region: 0, bucket: b, accessKey: a, secretKey: s}"
START = f"at: 1s, start: {{mode: mix, clientRequest: {{storageConfig: {STORAGE}}}}}"


def test_a_call_takes_from_those_before_what_it_leaves_out() -> None:
    assert calls(ACQUIRE, START, "at: 2s, query: {}", "at: 3s, stop: {}") == []


def test_what_the_service_would_refuse_is_an_error_where_an_answer_is_counted_on() -> None:
    assert calls("at: 0s, acquire: {cname: demo, uid: 1}, answer: {status: 200}") == [
        "2:40: error: the service would refuse this: /uid: got 1, expected an integer from 1 to "
        "4294967295, written as a string"
    ]


def test_it_is_a_warning_where_no_answer_is_named() -> None:
    (complaint,) = calls(ACQUIRE, "at: 1s, start: {mode: mix}")

    assert complaint.startswith("3:19: warning: the service would refuse this: /clientRequest/sto")


def test_it_is_nothing_where_the_refusal_is_expected() -> None:
    assert calls("at: 0s, acquire: {uid: 1}, answer: {status: 400, body: {code: 2}}") == []


def test_a_body_is_held_against_the_mode_that_was_named_before() -> None:
    bad = "{storageConfig: {vendor: 99}, recordingConfig: {maxIdleTime: -1}}"
    said = calls(ACQUIRE, START, f"at: 2s, start: {{clientRequest: {bad}}}")

    assert any("maxIdleTime: got -1" in one for one in said)


def test_the_settings_of_the_scenario_count() -> None:
    text = """
        settings: {strict: true}
        calls: [{at: 0s, acquire: {clientRequest: {colour: red}}}]
        """
    (complaint,) = complaints(text)

    assert complaint.startswith("2:52: warning: the service would refuse this: /clientRequest/col")
    assert complaints(text.replace("true", "false")) == []


def test_a_secret_is_not_shown() -> None:
    bad = "{storageConfig: {vendor: 1, region: 0, bucket: b, accessKey: [hush], secretKey: s}}"

    assert "hush" not in "".join(calls(f"at: 1s, start: {{mode: mix, clientRequest: {bad}}}"))


def test_a_start_needs_a_mode() -> None:
    assert calls("at: 1s, start: {}") == [
        "2:19: error: no mode: neither this call nor one before it has it"
    ]


def test_a_session_call_needs_a_start() -> None:
    assert calls(ACQUIRE, "at: 1s, query: {}") == [
        "3:19: warning: no start before it has given it a sid"
    ]
    assert calls("at: 1s, query: {sid: a, resourceId: b, mode: mix}") == []


def test_a_call_may_count_from_another() -> None:
    assert calls(f"id: first, {ACQUIRE}", "at: first + 1s, acquire: {}") == []
    assert calls("at: frist, acquire: {}") == ['2:8: error: there is no anchor "frist"']
    assert calls("at: me, id: me, acquire: {}") == ["2:8: error: it counts from itself"]


def test_a_pattern_that_python_has_doubts_about_is_one() -> None:
    assert calls(f"{ACQUIRE}, answer: {{body: {{a: '/[[a]/'}}}}") == []


@pytest.mark.parametrize("part", ["body: {a: {b: ['/(/']}}", "headers: {X-A: '/(/'}"])
def test_a_pattern_in_an_answer_has_to_be_one(part: str) -> None:
    (complaint,) = calls(f"{ACQUIRE}, answer: {{{part}}}")

    assert "error: this is no pattern: " in complaint


# --- expectations ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (
            "notified: uplodaed",
            '2:14: error: no notification is called "uplodaed"; did you mean "uploaded"?',
        ),
        ("notified: upload*", '2:14: error: no notification is called "upload*"'),
        ("notified: 31, cname: x", '2:18: error: 31 has no detail "cname"'),
        ("notified: 99", "2:14: error: no notification has the number 99; they are 1, 2, 3,"),
        (
            "never: {notified: bakuped}",
            '2:22: error: no notification is called "bakuped"; did you mean "backuped"?',
        ),
        (
            "notified: uploaded, filelist: []",
            '2:24: error: uploaded has no detail "filelist"; did you mean "fileList"?',
        ),
        (
            "notified: uploaded, at_leest: 1",
            '2:24: error: uploaded has no detail "at_leest"; did you mean "at_least"?',
        ),
        ("notified: 31, status: '/(/'", "2:26: error: this is no pattern: "),
        ("notified: 31, after: crash", '2:25: error: there is no anchor "crash"'),
        ("called: stop, at_least: 2, at_most: 1", "2:40: error: less than at_least"),
        (
            "called: stop, same: [sid, resourceid]",
            '2:30: error: no call has a field "resourceid"; did you mean "resourceId"?',
        ),
        (
            "never: {called: stop, different: [token/x]}",
            '2:38: error: no call has a field "token/x"; there are cname, uid, ',
        ),
    ],
)
def test_an_expectation_that_nothing_can_meet_is_found(item: str, said: str) -> None:
    (complaint,) = expect(item)

    assert complaint.startswith(said)


@pytest.mark.parametrize(
    "item",
    [
        "notified: 31, status: 0",
        "notified: session_exit, exitStatus: 0, at_least: 1",
        "called: start, same: [cname, /token], different: [clientRequest/token]",
    ],
)
def test_what_a_notification_or_a_call_says_can_be_expected(item: str) -> None:
    assert expect(item) == []


def test_what_no_call_makes_is_probably_not_meant() -> None:
    text = "calls: [{at: 0s, acquire: {}}]\nexpect: [{called: stop}, {never: {called: stop}}]"

    assert complaints(text) == ["2:19: warning: none of the calls is stop"]
    assert expect("called: stop") == []


def test_a_rate_is_for_a_scaled_clock() -> None:
    assert complaints("clock: {mode: manual, rate: 2}") == [
        "1:29: warning: the rate counts for mode: scaled only"
    ]
