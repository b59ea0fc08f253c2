"""The only place that knows what time it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from mockrec.domain.moments import LATEST, Millis

MANUAL_START: Final[Millis] = 1_767_225_600_000
"""2026-01-01T00:00:00Z: where a manual clock stands unless it is told otherwise."""

BREATH: Final = 0.005
"""Real seconds of work after which others get their turn."""


class ClockMode(StrEnum):
    """How a world's time passes."""

    WALL = "wall"
    MANUAL = "manual"
    SCALED = "scaled"


class TimeGoesBack(ValueError):
    """Somebody wanted a moment that has passed."""


class TimeEnds(ValueError):
    """Somebody wanted a moment after the last one that a clock can show."""


def wall_now() -> Millis:
    """The real time."""
    return time.time_ns() // 1_000_000


async def breathe() -> None:
    """Let the event loop see to everybody else once."""
    await asyncio.sleep(0)


async def pause(seconds: float) -> None:
    """Let so much real time pass."""
    await asyncio.sleep(seconds)


def stopwatch() -> float:
    """Seconds from some fixed point: only differences mean anything."""
    return time.perf_counter()


class Shift:
    """Work that lets everybody else have a turn, each time it has gone on for a while."""

    def __init__(self) -> None:
        self._began = stopwatch()

    async def pause(self) -> None:
        """Breathe, if it is time to."""
        if stopwatch() - self._began > BREATH:
            await breathe()
            self._began = stopwatch()


class Clock:
    """A world's clock: it follows real time, runs faster, or stands until it is moved.

    `source` gives real seconds that never go back; a test may bring its own.
    """

    def __init__(
        self,
        mode: ClockMode = ClockMode.WALL,
        rate: float = 1.0,
        start: Millis | None = None,
        source: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._origin = source()
        standing = MANUAL_START if mode is ClockMode.MANUAL else wall_now()
        self._start = standing if start is None else start
        self.mode = mode
        self.rate = rate

    @property
    def runs(self) -> bool:
        """Whether time passes by itself."""
        return self.mode is not ClockMode.MANUAL

    def now(self) -> Millis:
        """The present moment, never beyond the last."""
        if self.mode is ClockMode.MANUAL:
            return self._start
        elapsed = (self._source() - self._origin) * self.rate
        return min(LATEST, self._start + int(elapsed * 1_000))

    def check(self, to: Millis) -> None:
        """Whether the clock could go there; raises `TimeGoesBack` or `TimeEnds`."""
        now = self.now()
        if to < now:
            raise TimeGoesBack(f"the clock shows {now}, and time never goes back to {to}")
        if to > LATEST:
            raise TimeEnds(f"no clock goes beyond {LATEST}, the year 2200")

    def reach(self, to: Millis) -> None:
        """Go to a moment at once, unless it has come already."""
        if to > self.now():
            self._start, self._origin = min(to, LATEST), self._source()

    def wait(self, at: Millis) -> None:
        """Go on from where a world has got to, if it cannot keep up; real time waits for nobody."""
        if self.mode is ClockMode.SCALED:
            self._start, self._origin = at, self._source()

    def follow(self, mode: ClockMode, rate: float = 1.0) -> None:
        """Go on from now in another way."""
        self._start, self._origin = self.now(), self._source()
        self.mode, self.rate = mode, rate

    def seconds_until(self, due: Millis) -> float:
        """Real seconds until the clock shows this moment."""
        return max(0.0, (due - self.now()) / 1_000 / self.rate)
