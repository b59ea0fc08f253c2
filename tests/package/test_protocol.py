"""docs/protocol.md has a line for all that is looked up there, and every link leads somewhere."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from mockrec.domain import problems
from mockrec.domain.moments import duration
from mockrec.domain.problems import PROBLEMS, Problem, Wording
from mockrec.domain.timing import Timing
from mockrec.render.notification import ANNOUNCED, AUDIO_CHANGED, VIDEO_CHANGED
from tests.package.pages import PAGE, ROOT, prose, rows

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SOURCES = (*sorted((ROOT / "mockrec").rglob("*.py")), *sorted((ROOT / "schemas").glob("*.json")))


def slugs(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def cited() -> Iterator[tuple[str, str]]:
    """Every place that cites this page, with the anchor that it cites."""
    for path in (*SOURCES, *PAGES):
        for anchor in re.findall(r"protocol\.md#([\w-]+)", path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix(), anchor


def links() -> Iterator[tuple[Path, str]]:
    """Every link between the pages, or from them into the project."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
            if "://" not in target:
                yield page, target


def wording(words: Wording) -> str:
    """Status, code and reason as the page writes them."""
    return f"{words.status} · {words.code or '–'} · `{words.reason}`"  # noqa: RUF001


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_every_refusal_has_its_row_with_both_wordings(problem: Problem) -> None:
    now, then, shape, *_ = rows("Refusals")[problem.name]

    assert now == wording(problem.now)
    assert then == ("=" if problem.then == problem.now else wording(problem.then))
    assert shape == problem.now.shape.value == problem.then.shape.value


def test_there_is_no_row_for_a_refusal_that_there_is_none_of() -> None:
    shapes = {shape.value for shape in problems.Shape}

    assert rows("Refusals").keys() == shapes | PROBLEMS.keys()


def test_what_the_model_is_said_to_refuse_is_refused_somewhere() -> None:
    constants = {value.name: key for key, value in vars(problems).items() if type(value) is Problem}
    others = [path for path in SOURCES if path.name != "problems.py"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in others)

    for name in PROBLEMS:
        if rows("Refusals")[name][4] == "model":
            assert re.search(rf"\b{constants[name]}\b", code), f"nothing raises {name}"


def test_every_delay_has_its_row_with_its_default() -> None:
    assert {name: duration(row[0]) for name, row in rows("Delays").items()} == {
        delay.name: delay.default for delay in fields(Timing)
    }


def test_every_rule_has_its_row() -> None:
    files = [path for path in SOURCES if path.suffix == ".json" or path.name == "crossrules.py"]
    named = {rule for path in files for rule in re.findall(r'"(V\d+)"', path.read_text("utf-8"))}

    # The last one compares two requests, so no schema names it.
    assert rows("Rules").keys() == named | {"V22"}


def test_every_notice_has_its_row() -> None:
    announced = {*ANNOUNCED.values(), AUDIO_CHANGED, VIDEO_CHANGED}

    assert {number: row[:2] for number, row in rows("Notifications").items()} == {
        str(notice.event_type): [str(notice.service_type), f"`{notice.name}`"]
        for notice in announced
    }


def test_a_guess_is_always_marked_alike() -> None:
    text = prose(PAGE)

    assert len(re.findall("guess", text, re.IGNORECASE)) == text.count("*guess*") > 100


def test_every_anchor_that_is_cited_exists() -> None:
    citations = set(cited())

    assert ("mockrec/domain/problems.py", "refusals") in citations
    assert [place for place in citations if place[1] not in slugs(PAGE)] == []


def test_every_link_leads_somewhere() -> None:
    broken = []
    for page, target in links():
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in slugs(there)):
            broken.append((page.name, target))

    assert broken == []
