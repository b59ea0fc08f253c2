"""Where scenarios come from: shipped with mockrec, from a file, from the standard input."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockrec import assets
from mockrec.playbook.document import LONGEST, read
from mockrec.playbook.findings import BadScenario, Finding
from mockrec.playbook.loader import Examined, examine
from mockrec.settings import did_you_mean

if TYPE_CHECKING:
    from mockrec.playbook.scenario import Scenario

STDIN: Final = "-"
_MOST_BYTES: Final = 4 * (LONGEST + 1)  # of UTF-8: more characters than may be
_SENTENCE: Final = re.compile(r".*?[.!?](?=\s|$)|.+", re.DOTALL)


class UnknownScenario(LookupError):
    """Nothing is shipped under that name, and no file is called so."""


def examined(name: str) -> Examined:
    """The scenario of that name, or from that file, or from the standard input if it is ``-``.

    A name without dot and slash is that of a shipped one, if there is such. Raises
    `UnknownScenario`.
    """
    source, raw = _fetched(name)
    try:
        return examine(raw.decode("utf-8-sig"), source)
    except UnicodeDecodeError as fault:
        before = raw[: fault.start].decode("utf-8-sig")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"this is no UTF-8: the byte {raw[fault.start]:02x}"
        return Examined(None, (Finding(line, column, (), message, source=source),))


def scenario(name: str) -> Scenario:
    """The scenario of that name or file. Raises `UnknownScenario`, and `BadScenario` as `load`."""
    found = examined(name)
    if found.scenario is None:
        raise BadScenario(found.findings)
    return found.scenario


def shipped(name: str) -> str:
    """The text of a shipped scenario. Raises `UnknownScenario`."""
    try:
        return assets.scenario(name)
    except assets.UnknownAsset as fault:
        raise UnknownScenario(f"{fault}{did_you_mean(name, assets.scenario_names())}") from None


def summaries() -> dict[str, str]:
    """The shipped scenarios by name, each with the first sentence about it."""
    return {name: _sentence(assets.scenario(name)) for name in assets.scenario_names()}


def _fetched(name: str) -> tuple[str, bytes]:
    """What findings call the text, and the text."""
    if name == STDIN:
        return "<stdin>", sys.stdin.buffer.read(_MOST_BYTES)
    if name in assets.scenario_names():
        return name, assets.scenario(name).encode()
    try:
        with Path(name).open("rb") as file:
            return name, file.read(_MOST_BYTES)
    except (OSError, ValueError) as fault:
        hint = did_you_mean(name, assets.scenario_names())
        raise UnknownScenario(f"no scenario {name!r}: {_reason(fault)}{hint}") from None


def _reason(fault: OSError | ValueError) -> str:
    return fault.strerror or str(fault) if isinstance(fault, OSError) else str(fault)


def _sentence(text: str) -> str:
    about = read(text).value.get("about", "")
    found = _SENTENCE.match(" ".join(about.split()))
    return found[0] if found else ""
