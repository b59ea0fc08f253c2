"""A replay for people to read: the timeline, then every verdict with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockrec.playbook.axis import timeline
from mockrec.violations import legible, printable

if TYPE_CHECKING:
    from mockrec.replay.player import Made, Played


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a terminal, or none."""

    kept: str = ""
    broken: str = ""
    faint: str = ""
    plain: str = ""


NO_INK = Ink()
INK = Ink(kept="\x1b[32m", broken="\x1b[31m", faint="\x1b[2m", plain="\x1b[0m")


def printed(played: Played, ink: Ink = NO_INK) -> Iterator[str]:
    """The lines of a replay; no moment in them but virtual ones, counted from the beginning."""
    scenario = played.scenario
    yield legible(f"{scenario.name}: {scenario.about}".rstrip(": "))
    for line in map(printable, timeline(played.entries, played.began)):
        yield f"{ink.faint}{line}{ink.plain}" if ink.faint and "  status" in line else line
    for made in played.calls:
        yield from _answer(made, ink)
    for verdict in played.verdicts:
        yield _verdict(verdict["kept"], verdict["expected"], verdict["why"], ink)
        if not verdict["kept"]:
            lines = map(printable, verdict["timeline"])
            yield from (f"      {ink.faint}{line}{ink.plain}" for line in lines)
    yield f"{printable(scenario.name)}: {_outcome(played, ink)}"


def _answer(made: Made, ink: Ink) -> Iterator[str]:
    if made.call.answer is not None or made.against:
        yield _verdict(not made.against, made.call.text, made.against, ink)


def _verdict(kept: bool, what: str, why: str, ink: Ink) -> str:
    word = f"{ink.kept}kept{ink.plain}  " if kept else f"{ink.broken}BROKEN{ink.plain}"
    return f"  {word}  {printable(what)}" + ("" if kept else f"\n          {printable(why)}")


def _outcome(played: Played, ink: Ink) -> str:
    if played.kept:
        return f"{ink.kept}all kept{ink.plain}"
    broken = sum(bool(made.against) for made in played.calls)
    broken += sum(not verdict["kept"] for verdict in played.verdicts)
    return f"{ink.broken}{broken} broken{ink.plain}"
