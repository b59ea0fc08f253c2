"""The client's part of a scenario: its calls at their moments, and what became of them.

A player knows the service only from outside: by HTTP, and by the control plane for the clock. So
it plays in process and against any server alike.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import immutables

from mockrec.domain.moments import HOUR, MINUTE, SECOND, Millis
from mockrec.domain.rules import Operation
from mockrec.playbook.verdicts import resembles
from mockrec.replay.heard import Heard

if TYPE_CHECKING:
    from mockrec.domain.rules import Anchors
    from mockrec.playbook.scenario import Answer, Call, Scenario
    from mockrec.replay.line import Line

_PATIENCE: Final[Millis] = 10 * SECOND
"""Real milliseconds that a call waits for its answer, unless it says otherwise."""
_LONGEST_WAIT: Final[Millis] = 2 * HOUR
"""How long a player waits for an anchor that no call is left to bring."""
_HORIZON: Final[Millis] = 24 * HOUR
"""How long after the last call cues may come."""
_AFTERMATH: Final[Millis] = 5 * MINUTE
"""How long the last recordings may take to end."""
_WHO: Final[tuple[str, ...]] = ("cname", "uid")
_REMEMBERED: Final = ("cname", "uid", "resourceId", "sid", "mode")


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made, or could not be, and what there is to say against its answer."""

    call: Call
    heard: Heard | None
    against: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario that is over."""

    scenario: Scenario
    began: Millis
    calls: tuple[Made, ...]
    verdicts: tuple[Mapping[str, Any], ...]
    entries: tuple[Mapping[str, Any], ...]

    @property
    def kept(self) -> bool:
        """Whether every call was answered as expected, and every expectation met."""
        return not any(made.against for made in self.calls) and all(
            verdict["kept"] for verdict in self.verdicts
        )


async def play(scenario: Scenario, line: Line, seed: int | None = None) -> Played:
    """Play it in a world of its own, from its beginning until nothing is left to happen."""
    return await _Player(scenario, line, _app_id(scenario.name)).play(seed)


def _app_id(name: str) -> str:
    return blake2b(name.encode(), digest_size=16).hexdigest()


class _Player:
    def __init__(self, scenario: Scenario, line: Line, app_id: str) -> None:
        self._scenario, self._line = scenario, line
        self._world = f"/_mockrec/worlds/{app_id}"
        self._calls = f"/v1/apps/{app_id}/cloud_recording"
        self._known: dict[str, Any] = {}
        self._made: list[Made] = []
        self._sent: dict[str, Millis] = {}
        """When the calls that have an id were sent."""
        pairs: Sequence[str] = scenario.settings.get("credentials") or ("mockrec:mockrec",)
        self._credentials = f"Basic {b64encode(pairs[0].encode()).decode()}"

    async def play(self, seed: int | None) -> Played:
        await self._line.control("DELETE", self._world)
        query = "" if seed is None else f"?seed={seed}"
        began = await self._line.control(
            "PUT", f"{self._world}/scenario{query}", self._scenario.text
        )
        await self._line.control("PUT", f"{self._world}/clock", {"mode": "manual"})
        await self._make_calls([*self._scenario.calls])
        await self._wait_for_the_end()
        report = await self._line.control("GET", f"{self._world}/scenario/report")
        return Played(
            self._scenario,
            began["began"],
            tuple(self._made),
            tuple(report["verdicts"]),
            tuple(await self._entries()),
        )

    async def _make_calls(self, waiting: list[Call]) -> None:
        while waiting:
            anchors, now = await self._anchors()
            moments = [(call.at.on(anchors), call) for call in waiting]
            due = [(at, place) for place, (at, _) in enumerate(moments) if at is not None]
            unknown = sorted({call.at.anchor for at, call in moments if at is None})
            at, place = min(due) if due else (now + _LONGEST_WAIT, -1)
            if unknown and at > now and await self._came(unknown, at):
                continue
            if place < 0:
                self._made += [Made(call, None, f"{call.at.anchor} never came") for call in waiting]
                return
            if at > now:
                await self._advance({"to": at})
            call = waiting.pop(place)
            self._sent.setdefault(call.id, max(at, now))
            await self._make(call)

    async def _make(self, call: Call) -> None:
        given = {name: call.parameters[name] for name in _REMEMBERED if name in call.parameters}
        self._known.update(given)
        heard = await self._send(call)
        if isinstance(heard.body, dict) and heard.status == HTTPStatus.OK:
            fresh = {name: heard.body[name] for name in ("resourceId", "sid") if name in heard.body}
            self._known.update(fresh)
        self._made.append(Made(call, heard, against(call.answer, heard)))

    async def _send(self, call: Call) -> Heard:
        method = "GET" if call.operation is Operation.QUERY else "POST"
        body = None if method == "GET" else self._body(call)
        patience = call.patience or _PATIENCE
        return await self._line.call(method, self._path(call), body, self._headers(call), patience)

    def _headers(self, call: Call) -> dict[str, str]:
        own = {name.title(): value for name, value in call.headers.items()}
        sent = {"Authorization": self._credentials, **own}
        return {name: value for name, value in sent.items() if value is not None}

    def _path(self, call: Call) -> str:
        known = {name: self._known.get(name, f"no-{name}") for name in _REMEMBERED}
        prefix = f"/{call.parameters['region']}" if "region" in call.parameters else ""
        session = f"{self._calls}/resourceid/{known['resourceId']}"
        match call.operation:
            case Operation.ACQUIRE:
                return f"{prefix}{self._calls}/acquire"
            case Operation.START:
                return f"{prefix}{session}/mode/{known['mode']}/start"
        return f"{prefix}{session}/sid/{known['sid']}/mode/{known['mode']}/{call.operation}"

    def _body(self, call: Call) -> dict[str, Any]:
        who = {name: self._known[name] for name in _WHO if name in self._known}
        return who | {"clientRequest": call.parameters.get("clientRequest", {})}

    async def _wait_for_the_end(self) -> None:
        """Until the last cue has come, every span that is judged is over, and all has ended."""
        _, now = await self._anchors()
        limit = now + _HORIZON
        while (coming := await self._coming()) is not None and coming <= limit:
            await self._advance({"to": coming})
        anchors, now = await self._anchors()
        last = max((one.ends(anchors) or now for one in self._scenario.expect), default=now)
        if last > now:
            await self._advance({"to": last})
        await self._quiet(now + _AFTERMATH)

    async def _quiet(self, limit: Millis) -> None:
        while True:
            world = await self._line.control("GET", self._world)
            if not world["live"] or world["now"] >= limit:
                return
            await self._advance({"to": min(limit, world["now"] + MINUTE // 2)})

    async def _coming(self) -> Millis | None:
        """When the next cue is due, if one is known to be."""
        following: Millis | None = (await self._line.control("GET", f"{self._world}/scenario"))[
            "next_cue"
        ]
        return following

    async def _anchors(self) -> tuple[Anchors, Millis]:
        state = await self._line.control("GET", f"{self._world}/scenario")
        anchors = {name: at for name, at in state["anchors"].items() if name != "scenario"}
        return immutables.Map({**self._sent, **anchors, "": state["began"]}), state["now"]

    async def _came(self, anchors: list[str], limit: Millis) -> bool:
        """Let time pass until one of the anchors comes, or up to the limit."""
        before, now = await self._anchors()
        await self._advance({"until": {"anchor": anchors}, "limit": f"{limit - now}ms"})
        after, _ = await self._anchors()
        return len(after) > len(before)

    async def _advance(self, how: Mapping[str, Any]) -> None:
        await self._line.control("POST", f"{self._world}/clock/advance", how)

    async def _entries(self) -> list[Mapping[str, Any]]:
        entries: list[Mapping[str, Any]] = []
        since, page = 0, True
        while page:
            path = f"{self._world}/journal?since={since}&limit=10000"
            told = await self._line.control("GET", path)
            page, since = bool(told["entries"]), told["next"]
            entries += told["entries"]
        return entries


def against(answer: Answer | None, heard: Heard) -> str:
    """What there is to say against what was heard; nothing if it is as the scenario has it."""
    if answer is not None and answer.nothing:
        return "" if heard.status is None else f"answered {heard.status}, expected no answer"
    if heard.status is None:
        return f"no answer: {heard.problem}"
    if answer is None:
        return ""
    said = []
    if answer.status is not None and heard.status != answer.status:
        said.append(f"status {heard.status}, expected {answer.status}")
    if answer.body is not None and not resembles(answer.body, heard.body):
        said.append(f"body {heard.body!r:.300}, expected {answer.body!r:.300}")
    for name, value in answer.headers.items():
        got = {key.lower(): text for key, text in heard.headers.items()}.get(name.lower())
        if not resembles(value, got):
            said.append(f"{name}: {got}, expected {value}")
    return "; ".join(said)
