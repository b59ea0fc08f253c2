"""The shipped scenarios on one stage: as they are, with another seed, without their ills."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mockrec import assets
from mockrec.playbook.document import read
from mockrec.playbook.loader import load
from mockrec.playbook.scenario import Scenario
from mockrec.replay.line import Line, in_process
from mockrec.replay.player import Played, play

Told = Mapping[str, Any]

NAMES: Final = assets.scenario_names()
_PEOPLE: Final = frozenset({"join", "leave", "publish", "mute"})
"""What users do is no ill."""
_NEVER: Final = 1_000_000
_BEYOND: Final = "2000h"
"""When a cue comes that no replay waits for."""
_OTHER_SEED: Final = 4_711


@dataclass(frozen=True, repr=False)  # a test that fails would print the whole library
class Performances:
    """What became of one story."""

    first: Played
    again: Played
    reseeded: Played
    spared: Played | None
    """With nothing going wrong; None where the client or the settings are all that does."""
    bare: Played
    """Its plain calls alone, in a world that plays a scenario of nothing else."""
    plain: Played
    """The same in a world that plays no scenario."""


class PlainLine:
    """A line on which no scenario is put on: what it sets is set by the calls that are for that."""

    def __init__(self, line: Line, story: Scenario) -> None:
        assert story.time is not None
        self._line, self._story, self._began = line, story, story.time.start
        self.call = line.call

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Make a control call, or what comes of it where there is no scenario."""
        base = path.partition("/scenario")[0]
        if path.endswith("/scenario/report"):
            return {"verdicts": []}
        if "/scenario" not in path:
            return await self._line.control(method, path, body)
        if method == "PUT":
            await self._set(base)
        now, began = (await self._line.control("GET", base))["now"], self._began
        return {"anchors": {}, "began": began, "now": now, "next_cue": None}

    async def _set(self, base: str) -> None:
        story = self._story
        settings = {key: value for key, value in story.settings.items() if key != "callback"}
        settings |= {"timing": {name: f"{span}ms" for name, span in story.timing.items()}}
        clock = {"mode": "manual", "now": self._began}
        await self._line.control("PUT", f"{base}/clock", clock)
        await self._line.control("PUT", f"{base}/settings", settings)


def story(name: str) -> Scenario:
    """The shipped story of that name."""
    return load(assets.scenario(name), name)


def performances() -> dict[str, Performances]:
    """Play everything, in one process and on one server."""
    return asyncio.run(_performances())


async def _performances() -> dict[str, Performances]:
    async with in_process() as line:
        return {name: await _performed(name, line) for name in NAMES}


async def _performed(name: str, line: Line) -> Performances:
    whole, spared, bare = story(name), without_ills(name), calls_alone(name)
    return Performances(
        first=await play(whole, line),
        again=await play(whole, line),
        reseeded=await play(whole, line, _OTHER_SEED),
        spared=None if spared is None else await play(spared, line),
        bare=await play(bare, line, seed=0),
        plain=await play(bare, PlainLine(line, bare)),  # type: ignore[arg-type]
    )


def without_ills(name: str) -> Scenario | None:
    """The story with rules that never fire and changes that never come, users excepted.

    They stand there still, so that what counts from them can be read. None if there are none.
    """
    said = read(assets.scenario(name)).value
    ills = [cue for cue in said.get("timeline", ()) if _PEOPLE.isdisjoint(cue)]
    for cue in ills:
        for key in ("every", "until"):
            cue.pop(key, None)
        if cue["at"][0].isdigit():
            cue["at"] = _BEYOND
        for change in cue.values():
            if isinstance(change, dict):
                change.pop("until", None)
    for rule in said.get("rules", ()):
        rule["skip"] = _NEVER
    return load(json.dumps(said), name) if ills or said.get("rules") else None


def calls_alone(name: str) -> Scenario:
    """The story with nothing but its settings and those calls whose moment needs no anchor."""
    said = read(assets.scenario(name)).value
    calls = [call for call in said["calls"] if call["at"][0].isdigit()]
    left = {key: said[key] for key in said if key not in {"timeline", "rules", "expect", "calls"}}
    return load(json.dumps(left | {"calls": calls}), name)
