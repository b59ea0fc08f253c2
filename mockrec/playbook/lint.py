"""What is wrong with a scenario as a whole, though each of its parts is well-formed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockrec.playbook.notes import Notes
    from mockrec.playbook.scenario import Scenario
    from mockrec.playbook.sections import Sections


def lint(said: Mapping[str, Any], sections: Sections, scenario: Scenario, notes: Notes) -> None:
    """Note everything that the parts do not say to each other as they should."""
