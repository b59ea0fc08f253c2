"""The application on a loopback port, and its worlds as their users see them: over HTTP.

Time stands at `EPOCH` unless a test asks for another clock; nothing here sleeps.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from mockrec import assets
from mockrec.api.app import application
from mockrec.clock import MANUAL_START, Clock, ClockMode, breathe
from mockrec.domain.changes import Change
from mockrec.engine import Defaults, Engine
from mockrec.realm import Realm
from mockrec.sinks.media import MediaSink
from mockrec.storage import Store
from mockrec.storage.memory import MemoryStore

EPOCH: Final = MANUAL_START
"""2026-01-01T00:00:00Z."""
APP_ID: Final = "a" * 32
OTHER: Final = "b" * 32
CNAME: Final = "room"
UID: Final = "527841"
"""The uid of the recorder."""

STORAGE: Final = {
    "vendor": 1,
    "region": 0,
    "bucket": "bucket",
    "accessKey": "access",
    "secretKey": "secret",
    "fileNamePrefix": ["day1"],
}
PAGE: Final = {
    "serviceName": "web_recorder_service",
    "serviceParam": {
        "url": "https://example.org/",
        "audioProfile": 0,
        "videoWidth": 1280,
        "videoHeight": 720,
        "maxRecordingHour": 3,
    },
}
_SERVICES: Final = {"web": {"extensionServiceConfig": {"extensionServices": [PAGE]}}}

# How long a stop waits for its files, by the default delays: the upload, then the settling.
STOP_TAKES: Final = 800 + 400

_TURNS: Final = 20_000
"""How often the event loop may go round before something that was to happen is given up."""


def basic(customer: str, secret: str) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{customer}:{secret}".encode()).decode()


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: Any
    """The JSON document; None where it is none."""
    headers: Mapping[str, str]
    raw: bytes


@dataclass(frozen=True)
class Session:
    """A recording under way, by the ids that its calls need."""

    resource_id: str
    sid: str
    mode: str
    cname: str
    uid: str

    @property
    def path(self) -> str:
        """What stands before the name of a call."""
        return f"resourceid/{self.resource_id}/sid/{self.sid}/mode/{self.mode}"

    def body(self, **request: object) -> dict[str, object]:
        """The body of a call."""
        return {"cname": self.cname, "uid": self.uid, "clientRequest": request}


class Service:
    """One process's worth of mockrec."""

    def __init__(self, engine: Engine, client: TestClient[web.Request, web.Application]) -> None:
        self.engine = engine
        self.client = client

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return str(self.client.make_url("/").origin())

    def url(self, path: str) -> URL:
        """The address of a path, which is sent as it is: percent signs stay what they are."""
        return URL(self.origin + path, encoded=True)

    async def send(
        self,
        method: str,
        path: str,
        document: object = None,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request, its body a JSON document or these very bytes."""
        if document is not None:
            data = json.dumps(document).encode()
        typed = {} if data is None else {"Content-Type": "application/json"}
        body = None if data is None else BytesIO(data)
        async with self.client.session.request(
            method, self.url(path), data=body, headers={**typed, **(headers or {})}
        ) as response:
            raw = await response.read()
            is_json = raw and response.content_type == "application/json"
            answer = json.loads(raw) if is_json else None
            return Reply(response.status, answer, response.headers.copy(), raw)

    async def get(self, path: str, **headers: str) -> Reply:
        """A GET; the headers with underscores for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.send("GET", path, headers=named)

    def world(self, app_id: str = APP_ID) -> World:
        """The world of this App ID."""
        return World(self, app_id)

    def realm(self, app_id: str = APP_ID) -> Realm:
        """The same world from within, for what cannot be seen or set from outside."""
        return self.engine.realm(app_id)

    def real_time(self, app_id: str = APP_ID) -> FakeTime:
        """Let the world follow a real time that the test moves; it begins at `EPOCH`."""
        time = FakeTime()
        self.realm(app_id).clock = Clock(ClockMode.WALL, start=EPOCH, source=time)
        return time


class FakeTime:
    """Real seconds, as a test wants them; by the stride with every look, if there is one."""

    def __init__(self) -> None:
        self.seconds = self.stride = 0.0

    def __call__(self) -> float:
        self.seconds += self.stride
        return self.seconds


class World:
    """One App ID over HTTP: the calls of a backend, and those of the control plane."""

    def __init__(self, service: Service, app_id: str) -> None:
        self.service = service
        self.app_id = app_id
        self.authorization = basic("customer", "certificate")

    # The control plane: paths are those below the world.

    async def control(self, method: str, path: str = "", document: object = None) -> Reply:
        """A control call, whatever comes of it."""
        return await self.service.send(method, f"/_mockrec/worlds/{self.app_id}{path}", document)

    async def get(self, path: str = "") -> Any:
        """What a control call shows, which has to succeed."""
        return done(await self.control("GET", path))

    async def put(self, path: str, **document: object) -> Any:
        """What a PUT is answered, which has to succeed."""
        return done(await self.control("PUT", path, document))

    async def post(self, path: str, **document: object) -> Any:
        """What a POST is answered, which has to succeed."""
        return done(await self.control("POST", path, document))

    async def reset(self) -> Any:
        """Forget the world; what it had."""
        return done(await self.control("DELETE"))["cleared"]

    async def suffer(self, change: Change) -> None:
        """Something befalls the world, as a scenario would have it."""
        engine = self.service.engine
        await engine.do(engine.realm(self.app_id), change)

    async def now(self) -> int:
        """What the world's clock shows."""
        moment: int = (await self.get("/clock"))["now"]
        return moment

    async def advance(self, by: str) -> list[Any]:
        """Move the clock; what happened on the way."""
        happenings: list[Any] = (await self.post("/clock/advance", by=by))["happenings"]
        return happenings

    async def until(self, limit: str = "1h", **until: object) -> list[Any]:
        """Move the clock until something happens; what happened on the way."""
        answer = await self.post("/clock/advance", until=until, limit=limit)
        happenings: list[Any] = answer["happenings"]
        return happenings

    async def join(self, uid: int, cname: str = CNAME, **user: object) -> Any:
        """A user comes in, or changes; as he is shown."""
        return await self.put(f"/channels/{quote(cname, safe='')}/users/{uid}", **user)

    async def leave(self, uid: int, cname: str = CNAME) -> bool:
        """A user goes; whether he had been there."""
        path = f"/channels/{quote(cname, safe='')}/users/{uid}"
        left: bool = done(await self.control("DELETE", path))["left"]
        return left

    async def journal(self, query: str = "") -> list[Any]:
        """The entries of the journal."""
        entries: list[Any] = (await self.get(f"/journal?{query}"))["entries"]
        return entries

    async def happened(self, **match: object) -> Any:
        """The first entry that matches, as soon as there is one."""
        return (await self.post("/journal/await", match=match, timeout="10s"))["entry"]

    # The emulated service.

    async def call(
        self, method: str, path: str, document: object = None, *, data: bytes | None = None
    ) -> Reply:
        """A call to the emulated service, whatever comes of it."""
        return await self.service.send(
            method,
            f"/v1/apps/{self.app_id}/cloud_recording/{path}",
            document,
            data=data,
            headers={"Authorization": self.authorization},
        )

    async def acquire(self, cname: str = CNAME, uid: str = UID, **request: object) -> Reply:
        """Ask for a resource."""
        body = {"cname": cname, "uid": uid, "clientRequest": request}
        return await self.call("POST", "acquire", body)

    async def start(
        self,
        resource_id: str,
        mode: str = "individual",
        cname: str = CNAME,
        uid: str = UID,
        **request: object,
    ) -> Reply:
        """Start with this resource; storage, and in web mode a page, are seen to."""
        request = {"storageConfig": STORAGE, **_SERVICES.get(mode, {}), **request}
        body = {"cname": cname, "uid": uid, "clientRequest": request}
        return await self.call("POST", f"resourceid/{resource_id}/mode/{mode}/start", body)

    async def record(
        self, mode: str = "individual", cname: str = CNAME, uid: str = UID, **request: object
    ) -> Session:
        """Acquire and start, which has to succeed."""
        acquired = await self.acquire(cname, uid, scene=int(mode == "web"))
        resource_id = done(acquired)["resourceId"]
        started = await self.start(resource_id, mode, cname, uid, **request)
        return Session(resource_id, done(started)["sid"], mode, cname, uid)

    async def query(self, session: Session) -> Reply:
        """Ask how it fares."""
        return await self.call("GET", f"{session.path}/query")

    async def status(self, session: Session) -> int:
        """The status that a query tells, which has to succeed."""
        status: int = done(await self.query(session))["serverResponse"]["status"]
        return status

    async def update(self, session: Session, **request: object) -> Reply:
        """Change what it records."""
        return await self.call("POST", f"{session.path}/update", session.body(**request))

    async def update_layout(self, session: Session, **request: object) -> Reply:
        """Change its layout."""
        return await self.call("POST", f"{session.path}/updateLayout", session.body(**request))

    async def stop(self, session: Session, **request: object) -> Reply:
        """End it."""
        return await self.call("POST", f"{session.path}/stop", session.body(**request))


def done(reply: Reply) -> Any:
    """The body of a reply, which has to be a 200."""
    assert reply.status == 200, reply.raw
    return reply.body


def wrong(reply: Reply, status: int = 400) -> tuple[str, str, str]:
    """What a control call that was refused says: error, path, expected; and nothing else."""
    assert reply.status == status, reply.raw
    assert set(reply.body) == {"error", "path", "expected"}
    return reply.body["error"], reply.body["path"], reply.body["expected"]


async def soon(holds: Callable[[], object]) -> None:
    """Let the event loop go round until this holds."""
    for _ in range(_TURNS):
        if holds():
            return
        await breathe()
    raise AssertionError("it never came to hold")


class _Server(TestServer):
    """As in production, a client that goes away cancels nothing; at the end nobody waits long."""

    async def _make_runner(self, **_: object) -> web.AppRunner:
        return web.AppRunner(self.app, access_log=None, shutdown_timeout=0.01)


@asynccontextmanager
async def served(
    defaults: Defaults | None = None,
    store: Store | None = None,
    hosts: frozenset[str] = frozenset(),
) -> AsyncIterator[Service]:
    """The application as long as the block lasts: a manual clock and a memory, unless told else."""
    beginning = defaults or Defaults(clock_mode=ClockMode.MANUAL)
    engine = Engine(beginning, store or MemoryStore(), MediaSink(assets.footage))
    async with TestClient(_Server(application(engine, hosts))) as client:
        yield Service(engine, client)
    await engine.close()
