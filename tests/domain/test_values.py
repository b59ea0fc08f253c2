"""The next value is what `dataclasses.replace` would make of it, and the last one stays."""

import dataclasses
from typing import Final

import pytest

from mockrec.domain.channel import Channel, User
from mockrec.domain.commands import Resource
from mockrec.domain.moments import Millis
from mockrec.domain.streams import Part
from mockrec.domain.values import replace
from mockrec.domain.world import World
from tests.domain.studio import APP_ID, CNAME, EPOCH, INDIVIDUAL, UID, Take, crowd

VALUES: Final = [
    User(1),
    Channel(CNAME),
    Resource("id", 0, CNAME, UID, EPOCH),
    Part(0, EPOCH),
    INDIVIDUAL,
    World(APP_ID, 0, EPOCH),
    Take(INDIVIDUAL, *crowd(1)).until(20_000).recording,
]
EVERY_VALUE = pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)


@EVERY_VALUE
def test_a_copy_without_changes_is_equal_but_another(value: object) -> None:
    copy = replace(value)  # type: ignore[type-var]  # all of them are dataclasses

    assert copy == value
    assert copy is not value
    assert type(copy) is type(value)


@EVERY_VALUE
def test_a_changed_field_is_changed_and_the_others_are_kept(value: object) -> None:
    name = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    changes = {name: "changed"}

    following = replace(value, **changes)  # type: ignore[type-var]

    assert following == dataclasses.replace(value, **changes)  # type: ignore[type-var]
    assert getattr(following, name) == "changed"


def test_the_value_before_stays_as_it_was() -> None:
    before = Part(0, EPOCH)

    after: Part = replace(before, media=Millis(5))

    assert (before.media, after.media) == (0, 5)
    assert vars(before) == {"index": 0, "start": EPOCH, "media": 0, "server": 0}


def test_the_next_value_is_frozen_too() -> None:
    following = replace(Part(0, EPOCH), media=5)

    with pytest.raises(dataclasses.FrozenInstanceError):
        following.media = 6  # type: ignore[misc]


def test_equal_values_have_equal_hashes() -> None:
    assert hash(replace(User(1), uid=2)) == hash(User(2))
