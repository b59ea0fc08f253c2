"""How a world behaves: what its keeper has set."""

from __future__ import annotations

from mockrec.domain.delivery import Callback
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
    external: bool = False
    """Whether uploads go to real buckets, whose answers decide."""
