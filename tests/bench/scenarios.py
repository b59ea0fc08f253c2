"""What a scenario costs: ten loaded rules on a request, and the shipped stories in a row."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, Final

from mockrec import assets
from mockrec.playbook.loader import load
from mockrec.replay.line import in_process
from mockrec.replay.player import play
from tests.bench import servers, wrk
from tests.bench.measures import Effort, Figure

_PROMISED: Final = 0.05
_NEVER: Final = 1_000_000
"""So many occasions no round has."""
_OTHERS: Final = ("start", "query", "update", "stop", "updateLayout")

Rules = list[dict[str, Any]]


def rules(effort: Effort) -> Iterator[Figure]:
    """An acquire in a world with ten rules, against one without.

    With ten that are about other calls, ten that are about other callers, and ten that all count
    this very call. In CPU, which others on the machine disturb least.
    """
    for which, ten in _TEN.items():
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            file = folder / "ten.json"
            file.write_text(json.dumps({"scenario": "ten", "rules": ten}), encoding="utf-8")
            without = stack.enter_context(servers.mockrec())
            loaded = stack.enter_context(servers.mockrec("--scenario", str(file)))
            turns = range(2 * effort.rounds)
            pairs = [_round((without, loaded), effort, odd=bool(turn % 2)) for turn in turns]
        yield _price(f"acquire, ten rules {which}", pairs)


def replays(effort: Effort) -> Iterator[Figure]:
    """The shipped stories one after the other, in one process: read, played, judged."""
    names = assets.scenario_names()
    rates = [len(names) / asyncio.run(_played(names)) for _ in range(effort.rounds)]
    yield Figure(f"replays of the {len(names)} shipped scenarios", f"{median(rates):,.0f}/s")


def _of_calls() -> Rules:
    return [_rule(f"{op}-{number}", op) for op in _OTHERS for number in range(2)]


def _of_callers() -> Rules:
    return [
        _rule(f"caller-{number}", "acquire", when={"cname": f"room-{number}"})
        for number in range(10)
    ]


def _counting() -> Rules:
    return [_rule(f"rule-{number}", "acquire", skip=_NEVER) for number in range(10)]


def _rule(name: str, op: str, **more: object) -> dict[str, Any]:
    return {"id": name, "op": op, "then": {"reply": {"status": 503}}, **more}


def _round(
    pair: tuple[servers.Server, servers.Server], effort: Effort, *, odd: bool
) -> tuple[float, float]:
    """Microseconds of CPU for a request without and with rules; who begins changes."""
    order = reversed(pair) if odd else pair
    took = {
        server.port: wrk.run(server, "acquire.lua", connections=1, seconds=effort.seconds).cpu
        for server in order
    }
    return took[pair[0].port], took[pair[1].port]


def _price(what: str, pairs: Sequence[tuple[float, float]]) -> Figure:
    ratio = median(loaded / without for without, loaded in pairs) - 1
    without, loaded = (median(column) for column in zip(*pairs, strict=True))
    return Figure(
        what,
        f"{loaded:.0f} us of CPU, {ratio:+.1%}",
        f"{without:.0f} us without",
        f"under {_PROMISED:.0%}",
        ratio < _PROMISED,
    )


_TEN: Final = {
    "about other calls": _of_calls(),
    "about other callers": _of_callers(),
    "that all count it": _counting(),
}


async def _played(names: Sequence[str]) -> float:
    """Seconds for all of them."""
    async with in_process() as line:
        began = time.perf_counter()
        for name in names:
            await play(load(assets.scenario(name), name), line)
        return time.perf_counter() - began


MEASURES: Final = (rules, replays)
NEED_WRK: Final = frozenset({rules})
