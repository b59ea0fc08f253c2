"""What was made of the entries of a scenario, each by its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockrec.domain.rules import Rule
    from mockrec.domain.script import Cue
    from mockrec.playbook.scenario import Call, Expectation


@dataclass(frozen=True, slots=True)
class Sections:
    """The four lists; an entry that cannot be read has left a hole."""

    cues: Mapping[int, tuple[Cue, ...]]
    """One for each entry, and where it is taken back, another."""
    rules: Mapping[int, Rule]
    calls: Mapping[int, Call]
    expect: Mapping[int, Expectation]
