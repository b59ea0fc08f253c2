"""Where settings come from: flags, the environment, a program; the file has a room of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockrec.domain.values import dataclass
from mockrec.settings.kinds import did_you_mean
from mockrec.settings.options import FLAGS, OPTIONS, Option
from mockrec.settings.values import SettingsError


@dataclass(frozen=True, slots=True)
class Given:
    """A text and the place it stands: a flag, a variable, a line of the file."""

    place: str
    text: str


Source = Mapping[str, Sequence[Given]]


def from_flags(flags: Mapping[str, Sequence[str]]) -> Source:
    """What the command line says: the texts of each flag, in their order."""
    return {
        option.name: [Given(option.flag, text) for text in flags[option.name]]
        for option in FLAGS
        if option.name in flags
    }


def from_environment(environment: Mapping[str, str]) -> Source:
    """What the variables say: items are separated by commas.

    An empty variable says nothing, as compose files have it.
    """
    source = {}
    for option in FLAGS:
        text = environment.get(option.variable, "")
        items = [item.strip() for item in text.split(",")] if option.many else [text]
        source[option.name] = [Given(option.variable, item) for item in items if item]
    return source


def from_program(values: Mapping[str, object]) -> Source:
    """What a program says; None says nothing. Raises `SettingsError` for an unknown name."""
    known = {option.name: option for option in OPTIONS}
    for name in values:
        if name not in known:
            raise SettingsError(f"unknown setting {name!r}{did_you_mean(name, known)}")
    return {
        name: [Given(name, text) for text in _texts(known[name], value)]
        for name, value in values.items()
        if value is not None
    }


def _texts(option: Option, value: object) -> list[str]:
    """A value of Python as the texts that a flag would have had."""
    if option.many and option.pair and isinstance(value, Mapping):
        return [f"{name}{option.pair}{half}" for name, half in value.items()]
    if option.many and isinstance(value, list | tuple):
        return [str(item) for item in value]
    return [str(value)]
