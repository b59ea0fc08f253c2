"""Where stories lie: the shipped ones by their names, any other by its file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockrec import assets
from mockrec.settings import did_you_mean

if TYPE_CHECKING:
    from mockrec.playbook.scenario import Scenario

LONGEST: Final = 1024 * 1024
"""Characters that a scenario has at the most."""


class NoSuchStory(LookupError):
    """Neither a shipped scenario nor a file that can be read."""


def text_of(name: str) -> str:
    """The text of a story: a shipped one by its name, a file by its path, ``-`` standard input.

    Raises `NoSuchStory`.
    """
    if name == "-":
        return sys.stdin.read(LONGEST + 1)
    if name in assets.scenario_names():
        return assets.scenario(name)
    try:
        with Path(name).open(encoding="utf-8") as file:
            return file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        if Path(name).suffix or "/" in name:
            why = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
            raise NoSuchStory(f"{name}: {why}") from None
        hint = did_you_mean(name, assets.scenario_names())
        raise NoSuchStory(f"{name!r} is no shipped scenario and no file{hint}") from None


def story(name: str) -> Scenario:
    """The story of this name or file. Raises `NoSuchStory` and `BadScenario`."""
    from mockrec.playbook.loader import load

    return load(text_of(name), name)
