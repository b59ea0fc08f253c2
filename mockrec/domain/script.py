"""What a scenario does to a world: cues that come by themselves, and rules for what goes wrong."""

from __future__ import annotations

from bisect import insort
from typing import Final, NamedTuple

from mockrec.domain.commands import Command, Join, Leave
from mockrec.domain.moments import Millis
from mockrec.domain.rules import Deck, Instant, Operation, Rule, deck
from mockrec.domain.values import dataclass, replace

ANCHORS: Final = ("acquired", "started", "recording", "stopped", "exited", "uploaded")
"""What happens to the first recording of a scenario, and can be counted from."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Put a rule in force, or out of it."""

    rule: str
    armed: bool = True


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of a timeline: at that moment this is done, perhaps again and again."""

    at: Instant
    does: Command | Arm
    id: str = ""
    text: str = ""
    """As the scenario says it."""
    every: Millis | None = None
    until: Instant | None = None
    """When the repetitions end; not at that moment any more."""


class Turn(NamedTuple):
    """When a cue comes next."""

    due: Millis
    place: int
    cue: Cue


@dataclass(frozen=True)
class Script:
    """The cues that are still to come, and the rules with what they have counted."""

    name: str
    cues: tuple[Cue, ...] = ()
    deck: Deck = Deck()
    agenda: tuple[Turn, ...] = ()
    """The cues whose moment is known, the next one first."""
    protagonist: str | None = None
    """The sid of the first recording: the one that instants count from."""

    @property
    def befalls_uploads(self) -> bool:
        """Whether any rule is about uploads."""
        return self.deck.befalls(Operation.UPLOAD)

    @property
    def next_due(self) -> Millis | None:
        """When the next cue comes; None if none is known to."""
        return self.agenda[0].due if self.agenda else None

    def anchored(self, name: str, at: Millis) -> Script:
        """The script that knows when this happened: what counts from it has its moment now."""
        if name in self.deck.anchors:
            return self
        script = replace(self, deck=self.deck.anchored(name, at))
        for place, cue in enumerate(script.cues):
            if cue.at.anchor == name:
                script = script._expecting(Turn(max(at, at + cue.at.offset), place, cue))
        return script

    def next_turn(self) -> tuple[Turn, Script]:
        """The cue that is due first, and the script once it has been played."""
        turn, *rest = self.agenda
        played = replace(self, agenda=tuple(rest))
        if turn.cue.every is not None:
            played = played._expecting(turn._replace(due=turn.due + turn.cue.every))
        return turn, played.anchored(turn.cue.id, turn.due) if turn.cue.id else played

    def ended(self, turn: Turn) -> bool:
        """Whether the repetitions of this cue are over at its turn."""
        end = turn.cue.until.on(self.deck.anchors) if turn.cue.until is not None else None
        return end is not None and turn.due >= end

    def without(self, place: int) -> Script:
        """The script in which this cue does not come again."""
        return replace(self, agenda=tuple(turn for turn in self.agenda if turn.place != place))

    def casts(self) -> frozenset[str]:
        """The channels whose users come and go by the script."""
        cast = (cue.does for cue in self.cues if isinstance(cue.does, Join | Leave))
        return frozenset(does.cname for does in cast)

    def _expecting(self, turn: Turn) -> Script:
        agenda = list(self.agenda)
        insort(agenda, turn, key=lambda one: (one.due, one.place))
        return replace(self, agenda=tuple(agenda))


def script(name: str, cues: tuple[Cue, ...], rules: tuple[Rule, ...], began: Millis) -> Script:
    """A script that begins at this moment."""
    return Script(name, cues, deck(rules)).anchored("", began)
