"""What holds for every deck: rules do not meddle with each other, and chance is repeatable."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.faults import Fault, Limit, Reset
from mockrec.domain.rules import Condition, Deck, Instant, Occasion, Operation, Rule, deck

OPERATIONS = [Operation.START, Operation.STOP, Operation.ANY]
EFFECTS = st.one_of(st.builds(Reset), st.builds(Limit, st.integers(0, 3)))
WHENS = st.sampled_from([Condition(), Condition((("mode", ("mix",)),))])
INSTANTS = st.none() | st.builds(Instant, st.just(""), st.integers(0, 3_000))

RULES = st.builds(
    Rule,
    st.just(""),
    st.sampled_from(OPERATIONS),
    st.builds(Fault, EFFECTS),
    when=WHENS,
    skip=st.integers(0, 3),
    times=st.none() | st.integers(0, 3),
    every=st.integers(1, 3),
    probability=st.sampled_from([0.0, 0.3, 0.7, 1.0]),
    opens=INSTANTS,
    closes=INSTANTS,
)
DECKS = st.lists(RULES, max_size=5).map(
    lambda rules: tuple(replace(rule, id=f"r{place}") for place, rule in enumerate(rules))
)
OCCASIONS = st.lists(
    st.tuples(
        st.builds(
            Occasion,
            st.sampled_from([Operation.START, Operation.STOP]),
            st.sampled_from([{"mode": "mix"}, {"mode": "web"}]),
        ),
        st.integers(0, 400),
    ),
    max_size=12,
)
Occasions = list[tuple[Occasion, int]]


def played(rules: tuple[Rule, ...], occasions: Occasions) -> tuple[Deck, list[Rule | None]]:
    """The deck in the end, and what fired at each occasion; gaps lie between them."""
    cards, at, fired = deck(rules).anchored("", 0), 0, []
    for occasion, gap in occasions:
        at += gap
        cards, one = cards.draw(occasion, at, 7, "world")
        fired.append(one)
    return cards, fired


@given(DECKS, RULES, st.integers(0, 5), OCCASIONS)
def test_one_more_rule_changes_no_other_s_count(
    rules: tuple[Rule, ...], more: Rule, place: int, occasions: Occasions
) -> None:
    more = replace(more, id="more")
    without, _ = played(rules, occasions)
    beside, _ = played((*rules[:place], more, *rules[place:]), occasions)

    for rule in rules:
        assert beside.tally(rule).seen == without.tally(rule).seen
        assert beside.tally(rule).fired == without.tally(rule).fired


@given(DECKS, OCCASIONS)
def test_who_fires_is_the_first_of_those_that_would_alone(
    rules: tuple[Rule, ...], occasions: Occasions
) -> None:
    alone = [played((rule,), occasions)[1] for rule in rules]
    firsts = [next((one for one in column if one), None) for column in zip(*alone, strict=True)]
    _, fired = played(rules, occasions)

    assert fired == (firsts or [None] * len(occasions))


@given(DECKS, OCCASIONS)
def test_rules_that_cannot_fire_are_as_good_as_none(
    rules: tuple[Rule, ...], occasions: Occasions
) -> None:
    idle = tuple(replace(rule, probability=0.0) for rule in rules)

    assert played(idle, occasions)[1] == [None] * len(occasions)


@given(DECKS, OCCASIONS)
def test_a_probability_of_1_is_always(rules: tuple[Rule, ...], occasions: Occasions) -> None:
    certain = tuple(replace(rule, probability=1.0) for rule in rules)
    unrolled = tuple(replace(rule, probability=2.0) for rule in rules)

    assert [one and one.id for one in played(certain, occasions)[1]] == [
        one and one.id for one in played(unrolled, occasions)[1]
    ]


@given(DECKS, OCCASIONS)
def test_the_same_occasions_are_befallen_by_the_same_rules(
    rules: tuple[Rule, ...], occasions: Occasions
) -> None:
    assert played(rules, occasions) == played(rules, occasions)


@given(st.integers(0, 1_000))
def test_chance_keeps_to_the_probability(seed: int) -> None:
    cards, fired = deck((Rule("r", Operation.ANY, Fault(Reset()), probability=0.3),)), 0
    for _ in range(400):
        cards, one = cards.draw(Occasion(Operation.START), 0, seed, "world")
        fired += one is not None

    assert 60 < fired < 190  # 120 are expected, six deviations are 55
