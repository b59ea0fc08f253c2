"""docs/protocol.md and the other pages, as tests read them: their prose, sections, tables."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "protocol.md"


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )


def section(heading: str) -> str:
    """What stands under one heading of the page."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", prose(PAGE), re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found[1]


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the tables under a heading, by what stands in their first cell."""
    tables = re.findall(r"^\|(?:-+\|)+\n((?:\|.*\|\n)+)", section(heading), re.MULTILINE)
    cells = [line.strip("| ").split(" | ") for line in "".join(tables).splitlines()]
    named = {row[0].strip("`"): row[1:] for row in cells}
    assert len(named) == len(cells), "a row stands there twice"
    return named
