"""Every user finds the documented place on the canvas."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.layout import (
    MOST_REGIONS,
    NOBODY,
    Arrangement,
    Fill,
    Layout,
    Place,
    Region,
    UserImage,
    arrange,
    background,
)

FLOATING = Layout(Arrangement.FLOATING)
BEST_FIT = Layout(Arrangement.BEST_FIT)
VERTICAL = Layout(Arrangement.VERTICAL)
ROUNDING = 1e-6 + 1e-9

UIDS = st.integers(1, 30)
USERS = st.lists(UIDS, unique=True, max_size=25)
SPANS = st.tuples(st.integers(0, 1_000_000), st.integers(0, 1_000_000)).map(sorted)


@st.composite
def custom_places(draw: st.DrawFn) -> Place:
    """Places inside the canvas, with measures of six decimals."""
    (left, right), (top, bottom) = draw(SPANS), draw(SPANS)
    x, y, width, height = (n / 1_000_000 for n in (left, top, right - left, bottom - top))
    return Place(draw(st.none() | UIDS), x, y, width, height, fill=draw(st.sampled_from(Fill)))


LAYOUTS = st.builds(
    Layout,
    arrangement=st.sampled_from(Arrangement),
    large_uid=st.none() | UIDS,
    places=st.lists(custom_places(), max_size=20).map(tuple),
)
PREDEFINED = LAYOUTS.filter(lambda layout: layout.arrangement is not Arrangement.CUSTOM)
TILED = LAYOUTS.filter(
    lambda layout: layout.arrangement in {Arrangement.BEST_FIT, Arrangement.VERTICAL}
)


def box(region: Region) -> tuple[float, float, float, float]:
    return region.x, region.y, region.width, region.height


def uids(regions: tuple[Region, ...]) -> list[int]:
    return [region.uid for region in regions]


def shown(regions: tuple[Region, ...]) -> list[int]:
    return [uid for uid in uids(regions) if uid != NOBODY]


def unplaced(layout: Layout, users: list[int]) -> list[int]:
    """The users who have no place by name and so stand in order of joining."""
    named = {
        Arrangement.VERTICAL: {layout.large_uid},
        Arrangement.CUSTOM: {place.uid for place in layout.places[:17]},
    }.get(layout.arrangement, set())
    return [user for user in users if user not in named]


def crowd(count: int) -> range:
    """Users 1, 2, … in order of joining."""
    return range(1, count + 1)


def overlap(one: Region, other: Region) -> bool:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return min(across, down) > ROUNDING


@given(LAYOUTS, USERS)
def test_regions_stay_inside_the_canvas(layout: Layout, users: list[int]) -> None:
    for region in arrange(layout, users):
        assert min(box(region)) >= 0
        assert max(region.x + region.width, region.y + region.height) <= 1 + ROUNDING


@given(TILED, USERS)
def test_best_fit_and_vertical_never_overlap(layout: Layout, users: list[int]) -> None:
    assert not any(overlap(*pair) for pair in combinations(arrange(layout, users), 2))


@given(LAYOUTS, USERS)
def test_there_are_at_most_17_regions_stacked_in_order(layout: Layout, users: list[int]) -> None:
    regions = arrange(layout, users)

    assert len(regions) <= MOST_REGIONS
    assert [region.z for region in regions] == list(range(len(regions)))


@given(LAYOUTS, USERS)
def test_a_user_appears_at_most_once_and_only_among_the_first_17(
    layout: Layout, users: list[int]
) -> None:
    seen = shown(arrange(layout, users))

    assert len(seen) == len(set(seen))
    assert set(seen) <= set(users[:17])


@given(LAYOUTS, USERS)
def test_the_order_of_joining_is_kept(layout: Layout, users: list[int]) -> None:
    seen = unplaced(layout, shown(arrange(layout, users)))

    assert seen == unplaced(layout, users)[: len(seen)]


@given(PREDEFINED, USERS)
def test_predefined_layouts_show_the_first_17_or_16_beside_an_absent_large_user(
    layout: Layout, users: list[int]
) -> None:
    first = users[:17]
    large_absent = layout.arrangement is Arrangement.VERTICAL and layout.large_uid not in first

    assert set(shown(arrange(layout, users))) == set(first[: 16 if large_absent else 17])


@given(LAYOUTS, st.lists(UIDS, unique=True, min_size=1, max_size=25), st.data())
def test_when_a_user_leaves_the_later_ones_move_up(
    layout: Layout, users: list[int], data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(users))
    remaining = [user for user in users if user != gone]

    before = unplaced(layout, shown(arrange(layout, users)))
    after = unplaced(layout, shown(arrange(layout, remaining)))

    kept = [user for user in before if user != gone]
    assert after[: len(kept)] == kept


@pytest.mark.parametrize("layout", [FLOATING, BEST_FIT])
def test_an_empty_room_has_no_regions(layout: Layout) -> None:
    assert arrange(layout, []) == ()


def test_a_later_floating_user_takes_the_very_window_of_the_one_ahead() -> None:
    before, after = arrange(FLOATING, [7, 8, 9]), arrange(FLOATING, [7, 9])

    assert after == (before[0], replace(before[1], uid=9))


@pytest.mark.parametrize(("first", "y"), [(2, 0.753), (6, 0.506), (10, 0.259), (14, 0.012)])
def test_floating_windows_stand_four_in_a_row_from_the_bottom_up(first: int, y: float) -> None:
    regions = arrange(FLOATING, crowd(17))

    assert box(regions[0]) == (0, 0, 1, 1)
    assert [box(region) for region in regions[first - 1 : first + 3]] == [
        (x, y, 0.235, 0.235) for x in (0.012, 0.259, 0.506, 0.753)
    ]


@pytest.mark.parametrize("layout", [FLOATING, BEST_FIT])
def test_floating_and_best_fit_crop_opaque_pictures(layout: Layout) -> None:
    assert {(r.fill, r.alpha) for r in arrange(layout, crowd(17))} == {(Fill.CROP, 1)}


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (1, (0, 0, 1, 1)),
        (2, (0.5, 0, 0.5, 1)),
        (3, (0, 0.5, 0.5, 0.5)),
        (4, (0.5, 0.5, 0.5, 0.5)),
        (5, (0.333333, 0.333333, 0.333333, 0.333333)),
        (9, (0.666667, 0.666667, 0.333333, 0.333333)),
        (10, (0.25, 0.5, 0.25, 0.25)),
        (16, (0.75, 0.75, 0.25, 0.25)),
        (17, (0.4, 0.8, 0.2, 0.2)),
        (18, (0.4, 0.8, 0.2, 0.2)),
    ],
)
def test_best_fit_places_the_last_user(count: int, last: tuple[float, ...]) -> None:
    assert box(arrange(BEST_FIT, crowd(count))[-1]) == last


def test_best_fit_of_17_leaves_a_margin_at_both_sides() -> None:
    regions = arrange(BEST_FIT, crowd(17))

    assert [box(regions[i]) for i in (0, 3, 4, 15)] == [
        (0.1, 0, 0.2, 0.2),
        (0.7, 0, 0.2, 0.2),
        (0.1, 0.2, 0.2, 0.2),
        (0.7, 0.6, 0.2, 0.2),
    ]


@pytest.mark.parametrize(
    ("count", "wide", "last"),
    [
        (1, 0.8, (0, 0, 0.8, 1)),
        (2, 0.8, (0.8, 0, 0.2, 0.25)),
        (5, 0.8, (0.8, 0.75, 0.2, 0.25)),
        (6, 0.857143, (0.857143, 0.666667, 0.142857, 0.166667)),
        (7, 0.857143, (0.857143, 0.833333, 0.142857, 0.166667)),
        (8, 0.888889, (0.888889, 0.75, 0.111111, 0.125)),
        (9, 0.888889, (0.888889, 0.875, 0.111111, 0.125)),
        (10, 0.8, (0.8, 0, 0.1, 0.125)),
        (17, 0.8, (0.8, 0.875, 0.1, 0.125)),
    ],
)
def test_vertical_puts_the_small_ones_beside_the_large_one(
    count: int, wide: float, last: tuple[float, ...]
) -> None:
    regions = arrange(replace(VERTICAL, large_uid=count), crowd(count))

    assert uids(regions) == [count, *range(1, count)]
    assert box(regions[0]) == (0, 0, wide, 1)
    assert box(regions[-1]) == last
    assert [region.fill for region in regions] == [Fill.FIT] + [Fill.CROP] * (count - 1)


def test_vertical_fills_the_outer_column_first() -> None:
    regions = arrange(replace(VERTICAL, large_uid=1), crowd(10))

    assert [box(regions[i])[:2] for i in (1, 8, 9)] == [(0.9, 0), (0.9, 0.875), (0.8, 0)]


def test_vertical_without_a_chosen_large_user_shows_a_lone_user_on_the_whole_canvas() -> None:
    assert arrange(VERTICAL, [5]) == (Region(5, 0, 0, 1, 1, 1, Fill.FIT, 0),)


def test_vertical_keeps_the_large_region_empty_while_the_chosen_user_is_absent() -> None:
    large, small = arrange(replace(VERTICAL, large_uid=99), [5])

    assert (large.uid, box(large)) == (NOBODY, (0, 0, 0.8, 1))
    assert (small.uid, box(small)) == (5, (0.8, 0, 0.2, 0.25))


@pytest.mark.parametrize("large_uid", [None, 99])
@pytest.mark.parametrize(("smalls", "width"), [(4, 0.2), (5, 0.142857), (7, 0.111111), (9, 0.1)])
def test_vertical_without_the_large_user_counts_everyone_as_small(
    large_uid: int | None, smalls: int, width: float
) -> None:
    regions = arrange(replace(VERTICAL, large_uid=large_uid), crowd(smalls))

    assert uids(regions) == [NOBODY, *crowd(smalls)]
    assert regions[-1].width == width


def test_vertical_does_not_enlarge_a_user_who_joined_after_the_17th() -> None:
    assert uids(arrange(replace(VERTICAL, large_uid=18), crowd(18))) == [NOBODY, *crowd(16)]


LEFT = Place(None, 0, 0, 0.5, 1)
RIGHT = Place(None, 0.5, 0, 0.5, 1)


def custom(*places: Place) -> Layout:
    return Layout(Arrangement.CUSTOM, places=places)


def test_custom_places_go_to_the_named_user_and_the_others_in_order_of_joining() -> None:
    layout = custom(LEFT, replace(RIGHT, uid=1), LEFT, LEFT)

    assert uids(arrange(layout, [3, 1, 2])) == [3, 1, 2, NOBODY]


def test_a_custom_place_waits_for_its_user() -> None:
    layout = custom(replace(LEFT, uid=7), RIGHT)

    assert uids(arrange(layout, [5, 6])) == [NOBODY, 5]
    assert uids(arrange(layout, [5, 6, 7])) == [7, 5]


def test_a_second_custom_place_for_the_same_user_stays_empty() -> None:
    assert uids(arrange(custom(replace(LEFT, uid=7), replace(RIGHT, uid=7)), [7])) == [7, NOBODY]


def test_a_custom_place_keeps_its_measures_and_later_places_lie_above() -> None:
    layout = custom(LEFT, Place(None, 0.1, 0.2, 0.3, 0.4567891, 0.5, Fill.FIT))

    assert arrange(layout, [8, 9]) == (
        Region(8, 0, 0, 0.5, 1, 1, Fill.CROP, 0),
        Region(9, 0.1, 0.2, 0.3, 0.456789, 0.5, Fill.FIT, 1),
    )


def test_users_without_a_custom_place_are_not_shown() -> None:
    assert uids(arrange(custom(LEFT), [1, 2, 3])) == [1]


def test_the_background_is_the_nearest_picture_and_at_last_the_color() -> None:
    color = Layout(background_color="#112233")
    canvas = replace(color, background_image="canvas.jpg")
    anyone = replace(canvas, default_user_image="anyone.jpg")
    own = replace(anyone, user_images=(UserImage(1, "own.jpg"),))

    chosen = [background(layout, 1) for layout in (Layout(), color, canvas, anyone, own)]

    assert chosen == ["#000000", "#112233", "canvas.jpg", "anyone.jpg", "own.jpg"]
    assert background(own, 2) == "anyone.jpg"
