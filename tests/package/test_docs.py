"""What can be set is documented, and the README's commands are the ones that CI runs."""

import re
from pathlib import Path

import pytest

from mockrec.api.control.until import NOTICES
from mockrec.render.ledger import event_names
from mockrec.settings import FLAGS, Option

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def documents() -> str:
    """The README and every page of docs/."""
    pages = [*ROOT.glob("README.md"), *sorted(ROOT.glob("docs/*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize("option", FLAGS, ids=lambda option: option.name)
def test_every_flag_has_its_paragraph(option: Option, documents: str) -> None:
    """As `--flag`, or with its value as in `--flag VALUE`."""
    assert re.search(rf"`{option.flag}[` ]", documents), f"nothing about `{option.flag}`"


def test_every_happening_has_its_row() -> None:
    page = (ROOT / "docs" / "control.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| \w.* \|$", page, re.MULTILINE)
    told = {notice for _, notices in rows for notice in notices.split(", ") if notice}

    assert sorted(event for event, _ in rows) == sorted(event_names())
    assert told == {f"{number} `{name}`" for number, name in NOTICES.items()}


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert script.splitlines()[-1] == "make test"
    assert "make test" in readme
