"""Whom the recorder listens to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.channel import BOTH, Medium, Role, User
from mockrec.domain.commands import Session, Update
from mockrec.domain.notices import StreamChanged
from mockrec.domain.signals import ChangeSubscription
from mockrec.domain.streams import Track
from mockrec.domain.subscription import (
    Everyone,
    Except,
    Only,
    Selection,
    Subscription,
    heard,
    subscription,
)
from mockrec.domain.task import Task
from tests.domain.studio import (
    AUDIO,
    INDIVIDUAL,
    MEDIA,
    MIX,
    SILENT,
    UNDER_WAY,
    VIDEO,
    Studio,
    Take,
    crowd,
    room,
    saw,
)

ALL: Final = Everyone()
NEWCOMER: Final = 555
FOUR: Final = [User(111), User(222), User(333), User(444), User(NEWCOMER)]


def only(*uids: int) -> Only:
    return Only(frozenset(uids))


def all_but(*uids: int) -> Except:
    return Except(frozenset(uids))


def received(wanted: Subscription, medium: Medium) -> set[int]:
    """Which of the four, and of those who come later, are heard or seen."""
    found = heard(room(FOUR), wanted, limit=17)
    return {uid for uid, media in found.items() if medium in media}


EVERYBODY: Final = {111, 222, 333, 444, NEWCOMER}


@pytest.mark.parametrize(
    ("audio", "video", "heard_uids", "seen_uids"),
    [
        (None, None, EVERYBODY, EVERYBODY),
        (ALL, only(111, 222), EVERYBODY, {111, 222}),
        (ALL, all_but(111, 222), EVERYBODY, {333, 444, NEWCOMER}),
        (ALL, None, EVERYBODY, set()),
        (all_but(222), only(111), EVERYBODY - {222}, {111}),
        (None, only(111), set(), {111}),
        (None, all_but(111), set(), EVERYBODY - {111}),
        (only(111), None, {111}, set()),
        (None, ALL, set(), EVERYBODY),
    ],
    ids=[
        "no list",
        "all heard, two seen",
        "all heard, all but two seen",
        "all heard, nobody seen",
        "all but one heard, one seen",
        "one seen, nobody heard",
        "all but one seen, nobody heard",
        "one heard, nobody seen",
        "all seen, nobody heard",
    ],
)
def test_a_one_sided_list_drops_the_other_side(
    audio: Selection | None, video: Selection | None, heard_uids: set[int], seen_uids: set[int]
) -> None:
    wanted = subscription(audio, video, media=BOTH)

    assert received(wanted, Medium.AUDIO) == heard_uids
    assert received(wanted, Medium.VIDEO) == seen_uids


@pytest.mark.parametrize(
    ("media", "heard_uids", "seen_uids"), [(AUDIO, EVERYBODY, set()), (VIDEO, set(), EVERYBODY)]
)
def test_the_stream_types_leave_a_medium_out_altogether(
    media: frozenset[Medium], heard_uids: set[int], seen_uids: set[int]
) -> None:
    wanted = subscription(None, None, media=media)

    assert received(wanted, Medium.AUDIO) == heard_uids
    assert received(wanted, Medium.VIDEO) == seen_uids


def test_a_list_does_not_bring_back_a_medium_that_the_stream_types_leave_out() -> None:
    wanted = subscription(only(111), only(111), media=AUDIO)

    assert wanted == Subscription(only(111), only())


def test_the_named_users_are_those_on_white_lists_each_once_in_order() -> None:
    assert Subscription(only(9, 3), only(3, 5)).named() == (3, 5, 9)
    assert Subscription(ALL, all_but(4)).named() == ()


def test_an_audience_and_those_who_publish_nothing_are_not_received() -> None:
    users = [User(1, role=Role.AUDIENCE), User(2, SILENT), User(3, AUDIO), User(4, VIDEO)]

    found = heard(room(users), Subscription(ALL, ALL), limit=17)

    assert found == {3: AUDIO, 4: VIDEO}


# The limit of users.


def streams(take: Take) -> set[int]:
    """Whose streams are being recorded."""
    return {stream.key.uid for stream in take.recording.open_streams()}


def test_of_eighteen_users_the_first_seventeen_to_join_are_recorded() -> None:
    take = Take(INDIVIDUAL, *reversed(crowd(18))).until(UNDER_WAY)

    assert streams(take) == set(range(2, 19))


def test_when_one_of_the_seventeen_leaves_the_eighteenth_takes_over_at_once() -> None:
    take = Take(INDIVIDUAL, *crowd(18)).at(UNDER_WAY, saw(*crowd(18)[1:]))

    assert set(take.recording.heard) == set(range(2, 19))
    changes = [(event.uid, event.receiving) for event in take.told(StreamChanged)[-4:]]
    assert changes == [(1, False), (1, False), (18, True), (18, True)]
    assert take.when(StreamChanged)[-4:] == [UNDER_WAY] * 4


def muted(users: list[User], uid: int) -> list[User]:
    """The same users, one of whom sends nothing."""
    return [replace(user, publishes=SILENT) if user.uid == uid else user for user in users]


def test_one_of_the_seventeen_who_is_muted_keeps_his_place() -> None:
    take = Take(INDIVIDUAL, *crowd(18)).at(UNDER_WAY, saw(*muted(crowd(18), 1)))

    assert set(take.recording.heard) == set(range(2, 18))
    take.at(UNDER_WAY + 1_000, saw(*crowd(18)))
    assert set(take.recording.heard) == set(range(1, 18))


def test_a_muted_user_who_leaves_gives_up_his_place() -> None:
    take = Take(INDIVIDUAL, *crowd(18)).at(UNDER_WAY, saw(*muted(crowd(18), 1)))

    take.at(UNDER_WAY + 1_000, saw(*crowd(18)[1:]))

    assert set(take.recording.heard) == set(range(2, 19))


def test_so_does_one_who_is_no_longer_subscribed_to() -> None:
    take = Take(INDIVIDUAL, *crowd(18)).until(UNDER_WAY)

    take.at(UNDER_WAY, ChangeSubscription(Subscription(all_but(1), all_but(1))))

    assert set(take.recording.heard) == set(range(2, 19))


def test_one_who_was_silent_from_the_beginning_has_no_place_to_come_back_to() -> None:
    take = Take(INDIVIDUAL, *muted(crowd(18), 1)).at(UNDER_WAY, saw(*crowd(18)))

    assert set(take.recording.heard) == set(range(2, 19))


def test_the_muted_and_those_who_are_heard_are_seventeen_on_the_canvas() -> None:
    take = Take(MIX, *crowd(18)).at(UNDER_WAY, saw(*muted(crowd(18), 1)))

    assert take.recording.met == set(range(1, 18))


def test_an_eighteenth_user_who_joins_later_is_not_heard() -> None:
    take = Take(MIX, *crowd(17)).at(UNDER_WAY, saw(*crowd(18)))

    assert set(take.recording.heard) == set(range(1, 18))


@pytest.mark.parametrize(("group", "limit"), [(0, 17), (3, 17), (4, 32), (5, 49)])
def test_the_uid_group_widens_the_limit_of_an_individual_recording(group: int, limit: int) -> None:
    take = Take(replace(INDIVIDUAL, uid_group=group), *crowd(60)).until(MEDIA)

    assert len(take.recording.heard) == limit


@pytest.mark.parametrize("group", [0, 4, 5])
def test_a_composite_recording_has_seventeen_users_whatever_the_group(group: int) -> None:
    take = Take(replace(MIX, uid_group=group), *crowd(60)).until(MEDIA)

    assert len(take.recording.heard) == 17


def test_users_who_are_not_wanted_take_no_seat() -> None:
    task = replace(INDIVIDUAL, subscription=Subscription(all_but(1, 2, 3), only()))

    take = Take(task, *crowd(20)).until(MEDIA)

    assert set(take.recording.heard) == set(range(4, 21))


# The update.


def test_an_update_replaces_the_lists_and_changes_who_is_received_from_that_moment() -> None:
    task = replace(INDIVIDUAL, subscription=subscription(only(1), only(1), media=BOTH))
    take = Take(task, *crowd(2)).at(
        UNDER_WAY, ChangeSubscription(subscription(only(2), only(2), media=BOTH))
    )

    assert [(event.uid, event.receiving) for event in take.told(StreamChanged)] == [
        (1, True),
        (1, True),
        (1, False),
        (1, False),
        (2, True),
        (2, True),
    ]
    assert take.when(StreamChanged)[2:] == [UNDER_WAY] * 4
    assert dict(take.recording.heard) == {2: BOTH}

    take.stop(UNDER_WAY + 20_000)
    assert take.spans(2, Track.AUDIO)[0][0] == UNDER_WAY
    assert take.spans(1, Track.AUDIO)[-1][1] == UNDER_WAY + 15_000


def test_an_update_before_the_first_media_counts_from_the_first_media() -> None:
    take = Take(INDIVIDUAL, *crowd(2))
    take.at(1_000, ChangeSubscription(Subscription(only(2), only()))).until(UNDER_WAY)

    assert take.when(StreamChanged) == [MEDIA]
    assert dict(take.recording.heard) == {2: AUDIO}


Updating = Callable[[Session], Update]


@pytest.mark.parametrize(
    ("order", "updating", "expected"),
    [
        (INDIVIDUAL, lambda s: Update(s, only(1), only(2)), Subscription(only(1), only(2))),
        (INDIVIDUAL, lambda s: Update(s, audio=only(1)), Subscription(only(1), only())),
        (INDIVIDUAL, lambda s: Update(s, video=ALL), Subscription(only(), ALL)),
        (
            replace(INDIVIDUAL, media=AUDIO),
            lambda s: Update(s, audio=only(1)),
            Subscription(only(1), only()),
        ),
        (INDIVIDUAL, Update, INDIVIDUAL.subscription),
    ],
    ids=["both", "audio alone", "video alone", "audio of an audio recording", "neither"],
)
def test_an_update_of_one_side_drops_the_other_and_without_any_nothing_changes(
    studio: Studio, order: Task, updating: Updating, expected: Subscription
) -> None:
    session = studio.record(order)

    studio.do(updating(session))

    assert studio.recording(session).subscription == expected
