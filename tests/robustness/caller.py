"""A client that does everything right: it keeps the ids it is given and uses them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from random import Random  # noqa: TID251  every one is seeded
from typing import Any, Final
from urllib.parse import quote

from mockrec import assets
from tests.robustness.line import Answer
from tests.robustness.mutation import Call

_MOST_RECORDINGS: Final = 25
"""From then on the caller resets the world: what is cheap to record need not be cheap to go on."""

_CHANNELS: Final = ("room", "class-7 (morning)", "a.b#c")


@dataclass(slots=True)
class Deal:
    """A resource, and the recording that was started with it."""

    resource_id: str
    cname: str
    uid: str
    mode: str
    sid: str = ""

    @property
    def path(self) -> str:
        """As it stands in the calls for its recording."""
        return f"/resourceid/{self.resource_id}/sid/{self.sid or '0' * 32}/mode/{self.mode}"


@dataclass(slots=True)
class Caller:
    """One client of one world."""

    app_id: str
    random: Random
    deals: list[Deal] = field(default_factory=list)
    next_calls: list[Call] = field(default_factory=list)
    """What has to come next, and unspoilt."""
    _deal: Deal | None = None

    def next(self) -> Call:
        """A good call that fits the state of affairs."""
        if len(self.deals) > _MOST_RECORDINGS:
            self.deals.clear()
            return Call("DELETE", self._world)
        self._deal = None
        makers = (*_EMULATED * 3, *_CONTROL)
        return self.random.choice(makers)(self)

    def hear(self, call: Call, answer: Answer) -> None:
        """Keep the ids of an answer."""
        deal, operation = self._deal, call.target.rpartition("/")[2]
        if deal is None or answer.status != 200 or call.method != "POST":
            return
        if operation == "acquire":
            reply = json.loads(answer.body)
            deal.resource_id = reply["resourceId"]
            deal.cname, deal.uid = reply.get("cname", deal.cname), reply.get("uid", deal.uid)
            self.deals.append(deal)
        elif operation == "start":
            deal.sid = json.loads(answer.body)["sid"]

    @property
    def _world(self) -> str:
        return f"/_mockrec/worlds/{self.app_id}"

    @property
    def _service(self) -> str:
        prefix = self.random.choice(("", "", "/eu"))
        return f"{prefix}/v1/apps/{self.app_id}/cloud_recording"

    def _some_deal(self) -> Deal:
        latest = self.deals[-6:] or [Deal("x", "room", "1", "mix")]
        self._deal = self.random.choice(latest)
        return self._deal

    def _document(self, schema: str, deal: Deal) -> Any:
        return _example(schema) | {"cname": deal.cname, "uid": deal.uid}

    def acquire(self) -> Call:
        uid = str(self.random.randint(1, 40))
        mode = self.random.choice(("individual", "mix", "web"))
        self._deal = Deal("", self.random.choice(_CHANNELS), uid, mode)
        document = self._document("acquire", self._deal)
        document["clientRequest"] = {"scene": 1} if mode == "web" else {}
        return Call("POST", f"{self._service}/acquire", document)

    def start(self) -> Call:
        deal = self._some_deal()
        document = self._document(f"start.{deal.mode}", deal)
        target = f"{self._service}/resourceid/{deal.resource_id}/mode/{deal.mode}/start"
        return Call("POST", target, document)

    def query(self) -> Call:
        return Call("GET", f"{self._service}{self._some_deal().path}/query")

    def update(self) -> Call:
        deal = self._some_deal()
        document = self._document(f"update.{deal.mode}", deal)
        return Call("POST", f"{self._service}{deal.path}/update", document)

    def update_layout(self) -> Call:
        deal = self._some_deal()
        document = self._document("update_layout", deal)
        return Call("POST", f"{self._service}{deal.path}/updateLayout", document)

    def stop(self) -> Call:
        deal = self._some_deal()
        document = self._document("stop", deal)
        document["clientRequest"] = {"async_stop": self.random.random() < 0.5}
        return Call("POST", f"{self._service}{deal.path}/stop", document)

    def join(self) -> Call:
        document = {"publishes": ["audio"], "role": "host", "codec": "vp8", "width": 640}
        return Call("PUT", self._user(), document)

    def leave(self) -> Call:
        return Call("DELETE", self._user())

    def _user(self) -> str:
        cname = quote(self.random.choice(_CHANNELS), safe="")
        return f"{self._world}/channels/{cname}/users/{self.random.randint(1, 5)}"

    def advance(self) -> Call:
        amount = self.random.choice(({"by": "1s"}, {"by": "31s"}, {"until": {"notified": 31}}))
        limited = amount | {"limit": "20s"} if "until" in amount else amount
        return Call("POST", f"{self._world}/clock/advance", limited)

    def clock(self) -> Call:
        self.next_calls = [Call("PUT", f"{self._world}/clock", {"mode": "manual"})]
        return Call("PUT", f"{self._world}/clock", {"mode": "scaled", "rate": 60})

    def settings(self) -> Call:
        document = {"strict": self.random.random() < 0.5, "pcw": 20, "timing": {"upload": "3s"}}
        profile = self.random.choice(("2026", "2020"))
        return Call("PUT", f"{self._world}/settings", document | {"profile": profile})

    def callback(self) -> Call:
        """Notifications go where nobody listens."""
        document = {"url": "http://127.0.0.1:9/", "secret": "s", "events": [31], "retry": ["1s"]}
        return Call("PUT", f"{self._world}/callback", document)

    def post(self) -> Call:
        """One of the calls that have notifications posted."""
        target = self.random.choice(("callback/check", f"notifications/{'0' * 32}/resend"))
        return Call("POST", f"{self._world}/{target}")

    def wait(self) -> Call:
        document = {"match": {"operation": "stop"}, "since": 0, "timeout": "1ms"}
        return Call("POST", f"{self._world}/journal/await", document, waits=True)

    def read(self) -> Call:
        """One of the calls that only look."""
        sid = self._some_deal().sid
        targets = (
            "",
            "/clock",
            "/settings",
            "/callback",
            "/notifications",
            "/recordings",
            "/files",
        )
        more = (
            *(f"/recordings/{sid}", "/journal?limit=20", "/channels/room"),
            f"/files/xxxxx/directory1/{sid}_room.m3u8",
        )
        return Call("GET", self._world + self.random.choice(targets + more))

    def look_around(self) -> Call:
        own = [f"/_mockrec/{name}" for name in ("worlds", "health", "metrics", "openapi.json")]
        return Call("GET", self.random.choice((*own, "/v1/ncs/ip", "/v2/ncs/ip")))

    def watch(self) -> Call:
        last = "0" if self.random.random() < 0.1 else "9" * 12
        return Call("GET", "/_mockrec/events", headers={"last-event-id": last}, waits=True)


_EMULATED: Final = (
    *(Caller.acquire, Caller.start, Caller.query),
    *(Caller.update, Caller.update_layout, Caller.stop),
)
_CONTROL: Final = (
    *(Caller.join, Caller.leave, Caller.advance, Caller.clock, Caller.settings, Caller.wait),
    *(Caller.callback, Caller.post, Caller.read, Caller.read, Caller.look_around, Caller.watch),
)


@cache
def _read_example(schema: str) -> str:
    return json.dumps(json.loads(assets.schema(schema))["examples"][0])


def _example(schema: str) -> Any:
    return json.loads(_read_example(schema))


def unspoilt(app_id: str) -> Call:
    """The settings of a fresh world, whatever it has been told before."""
    body = b'{"strict":false,"qps":null,"pcw":null,"profile":"2026","credentials":[]}'
    return Call("PUT", f"/_mockrec/worlds/{app_id}/settings", body=body)
