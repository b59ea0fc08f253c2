"""Where each user stands on the canvas.

All measures are shares of the canvas, the origin is its top left corner. The three predefined
arrangements are tables of boxes, in the order in which users take them; a table holds as many
users as it has boxes. Sources and guesses: docs/protocol.md#layout.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Final, TypeAlias, assert_never

from mockrec.domain.values import dataclass

MOST_REGIONS: Final = 17
NOBODY: Final = 0


class Arrangement(IntEnum):
    """How the canvas is divided; the numbers are the service's."""

    FLOATING = 0
    BEST_FIT = 1
    VERTICAL = 2
    CUSTOM = 3


class Fill(IntEnum):
    """How a picture meets a region of another shape: cut to cover it, or whole with bars."""

    CROP = 0
    FIT = 1


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the canvas and the user shown there, or NOBODY; a higher z covers a lower one."""

    uid: int
    x: float
    y: float
    width: float
    height: float
    alpha: float
    fill: Fill
    z: int


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of a custom layout; without a uid it goes to the next user who has no own entry."""

    uid: int | None
    x: float
    y: float
    width: float
    height: float
    alpha: float = 1.0
    fill: Fill = Fill.CROP


@dataclass(frozen=True, slots=True)
class UserImage:
    """The picture that stands in for one user's missing video."""

    uid: int
    image: str
    fill: Fill = Fill.CROP


@dataclass(frozen=True, slots=True)
class Layout:
    """All that was asked of the canvas; replaced as a whole, never merged."""

    arrangement: Arrangement = Arrangement.FLOATING
    large_uid: int | None = None
    background_color: str = "#000000"
    background_image: str | None = None
    default_user_image: str | None = None
    user_images: tuple[UserImage, ...] = ()
    places: tuple[Place, ...] = ()


def arrange(layout: Layout, users: Sequence[int]) -> tuple[Region, ...]:
    """Give the regions, lowest first, for distinct users in order of joining.

    There are at most 17; users after the 17th have none. Measures have six decimals, so
    neighbours may meet with an error of 1e-6. A region without a user has the uid NOBODY.
    """
    shown = users[:MOST_REGIONS]
    regions: Iterable[Region]
    match layout.arrangement:
        case Arrangement.FLOATING:
            regions = _in_boxes(_FLOATING, shown)
        case Arrangement.BEST_FIT:
            regions = _in_boxes(_smallest(_BEST_FIT, len(shown)), shown)
        case Arrangement.VERTICAL:
            regions = _vertical(layout.large_uid, shown)
        case Arrangement.CUSTOM:
            regions = _custom(layout.places[:MOST_REGIONS], shown)
        case _:
            assert_never(layout.arrangement)
    return tuple(regions)


def background(layout: Layout, uid: int) -> str:
    """Name what fills the region of a user who sends no video: the URL of an image, or a color."""
    own = next((each.image for each in layout.user_images if each.uid == uid), None)
    return own or layout.default_user_image or layout.background_image or layout.background_color


_Box: TypeAlias = tuple[float, float, float, float]
_Boxes: TypeAlias = tuple[_Box, ...]


def _grid(columns: int, rows: int) -> _Boxes:
    """Divide the whole canvas evenly, row by row."""
    return tuple(
        (column / columns, row / rows, 1 / columns, 1 / rows)
        for row in range(rows)
        for column in range(columns)
    )


def _beside(width: float, rows: int, columns: int = 1) -> _Boxes:
    """One large box, then the small ones at its right: the outermost column first, downwards."""
    large = (0.0, 0.0, 1 - width * columns, 1.0)
    small = (
        (1 - width * column, row / rows, width, 1 / rows)
        for column in range(1, columns + 1)
        for row in range(rows)
    )
    return large, *small


_WHOLE: Final[_Box] = (0.0, 0.0, 1.0, 1.0)

_FLOATING: Final[_Boxes] = (
    _WHOLE,
    *((0.012 + k % 4 * 0.247, 1 - 0.247 * (k // 4 + 1), 0.235, 0.235) for k in range(16)),
)

_SEVENTEEN: Final[_Boxes] = (
    *((0.1 + 0.2 * (k % 4), 0.2 * (k // 4), 0.2, 0.2) for k in range(16)),
    (0.4, 0.8, 0.2, 0.2),
)

_BEST_FIT: Final = (_grid(1, 1), _grid(2, 1), _grid(2, 2), _grid(3, 3), _grid(4, 4), _SEVENTEEN)

_VERTICAL: Final = (_beside(1 / 5, 4), _beside(1 / 7, 6), _beside(1 / 9, 8), _beside(1 / 10, 8, 2))


def _smallest(tables: Iterable[_Boxes], count: int) -> _Boxes:
    return next(boxes for boxes in tables if len(boxes) >= count)


def _vertical(large_uid: int | None, users: Sequence[int]) -> Iterable[Region]:
    if large_uid is None and len(users) == 1:
        return [_region(0, users[0], _WHOLE, fill=Fill.FIT)]
    # The large box is kept for a large user who is absent, so the 17th small one finds no box.
    large = next((user for user in users if user == large_uid), NOBODY)
    standing = [large, *(user for user in users if user != large)][:MOST_REGIONS]
    first, *small = _in_boxes(_smallest(_VERTICAL, len(standing)), standing)
    return [replace(first, fill=Fill.FIT), *small]


def _custom(places: Sequence[Place], users: Sequence[int]) -> Iterator[Region]:
    named = {place.uid for place in places}
    owners = {user: user for user in users if user in named}
    others = iter([user for user in users if user not in named])
    for z, place in enumerate(places):
        # Popped, so that a second entry for the same user stays empty.
        uid = next(others, NOBODY) if place.uid is None else owners.pop(place.uid, NOBODY)
        box = (place.x, place.y, place.width, place.height)
        yield _region(z, uid, box, place.alpha, place.fill)


def _in_boxes(boxes: _Boxes, users: Sequence[int]) -> Iterator[Region]:
    return (_region(z, *pair) for z, pair in enumerate(zip(users, boxes, strict=False)))


def _region(z: int, uid: int, box: _Box, alpha: float = 1.0, fill: Fill = Fill.CROP) -> Region:
    x, y, width, height = (round(share, 6) for share in box)
    return Region(uid, x, y, width, height, alpha, fill, z)
