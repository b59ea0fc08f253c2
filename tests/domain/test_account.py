"""What the account and the servers have against something new; and users who change by script."""

from typing import Final

import pytest

from mockrec.domain.changes import ExhaustCapacity, Felt, Mute, Publish, SuspendAccount
from mockrec.domain.channel import BOTH, Codec, Role, User
from mockrec.domain.commands import (
    Accepted,
    Acquire,
    Acquired,
    Gone,
    Present,
    Queried,
    Query,
    Stopped,
)
from mockrec.domain.decisions import refused
from mockrec.domain.moments import MINUTE
from mockrec.domain.notices import StreamChanged
from mockrec.domain.policy import Policy
from mockrec.domain.problems import (
    ACCOUNT_SUSPENDED,
    ALLOCATION_FAILED,
    ALREADY_STARTED,
    NO_CAPACITY,
    OVERLOADED,
    RESOURCE_EXPIRED,
)
from tests.domain.studio import (
    AUDIO,
    CNAME,
    MIX,
    SILENT,
    UID,
    UNDER_WAY,
    VIDEO,
    Studio,
    refusal,
    said,
)

ONE: Final = User(1, codec=Codec.VP8, width=1280, height=720, role=Role.HOST)


# Suspended.


def test_a_suspended_account_acquires_and_starts_nothing(studio: Studio) -> None:
    resource = studio.acquire()

    assert studio.do(SuspendAccount()) == Felt()

    suspended = refusal(ACCOUNT_SUSPENDED, "400/405 no_active_status")
    assert said(studio.do(Acquire(CNAME, UID))) == suspended
    assert said(studio.start(resource)) == suspended


def test_what_lives_goes_on_while_the_account_is_suspended(studio: Studio) -> None:
    studio.join(ONE)
    session = studio.record(MIX)
    studio.do(SuspendAccount())
    studio.jump(UNDER_WAY)

    assert isinstance(studio.do(Query(session)), Queried)
    assert isinstance(studio.stop(session), Stopped)


def test_an_account_is_taken_up_again(studio: Studio) -> None:
    resource = studio.acquire()
    studio.do(SuspendAccount())
    studio.do(SuspendAccount(False))

    assert isinstance(studio.do(Acquire(CNAME, UID)), Acquired)
    assert isinstance(studio.start(resource), Accepted)


# Exhausted.


def test_where_no_server_is_left_nothing_is_acquired_and_nothing_started(studio: Studio) -> None:
    resource = studio.acquire()

    assert studio.do(ExhaustCapacity()) == Felt()

    assert said(studio.do(Acquire(CNAME, UID))) == refusal(
        NO_CAPACITY, "500/501 no_worker_manager_available"
    )
    assert said(studio.start(resource)) == refusal(
        ALLOCATION_FAILED, "500/502 Failed to allocate worker"
    )


def test_a_start_that_found_no_server_may_be_tried_again(studio: Studio) -> None:
    resource = studio.acquire()
    studio.do(ExhaustCapacity())
    studio.start(resource)
    studio.do(ExhaustCapacity(False))

    assert isinstance(studio.start(resource), Accepted)


# The order of the checks.


def test_the_account_is_looked_at_before_the_servers_and_both_before_the_limit() -> None:
    studio = Studio(Policy(pcw=0))
    assert said(studio.do(Acquire(CNAME, UID))).problem == OVERLOADED.name
    studio.do(ExhaustCapacity())
    assert said(studio.do(Acquire(CNAME, UID))).problem == NO_CAPACITY.name
    studio.do(SuspendAccount())
    assert said(studio.do(Acquire(CNAME, UID))).problem == ACCOUNT_SUSPENDED.name


def test_what_is_wrong_with_the_start_itself_is_told_first(studio: Studio) -> None:
    used, late = studio.acquire(), studio.acquire(uid=92)
    studio.start(used)
    studio.do(SuspendAccount())

    assert said(studio.start(used)).problem == ALREADY_STARTED.name
    studio.jump(5 * MINUTE + 1)
    assert said(studio.start(late)).problem == RESOURCE_EXPIRED.name


# Users who change.


def test_a_user_who_mutes_stays_as_he_was_but_for_what_he_sends(studio: Studio) -> None:
    studio.join(ONE)

    answer = studio.do(Mute(CNAME, 1, AUDIO))

    assert isinstance(answer, Present)
    now = answer.user
    assert (now.publishes, now.codec, now.width, now.role) == (VIDEO, Codec.VP8, 1280, Role.HOST)
    assert studio.world.channel(CNAME).users[1] == now


def test_what_a_user_publishes_is_added_to_what_he_sends(studio: Studio) -> None:
    studio.join(ONE)
    studio.do(Mute(CNAME, 1))
    sends = [studio.world.channel(CNAME).users[1].publishes]

    for media in (AUDIO, VIDEO, BOTH):
        studio.do(Publish(CNAME, 1, media))
        sends.append(studio.world.channel(CNAME).users[1].publishes)

    assert sends == [SILENT, AUDIO, BOTH, BOTH]


def test_recordings_hear_who_mutes_and_who_publishes(studio: Studio) -> None:
    studio.join(ONE)
    studio.record(MIX)
    studio.jump(UNDER_WAY)
    before = len(studio.told(StreamChanged))

    studio.do(Mute(CNAME, 1, AUDIO))
    studio.do(Publish(CNAME, 1, AUDIO))

    assert [event.receiving for event in studio.told(StreamChanged)[before:]] == [False, True]


def test_who_is_not_there_can_neither_mute_nor_publish(studio: Studio) -> None:
    for change in (Mute(CNAME, 1), Publish(CNAME, 1), Mute("nowhere", 1)):
        assert studio.do(change) == Gone(was_there=False)

    assert not studio.world.channel(CNAME).users


def test_one_of_an_audience_may_mute_and_the_audience_stays_one(studio: Studio) -> None:
    session = studio.record(MIX)
    studio.jump(UNDER_WAY)
    uid = next(iter(studio.world.channel(CNAME).users))

    studio.do(Mute(CNAME, uid))
    studio.stop(session)

    assert not studio.world.channel(CNAME).users


def test_what_is_never_refused_has_no_ids_to_be_refused_with(studio: Studio) -> None:
    with pytest.raises(TypeError, match="Mute is never refused"):
        refused(studio.world, Mute(CNAME, 1), OVERLOADED, "")
