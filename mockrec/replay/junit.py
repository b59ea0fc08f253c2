"""Replays as JUnit XML, for whatever collects test results."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

if TYPE_CHECKING:
    from mockrec.replay.player import Played

_UNSPEAKABLE: Final = re.compile(r"[^\t\n\r -\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""What XML 1.0 has no place for, not even as a reference."""


def junit(replays: Iterable[Played]) -> bytes:
    """A suite for each scenario, a case for each answer and each expectation; no times in it."""
    suites = ElementTree.Element("testsuites")
    for played in replays:
        cases = list(_cases(played))
        failures = sum(bool(why) for _, why in cases)
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=played.scenario.name,
            tests=str(len(cases)),
            failures=str(failures),
        )
        for name, why in cases:
            case = ElementTree.SubElement(
                suite, "testcase", classname=played.scenario.name, name=name
            )
            if why:
                ElementTree.SubElement(case, "failure", message=why.partition("\n")[0]).text = why
    ElementTree.indent(suites)
    document: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _cases(played: Played) -> Iterable[tuple[str, str]]:
    """Each case, and why it failed if it did."""
    for number, made in enumerate(played.calls, 1):
        yield _sayable(f"call {number}: {made.call.text}"), _sayable(made.against)
    for number, verdict in enumerate(played.verdicts, 1):
        why = "" if verdict["kept"] else "\n".join([verdict["why"], *verdict["timeline"]])
        yield _sayable(f"expect {number}: {verdict['expected']}"), _sayable(why)


def _sayable(text: str) -> str:
    return _UNSPEAKABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
