"""How a world behaves: what its keeper has set."""

from __future__ import annotations

from dataclasses import replace

from mockrec.domain.delivery import Callback, default_secret
from mockrec.domain.problems import Profile
from mockrec.domain.timing import Timing
from mockrec.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """How a world behaves: which edition, how strict, what limits, whose audience, what delays."""

    profile: Profile = Profile.Y2026
    strict: bool = False
    qps: int | None = None
    pcw: int | None = None
    audience: int = 2
    timing: Timing = Timing()
    callback: Callback | None = None
    muted: Callback | None = None
    """What notifications would be like, if there were an address to send them to."""
    external: bool = False
    """Whether uploads go to real buckets, whose answers decide."""

    def told_of(self, seed: int) -> Callback:
        """How notifications are, or would be: with an empty address, and the secret of the seed."""
        return self.callback or self.muted or Callback("", default_secret(seed))

    def telling(self, callback: Callback) -> Policy:
        """With notifications like this; without an address they are kept in mind."""
        if callback.url:
            return replace(self, callback=callback, muted=None)
        return replace(self, callback=None, muted=callback)
