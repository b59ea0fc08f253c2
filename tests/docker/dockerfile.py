"""The Dockerfile as a list of instructions, and the names and places around it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import yaml

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction with what it says, its lines joined."""

    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        """What it says, word by word, as JSON or as a shell would have it."""
        if self.rest.startswith("["):
            return [str(word) for word in json.loads(self.rest)]
        return shlex.split(self.rest)

    @property
    def pairs(self) -> dict[str, str]:
        """What it sets: ``NAME=value`` by ``NAME=value``."""
        return dict(word.split("=", 1) for word in self.words)


@dataclass(frozen=True, slots=True)
class Stage:
    """From one FROM to the next."""

    base: str
    instructions: tuple[Instruction, ...]

    def all(self, word: str) -> list[Instruction]:
        """Every instruction of this kind."""
        return [one for one in self.instructions if one.word == word]

    def one(self, word: str) -> Instruction:
        """The only instruction of this kind."""
        (found,) = self.all(word)
        return found


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """All of it."""

    stages: tuple[Stage, ...]

    @classmethod
    def read(cls) -> Self:
        """The one of this repository."""
        text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
        lines = text.replace("\\\n", " ").splitlines()
        found = [Instruction(*line.split(maxsplit=1)) for line in lines if line.strip()]
        starts = [number for number, one in enumerate(found) if one.word == "FROM"]
        ends = [*starts[1:], len(found)]
        spans = zip(starts, ends, strict=True)
        return cls(
            tuple(Stage(found[a].words[0], tuple(found[a + 1 : b])) for a, b in spans),
        )

    @property
    def image(self) -> Stage:
        """The stage that is shipped."""
        return self.stages[-1]

    @property
    def environment(self) -> dict[str, str]:
        """What the image sets."""
        return self.image.one("ENV").pairs


def compose() -> dict[str, Any]:
    """The compose file."""
    document = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document
