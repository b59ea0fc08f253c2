"""What is wrong with the world around the recordings, for as long as it is.

Like the users of a channel, the conditions are seen as a whole; what has no end, such as a server
that dies, is not among them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

import immutables

from mockrec.domain.values import dataclass, replace

T = TypeVar("T")

About = immutables.Map[str | None, T]
"""What holds for a channel, a bucket or an address; under None for all that are not named."""


class BucketFault(StrEnum):
    """What is the matter with a bucket."""

    TRANSFER = "transfer"
    """Nothing gets through: uploads are tried again, then go to the backup."""
    CREDENTIALS = "credentials"
    """The keys are wrong: the upload is refused, and the recording ends."""
    MISSING = "missing"
    """There is no such bucket: the same."""
    SLOW = "slow"
    """All arrives, but it takes longer than a stop waits."""


class PageFate(StrEnum):
    """What becomes of the page of a web recording."""

    LOADS = "loads"
    TIMES_OUT = "times_out"
    """It never says that it is ready; noticed only where the recording has a ready timeout."""
    FAILS = "fails"
    """It cannot be opened."""
    ENGINE_FAILS = "engine_fails"
    """There is no browser to open it in."""
    RESOLUTION = "resolution"
    WEBGL = "webgl"
    BANDWIDTH = "bandwidth"
    """It asks for more than the web recorder can do; so do the two before."""
    RELOADS = "reloads"
    """It falls silent, and is loaded anew: once, and only where it is open."""
    CRASHES = "crashes"
    """It goes down, and the recording with it: only where it is open."""


class Hindrance(StrEnum):
    """Why a recorder does not get into its channel."""

    INVALID_TOKEN = "invalid_token"  # noqa: S105
    EXPIRED_TOKEN = "expired_token"  # noqa: S105
    NO_ANSWER = "no_answer"
    """The service never gets ready."""


@dataclass(frozen=True)
class Conditions:
    """All that is wrong at one moment; by itself nothing is."""

    buckets: About[BucketFault | None] = immutables.Map()
    pages: About[PageFate] = immutables.Map()
    joins: About[Hindrance | None] = immutables.Map()
    broken_outputs: About[bool] = immutables.Map()
    suspended: bool = False
    """Whether the account is suspended."""
    exhausted: bool = False
    """Whether the data centre has no room for another recording."""

    def with_bucket(self, bucket: str | None, fault: BucketFault | None) -> Conditions:
        """With this bucket, or with every bucket, in this state."""
        return replace(self, buckets=_noted(self.buckets, bucket, fault))

    def with_page(self, cname: str | None, fate: PageFate) -> Conditions:
        """With this fate for the pages of the channel, or for all pages."""
        return replace(self, pages=_noted(self.pages, cname, fate))

    def with_join(self, cname: str | None, hindrance: Hindrance | None) -> Conditions:
        """With recorders kept out of the channel, or out of every channel."""
        return replace(self, joins=_noted(self.joins, cname, hindrance))

    def with_output(self, url: str | None, *, broken: bool) -> Conditions:
        """With this address, or with every address, out of order."""
        return replace(self, broken_outputs=_noted(self.broken_outputs, url, broken))

    def bucket(self, bucket: str) -> BucketFault | None:
        """What is the matter with this bucket, if anything is."""
        return self.buckets.get(bucket, self.buckets.get(None))

    def page(self, cname: str) -> PageFate:
        """What becomes of a page that is loaded for this channel."""
        return self.pages.get(cname, self.pages.get(None, PageFate.LOADS))

    def join(self, cname: str) -> Hindrance | None:
        """What keeps a recorder out of this channel, if anything does."""
        return self.joins.get(cname, self.joins.get(None))

    def broken(self, url: str) -> bool:
        """Whether nothing can be pushed to this address."""
        return self.broken_outputs.get(url, self.broken_outputs.get(None, False))


FAIR: Final = Conditions()
"""Nothing is wrong."""


def _noted(about: About[T], name: str | None, state: T) -> About[T]:
    """What is said of all takes the place of what was said of any."""
    return immutables.Map({None: state}) if name is None else about.set(name, state)
