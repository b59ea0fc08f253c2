"""Who is in the room and what they publish."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Final

import immutables

from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass, replace


class Medium(StrEnum):
    """What a user can publish."""

    AUDIO = "audio"
    VIDEO = "video"


class Role(StrEnum):
    """A host keeps a live channel from being idle; an audience does not."""

    HOST = "host"
    AUDIENCE = "audience"


class Codec(StrEnum):
    """How a publisher's video is encoded; it decides the container of individual slices."""

    H264 = "h264"
    VP8 = "vp8"


BOTH: Final[frozenset[Medium]] = frozenset(Medium)


@dataclass(frozen=True)
class User:
    """One user of a channel, as the recorder sees it."""

    uid: int
    publishes: frozenset[Medium] = BOTH
    role: Role = Role.HOST
    codec: Codec = Codec.H264
    width: int = 640
    height: int = 360
    joined: Millis = 0
    order: int = 0
    """The running number of the join: users stand on the canvas in this order."""

    def sends(self, medium: Medium) -> bool:
        """Whether there is anything of this medium to receive; an audience sends nothing."""
        return self.role is Role.HOST and medium in self.publishes


Users = immutables.Map[int, User]
NOBODY: Final[Users] = immutables.Map()


def in_order(users: Users) -> list[User]:
    """The users in the order of joining."""
    return sorted(users.values(), key=lambda user: user.order)


@dataclass(frozen=True)
class Channel:
    """A channel by name: its users, who has touched it, and which recordings listen."""

    cname: str
    users: Users = NOBODY
    joins: int = 0
    by_hand: bool = False
    """Whether anybody was put in or out by hand or by a scenario: then no audience comes."""
    recordings: frozenset[str] = field(default=frozenset())
    """The sids of the live recordings of this channel."""

    def with_user(self, user: User, at: Millis) -> tuple[Channel, User]:
        """The channel after the user joined, or changed what was known of it."""
        known = self.users.get(user.uid)
        order = known.order if known else self.joins
        present = replace(user, joined=known.joined if known else at, order=order)
        joins = self.joins if known else self.joins + 1
        users = self.users.set(user.uid, present)
        return replace(self, users=users, joins=joins), present

    def without(self, uid: int) -> Channel:
        """The channel after the user left, if he was there."""
        return replace(self, users=self.users.delete(uid)) if uid in self.users else self
