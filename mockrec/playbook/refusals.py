"""Which refusal a scenario means by a code, or by a name."""

from __future__ import annotations

from typing import Final

from mockrec.domain.problems import (
    BAD_LAYOUT,
    BODY_CHECK,
    FOREIGN_RESOURCE,
    NO_CAPACITY,
    NO_WORKER,
    NO_WORKER_EXITING,
    NOT_ENABLED,
    PROBLEMS,
    REQUEST_TIMEOUT,
    START_TIMEOUT,
    UNREADABLE_RESOURCE,
    Problem,
    Profile,
)
from mockrec.domain.rules import Operation

_OF_ONE: Final[dict[tuple[int, Operation], Problem]] = {
    (62, Operation.ACQUIRE): NOT_ENABLED,
    (62, Operation.START): START_TIMEOUT,
    (501, Operation.QUERY): NO_WORKER_EXITING,
    (2, Operation.UPDATE_LAYOUT): BAD_LAYOUT,
}
_OF_ALL: Final[dict[int, Problem]] = {
    2: BODY_CHECK,
    62: REQUEST_TIMEOUT,
    404: NO_WORKER,
    501: NO_CAPACITY,
    1001: UNREADABLE_RESOURCE,
    1003: FOREIGN_RESOURCE,
}
"""Where rows share a code: the one that the service gives, for the operation or for any."""


def refusal(wanted: int | str, operation: Operation, profile: Profile) -> Problem:
    """The row of the catalogue. Raises ``ValueError`` for a code unknown to the profile."""
    if isinstance(wanted, str):
        return PROBLEMS[wanted]
    rows = [row for row in PROBLEMS.values() if row.on(profile).code == wanted]
    if not rows:
        (other,) = (one for one in Profile if one is not profile)
        raise ValueError(f"code {wanted} is of the profile {other}; this scenario has {profile}")
    for usual in (_OF_ONE.get((wanted, operation)), _OF_ALL.get(wanted)):
        if usual in rows and usual is not None:
            return usual
    return rows[0]
