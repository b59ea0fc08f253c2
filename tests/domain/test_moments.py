"""Moments and durations, at their edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.moments import (
    DAY,
    HOUR,
    LATEST,
    LONGEST,
    MINUTE,
    SECOND,
    calendar,
    duration,
    iso,
    spell,
    stamp,
)
from tests.domain.studio import EPOCH

MOMENTS = st.integers(0, LATEST)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0s", 0),
        ("1ms", 1),
        ("1500ms", 1_500),
        ("0.5s", 500),
        ("0.001s", 1),
        ("1.5ms", 2),
        ("31s", 31 * SECOND),
        ("90m", 90 * MINUTE),
        ("2min", 2 * MINUTE),
        ("1h30m", 90 * MINUTE),
        ("1d12h", 36 * HOUR),
        ("1m1ms", MINUTE + 1),
        ("30s1h", HOUR + 30 * SECOND),
        ("007s", 7 * SECOND),
    ],
)
def test_a_duration_is_a_row_of_numbers_with_units(text: str, span: int) -> None:
    assert duration(text) == span


WITHOUT_UNIT = ["", "5", "1m5", "nan"]
WITHOUT_NUMBER = ["s", ".5s", "5.s", "infs"]
WITH_BLANKS = ["5 s", " 5s", "5s ", "1h 30m", "5s\n"]
WITH_SIGNS = ["-5s", "+5s", "1e3s", "1,5s", "5s!", "0.1234567s"]
IN_OTHER_LETTERS = ["5S", "5x", "\N{ARABIC-INDIC DIGIT FIVE}s"]


@pytest.mark.parametrize(
    "text", [*WITHOUT_UNIT, *WITHOUT_NUMBER, *WITH_BLANKS, *WITH_SIGNS, *IN_OTHER_LETTERS]
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r'expected a duration such as "31s"'):
        duration(text)


def test_what_is_no_duration_is_quoted_but_not_at_length() -> None:
    with pytest.raises(ValueError, match=r'got "x{40}"$'):
        duration("x" * 1_000)


def test_a_duration_beyond_all_numbers_is_too_long() -> None:
    with pytest.raises(ValueError, match="at most a century"):
        duration(f"{'9' * 400}s")


def test_a_century_is_the_longest_duration() -> None:
    assert duration("36600d") == LONGEST == 36_600 * DAY
    with pytest.raises(ValueError, match='at most a century, got "36600d1ms"'):
        duration("36600d1ms")


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "0s"),
        (1, "0.001s"),
        (2_500, "2.5s"),
        (31 * SECOND, "31s"),
        (59_999, "59.999s"),
        (MINUTE, "1m 0s"),
        (90 * SECOND, "1m 30s"),
        (HOUR, "1h 0m 0s"),
        (HOUR + 2_500, "1h 0m 2.5s"),
        (30 * HOUR + MINUTE, "30h 1m 0s"),
    ],
)
def test_a_span_is_spelled_for_people(span: int, text: str) -> None:
    assert spell(span) == text


@given(st.integers(0, LONGEST))
def test_what_is_spelled_can_be_read_again(span: int) -> None:
    assert duration(spell(span).replace(" ", "")) == span


@pytest.mark.parametrize(
    ("at", "digits", "text"),
    [
        (0, "19700101000000000", "1970-01-01T00:00:00.000Z"),
        (EPOCH, "20260701090000000", "2026-07-01T09:00:00.000Z"),
        (EPOCH + 7, "20260701090000007", "2026-07-01T09:00:00.007Z"),
        (EPOCH + 999, "20260701090000999", "2026-07-01T09:00:00.999Z"),
        (1_709_251_199_999, "20240229235959999", "2024-02-29T23:59:59.999Z"),
        (LATEST, "22000101000000000", "2200-01-01T00:00:00.000Z"),
    ],
)
def test_a_moment_is_stamped_and_written_in_utc(at: int, digits: str, text: str) -> None:
    assert stamp(at) == digits
    assert iso(at) == text


@given(MOMENTS)
def test_a_stamp_has_17_digits(at: int) -> None:
    assert len(stamp(at)) == 17
    assert stamp(at).isdecimal()


@given(MOMENTS, MOMENTS)
def test_stamps_sort_as_their_moments_do(one: int, other: int) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)
    assert (iso(one) < iso(other)) == (one < other)


@given(MOMENTS)
def test_the_calendar_loses_no_millisecond(at: int) -> None:
    moment = calendar(at)

    assert moment.tzname() == "UTC"
    assert round(moment.timestamp() * 1_000) == at
