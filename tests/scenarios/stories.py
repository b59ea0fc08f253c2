"""Scenarios for the tests: small ones, written as a tester would."""

from __future__ import annotations

from textwrap import dedent
from typing import Final

from mockrec.domain.rules import Rule
from mockrec.domain.script import Cue
from mockrec.playbook.findings import BadScenario, Finding
from mockrec.playbook.loader import examine, load
from mockrec.playbook.scenario import Call, Expectation, Scenario

SOURCE: Final = "story.yaml"


def told(text: str) -> Scenario:
    """The scenario of this text, which needs a name only where that is of interest."""
    return load(_whole(text), SOURCE)


def found(text: str) -> tuple[Finding, ...]:
    """All that is to be said of this text."""
    return examine(_whole(text), SOURCE).findings


def complaints(text: str) -> list[str]:
    """What the loader says of it, each with its place, severity and message."""
    return [str(finding).removeprefix(f"{SOURCE}:") for finding in found(text)]


def refused(text: str) -> str:
    """The only finding, of a text as it is, as it is raised."""
    try:
        load(text, SOURCE)
    except BadScenario as fault:
        (finding,) = fault.findings
        return str(finding).removeprefix(f"{SOURCE}:")
    raise AssertionError("nothing was found")


def cue(text: str) -> Cue:
    """The only cue of a timeline of this one entry."""
    (one,) = told(f"timeline: [{text}]").cues
    return one


def rule(text: str) -> Rule:
    """The only rule of a scenario, with an id."""
    (one,) = told(f"rules: [{{id: it, {text}}}]").rules
    return one


def call(text: str) -> Call:
    """The only call of a scenario."""
    (one,) = told(f"calls: [{{at: 0s, {text}}}]").calls
    return one


def expectation(text: str) -> Expectation:
    """The only expectation of a scenario."""
    (one,) = told(f"expect: [{text}]").expect
    return one


def _whole(text: str) -> str:
    return dedent(text).strip("\n") + "\nscenario: story\n"
