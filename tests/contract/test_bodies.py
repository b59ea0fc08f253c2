"""Bodies that somebody sends are accepted; bodies that the documents rule out are refused."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from mockrec.contract import Verdict, check

BODIES: Final = Path(__file__).parent / "bodies"
RULES: Final = [*(f"V{number}" for number in range(1, 22)), "services", "profile"]

Case = dict[str, Any]


def load(kind: str) -> dict[str, Case]:
    return {path.stem: json.loads(path.read_bytes()) for path in (BODIES / kind).glob("*.json")}


ACCEPTED: Final = load("accepted")
REFUSED: Final = load("refused")
DOUBTFUL: Final = {name: case for name, case in REFUSED.items() if case.get("strict")}
DATED: Final = {name: case for name, case in REFUSED.items() if case.get("profile") == "2020"}


def judged(case: Case, **settings: Any) -> Verdict:
    chosen: dict[str, Any] = {key: case[key] for key in ("strict", "profile") if key in case}
    chosen.update(settings)
    return check(case["operation"], case["mode"], case["body"], **chosen)


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_what_somebody_sends_is_accepted_and_remarked_upon(name: str) -> None:
    verdict = judged(ACCEPTED[name])

    assert verdict.violations == ()
    assert sorted(r.pointer for r in verdict.remarks) == sorted(ACCEPTED[name].get("remarks", []))


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_the_documents_rule_out_is_refused_by_its_rule(name: str) -> None:
    case = REFUSED[name]

    verdict = judged(case)

    assert (case["pointer"], case["rule"]) in [(v.pointer, v.rule) for v in verdict.violations]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_violation_is_told_on_one_printable_line(name: str) -> None:
    for violation in judged(REFUSED[name]).violations:
        assert str(violation).isprintable()
        assert len(violation.got) <= 80
        assert "another value" not in violation.expected


@pytest.mark.parametrize("name", sorted(DOUBTFUL))
def test_what_is_doubtful_is_only_remarked_upon_unless_strict(name: str) -> None:
    verdict = judged(DOUBTFUL[name], strict=False)

    assert verdict.violations == ()
    assert DOUBTFUL[name]["pointer"] in [remark.pointer for remark in verdict.remarks]


@pytest.mark.parametrize("name", sorted(DATED))
def test_what_only_the_old_documents_rule_out_is_accepted_today(name: str) -> None:
    assert judged(DATED[name], profile="2026").violations == ()


@pytest.mark.parametrize("name", sorted(REFUSED.keys() - DOUBTFUL.keys()))
def test_a_strict_world_forgives_nothing_that_a_lenient_one_does_not(name: str) -> None:
    found = {(v.pointer, v.rule) for v in judged(REFUSED[name]).violations}

    assert found <= {(v.pointer, v.rule) for v in judged(REFUSED[name], strict=True).violations}


def test_every_rule_has_several_bodies_that_break_it() -> None:
    broken = Counter(case["rule"] for case in REFUSED.values())

    assert [rule for rule in RULES if broken[rule] < 3] == []
