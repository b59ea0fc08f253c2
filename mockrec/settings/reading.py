"""What flags, environment, file and programs say becomes `Settings`.

Wherever a value comes from, it arrives as text that knows its place, and one function reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from mockrec.settings.file import from_file
from mockrec.settings.kinds import Hint, did_you_mean
from mockrec.settings.options import CONFIG, FLAGS, OPTIONS, TOLD, Option, by_name
from mockrec.settings.sources import Given, Source, from_environment, from_flags, from_program
from mockrec.settings.values import Settings


def load(
    flags: Mapping[str, Sequence[str]], environment: Mapping[str, str], folder: Path = Path()
) -> Settings:
    """The settings in force: flag beats environment beats file beats default.

    `flags` holds the texts given to each option by name; the file is looked for in `folder`.
    Raises `SettingsError` for the first thing that cannot be used.
    """
    spoken = from_environment(environment), from_flags(flags)
    return _settled((from_file(folder, _heard(CONFIG, spoken)), *spoken))


def from_values(values: Mapping[str, object]) -> Settings:
    """The settings that a program gives by name; nothing else is heard, and None says nothing.

    Values are Python's: ``{"qps": 10, "strict": True, "timing": {"upload": "3s"}}``.
    Raises `SettingsError` for the first that cannot be used.
    """
    return _settled((from_program(values),))


def _settled(sources: Sequence[Source]) -> Settings:
    """What the sources say, the last of them the highest."""
    chosen: dict[str, Any] = {}
    for option in OPTIONS:
        if heard := _heard(option, sources):
            chosen |= option.fill(option.combine([_read(option, given) for given in heard]))
    return Settings(**chosen)


def strays(environment: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each ``MOCKREC_`` variable that sets nothing, so likely a misspelling."""
    known = {option.variable for option in FLAGS} | set(TOLD)
    return tuple(
        f"{name} sets nothing{did_you_mean(name, known)}"
        for name in sorted(environment)
        if name.startswith("MOCKREC_") and name not in known
    )


def idle(settings: Settings) -> tuple[str, ...]:
    """A sentence for each setting that means nothing without another one that is not set."""
    usual, wanting = Settings(), []
    for name, needed, there in (
        ("tls_port", "--tls", settings.tls),
        ("proxy_port", "--proxy", settings.proxy),
        ("dns_port", "--dns", settings.dns),
        ("storage_endpoint", "--storage object", settings.storage == "object"),
        ("storage_request_endpoints", "--storage object", settings.storage == "object"),
    ):
        if not there and getattr(settings, name) != getattr(usual, name):
            wanting.append(f"--{name.replace('_', '-')} sets nothing without {needed}")
    if settings.storage == "object" and not (
        settings.storage_endpoint or settings.storage_request_endpoints
    ):
        wanting.append("--storage object stores nothing without --storage-endpoint")
    return tuple(wanting)


def _heard(option: Option, sources: Iterable[Source]) -> Sequence[Given]:
    """What the highest source says; delays, each a setting by itself, are heard from all."""
    said = [source[option.name] for source in sources if source.get(option.name)]
    if option.combine is by_name:
        return list(chain(*said))
    return said[-1] if said else ()


def _read(option: Option, given: Given) -> Any:
    try:
        return option.kind.read(given.text)
    except ValueError as fault:
        hint = str(fault) if isinstance(fault, Hint) else ""
    raise option.complaint(given.place, repr(given.text), hint)
