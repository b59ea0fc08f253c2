"""A scenario as a value: what its file says, in the terms of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mockrec.domain.moments import Millis
from mockrec.domain.rules import Instant, Operation
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.clock import ClockMode
    from mockrec.domain.rules import Anchors, Rule
    from mockrec.domain.script import Cue


@dataclass(frozen=True, slots=True)
class Time:
    """How the clock of the world is to run."""

    mode: ClockMode
    rate: float = 1.0
    start: Millis | None = None
    """When the story begins, where the clock can still go there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is to be answered: at least all that is said here.

    Strings between slashes are patterns, to be found in what was answered.
    """

    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    nothing: bool = False
    """Whether the connection is to end without an answer."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the client's part; what it leaves out comes from the calls before it."""

    at: Instant
    operation: Operation
    id: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """``cname``, ``uid``, ``resourceId``, ``sid``, ``mode``, ``clientRequest``, as sent."""
    headers: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    """What it is sent with beside the usual, or in its place; without those that are None."""
    patience: Millis | None = None
    """How many real milliseconds the client waits for its answer."""
    answer: Answer | None = None
    """None: any answer will do, as long as there is one."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What has to have happened when all is over; each kind is judged in verdicts.py."""

    kind: str
    """``notified``, ``called``, ``file``, ``state`` or ``left``."""
    subject: Any
    """What stands behind the kind: a name, a number, a glob, a mapping."""
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What stands beside it: payload details, ``at_least``, ``same`` ..."""
    never: bool = False
    within: Millis | None = None
    """So soon after the anchor, or after the beginning."""
    after: Instant | None = None
    text: str = ""

    def ends(self, anchors: Anchors) -> Millis | None:
        """When the span that it is about is over; None if it has no end, or none that is known."""
        begin = (self.after or Instant()).on(anchors)
        return None if begin is None or self.within is None else begin + self.within


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story."""

    name: str
    about: str = ""
    docs: tuple[Mapping[str, str], ...] = ()
    seed: int | None = None
    time: Time | None = None
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What of the world's settings it changes, as ``PUT …/settings`` and ``…/callback`` take it."""
    timing: Mapping[str, Millis] = field(default_factory=lambda: MappingProxyType({}))
    cues: tuple[Cue, ...] = ()
    rules: tuple[Rule, ...] = ()
    calls: tuple[Call, ...] = ()
    expect: tuple[Expectation, ...] = ()
    text: str = field(default="", repr=False)
    """The source, as it was read."""

    @property
    def receiver(self) -> str:
        """Where it sends notifications; empty where it does not say, or says nowhere."""
        url: str | None = self.settings.get("callback", {}).get("url")
        return url or ""


@dataclass(frozen=True, slots=True)
class Performance:
    """A scenario that is being played in a world."""

    scenario: Scenario
    began: Millis
    first: int
    """The number of the first entry of the journal that belongs to it."""
