"""Whatever the text is: a scenario, or findings with a place inside it, and never anything else."""

from __future__ import annotations

import json
import string
from typing import Any, Final

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mockrec import assets
from mockrec.playbook.findings import BadScenario
from mockrec.playbook.loader import load
from mockrec.playbook.scenario import Scenario
from mockrec.playbook.sources import shipped

STORIES: Final = (
    *(yaml.safe_load(shipped(name)) for name in assets.scenario_names()),
    *json.loads(assets.schema("scenario"))["examples"],
)
SYNTAX: Final = st.text(st.sampled_from("{}[],:-?*&!|>%@`'\"#<~ \n\t\\=aé0\x00\ufeff\ud800\u2028"))
KEYS: Final = ("timeline", "rules", "calls", "expect", "at", "id", "op", "then", "when", "body")
TEXTS: Final = ("started", "until", "every", "crash - 2s", "999999999999d", "1s", "none", "<<")
WORDS: Final = st.sampled_from((*KEYS, *TEXTS))
SCALARS: Final = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS
JSON: Final = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(WORDS | st.text(), inner), max_leaves=9
)


def judged(text: str) -> Scenario | None:
    """The scenario; where there is none, each finding has a place inside the text."""
    try:
        return load(text, "x")
    except BadScenario as fault:
        findings = fault.findings
    lines = max(1, len(text.splitlines()))
    assert findings
    assert list(findings) == sorted(findings, key=lambda one: (one.line, one.column))
    for finding in findings:
        assert 1 <= finding.line <= lines
        assert finding.column >= 1
        assert str(finding).startswith(f"x:{finding.line}:{finding.column}: ")
        assert str(finding).isprintable()
    return None


@given(st.text() | SYNTAX)
@example("")
@example("a: &a [*a]")
@example('"\\UFFFFFFFF": 1')
@example('"\\ud800": 1')
@example("%YAML " + "9" * 5_000 + ".1\n---\na: 1")
@example("a: 1e999")
@example("a: " + "9" * 5_000)
@example("[" * 10_000)
@example("a:\n" * 3)
@example("\ufeffscenario: 1")
@example("a: 1\n\u2028b: [")
def test_any_text_is_told_of_with_a_place_in_it(text: str) -> None:
    assert judged(text) is None


@given(st.binary())
def test_so_are_any_bytes(raw: bytes) -> None:
    assert judged(raw.decode("latin-1")) is None


@given(JSON)
def test_so_is_any_document(document: Any) -> None:
    judged(json.dumps(document))


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A good scenario in which something, somewhere, was replaced, removed, or added."""
    story = json.loads(json.dumps(draw(st.sampled_from(STORIES))))
    for _ in range(draw(st.integers(1, 3))):
        node = story
        while isinstance(node, dict | list) and node:
            key: Any = draw(
                st.sampled_from(list(node) if isinstance(node, dict) else range(len(node)))
            )
            inner = node[key]
            if not inner or not isinstance(inner, dict | list) or draw(st.booleans()):
                _replace(draw, node, key)
                break
            node = inner
    return story


def _replace(draw: st.DrawFn, node: Any, key: Any) -> None:
    match draw(st.sampled_from(["replace", "remove", "add"])):
        case "remove":
            del node[key]
        case "add" if isinstance(node, dict):
            node[draw(WORDS)] = draw(JSON)
        case _:
            node[key] = draw(JSON)


@given(mutated(), st.sampled_from([None, 1]))
def test_so_is_a_scenario_that_was_changed_at_random(story: Any, indent: int | None) -> None:
    judged(json.dumps(story, indent=indent))


@given(st.sampled_from(STORIES), st.data())
def test_so_is_one_whose_text_was_cut_or_dotted(story: Any, data: st.DataObject) -> None:
    text = yaml.safe_dump(story)
    at = data.draw(st.integers(0, len(text)))
    judged(text[:at] + data.draw(SYNTAX | st.sampled_from(string.printable)) + text[at + 1 :])


@given(st.sampled_from(STORIES))
def test_yaml_and_json_tell_the_same_story(story: Any) -> None:
    told = judged(json.dumps(story)), judged(yaml.safe_dump(story, sort_keys=False))

    assert told[0] is not None
    assert told[1] is not None
    assert told[0].rules == told[1].rules
    assert told[0].cues == told[1].cues
    assert told[0].expect == told[1].expect
