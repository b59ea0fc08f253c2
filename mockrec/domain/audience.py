"""Who sits in a channel that nobody has populated."""

from __future__ import annotations

from mockrec.domain.channel import NOBODY, Channel, User
from mockrec.domain.ids import new_id
from mockrec.domain.moments import Millis
from mockrec.domain.task import Task
from mockrec.domain.values import replace

_SMALLEST, _SPAN = 1_000, 900_000


def seat(channel: Channel, task: Task, seed: int, size: int, at: Millis) -> Channel:
    """The channel with its audience: the users that the task names, else `size` of them.

    They are hosts who publish audio and video; their uids depend on seed and channel alone.
    """
    named = [uid for uid in task.subscription.named() if uid != task.uid]
    uids = named or _strangers(channel.cname, task.uid, seed, size)
    seated = {
        uid: User(uid, joined=at, order=order) for order, uid in enumerate(uids, channel.joins)
    }
    joins = channel.joins + len(seated)
    return replace(channel, users=channel.users.update(seated), joins=joins)


def dismiss(channel: Channel, newcomer: int) -> Channel:
    """The channel when its audience has made room for the first who joins by hand.

    Whoever only changes what one of them sends has taken them over as they are.
    """
    seated = not channel.by_hand and newcomer not in channel.users
    return replace(channel, users=NOBODY) if seated else channel


def _strangers(cname: str, recorder: int, seed: int, size: int) -> list[int]:
    uids: list[int] = []
    number = 0
    while len(uids) < size:
        uid = _SMALLEST + int(new_id(seed, "user", cname, number)[:12], 16) % _SPAN
        number += 1
        if uid != recorder and uid not in uids:
            uids.append(uid)
    return uids
