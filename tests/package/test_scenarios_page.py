"""docs/scenarios.md is what schema and library make of it, and has a place for all their words."""

import re
from pathlib import Path

import pytest

from mockrec import assets
from mockrec.playbook.faults import EFFECTS
from mockrec.playbook.loader import load
from mockrec.playbook.timeline import CHANGES
from mockrec.replay.line import in_process
from mockrec.replay.player import play
from tests.package.reference import DEFINED, MODIFIERS, PAGE, PARTS, SCHEMA, page

ROOT = Path(__file__).parents[2]
WRITTEN = PAGE.read_text(encoding="utf-8")
PARTS_WITH_KEYS = ("rule", "condition", "call", "parameters", "answer", "happening", "cue")


def paragraph(name: str) -> str:
    """What stands under the heading of a fault or of a change."""
    found = re.search(rf"^### `{name}`\n(.*?)(?=^#|\Z|<!--)", WRITTEN, re.MULTILINE | re.DOTALL)
    assert found, f"no paragraph about {name}"
    return found[1]


def part(name: str) -> str:
    """A generated part."""
    found = re.search(rf"<!-- {name}: generated -->(.*?)<!-- end -->", WRITTEN, re.DOTALL)
    assert found, f"no part {name}"
    return found[1]


def test_the_page_is_not_stale() -> None:
    assert page(WRITTEN) == WRITTEN, "run `make docs`"


def test_the_page_has_every_part_once() -> None:
    assert sorted(re.findall(r"<!-- ([\w-]+): generated -->", WRITTEN)) == sorted(PARTS)


@pytest.mark.parametrize("name", [*EFFECTS, *MODIFIERS])
def test_every_fault_has_its_paragraph_with_an_example(name: str) -> None:
    assert re.search(rf"```yaml\n- \{{then: \{{{name}: ", paragraph(name))


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_has_its_paragraph_with_an_example(name: str) -> None:
    assert re.search(rf"```yaml\n- \{{at: 1m, {name}: ", paragraph(name))


@pytest.mark.parametrize("name", PARTS_WITH_KEYS)
def test_every_key_has_its_row(name: str) -> None:
    rows = set(re.findall(r"^\| `(\w+)` \| \w", part(name), re.MULTILINE))

    assert rows == DEFINED[name]["properties"].keys() - (CHANGES.keys() if name == "cue" else ())


def test_every_key_of_the_whole_has_its_row() -> None:
    for key in SCHEMA["properties"]:
        assert f"| `{key}` | " in part("keys")


@pytest.mark.parametrize("name", assets.scenario_names())
def test_every_shipped_scenario_has_its_row(name: str) -> None:
    assert re.search(rf"^\| `{name}` \| \S.*\. \| \[", part("library"), re.MULTILINE)


def test_what_the_code_refers_to_stands_there() -> None:
    headings = set(re.findall(r"^## (\w+)$", WRITTEN, re.MULTILINE))
    sources = [*(ROOT / "mockrec").rglob("*.py"), *(ROOT / "docs").glob("*.md")]
    cited = {
        anchor
        for source in sources
        for anchor in re.findall(r"scenarios\.md#([\w-]+)", source.read_text(encoding="utf-8"))
    }

    assert cited <= {heading.lower() for heading in headings}
    assert headings >= {"Faults", "Rules", "Timeline", "Calls", "Expect", "Library"}


async def test_the_first_story_of_the_page_holds() -> None:
    (text,) = re.findall(r"```yaml\n(# yaml-language-server.*?)```", WRITTEN, re.DOTALL)

    async with in_process() as line:
        played = await play(load(text, "my-first.yaml"), line)

    assert played.kept


def test_the_advice_of_the_vendor_is_told_by_shipped_scenarios() -> None:
    protocol = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    advice = protocol.partition("\n## Advice\n")[2].partition("\n## ")[0]
    named = re.findall(r"^\|[^|]+\|[^|]+\| `([\w-]+)` \|", advice, re.MULTILINE)

    assert len(named) >= 10
    for name in named:
        references = load(assets.scenario(name), name).docs
        assert {"protocol": "advice"} in references, f"{name} does not refer to the advice"
