"""``mockrec replay``: plays stories, prints them, and says whether all is well."""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace
from pathlib import Path

from mockrec.playbook.findings import BadScenario
from mockrec.playbook.scenario import Scenario
from mockrec.playbook.sources import UnknownScenario, scenario
from mockrec.replay.junit import junit
from mockrec.replay.line import ServiceFailed, against, in_process
from mockrec.replay.player import Played, play
from mockrec.replay.printing import INK, NO_INK, printed

BROKEN, UNUSABLE = 1, 2


def run(arguments: Namespace) -> int:
    """0 if everything expected was so, 1 if not, 2 if something could not be played at all."""
    try:
        stories = [scenario(name) for name in arguments.stories]
        replays = asyncio.run(_played(stories, arguments.against, arguments.seed))
    except (BadScenario, UnknownScenario, ServiceFailed) as error:
        print(f"mockrec: {error}", file=sys.stderr)
        return UNUSABLE
    ink = INK if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else NO_INK
    for played in replays:
        print("\n".join(printed(played, ink)))
    if arguments.junit:
        Path(arguments.junit).write_bytes(junit(replays))
    return 0 if all(played.kept for played in replays) else BROKEN


async def _played(stories: list[Scenario], url: str | None, seed: int | None) -> list[Played]:
    async with in_process() if url is None else against(url) as line:
        return [await play(one, line, seed) for one in stories]
