"""Delays that come again and again are never nothing: such a recording would never get on."""

from dataclasses import fields, replace
from typing import Final

import pytest

from mockrec.domain.channel import User
from mockrec.domain.timing import Timing
from tests.domain.studio import MIX, Take

NAMES: Final = [field.name for field in fields(Timing)]
REPEATED: Final = {"slice", "mp4", "progress"}


@pytest.mark.parametrize("name", sorted(REPEATED))
def test_a_delay_that_comes_again_is_at_least_a_millisecond(name: str) -> None:
    with pytest.raises(ValueError, match=f"the delay {name} is at least 1 ms"):
        Timing(**{name: 0})


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REPEATED])
def test_any_other_delay_may_be_nothing_but_not_less(name: str) -> None:
    assert getattr(Timing(**{name: 0}), name) == 0
    with pytest.raises(ValueError, match=f"the delay {name} is at least 0 ms"):
        Timing(**{name: -1})


def test_where_nothing_takes_any_time_a_recording_gets_on_all_the_same() -> None:
    instant = Timing(**dict.fromkeys(set(NAMES) - REPEATED, 0))

    take = Take(replace(MIX, timing=instant), User(1)).stop(60_000)

    assert take.recording.exited
