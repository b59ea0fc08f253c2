"""Ids are derived, well-formed, and tell whose they are."""

import string
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.commands import Start
from mockrec.domain.ids import (
    chance,
    new_id,
    new_resource_id,
    read_resource_id,
    video_id,
)
from mockrec.domain.problems import RESOURCE_EXPIRED, UNREADABLE_RESOURCE
from tests.domain.studio import APP_ID, INDIVIDUAL, Studio, said

URL_SAFE: Final = string.ascii_letters + string.digits + "-_"
OTHER_APP: Final = "b" * 32

SEEDS = st.integers(-(1 << 127), (1 << 127) - 1)
NUMBERS = st.integers(0, (1 << 64) - 1)
APPS = st.text("0123456789abcdef", min_size=32, max_size=32)


@given(st.integers(), st.text(), st.text(), st.integers(min_value=0))
def test_an_id_is_32_lower_case_hex_digits(seed: int, kind: str, owner: str, number: int) -> None:
    identity = new_id(seed, kind, owner, number)

    assert len(identity) == 32
    assert set(identity) <= set("0123456789abcdef")


def test_an_id_depends_on_everything_it_is_made_of_and_on_nothing_else() -> None:
    made_of = [(0, "sid", "a", 0), (1, "sid", "a", 0), (0, "notice", "a", 0), (0, "sid", "b", 0)]
    made_of += [(0, "sid", "a", 1)]

    assert len({new_id(*each) for each in made_of}) == len(made_of)
    assert new_id(*made_of[0]) == new_id(*made_of[0])


def test_a_video_id_is_the_recordings_and_the_places_own() -> None:
    assert len({video_id("a", 0), video_id("a", 1), video_id("b", 0)}) == 3
    assert video_id("a", 0) == video_id("a", 0)


@given(st.integers(), st.lists(st.text() | st.integers()))
def test_chance_is_a_share_that_depends_on_its_arguments(seed: int, key: list[object]) -> None:
    assert 0 <= chance(seed, *key) < 1
    assert chance(seed, *key) == chance(seed, *key)
    assert chance(seed, *key) != chance(seed + 1, *key)


def test_chance_is_spread_evenly() -> None:
    rolls = [chance(0, "rule", ordinal) for ordinal in range(4_000)]

    assert 0.48 < sum(rolls) / len(rolls) < 0.52
    assert 360 < sum(roll < 0.1 for roll in rolls) < 440


@given(SEEDS, APPS, NUMBERS)
def test_a_resource_id_is_240_url_safe_characters(seed: int, app_id: str, number: int) -> None:
    text = new_resource_id(seed, app_id, number)

    assert len(text) == 240
    assert set(text) <= set(URL_SAFE)


@given(SEEDS, APPS, NUMBERS)
def test_a_resource_id_is_read_by_its_own_app_id_whatever_the_seed(
    seed: int, app_id: str, number: int
) -> None:
    assert read_resource_id(new_resource_id(seed, app_id, number), app_id) is True


@given(APPS, APPS, NUMBERS)
def test_a_resource_id_is_foreign_to_any_other_app_id(app_id: str, other: str, number: int) -> None:
    text = new_resource_id(0, app_id, number)

    assert read_resource_id(text, other) is (app_id == other)


def test_a_resource_id_depends_on_seed_app_id_and_number() -> None:
    made_of = [(0, APP_ID, 0), (1, APP_ID, 0), (0, OTHER_APP, 0), (0, APP_ID, 1)]

    assert len({new_resource_id(*each) for each in made_of}) == 4


@given(st.text(max_size=300))
def test_any_text_may_be_asked_about(text: str) -> None:
    assert read_resource_id(text, APP_ID) is None


DAMAGE: Final[dict[str, Callable[[str], str]]] = {
    "shorter": lambda text: text[:-4],
    "shorter by one": lambda text: text[:-1],
    "longer": lambda text: text + "AAAA",
    "with a new line": lambda text: text + "\n",
    "with a blank": lambda text: " " + text[1:],
    "with an accent": lambda text: "\N{LATIN SMALL LETTER E WITH ACUTE}" + text[1:],
    "in the other case": str.swapcase,
    "backwards": lambda text: text[::-1],
    "empty": lambda _: "",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_resource_id_is_none(damage: Callable[[str], str]) -> None:
    assert read_resource_id(damage(new_resource_id(0, APP_ID, 5)), APP_ID) is None


@given(place=st.integers(0, 239), letter=st.sampled_from(URL_SAFE))
def test_a_tampered_resource_id_never_starts_anything(place: int, letter: str) -> None:
    studio = Studio()
    text = studio.acquire().id
    tampered = text[:place] + letter + text[place + 1 :]

    answer = studio.do(Start(tampered, INDIVIDUAL))

    if tampered != text:
        assert said(answer).problem in {UNREADABLE_RESOURCE.name, RESOURCE_EXPIRED.name}


@given(place=st.integers(0, 31), letter=st.sampled_from(URL_SAFE), number=st.integers(0, 99))
def test_a_change_to_owner_number_or_seal_is_detected(place: int, letter: str, number: int) -> None:
    text = new_resource_id(0, APP_ID, number)
    tampered = text[:place] + letter + text[place + 1 :]

    assert read_resource_id(tampered, APP_ID) is (True if tampered == text else None)
