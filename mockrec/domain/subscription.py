"""Whom the recorder listens to: white lists, black lists and the limit of users."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from mockrec.domain.channel import Medium, Users, in_order
from mockrec.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Everyone:
    """All that is published: no list, or ``#allstream#``."""

    def __contains__(self, uid: int) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Only:
    """A white list."""

    uids: frozenset[int]

    def __contains__(self, uid: int) -> bool:
        return uid in self.uids


@dataclass(frozen=True, slots=True)
class Except:
    """A black list: everybody else, whoever comes."""

    uids: frozenset[int]

    def __contains__(self, uid: int) -> bool:
        return uid not in self.uids


Selection = Everyone | Only | Except
NOBODY: Final = Only(frozenset())


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is listened to, medium by medium."""

    audio: Selection
    video: Selection

    def wants(self, uid: int, medium: Medium) -> bool:
        """Whether this user's audio or video is subscribed to, should it be published."""
        return uid in (self.audio if medium is Medium.AUDIO else self.video)

    def wants_any(self, uid: int) -> bool:
        """Whether anything of this user is subscribed to."""
        return any(self.wants(uid, medium) for medium in Medium)

    def named(self) -> tuple[int, ...]:
        """The users that the white lists name, in numerical order."""
        lists = (self.audio, self.video)
        return tuple(sorted({uid for one in lists if isinstance(one, Only) for uid in one.uids}))


def subscription(
    audio: Selection | None, video: Selection | None, *, media: frozenset[Medium]
) -> Subscription:
    """What a request's lists mean: none at all is everyone, a one-sided one drops the other side.

    ``media`` is what the stream types admit (docs/protocol.md#subscription).
    """
    none_given = audio is None and video is None
    default: Selection = Everyone() if none_given else NOBODY
    return Subscription(
        audio=(audio or default) if Medium.AUDIO in media else NOBODY,
        video=(video or default) if Medium.VIDEO in media else NOBODY,
    )


Heard = Mapping[int, frozenset[Medium]]


def heard(
    users: Users, wanted: Subscription, limit: int, seated: AbstractSet[int] = frozenset()
) -> dict[int, frozenset[Medium]]:
    """Who is received and what of them: the first `limit` senders that are wanted, by joining.

    Whoever is `seated` was received before and keeps his place, even while he sends nothing; when
    he leaves, the next in line moves up (docs/protocol.md#seventeen).
    """
    received: dict[int, frozenset[Medium]] = {}
    free = limit - len(seated)
    for user in in_order(users):
        media = frozenset(m for m in Medium if user.sends(m) and wanted.wants(user.uid, m))
        if media and (user.uid in seated or free > 0):
            received[user.uid] = media
            free -= user.uid not in seated
    return received
