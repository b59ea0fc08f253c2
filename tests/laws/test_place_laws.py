"""Who has a place among those who are received, whatever they do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.channel import BOTH, Users
from mockrec.domain.subscription import Subscription, heard
from tests.laws.strategies import ROOMS, moves, subscriptions

LIMIT = 2


@st.composite
def afternoons(draw: st.DrawFn) -> list[tuple[Users, Subscription]]:
    """Who is in the room and who is wanted, again and again."""
    users, wanted = draw(ROOMS), draw(subscriptions(BOTH))
    moments = [(users, wanted)]
    for _ in range(draw(st.integers(1, 12))):
        if draw(st.integers(0, 3)):
            users = draw(moves(users))
        else:
            wanted = draw(subscriptions(BOTH))
        moments.append((users, wanted))
    return moments


@given(afternoons())
def test_places_are_few_kept_until_one_leaves_and_given_in_the_order_of_joining(
    afternoon: list[tuple[Users, Subscription]],
) -> None:
    places: frozenset[int] = frozenset()
    for users, wanted in afternoon:
        kept = frozenset(uid for uid in places if uid in users and wanted.wants_any(uid))
        found = heard(users, wanted, LIMIT, kept)
        places = kept | found.keys()

        senders = heard(users, wanted, len(users))
        assert len(places) <= LIMIT
        assert found == {uid: senders[uid] for uid in places & senders.keys()}
        waiting = [users[uid].order for uid in senders.keys() - places]
        assert not waiting or len(places) == LIMIT
        assert all(users[uid].order < min(waiting, default=99) for uid in places - kept)
