"""Laws of the contract, tried on bodies that went wrong in the ways bodies go wrong."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec import contract
from mockrec.contract import Verdict, check

LEVELS: Final = ("lenient", "strict", "spotless")
PROFILES: Final = ("2026", "2020")
OPERATIONS: Final = [
    ("acquire", None),
    *(("start", mode) for mode in ("individual", "mix", "web")),
    *(("update", mode) for mode in ("individual", "mix", "web")),
    ("updateLayout", None),
    ("stop", None),
]
BODIES: Final = [
    cast("dict[str, Any]", json.loads(path.read_bytes()))
    for path in sorted((Path(__file__).parent / "bodies").glob("*/*.json"))
]
ODD_VALUES: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        False,
        "",
        [],
        {},
        "0",
        "1",
        "#allstream#",
        "hls",
        "mp4",
        "x" * 70,
        "a/b",
        "é" * 40,
    ),
    *("1\n", "#ff0000", "https://example.org", "rtmp://a/b", "error_ignore", "aliyun_vod_service"),
    *(-1, 0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 32, 240, 720, 721, 1920, 1921, 2**32 - 1, 2**32, 2**63),
    *(0.0, 1.0, 2.0, 3.0, 0.5, 1.5, -0.5, 1e300),
    *(["hls"], ["mp4"], ["1", "2"], [1], {"a": 1}, [{}], [[]]),
)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)

Holder = tuple[Any, Any]


def holders(node: Any) -> list[Holder]:
    """Every container in a document together with each of its keys or indices."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    inner = [
        found for key in keys if isinstance(node[key], dict | list) for found in holders(node[key])
    ]
    return [(node, key) for key in keys] + inner


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str | None, Any]:
    """A body from the collection in which a few things were dropped, changed, misspelt or added."""
    case = draw(st.sampled_from(BODIES))
    document = {"body": deepcopy(case["body"])}
    for _ in range(draw(st.integers(0, 4))):
        places = holders(document)
        if len(places) > 1:
            damage(draw, *draw(st.sampled_from(places[1:])))
    return case["operation"], case["mode"], document["body"]


def damage(draw: st.DrawFn, holder: Any, key: Any) -> None:
    kind = draw(st.sampled_from(["drop", "replace", "nudge", "misspell", "add", "repeat"]))
    value = holder[key]
    match kind, holder, value:
        case "drop", _, _:
            del holder[key]
        case "nudge", _, int() | float() if not isinstance(value, bool):
            holder[key] = draw(st.sampled_from([value + 1, value - 1, float(value), value * 100]))
        case "misspell", dict(), _:
            wrong = draw(st.sampled_from([str.upper, str.lower, str.title, lambda k: k[:-1]]))
            holder[wrong(key)] = holder.pop(key)
        case "add", dict(), _:
            holder[draw(st.sampled_from(["extra", "", "token", "secret", "mp4"]))] = value
        case "repeat", _, list():
            holder[key] = value * draw(st.integers(2, 20))
        case _:
            holder[key] = deepcopy(draw(st.sampled_from(ODD_VALUES) | JSON))


def told(verdict: Verdict) -> str:
    return "\n".join(map(str, (*verdict.violations, *verdict.remarks)))


@given(damaged(), st.sampled_from(LEVELS), st.sampled_from(PROFILES))
def test_both_validators_find_the_same_faults(
    drawn: tuple[str, str | None, Any], level: str, profile: str
) -> None:
    operation, mode, body = drawn
    edition = contract._Edition(contract._schema_name(operation, mode), level, profile)

    patient = contract._told(edition, contract._faults(edition, body), body)
    compiled = contract._told(edition, contract._doubts(edition, body), body)

    assert set(patient) == set(compiled)
    assert contract._compiled(edition).is_valid(body) == contract._explainer(edition).is_valid(body)


@given(damaged(), st.sampled_from(LEVELS), st.sampled_from(PROFILES))
def test_the_first_fault_is_one_of_those_that_both_find(
    drawn: tuple[str, str | None, Any], level: str, profile: str
) -> None:
    operation, mode, body = drawn
    edition = contract._Edition(contract._schema_name(operation, mode), level, profile)

    first = list(contract._first_fault(edition, body))

    assert len(first) == (not contract._compiled(edition).is_valid(body))
    assert {fault.path for fault in first} <= {fault.path for fault in _every(edition, body)}


def _every(edition: Any, body: Any) -> list[Any]:
    return [*contract._faults(edition, body), *contract._doubts(edition, body)]


@given(damaged(), st.booleans(), st.sampled_from(PROFILES))
def test_a_crowded_body_has_the_same_verdict_in_fewer_words(
    drawn: tuple[str, str | None, Any], strict: bool, profile: str
) -> None:
    patient = check(*drawn, profile=profile, strict=strict)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(contract, "_MOST_VALUES", -1)
        hasty = check(*drawn, profile=profile, strict=strict)

    assert bool(hasty.violations) == bool(patient.violations)
    assert {v.pointer for v in hasty.violations} <= {v.pointer for v in patient.violations}
    assert {v.pointer for v in hasty.remarks} <= {v.pointer for v in patient.remarks}


@given(damaged(), st.booleans(), st.sampled_from(PROFILES))
def test_a_verdict_never_contradicts_itself(
    drawn: tuple[str, str | None, Any], strict: bool, profile: str
) -> None:
    verdict = check(*drawn, profile=profile, strict=strict)
    refused = {violation.pointer for violation in verdict.violations}

    assert refused.isdisjoint(remark.pointer for remark in verdict.remarks)
    assert check(*drawn, profile=profile, strict=strict) == verdict
    for violation in (*verdict.violations, *verdict.remarks):
        assert str(violation).isprintable()
        assert violation.got
        assert violation.rule
        assert len(violation.got) <= 80


@given(damaged(), st.sampled_from(PROFILES))
def test_strictness_refuses_more_and_never_less(
    drawn: tuple[str, str | None, Any], profile: str
) -> None:
    lenient = check(*drawn, profile=profile)
    strict = check(*drawn, profile=profile, strict=True)

    def places(verdict: Verdict) -> set[str]:
        return {v.pointer for v in (*verdict.violations, *verdict.remarks)}

    assert {v.pointer for v in lenient.violations} <= {v.pointer for v in strict.violations}
    assert places(lenient) == places(strict)


@given(damaged())
def test_the_old_profile_refuses_more_and_never_less(drawn: tuple[str, str | None, Any]) -> None:
    today = {(v.pointer, v.rule) for v in check(*drawn).violations}
    then = {(v.pointer, v.rule) for v in check(*drawn, profile="2020").violations}

    assert today <= then
    assert {rule for _, rule in then - today} <= {"profile"}


@pytest.mark.parametrize(("operation", "mode"), OPERATIONS)
@given(document=JSON)
def test_any_document_has_a_verdict(operation: str, mode: str | None, document: object) -> None:
    for strict in (False, True):
        assert isinstance(check(operation, mode, document, strict=strict), Verdict)


@given(damaged())
def test_secrets_are_never_told(drawn: tuple[str, str | None, Any]) -> None:
    operation, mode, body = drawn
    for holder, key in holders([body]):
        if key in {"accessKey", "secretKey", "token", "stsToken", "secret", "salt"}:
            holder[key] = {str: "hush-hush", int: 554433221100}.get(
                type(holder[key]), ["hush-hush"]
            )

    lines = told(check(operation, mode, body, strict=True))

    assert "hush-hush" not in lines
    assert "554433221100" not in lines
