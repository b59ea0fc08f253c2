"""The shipped scenarios, and the schema that editors complete them from, keep their promises."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import pytest

from mockrec import assets
from mockrec.domain.channel import Codec, Medium, Role
from mockrec.domain.conditions import BucketFault, Hindrance, PageFate
from mockrec.domain.moments import duration
from mockrec.domain.problems import PROBLEMS
from mockrec.domain.rules import Operation
from mockrec.domain.script import ANCHORS
from mockrec.domain.timing import Timing
from mockrec.playbook.conformity import conform
from mockrec.playbook.document import read
from mockrec.playbook.faults import EFFECTS
from mockrec.playbook.lint_rules import KNOWN
from mockrec.playbook.loader import load
from mockrec.playbook.notes import Notes
from mockrec.playbook.parts import CALLS, KINDS
from mockrec.playbook.sources import examined
from mockrec.playbook.timeline import CHANGES
from mockrec.render.envelope import event_types

ROOT: Final = Path(__file__).parents[2]
SCHEMA: Final[Any] = json.loads(assets.schema("scenario"))
DEFINED: Final[Any] = SCHEMA["$defs"]
NAMES: Final = assets.scenario_names()


# --- the library -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_to_be_said_of_a_shipped_scenario(name: str) -> None:
    assert examined(name).findings == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_is_complete(name: str) -> None:
    story = load(assets.scenario(name), name)

    assert story.name == name
    assert story.about
    assert story.calls
    assert story.expect
    assert story.seed is not None
    assert story.time is not None
    assert story.time.start is not None
    assert story.text.startswith("# yaml-language-server: $schema=../schemas/scenario.json\n")


@pytest.mark.parametrize("name", NAMES)
def test_what_it_refers_to_stands_in_the_protocol(name: str) -> None:
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    headings = {
        heading.lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    }
    references = load(assets.scenario(name), name).docs

    assert references
    for reference in references:
        assert reference["protocol"] in headings


# --- the schema --------------------------------------------------------------------------------


def schema_of(*path: str) -> Any:
    """The part of the schema at this path."""
    node = SCHEMA
    for step in path:
        node = node[step]
    return node


def keys(name: str) -> set[str]:
    return set(DEFINED[name]["properties"])


def test_the_schema_knows_all_that_the_house_does() -> None:
    codes = {
        wording.code
        for row in PROBLEMS.values()
        for wording in (row.now, row.then)
        if wording.code is not None
    }

    assert set(DEFINED["fault"]["properties"]["refuse"]["enum"]) == codes | PROBLEMS.keys()
    assert keys("fault") == {*EFFECTS, "stall", "takes", "done"}
    assert keys("cue") == {*CHANGES, "at", "id", "every", "until"}
    assert keys("condition") == KNOWN.keys()
    assert set(DEFINED["rule"]["properties"]["op"]["enum"]) == set(Operation)
    assert keys("call") == {*CALLS, "at", "id", "headers", "patience", "answer"}
    assert keys("happening") > set(KINDS)
    assert set(schema_of("properties", "timing", "properties")) == set(Timing.__slots__)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (("bucket", "fails"), {*BucketFault, "none"}),
        (("join_fails", "why"), {*Hindrance, "none"}),
        (("page", "fate"), {*PageFate}),
        (("join", "role"), {*Role}),
        (("join", "codec"), {*Codec}),
    ],
)
def test_a_choice_is_that_of_the_domain(path: tuple[str, str], values: set[str]) -> None:
    change, key = path

    assert set(DEFINED["cue"]["properties"][change]["properties"][key]["enum"]) == values


def test_media_and_events_are_those_of_the_domain() -> None:
    callback = schema_of("properties", "settings", "properties", "callback", "properties")

    assert set(DEFINED["media"]["items"]["enum"]) == set(Medium)
    assert callback["events"]["items"]["enum"] == list(event_types())
    assert all(anchor in DEFINED["instant"]["description"] for anchor in ANCHORS)


def test_the_delays_that_it_shows_are_the_defaults() -> None:
    delays = schema_of("properties", "timing", "properties")

    assert delays.keys() == {delay.name for delay in fields(Timing)}
    for delay in fields(Timing):
        assert duration(delays[delay.name]["default"]) == delay.default


@pytest.mark.parametrize("name", ["cue", "rule", "call", "expectation"])
def test_the_examples_of_the_parts_are_good(name: str) -> None:
    section = {"cue": "timeline", "rule": "rules", "call": "calls", "expectation": "expect"}[name]
    for example in DEFINED[name]["examples"]:
        document = read(json.dumps({"scenario": "story", section: [example]}))
        notes = Notes(document, "x")
        conform(document, notes)

        assert notes.findings == ()
