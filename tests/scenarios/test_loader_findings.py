"""What is wrong with the form of a scenario is said with its place, all of it in one go."""

from __future__ import annotations

import pytest

from mockrec.playbook.findings import BadScenario, Finding, Severity
from mockrec.playbook.loader import load
from tests.scenarios.stories import complaints, found, refused, told


def test_a_finding_reads_as_those_of_compilers() -> None:
    finding = Finding(3, 7, ("rules", 0), "what is wrong", Severity.WARNING, "story.yaml")

    assert str(finding) == "story.yaml:3:7: warning: what is wrong"


def test_all_that_is_wrong_is_found_at_once_in_the_order_of_the_text() -> None:
    with pytest.raises(BadScenario) as raised:
        load("rules: [{id: 7, op: strt}]\nseed: x\nscenario: a b\n", "s.yaml")

    assert str(raised.value).splitlines() == [
        's.yaml:1:9: error: "then" is missing: expected one effect, such as refuse: 65, or a '
        "stall, or a takes",
        "s.yaml:1:14: error: id: got 7, expected a name of letters, digits, _ and -, a letter "
        "first",
        's.yaml:1:21: error: op: got "strt", expected one of "acquire", "start", "query", '
        '"update", "updateLayout", "stop", "upload", "notify", "connect", "any"; did you mean '
        '"start"?',
        's.yaml:2:7: error: seed: got "x", expected an integer from 0 to 9223372036854775807',
        's.yaml:3:11: error: scenario: got "a b", expected a name of letters, digits, _ and -, '
        "a letter first",
    ]


def test_a_finding_knows_the_path() -> None:
    (finding,) = found("rules: [{id: it, op: stop, then: {drip: {bytes: 0}}}]")

    assert finding.path == ("rules", 0, "then", "drip", "bytes")
    assert (finding.line, finding.column) == (1, 49)


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ('"X Y": a', "expected names of headers"),
        ('"": a', "expected names of headers"),
        ('"A:b": a', "expected names of headers"),
        ('"X-\\u00e4": a', "expected names of headers"),
        ('X-A: "a\\u0001b"', "expected text without control characters"),
        ('X-A: "a\\r\\nX-B: c"', "expected text without control characters"),
        ('X-A: "\\u007f"', "expected text without control characters"),
    ],
)
def test_what_is_no_header_is_no_part_of_a_reply(header: str, complaint: str) -> None:
    (finding,) = found(f"rules: [{{id: it, op: stop, then: {{reply: {{headers: {{{header}}}}}}}}}]")

    assert complaint in finding.message


def test_any_token_is_the_name_of_a_header() -> None:
    header = """ "!#$%&'*+-.^_`|~09azAZ": "a\\tb" """

    assert found(f"rules: [{{id: it, op: stop, then: {{reply: {{headers: {{{header}}}}}}}}}]") == ()


# --- keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timelin: []", '1:1: error: there is no key "timelin" here; did you mean "timeline"?'),
        ("colour: red", '1:1: error: there is no key "colour" here'),
        (
            "timeline: [{at: 0s, failover: {blackot: 40s}}]",
            '1:32: error: there is no key "blackot" here; did you mean "blackout"?',
        ),
        (
            "timeline: [{at: 0s, failovr: {}}]",
            '1:21: error: there is no key "failovr" here; did you mean "failover"?',
        ),
        (
            "expect: [{left: {running: 0}, gaps: {at_least: [1s]}}]",
            '1:31: error: there is no key "gaps" here',
        ),
        (
            "expect: [{never: {notified: 31}, within: 5s}]",
            '1:34: error: there is no key "within" here; it belongs inside never, if anywhere',
        ),
        (
            "expect: [{never: {notified: 31}, after: recording}]",
            '1:34: error: there is no key "after" here; it belongs inside never, if anywhere',
        ),
        (
            "expect: [{left: {running: 0}, within: 5s}]",
            '1:31: error: there is no key "within" here; left stands alone: it is about the end',
        ),
        (
            "expect: [{never: {left: {running: 0}, after: exited}}]",
            '1:39: error: there is no key "after" here; left stands alone: it is about the end',
        ),
        ("timeline: [{kick: {}}]", '1:12: error: "at" is missing: expected an instant such as '),
    ],
)
def test_a_key_that_is_not_there_has_a_neighbour(text: str, said: str) -> None:
    (complaint,) = complaints(text)

    assert complaint.startswith(said)


@pytest.mark.parametrize("key", ["on", "off", "yes", "no", "true", "null", "1", "12:30"])
def test_a_key_is_text_whatever_older_yaml_takes_it_for(key: str) -> None:
    assert complaints(f"{key}: 1") == [f'1:1: error: there is no key "{key}" here']


def test_a_key_that_stands_twice_is_an_error() -> None:
    assert complaints("seed: 1\nabout: x\nseed: 2") == [
        '3:1: error: "seed" stands a second time, first in line 1'
    ]


def test_so_it_is_in_json() -> None:
    assert refused('{"scenario": "a",\n "seed": 1, "seed": 1}') == (
        '2:13: error: "seed" stands a second time, first in line 2'
    )


# --- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("yes", 'got "yes", expected true or false; did you mean true? "yes" is text here'),
        ("Off", 'got "Off", expected true or false; did you mean false? "Off" is text here'),
        ("TRUE", 'got "TRUE", expected true or false; did you mean true? "TRUE" is text here'),
        ("maybe", 'got "maybe", expected true or false'),
    ],
)
def test_older_words_for_true_and_false_are_text(word: str, said: str) -> None:
    assert complaints(f"settings: {{strict: {word}}}") == [f"1:20: error: strict: {said}"]


@pytest.mark.parametrize("number", ["010", "1_000", "0x10", "+1", "1e", ".inf", "12:30:45"])
def test_what_json_takes_for_no_number_is_text(number: str) -> None:
    assert complaints(f"seed: {number}") == [
        f'1:7: error: seed: got "{number}", expected an integer from 0 to 9223372036854775807'
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timeline: [{at: soon!, kick: {}}]", '1:17: error: at: got "soon!", expected an instant'),
        ("timeline: [{at: a+1s, kick: {}}]", '1:17: error: at: got "a+1s", expected an instant'),
        ("timeline: [{at: 90, kick: {}}]", "1:17: error: at: got 90, expected an instant"),
        (
            "timeline: [{at: 36601d, kick: {}}]",
            '1:17: error: expected a duration of at most a century, got "36601d"',
        ),
        (
            f"timeline: [{{at: {'9' * 400}s, kick: {{}}}}]",
            "1:17: error: expected a duration of at most a century, got",
        ),
        (
            "rules: [{id: it, op: stop, then: {stall: 36601d}}]",
            "1:42: error: expected a duration of at most a century",
        ),
        (
            "settings: {callback: {retry: [1s, 36601d]}}",
            "1:35: error: expected a duration of at most a century",
        ),
        ("timing: {slice: 0s}", "1:17: error: slice: got 0 ms, expected at least 1 ms"),
        ("timing: {uplaod: 1s}", '1:10: error: there is no key "uplaod" here; did you mean "up'),
        ("timing: {upload: 1}", "1:18: error: upload: got 1, expected a duration such as"),
        (
            "clock: {mode: manual, start: tomorrow}",
            '1:30: error: got "tomorrow", expected a moment until 2200 such as',
        ),
        ("clock: {mode: manual, start: 2300-01-01}", '1:30: error: got "2300-01-01", expected'),
        (
            "settings: {callback: {events: [31, 99]}}",
            "1:36: error: got 99, expected one of 1, 2, 3, 4, 11,",
        ),
        ("settings: {credentials: [oh]}", "1:26: error: got ***, expected text of the form"),
        (
            "timeline: [{at: 0s, kick: {}, page: {fate: webgl}}]",
            "1:12: error: got an object with at, kick, page, expected exactly one of join, leave",
        ),
        (
            "timeline: [{at: 0s, every: 5s, kick: {}}]",
            "1:12: error: got an object with at, every, kick, expected every and until together",
        ),
        (
            "rules: [{id: it, op: stop, then: {refuse: no-workr}}]",
            '1:43: error: refuse: got "no-workr", expected a code such as 65, or a name such as '
            "request-timeout, of the refusals in docs/protocol.md; did you mean "
            '"no-worker"?',
        ),
        (
            "rules: [{id: it, op: stop, then: {refuse: 1013}}]",
            "1:43: error: code 1013 is of the profile 2020; this scenario has 2026",
        ),
        (
            "rules: [{id: it, op: stop, then: {done: true}}]",
            "1:34: error: then: got an object with done, expected one effect",
        ),
        (
            "rules: [{id: it, op: stop, then: {reset: false}}]",
            "1:42: error: reset: got false, expected true",
        ),
    ],
)
def test_a_value_that_cannot_be_is_shown_with_what_was_expected(text: str, said: str) -> None:
    (complaint,) = complaints(text)

    assert complaint.startswith(said)


# --- faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "then", "said"),
    [
        ("stop", "reset: true, never: true", "a rule has one effect; this one has reset and never"),
        (
            "notify",
            "refuse: 65",
            "refuse cannot befall notify: there it is lose, repeat, delay and shuffle",
        ),
        ("upload", "lose: true", "lose cannot befall upload: there it is fail and slow"),
        ("upload", "stall: 1s", "stall cannot befall upload: there it is fail and slow"),
        ("connect", "html: 502", "html cannot befall connect: there it is reset, close, never"),
        ("connect", "close: {after_bytes: 1}", "there is no body to close in: expected close: tr"),
        ("start", "slow: 5s", "slow cannot befall start: there it is refuse, reply, html, limit"),
        (
            "any",
            "limit: {rate: 1}, done: true",
            "done says nothing here: what is beyond the limit is never done",
        ),
        (
            "notify",
            "lose: true, done: false",
            "done says nothing here: it is about answers, and notify has none",
        ),
    ],
)
def test_a_fault_fits_what_it_befalls(op: str, then: str, said: str) -> None:
    (complaint,) = complaints(f"rules: [{{id: it, op: {op}, then: {{{then}}}}}]")

    assert complaint.partition("error: ")[2].startswith(said)


# --- body patterns -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ("{type: objct}", "1:49"),
        ("{properties: {cname: {pattern: '('}}}", "1:73"),
        ("{properties: []}", "1:55"),
        ('{$ref: "#/nowhere"}', "1:42"),
        ('{$ref: "http://127.0.0.1:9/schema.json"}', "1:42"),
    ],
)
def test_a_bad_schema_in_a_condition_is_found_where_it_is_bad(schema: str, place: str) -> None:
    text = f"rules: [{{id: it, op: start, when: {{body: {schema}}}, then: {{reset: true}}}}]"
    (complaint,) = complaints(text)

    assert complaint.startswith(f"{place}: error: this is no JSON Schema: ")


# --- YAML itself -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: error: there is nothing here"),
        ("# nothing\n", "1:10: error: there is nothing here"),
        ("[]", "1:1: error: got an empty list, expected an object"),
        ("scenario: a\n---\nscenario: b\n", "2:1: error: a second document begins"),
        ("scenario: a\n\tseed: 1\n", "2:1: error: a tab stands where only blanks may"),
        ("scenario: a: b", '1:12: error: a second ": " in one line'),
        ("scenario: [a", "1:13: error: "),
        ("scenario: !!python/object:os.system x", "1:11: error: the tag tag:yaml.org,2002:pytho"),
        ("scenario: !mine x", "1:11: error: the tag !mine is not read"),
        ("!!str scenario: x", "1:1: error: the tag tag:yaml.org,2002:str is not read"),
        ("? [a]\n: b", "1:3: error: a key has to be plain text"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", "3:3: error: << is not merged"),
        ("a: *b", "1:4: error: *b is no anchor that ended before"),
        ("a: &a [*a]", "1:8: error: *a is no anchor that ended before"),
        ("a: b\x00", "1:5: error: the character U+0000 does not belong here"),
        ('a: "\\ud800"', "1:4: error: half of a character"),
        ('a: "\\UFFFFFFFF"', "1:7: error: this cannot be read"),
        ("a: 1e999", "1:4: error: 1e999 is too large a number"),
        ("a: " + "9" * 400, "1:4: error: 999"),
        ("a: " * 3 + "[" * 100, "1:5: error: a second"),
        ("[" * 100, "1:66: error: deeper than 64 levels"),
        ("a" * (1 << 20) + "a", "1:1: error: longer than 1048576 characters"),
    ],
)
def test_what_is_no_decent_yaml_is_said_at_its_place(text: str, said: str) -> None:
    assert refused(text).startswith(said)


def test_what_aliases_repeat_is_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    assert refused("\n".join(lines)).startswith("5:")
    assert "more than 100000 values" in refused("\n".join(lines))


def test_so_is_how_deep_they_nest() -> None:
    lines = [f"a0: &a0 {'[' * 30}{']' * 30}"]
    lines += [f"a{n}: &a{n} {'[' * 30}*a{n - 1}{']' * 30}" for n in range(1, 4)]

    assert refused("\n".join(lines)).startswith("3:39: error: deeper than 64 levels")


def test_an_alias_stands_where_it_is_used() -> None:
    text = """
        timeline:
          - {at: 0s, join: &who {channel: demo, uid: 101}}
          - {at: 9s, leave: *who}
        """
    assert len(told(text).cues) == 2

    (complaint,) = complaints(text.replace("leave", "kick").replace("101", "0, width: 1"))[1:2]
    assert complaint.startswith("2:")


def test_a_byte_order_mark_is_no_text() -> None:
    assert load("\ufeffscenario: story", "x").name == "story"


# --- a great many ------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", ["{at: 1, oops: 2}", "{}", "7", "{at: 0s, join: {uid: x}}"])
def test_what_is_beyond_counting_is_not_taken_for_good(entry: str) -> None:
    with pytest.raises(BadScenario) as raised:
        load(f"scenario: a\ntimeline: [{', '.join([entry] * 500)}]", "x")

    assert 0 < len(raised.value.findings) <= 1_000


def test_in_a_large_scenario_each_mistake_is_told_of() -> None:
    entries = ["{at: 0s, kikc: {}}" if n % 40 == 7 else "{at: 0s, kick: {}}" for n in range(1_200)]
    findings = found(f"seed: x\ntimeline: [{', '.join(entries)}]")

    assert [one.path for one in findings] == [
        ("seed",),
        *(("timeline", n, "kikc") for n in range(7, 1_200, 40)),
    ]


def test_so_is_that_there_are_too_many_entries() -> None:
    (complaint,) = complaints(f"expect: [{', '.join(['{left: {running: 0}}'] * 1_001)}]")

    assert (
        complaint
        == "1:9: error: expect: got a list of 1001, expected a list of at most 1000 entries"
    )


def test_keys_that_stand_twice_beyond_counting_are_told_of_in_part() -> None:
    text = "{" + ", ".join(["scenario: a"] * 5_000) + "}"

    with pytest.raises(BadScenario) as raised:
        load(text, "x")
    assert len(raised.value.findings) == 100


def test_a_long_way_from_cue_to_cue_is_followed_in_the_end() -> None:
    entries = [f"{{at: c{n + 1} + 1s, id: c{n}, kick: {{}}}}" for n in range(1_500)]
    last = "{at: 1s, id: c1500, kick: {}}"

    assert len(told(f"timeline: [{', '.join([*entries, last])}]").cues) == 1_501
    assert len(found(f"timeline: [{', '.join(entries)}]")) == 1_000
