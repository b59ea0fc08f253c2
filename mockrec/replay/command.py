"""``mockrec replay``: plays stories, prints them, and says whether all is well."""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import Literal

from mockrec.playbook.findings import BadScenario
from mockrec.playbook.scenario import Scenario
from mockrec.playbook.sources import UnknownScenario, scenario
from mockrec.replay.junit import junit
from mockrec.replay.line import ServiceFailed, against, in_process
from mockrec.replay.player import Played, play
from mockrec.replay.printing import INK, NO_INK, printed
from mockrec.violations import legible

BROKEN, UNUSABLE = 1, 2


class CannotWrite(Exception):
    """There is no place for the report."""


def run(arguments: Namespace) -> int:
    """0 if everything expected was so, 1 if not, 2 if something could not be played at all."""
    try:
        stories = [scenario(name) for name in arguments.stories]
        if arguments.junit:
            _try_out(Path(arguments.junit))
        replays = asyncio.run(_played(stories, arguments.against, arguments.seed))
        _print(replays)
        if arguments.junit:
            _write(Path(arguments.junit), junit(replays))
    except (BadScenario, UnknownScenario, ServiceFailed, CannotWrite) as error:
        print(f"mockrec: {legible(str(error))}", file=sys.stderr)
        return UNUSABLE
    return 0 if all(played.kept for played in replays) else BROKEN


async def _played(stories: list[Scenario], url: str | None, seed: int | None) -> list[Played]:
    async with in_process() if url is None else against(url) as line:
        return [await play(one, line, seed) for one in stories]


def _print(replays: list[Played]) -> None:
    ink = INK if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else NO_INK
    for played in replays:
        print("\n".join(printed(played, ink)))


def _try_out(place: Path) -> None:
    """Find out before anything is played whether the report can be written; leave no trace."""
    fresh = not place.exists()
    _write(place, b"", mode="ab")
    if fresh:
        place.unlink()


def _write(place: Path, report: bytes, mode: Literal["ab", "wb"] = "wb") -> None:
    try:
        with place.open(mode) as file:
            file.write(report)
    except OSError as error:
        raise CannotWrite(f"--junit {place}: {error.strerror}") from None
