"""Values are the library's dataclasses in all but the price."""

import dataclasses
from collections.abc import Callable
from inspect import signature
from typing import Any, Final

import pytest

from mockrec.domain.channel import Channel, User
from mockrec.domain.commands import Resource
from mockrec.domain.moments import Millis
from mockrec.domain.streams import Part
from mockrec.domain.values import dataclass, replace
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


def _twins(declare: Callable[..., Any], *, slots: bool) -> tuple[type, type]:
    """A value and one that inherits from it, as declared by the library or by us."""

    @declare(frozen=True, slots=slots)
    class Value:
        """Some fields."""

        name: str
        key: str = dataclasses.field(default="", repr=False)

    @declare(frozen=True, slots=slots, kw_only=True)
    class Heir(Value):
        """One more, by name."""

        at: int
        order: int = 0
        marks: list[str] = dataclasses.field(default_factory=list, hash=False)

        def __post_init__(self) -> None:
            self.marks.append(self.name)

    return Value, Heir


@pytest.fixture(params=[True, False], ids=["slots", "no slots"])
def heirs(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """The same class twice: the library's and ours."""
    original, ours = (
        _twins(how, slots=request.param) for how in (dataclasses.dataclass, dataclass)
    )
    return original[1], ours[1]


def test_a_value_is_made_and_shown_as_the_library_makes_it(heirs: tuple[Any, Any]) -> None:
    original, ours = heirs

    assert [
        (one.name, one.kind, one.annotation) for one in signature(ours).parameters.values()
    ] == [(one.name, one.kind, one.annotation) for one in signature(original).parameters.values()]
    assert ours.__match_args__ == original.__match_args__
    assert repr(ours("a", "secret", at=1)) == repr(original("a", "secret", at=1))
    assert "secret" not in repr(ours("a", "secret", at=1))
    assert (ours("a", at=1).marks, ours("b", at=1, marks=["z"]).marks) == (["a"], ["z", "b"])
    assert hasattr(ours("a", at=1), "__dict__") == hasattr(original("a", at=1), "__dict__")


def test_a_value_equals_its_like_and_can_be_a_key(heirs: tuple[Any, Any]) -> None:
    original, ours = heirs

    assert ours("a", at=1) == ours("a", at=1)
    assert ours("a", at=1) != ours("a", at=2)
    assert ours("a", at=1) != original("a", at=1)
    assert hash(ours("a", at=1)) == hash(original("a", at=1))


@pytest.mark.parametrize("name", ["name", "at"])
def test_a_value_stays_as_it_is(heirs: tuple[Any, Any], name: str) -> None:
    for value in (kind("a", at=1) for kind in heirs):
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            setattr(value, name, 2)
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            delattr(value, name)


def test_a_class_without_fields_of_its_own_is_made_like_its_parent() -> None:
    @dataclass(frozen=True, slots=True)
    class Heir(_twins(dataclass, slots=True)[0]):  # type: ignore[misc]
        """Nothing more."""

    assert repr(Heir("a")).endswith("Heir(name='a')")


def test_what_may_change_equals_its_like_and_is_no_key() -> None:
    @dataclass(slots=True)
    class Heap:
        """It grows."""

        most: int
        things: list[int] = dataclasses.field(default_factory=list)

    heap = Heap(3)
    heap.things.append(1)

    assert heap == Heap(3, [1])
    assert heap != Heap(3)
    with pytest.raises(TypeError, match="unhashable"):
        hash(heap)
