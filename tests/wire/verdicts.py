"""Status, code and reason of the refusals that many tests are about; and the two editions."""

from __future__ import annotations

from typing import Final

import pytest

Verdict = tuple[int, int, str]

BODY_CHECK: Final[Verdict] = (400, 2, "post method api body check failed!")
NO_SERVICE: Final[Verdict] = (400, 2, "services not selected!")
HASH: Final[Verdict] = (400, 2, "request_hash mismatch!")
UNREADABLE: Final[Verdict] = (400, 1001, "invalid resourceid")
FOREIGN: Final[Verdict] = (400, 1003, "resourceid does not match appid or sid")
MISMATCH: Final[Verdict] = (400, 432, "parameter mismatch")
EXPIRED: Final[Verdict] = (400, 433, "resourceid expired")
NO_WORKER: Final[Verdict] = (404, 404, "failed to find worker")
ALREADY: Final[Verdict] = (201, 7, "already started")
CONFLICT: Final[Verdict] = (400, 53, "task conflict")
TWICE: Final[Verdict] = (400, 49, "invalid operation")
NOTHING: Final[Verdict] = (206, 435, "no recorded data")

NOWHERE: Final = "0" * 32
"""A sid that there is none of."""

each_edition = pytest.mark.parametrize("profile", ["2026", "2020"])


def by_edition(profile: str, now: Verdict, then: Verdict) -> Verdict:
    """What is expected in this edition."""
    return now if profile == "2026" else then
