"""Who sits in a channel, and who comes and goes."""

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.channel import BOTH, Channel, Codec, Medium, Role, User, in_order
from mockrec.domain.commands import Gone, Join, Leave, Present, Stop
from mockrec.domain.events import SliceCut
from mockrec.domain.notices import SessionExited, StreamChanged
from mockrec.domain.policy import Policy
from mockrec.domain.recording import Ending
from mockrec.domain.subscription import Everyone, Except, Only, Subscription
from mockrec.domain.world import World
from tests.domain.studio import (
    APP_ID,
    AUDIO,
    CNAME,
    EPOCH,
    INDIVIDUAL,
    MIX,
    SILENT,
    UID,
    UNDER_WAY,
    VIDEO,
    WEB,
    Studio,
)


def uids(studio: Studio, cname: str = CNAME) -> list[int]:
    """Who is in the channel, in the order of joining."""
    return [user.uid for user in in_order(studio.world.channel(cname).users)]


def only(*uids: int) -> Only:
    return Only(frozenset(uids))


NOBODY: Final = only()


# The audience of a channel that nobody has populated.


def test_a_channel_that_nobody_has_populated_gets_two_users_with_the_first_start(
    studio: Studio,
) -> None:
    assert uids(studio) == []

    studio.record()

    assert len(uids(studio)) == 2


@pytest.mark.parametrize("size", [0, 1, 5])
def test_the_audience_has_the_size_that_is_set(size: int) -> None:
    studio = Studio(Policy(audience=size))

    studio.record()

    assert len(uids(studio)) == size


def test_the_audience_are_hosts_who_publish_audio_and_video_from_the_start_on(
    studio: Studio,
) -> None:
    studio.jump(7_000)
    studio.record()

    for user in studio.world.channel(CNAME).users.values():
        assert (user.role, user.publishes, user.joined) == (Role.HOST, BOTH, EPOCH + 7_000)


def test_the_audience_came_one_after_the_other(studio: Studio) -> None:
    studio.record()
    channel = studio.world.channel(CNAME)

    assert [user.order for user in in_order(channel.users)] == [0, 1]
    assert channel.joins == 2


def test_the_audience_is_the_same_in_every_run_and_another_in_another_channel_or_seed() -> None:
    def seated(cname: str, seed: int) -> list[int]:
        studio = Studio()
        studio.world = World(APP_ID, seed, EPOCH)
        studio.record(cname=cname)
        return uids(studio, cname)

    assert seated("room", 0) == seated("room", 0)
    assert len({tuple(seated(*each)) for each in (("room", 0), ("hall", 0), ("room", 1))}) == 3


def test_no_two_of_the_audience_share_a_uid() -> None:
    studio = Studio(Policy(audience=1_500))

    studio.record()

    assert len(set(uids(studio))) == 1_500
    assert all(0 < uid < 1 << 32 for uid in uids(studio))


def test_nobody_of_the_audience_has_the_uid_of_the_recorder(studio: Studio) -> None:
    studio.record()
    taken = uids(studio)[0]

    other = Studio()
    other.record(uid=taken)

    assert taken not in uids(other)
    assert len(uids(other)) == 2


def test_the_users_whom_the_lists_name_are_the_audience() -> None:
    studio = Studio()
    wanted = Subscription(only(9, 3), only(3, 5))

    studio.record(replace(INDIVIDUAL, subscription=wanted))

    assert uids(studio) == [3, 5, 9]


def test_a_recorder_that_names_itself_is_not_its_own_audience(studio: Studio) -> None:
    studio.record(replace(INDIVIDUAL, subscription=Subscription(only(UID, 3), NOBODY)))

    assert uids(studio) == [3]


def test_a_black_list_names_nobody(studio: Studio) -> None:
    wanted = Subscription(Except(frozenset({3})), Everyone())

    studio.record(replace(INDIVIDUAL, subscription=wanted))

    assert len(uids(studio)) == 2
    assert 3 not in uids(studio)


def test_an_audience_of_none_leaves_the_channel_to_you_even_where_the_lists_name_users() -> None:
    studio = Studio(Policy(audience=0))

    studio.record(replace(INDIVIDUAL, subscription=Subscription(only(3), NOBODY)))

    assert uids(studio) == []


def test_the_audience_is_heard(studio: Studio) -> None:
    studio.record()

    studio.jump(UNDER_WAY)

    assert sorted({event.uid for event in studio.told(StreamChanged)}) == sorted(uids(studio))


def test_a_second_recording_finds_the_audience_that_is_there(studio: Studio) -> None:
    studio.record()
    seated = uids(studio)

    studio.record(MIX, uid=UID + 1)

    assert uids(studio) == seated


def test_the_audience_goes_with_the_last_recording_of_its_channel(studio: Studio) -> None:
    one, other = studio.record(), studio.record(MIX, uid=UID + 1)

    studio.stop(one)
    assert len(uids(studio)) == 2

    studio.stop(other)
    assert uids(studio) == []
    assert CNAME not in studio.world.channels


def test_a_web_recording_has_no_audience(studio: Studio) -> None:
    studio.record(WEB)

    assert uids(studio) == []


def test_a_channel_that_was_populated_by_hand_gets_no_audience(studio: Studio) -> None:
    studio.join(User(7))

    studio.record()

    assert uids(studio) == [7]


def test_a_channel_that_was_emptied_by_hand_stays_empty(studio: Studio) -> None:
    studio.join(User(7))
    studio.leave(7)
    session = studio.record()

    studio.jump(60_000)

    assert uids(studio) == []
    assert studio.recording(session).ending is Ending.IDLE


def test_a_channel_that_was_touched_by_hand_is_remembered_when_its_recordings_are_gone(
    studio: Studio,
) -> None:
    session = studio.record()
    studio.join(User(7))

    studio.stop(session)

    assert 7 in uids(studio)


def test_the_first_who_joins_by_hand_sends_the_audience_away(studio: Studio) -> None:
    studio.record()

    studio.join(User(7), User(8))

    assert uids(studio) == [7, 8]


def test_the_audience_is_gone_before_he_joins_and_in_the_same_moment(studio: Studio) -> None:
    studio.record()
    seated = uids(studio)
    studio.jump(UNDER_WAY)
    told = len(studio.told(StreamChanged))

    studio.join(User(7))

    changes = studio.told(StreamChanged)[told:]
    assert [(one.uid, one.receiving) for one in changes] == [
        *((uid, False) for uid in sorted(seated) for _ in Medium),
        *((7, True) for _ in Medium),
    ]
    assert {one.at for one in changes} == {EPOCH + UNDER_WAY}


def test_a_mix_goes_on_while_the_audience_makes_room(studio: Studio) -> None:
    session = studio.record(MIX)
    studio.jump(20_000)

    studio.join(User(7))
    studio.jump(20_000)

    assert studio.recording(session).ending is None
    assert [event.slice.start - EPOCH for event in studio.told(SliceCut)] == [2_500, 17_500]


def test_whoever_changes_one_of_the_audience_has_taken_them_over(studio: Studio) -> None:
    studio.record()
    seated = uids(studio)

    studio.join(User(seated[0], AUDIO), User(7))

    assert uids(studio) == [*seated, 7]


def test_so_has_whoever_lets_one_of_them_leave(studio: Studio) -> None:
    studio.record()
    first, second = uids(studio)

    studio.leave(first)
    studio.join(User(7))

    assert uids(studio) == [second, 7]


def test_users_who_joined_before_the_start_stay_when_others_join(studio: Studio) -> None:
    studio.join(User(7))
    studio.record()

    studio.join(User(8))

    assert uids(studio) == [7, 8]


# Coming and going.


def test_a_join_is_answered_with_the_user_as_the_channel_knows_him(studio: Studio) -> None:
    studio.join(User(6))
    studio.jump(1_000)

    answer = studio.do(Join(CNAME, User(7, AUDIO)))

    assert answer == Present(User(7, AUDIO, joined=EPOCH + 1_000, order=1))


def test_one_who_changes_what_he_publishes_keeps_his_place() -> None:
    channel, first = Channel(CNAME).with_user(User(1), EPOCH)
    channel, _ = channel.with_user(User(2), EPOCH + 1)

    channel, changed = channel.with_user(User(1, VIDEO, codec=Codec.VP8), EPOCH + 2)

    assert changed == replace(first, publishes=VIDEO, codec=Codec.VP8)
    assert [user.uid for user in in_order(channel.users)] == [1, 2]
    assert channel.joins == 2


def test_one_who_leaves_and_returns_stands_last(studio: Studio) -> None:
    studio.join(User(1), User(2))
    studio.leave(1)
    studio.join(User(1))

    assert uids(studio) == [2, 1]


def test_a_leave_says_whether_anybody_was_there(studio: Studio) -> None:
    studio.join(User(1))

    assert studio.do(Leave(CNAME, 1)) == Gone(True)
    assert studio.do(Leave(CNAME, 1)) == Gone(False)
    assert studio.do(Leave("elsewhere", 1)) == Gone(False)


def test_a_leave_leaves_the_channel_to_you(studio: Studio) -> None:
    studio.leave(1)

    studio.record()

    assert uids(studio) == []


def test_an_audience_sends_nothing_whatever_it_publishes() -> None:
    assert not any(User(1, role=Role.AUDIENCE).sends(medium) for medium in Medium)
    assert [User(1, AUDIO).sends(medium) for medium in Medium] == [True, False]
    assert not any(User(1, SILENT).sends(medium) for medium in Medium)


def test_every_recording_of_a_channel_sees_who_comes_and_no_other_does(studio: Studio) -> None:
    here, too = studio.record(), studio.record(MIX, uid=UID + 1)
    page, elsewhere = studio.record(WEB, uid=UID + 2), studio.record(cname="elsewhere")
    studio.jump(UNDER_WAY)

    studio.join(User(7))

    seen = [7 in studio.recording(each).users for each in (here, too, page, elsewhere)]
    assert seen == [True, True, False, False]


def test_a_recording_that_is_stopping_may_still_see_users_come(studio: Studio) -> None:
    session = studio.record()
    studio.jump(UNDER_WAY)
    studio.do(Stop(session, asynchronous=True))

    studio.join(User(7))
    studio.jump(60_000)

    assert len(studio.told(SessionExited)) == 1
    assert 7 not in {event.uid for event in studio.told(StreamChanged)}


def test_a_user_with_the_uid_of_a_recorder_kicks_only_that_one(studio: Studio) -> None:
    mine, other = studio.record(), studio.record(MIX, uid=UID + 1)
    studio.jump(UNDER_WAY)

    studio.join(User(UID))

    assert studio.recording(mine).ending is Ending.KICKED
    assert studio.recording(other).ending is None
