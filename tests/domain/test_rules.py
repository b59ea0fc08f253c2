"""Rules: which occasions they apply to, how they count, and who comes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import immutables
import pytest

from mockrec.domain.faults import Fault, Limit, Reset
from mockrec.domain.rules import (
    Condition,
    Deck,
    Instant,
    Occasion,
    Operation,
    Rule,
    Tally,
    deck,
)

START = Occasion(Operation.START, {"mode": "mix", "cname": "demo-7", "uid": "1"})
RESET = Fault(Reset())


def rule(name: str = "rule", operation: Operation = Operation.START, **more: object) -> Rule:
    return Rule(name, operation, RESET, **more)  # type: ignore[arg-type]


def drawn(cards: Deck, occasions: Iterable[Occasion], at: int = 0) -> list[str | None]:
    """Which rule fired at each occasion."""
    fired = []
    for occasion in occasions:
        cards, one = cards.draw(occasion, at, 0, "world")
        fired.append(one.id if one else None)
    return fired


def firings(one: Rule, times: int = 8) -> list[int]:
    """At which of so many occasions, from 1, the rule fires."""
    fired = drawn(deck((one,)), [START] * times)
    return [number for number, name in enumerate(fired, 1) if name]


@pytest.mark.parametrize(
    ("counts", "fires"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"skip": 3}, [4, 5, 6, 7, 8]),
        ({"times": 2}, [1, 2]),
        ({"skip": 1, "times": 2}, [2, 3]),
        ({"every": 3}, [1, 4, 7]),
        ({"skip": 2, "every": 2, "times": 2}, [3, 5]),
        ({"times": 0}, []),
        ({"probability": 0.0}, []),
        ({"probability": 1.0}, [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_a_rule_counts_the_occasions_it_applies_to(
    counts: dict[str, float], fires: list[int]
) -> None:
    assert firings(rule(**counts)) == fires  # type: ignore[arg-type]


def test_of_two_that_would_fire_the_first_does_and_the_other_loses_its_turn() -> None:
    both = (rule("one", times=1), rule("two", times=2))

    assert drawn(deck(both), [START] * 3) == ["one", "two", None]

    cards, _ = deck(both).draw(START, 0, 0, "world")
    assert cards.tally(both[1]) == Tally(seen=1, fired=1, lost=1, within=1)


def test_occasions_of_another_kind_are_not_counted() -> None:
    query = Occasion(Operation.QUERY)

    assert drawn(deck((rule(skip=1),)), [query, START, query, START]) == [None, None, None, "rule"]


@pytest.mark.parametrize("operation", Operation)
def test_any_is_any_call_and_nothing_else(operation: Operation) -> None:
    calls = {"acquire", "start", "query", "update", "updateLayout", "stop", "any"}

    assert rule(operation=Operation.ANY).befalls(operation) is (operation in calls)


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        ((("mode", ("mix",)),), True),
        ((("mode", ("web", "mix")),), True),
        ((("mode", ("web",)),), False),
        ((("cname", ("demo-*",)),), True),
        ((("cname", ("demo-?",)), ("uid", ("1",))), True),
        ((("cname", ("DEMO-*",)),), False),
        ((("uid", (1,)),), False),
        ((("region", ("eu",)),), False),
    ],
)
def test_every_fact_that_is_asked_for_has_to_be_so(
    facts: tuple[tuple[str, tuple[object, ...]], ...], holds: bool
) -> None:
    assert Condition(facts).holds(START) is holds


@dataclass(frozen=True)
class Only:
    """A pattern that one document alone matches."""

    wanted: object

    def matches(self, document: object) -> bool:
        return document == self.wanted


def test_the_body_has_to_match_its_pattern() -> None:
    asks = Condition(body=Only({"a": 1}))

    assert asks.holds(Occasion(Operation.START, body={"a": 1}))
    assert not asks.holds(Occasion(Operation.START, body={"a": 2}))


def test_a_window_is_open_from_its_first_moment_to_before_its_last() -> None:
    windowed = rule(opens=Instant("", 10), closes=Instant("", 20))
    cards = deck((windowed,)).anchored("", 1_000)

    fired = [at for at in range(1_000, 1_030) if drawn(cards, [START], at) == ["rule"]]
    assert fired == list(range(1_010, 1_020))


def test_a_window_opens_with_its_anchor_and_does_not_close_without() -> None:
    opened, closed = rule(opens=Instant("crash", 5)), rule(closes=Instant("crash", 5))

    assert drawn(deck((opened,)), [START], 50) == [None]
    assert drawn(deck((closed,)), [START], 50) == ["rule"]
    assert drawn(deck((opened,)).anchored("crash", 40), [START], 50) == ["rule"]
    assert drawn(deck((closed,)).anchored("crash", 40), [START], 50) == [None]


def test_occasions_outside_the_window_are_not_counted() -> None:
    windowed = rule(skip=1, opens=Instant("", 10))
    cards = deck((windowed,)).anchored("", 0)
    cards, _ = cards.draw(START, 5, 0, "world")

    assert drawn(cards, [START, START], 15) == [None, "rule"]


def test_an_anchor_comes_once() -> None:
    cards = deck(()).anchored("crash", 40).anchored("crash", 50)

    assert cards.anchors == immutables.Map({"crash": 40})


def test_a_rule_can_be_disarmed_and_armed() -> None:
    cards = deck((rule(armed=False),))
    assert drawn(cards, [START]) == [None]

    cards = cards.arm("rule", armed=True)
    assert drawn(cards, [START]) == ["rule"]
    assert drawn(cards.arm("rule", armed=False), [START]) == [None]


def test_a_limit_turns_away_what_comes_beyond_it_in_a_second() -> None:
    cards, fired = deck((Rule("limit", Operation.ANY, Fault(Limit(2))),)), []
    for at in (0, 400, 800, 999, 1_000, 1_500, 1_999, 2_000):
        cards, one = cards.draw(START, at, 0, "world")
        fired.append(one is not None)

    assert fired == [False, False, True, True, False, False, True, False]


def test_a_recording_is_dealt_the_rules_about_its_uploads_uncounted() -> None:
    upload = rule("upload", Operation.UPLOAD)
    cards, _ = deck((rule(), upload)).draw(Occasion(Operation.UPLOAD), 0, 0, "world")

    hand = cards.dealt(Deck())
    assert (hand.rules, hand.tally(upload)) == ((upload,), Tally())

    hand, _ = hand.draw(Occasion(Operation.UPLOAD), 0, 0, "recording")
    assert cards.dealt(hand).tally(upload).seen == 1
