"""Sessions for the tests: played against a served world, told again, and played once more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from mockrec.playbook.loader import examine
from mockrec.playbook.scenario import Scenario
from mockrec.replay.line import Line, in_process
from mockrec.replay.player import play
from mockrec.retold import har, journal
from mockrec.retold.rehearsal import Rehearsal, rehearse
from mockrec.retold.session import Session
from tests.api.service import World, served


@dataclass(frozen=True)
class Retold:
    """A session as it was told again, and what became of it when it was played."""

    rehearsal: Rehearsal
    text: str
    scenario: Scenario
    kept: bool
    against: list[str]

    @property
    def rules(self) -> list[dict[str, Any]]:
        """Its rules, as they stand in the file."""
        return [rule.told() for rule in self.rehearsal.rules]

    @property
    def answers(self) -> list[str]:
        """What each call was answered in the rehearsal."""
        return [str(one) for one in self.rehearsal.heard]


@asynccontextmanager
async def playing(text: str = "") -> AsyncIterator[World]:
    """A world in which time stands, with a scenario of this text but for its name."""
    async with served() as service:
        world = service.world()
        if text:
            path = f"/_mockrec/worlds/{world.app_id}/scenario"
            await service.send("PUT", path, data=f"scenario: story\n{text}".encode())
        yield world


async def retold(document: Any) -> Retold:
    """A journal told again, and played."""
    async with in_process() as line:
        return await _retold(journal.of_document(document), line)


async def retold_har(document: Any, app_id: str | None = None) -> Retold:
    """A HAR told again, and played."""
    async with in_process() as line:
        return await _retold(har.of_document(document, app_id), line)


async def journal_of(world: World) -> Any:
    """The journal as the control plane tells it."""
    return await world.get("/journal?limit=10000")


async def _retold(session: Session, line: Line) -> Retold:
    rehearsal = await rehearse(session, "captured", line)
    text = rehearsal.text()
    examined = examine(text, "captured.yaml")
    assert examined.scenario is not None, examined.findings
    played = await play(examined.scenario, line)
    against = [made.against for made in played.calls if made.against]
    return Retold(rehearsal, text, examined.scenario, played.kept, against)
