"""Recordings with a real bucket: what the tests of its answers have in common."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from mockrec.domain.commands import Answer, Session
from mockrec.domain.moments import MINUTE, SECOND
from mockrec.domain.notices import (
    Notice,
    RecordingWarned,
)
from mockrec.domain.task import Task
from tests.buckets.verdicts import Branch
from tests.domain.studio import (
    EPOCH,
    INDIVIDUAL,
    MIX,
    STORAGE,
    UNDER_WAY,
    WEB,
    crowd,
)

# A mixed recording cuts its first slice 15 s after the first media, and has it up 800 ms later.
FIRST: Final = 2_500 + 15_000 + 800
SECOND_SLICE: Final = FIRST + 15_000
RETRY: Final = 2_000
RESTORE: Final = 5 * MINUTE
UPLOAD_AND_SETTLE: Final = 800 + 400
GONE: Final = UNDER_WAY + UPLOAD_AND_SETTLE
"""When a recording that is stopped under way has exited, where its bucket answers at once."""

EXTERNAL: Final = replace(MIX, external=True)
MODES: Final = pytest.mark.parametrize("order", [INDIVIDUAL, MIX, WEB], ids=lambda task: task.mode)


def recorded(branch: Branch, order: Task = MIX) -> Session:
    """A recording of two users that is under way."""
    branch.join(*crowd(2))
    session = branch.record(order)
    branch.jump(UNDER_WAY)
    return session


def stopped(branch: Branch, order: Task = MIX) -> tuple[Session, Answer]:
    """The same, stopped, and what the stop is answered."""
    session = recorded(branch, order)
    return session, branch.stop(session)


def expiring(at: int, order: Task = MIX) -> Task:
    """An order whose keys are good up to so many milliseconds after the start."""
    return replace(order, storage=replace(STORAGE, sts_token="t", sts_expiration=seconds(at)))


def seconds(at: int) -> int:
    """A moment of a test in Unix seconds."""
    moment, rest = divmod(EPOCH + at, SECOND)
    assert not rest
    return moment


def warnings(branch: Branch) -> list[tuple[int, int, int]]:
    """The warnings: when, of which module, with which code."""
    return [(one.at - EPOCH, one.module, one.code) for one in branch.told(RecordingWarned)]


def names(branch: Branch) -> list[str]:
    """What the outside was told, in order."""
    return [type(notice).__name__ for notice in branch.told(Notice)]
