"""A hundred thousand requests that are wrong in every way, one after the other, over a socket.

    python tests/robustness/fuzz.py --requests 100000 --seed 1

Never a 5xx, never a traceback, every body JSON; what is refused leaves every world as it was but
for time, what is not changes one world at most; and in the end everything still works.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random  # noqa: TID251  every one is seeded
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from mockrec.clock import breathe, stopwatch
from mockrec.domain.world import World
from tests.robustness.caller import Caller, unspoilt
from tests.robustness.house import House, served, sound, unchanged
from tests.robustness.line import Answer, Line, request
from tests.robustness.mutation import Call, spoilt, torn

APP_IDS: Final = tuple(digit * 32 for digit in "abc")
_MOVES_CLOCK: Final = 408
"""The one refusal that takes time: an advance that did not reach what it looked for."""


@dataclass(slots=True)
class Report:
    """What was sent, what came back, and what should not have been."""

    statuses: Counter[int] = field(default_factory=Counter)
    torn: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    evidence: dict[str, str] = field(default_factory=dict)
    """What was seen when a fault showed for the first time."""

    def blame(self, fault: str, evidence: str = "") -> None:
        """Note a fault."""
        self.faults[fault] += 1
        self.evidence.setdefault(fault, evidence)


class Trial:
    """One run: callers who mean well, a saboteur on the line, and a judge at the worlds."""

    def __init__(self, house: House, seed: int) -> None:
        self._house = house
        self._random = Random(seed)  # noqa: S311  it is to be foreseen
        self._callers = [Caller(app_id, self._random) for app_id in APP_IDS]
        self._line: Line | None = None
        self.report = Report()

    async def run(self, requests: int) -> Report:
        """Send that many requests, then see whether all is well."""
        for number in range(requests):
            await self._step(number)
            while self._house.complaints:
                complaint = self._house.complaints.pop()
                fault = complaint.rpartition("\n")[2]
                self.report.blame(f"in the log: {fault}", f"request {number}: {complaint}")
        for app_id in APP_IDS:
            await self._lives(app_id)
        if self._line:
            self._line.hang_up()
        return self.report

    async def _step(self, number: int) -> None:
        caller = self._random.choice(self._callers)
        if caller.next_calls:
            await self._deliver(number, caller, caller.next_calls.pop(0))
            return
        call = caller.next()
        if self._random.random() < 0.02:
            await self._tear(call)
        elif self._random.random() < 0.75:
            await self._deliver(number, caller, spoilt(call, self._random))
        else:
            await self._deliver(number, caller, call)

    async def _tear(self, call: Call) -> None:
        """Bytes that may be no request at all, or half of one: nobody waits for an answer."""
        self.report.torn += 1
        raw = torn(request(call.method, call.target, call.written()), self._random)
        await self._send_and_leave(raw)

    async def _send_and_leave(self, raw: bytes) -> None:
        line = await Line.to(self._house.port)
        await line.say(raw)
        for _ in range(6):  # turns of the loop: enough to read it, and to begin with it
            await breathe()
        line.hang_up()
        await breathe()

    async def _deliver(self, number: int, caller: Caller, call: Call) -> None:
        raw = request(call.method, call.target, call.written(), **call.headers)
        if call.waits:
            await self._send_and_leave(raw)
            return
        before = self._worlds()
        answer = await self._exchange(raw, to_head=call.method == "HEAD")
        after = self._worlds()
        if answer is None:
            self.report.blame("no answer", f"request {number}: {raw!r}")
            return
        self.report.statuses[answer.status] += 1
        caller.hear(call, answer)
        for fault in (*_misspoken(answer, call), *_disturbed(before, after, answer.status, call)):
            self.report.blame(fault, f"request {number}: {raw!r}\n{answer.body[:300]!r}")

    async def _exchange(self, raw: bytes, *, to_head: bool) -> Answer | None:
        """Over the line that is open, or a new one where the other end has hung up."""
        for _ in range(2):
            if self._line is None:
                self._line = await Line.to(self._house.port)
            await self._line.say(raw)
            answer = await self._line.answer(to_head=to_head)
            if answer is not None and answer.status == 100:
                answer = await self._line.answer(to_head=to_head)
            over = answer is None or _last(answer)
            if over:
                self._line.hang_up()
                self._line = None
            if answer is not None:
                return answer
        return None

    async def _lives(self, app_id: str) -> None:
        """The world is sound, and takes a recording from beginning to end."""
        world = self._house.world(app_id)
        for fault in sound(world) if world else ():
            self.report.blame(fault)
        for fault in await served_well(self._house.port, app_id):
            self.report.blame(fault)

    def _worlds(self) -> dict[str, World]:
        return {one.app_id: one.world for one in self._house.engine.realms()}


async def served_well(port: int, app_id: str) -> list[str]:
    """Play a whole recording with a client that does everything right; what went wrong."""
    line, faults = await Line.to(port), []
    caller = Caller(app_id, Random(0))  # noqa: S311

    async def ask(call: Call) -> None:
        await line.say(request(call.method, call.target, call.written()))
        answer = await line.answer()
        if answer is None or answer.status != 200:
            faults.append(f"{call.method} {call.target}: {answer}")
        else:
            caller.hear(call, answer)

    await ask(Call("PUT", f"/_mockrec/worlds/{app_id}/clock", {"mode": "manual"}))
    await ask(unspoilt(app_id))
    await ask(Call("DELETE", f"/_mockrec/worlds/{app_id}"))
    for act in (Caller.acquire, Caller.start, Caller.advance, Caller.query, Caller.stop):
        await ask(act(caller))
    for path in ("", "/recordings", "/journal", "/files"):
        await ask(Call("GET", f"/_mockrec/worlds/{app_id}{path}"))
    line.hang_up()
    return faults


def _last(answer: Answer) -> bool:
    """Whether nothing more can come over the line that this answer came over."""
    closing = answer.headers.get("connection", "").lower() == "close"
    return closing or "content-length" not in answer.headers or answer.status == 400


def _misspoken(answer: Answer, call: Call) -> list[str]:
    """What is wrong with an answer in itself."""
    if answer.status >= 500:
        return [f"status {answer.status}"]
    kind = answer.headers.get("content-type", "")
    if call.method == "HEAD":
        return []
    if kind.startswith("application/json"):
        try:
            json.loads(answer.body)
        except ValueError:
            return ["the body is not JSON"]
    elif kind.startswith("text/plain") and not (_of_http(answer) or _of_prometheus(answer)):
        return ["the body is plain text"]
    return []


def _of_http(answer: Answer) -> bool:
    """Whether the server below the application speaks: no request, or no path."""
    return "x-request-id" not in answer.headers and answer.status in {400, 404}


def _of_prometheus(answer: Answer) -> bool:
    return answer.body.startswith(b"# HELP mockrec_")


def _disturbed(
    before: Mapping[str, World], after: Mapping[str, World], status: int, call: Call
) -> list[str]:
    """What a request has changed that it had no business with."""
    changed = [
        app_id
        for app_id, world in before.items()
        if app_id not in after or not unchanged(world, after[app_id])
    ]
    if len(changed) > 1:
        return [f"{len(changed)} worlds have changed"]
    looked = status >= 400 or call.method in {"GET", "HEAD", "OPTIONS"}
    return ["the world has changed"] if changed and looked and status != _MOVES_CLOCK else []


async def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = stopwatch()
    async with served() as house:
        report = await Trial(house, asked.seed).run(asked.requests)
    seconds = stopwatch() - began
    statuses = ", ".join(f"{status}: {n}" for status, n in sorted(report.statuses.items()))
    told = (f"{n} x {fault}\n{report.evidence[fault]}" for fault, n in report.faults.items())
    lines = (
        *told,
        f"seed {asked.seed}: {asked.requests} requests in {seconds:.0f} s, {report.torn} torn",
        f"answers by status: {statuses}",
        f"faults: {report.faults.total()}\n",
    )
    sys.stdout.write("\n".join(lines))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
