"""A line to a served mockrec: what is said on it, byte for byte, and what comes back.

`served` brings up a server, `Line` speaks HTTP to it, `App` is one App ID on that line with its
control plane, `Recording` is what a start gave. Nothing here interprets an answer.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage, HTTPResponse
from threading import Thread
from typing import Any, Final

from aiohttp import web

from mockrec.api.patience import Patience
from mockrec.server import build, doorway
from mockrec.settings import Settings

CNAME: Final = "class-7"
UID: Final = "527841"
STORAGE: Final = {"vendor": 1, "region": 0, "bucket": "b", "accessKey": "a", "secretKey": "s"}
PATIENCE: Final = 20.0
"""Real seconds after which a silent server fails a test; no test waits for them."""

Json = dict[str, Any]
Ready = Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]]


def basic(pair: str = "id:secret") -> str:
    """The Authorization header of a customer's id and secret."""
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


@dataclass(frozen=True, slots=True)
class Heard:
    """A response as it came."""

    status: int
    headers: HTTPMessage
    raw: bytes

    @property
    def body(self) -> Json:
        """The JSON object that the response is; every one of the service is."""
        document = json.loads(self.raw)
        assert isinstance(document, dict)
        return document

    @property
    def said(self) -> tuple[int, Json]:
        """Status and body."""
        return self.status, self.body

    @property
    def verdict(self) -> tuple[int, int | None, str | None]:
        """Status, code and reason: what a refusal comes down to."""
        body = self.body
        return self.status, body.get("code"), body.get("reason")

    @property
    def detail(self) -> str:
        """What mockrec has to say beside the service's words."""
        return self.headers.get("X-Mockrec-Detail", "")

    @property
    def server(self) -> Json:
        """The ``serverResponse`` of a session call that was answered."""
        assert self.status == 200, self.raw
        found = self.body["serverResponse"]
        assert isinstance(found, dict)
        return found


class Line:
    """A way to a server; each request has a connection of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def say(  # noqa: PLR0913  a request has as many parts
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        credentials: str | None = "id:secret",
    ) -> Heard:
        """One request with these credentials, these headers, and this document or these bytes."""
        sent = {} if credentials is None else {"Authorization": basic(credentials)}
        if body is not None:
            raw, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        given = headers or {}
        overruled = {name.lower() for name in given}
        sent = {name: text for name, text in sent.items() if name.lower() not in overruled}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, raw, {**sent, **given})
            return _heard(connection.getresponse())


class App:
    """One App ID: the calls of the service, and the control plane of its world."""

    def __init__(self, line: Line, app_id: str) -> None:
        self.line, self.id = line, app_id
        self.base = f"/v1/apps/{app_id}/cloud_recording"

    def acquire(self, *, cname: str = CNAME, uid: str = UID, **request: object) -> Heard:
        """``acquire`` with this clientRequest."""
        return self.line.say("POST", f"{self.base}/acquire", envelope(request, cname, uid))

    def resource(self, *, cname: str = CNAME, uid: str = UID, **request: object) -> str:
        """The resourceId of an acquire that goes well."""
        answer = self.acquire(cname=cname, uid=uid, **request)
        assert answer.status == 200, answer.raw
        return str(answer.body["resourceId"])

    def start(
        self, resource: str, mode: str, request: object, *, cname: str = CNAME, uid: str = UID
    ) -> Heard:
        """``start`` with this clientRequest."""
        path = f"{self.base}/resourceid/{resource}/mode/{mode}/start"
        return self.line.say("POST", path, envelope(request, cname, uid))

    def record(
        self,
        mode: str,
        request: object | None = None,
        *,
        cname: str = CNAME,
        uid: str = UID,
        **acquired: object,
    ) -> Recording:
        """A recording that has just been started."""
        order = {"storageConfig": STORAGE} if request is None else request
        resource = self.resource(cname=cname, uid=uid, **acquired)
        answer = self.start(resource, mode, order, cname=cname, uid=uid)
        assert answer.status == 200, answer.raw
        return Recording(self, resource, answer.body["sid"], mode, cname, uid)

    def control(self, method: str, path: str, body: object = None) -> Json:
        """A control call about this world; it has to succeed."""
        where = f"/_mockrec/worlds/{self.id}{path}"
        answer = self.line.say(method, where, body, credentials=None)
        assert answer.status == 200, answer.raw
        return answer.body

    def advance(self, by: str) -> Json:
        """Move the clock; all that was due has been carried out."""
        return self.control("POST", "/clock/advance", {"by": by})

    def until(self, **until: object) -> Json:
        """Move the clock to the first happening of this kind."""
        return self.control("POST", "/clock/advance", {"until": until})

    def behave(self, **settings: object) -> None:
        """Set how this world behaves."""
        self.control("PUT", "/settings", settings)

    def join(self, uid: int, *, cname: str = CNAME, **user: object) -> None:
        """A user joins, or changes."""
        self.control("PUT", f"/channels/{cname}/users/{uid}", user)

    def leave(self, uid: int, *, cname: str = CNAME) -> None:
        """A user leaves."""
        self.control("DELETE", f"/channels/{cname}/users/{uid}")

    def files(self) -> dict[str, str]:
        """Every file of the world: its key and where it can be read."""
        return {one["key"]: one["url"] for one in self.control("GET", "/files")["files"]}

    def read(self, url: str) -> str:
        """A file as text."""
        return self.line.say("GET", url).raw.decode()


@dataclass(frozen=True, slots=True)
class Recording:
    """What a start gave: a session to call."""

    app: App
    resource: str
    sid: str
    mode: str
    cname: str = CNAME
    uid: str = UID

    @property
    def path(self) -> str:
        """The path of its calls, up to the verb."""
        return f"{self.app.base}/resourceid/{self.resource}/sid/{self.sid}/mode/{self.mode}"

    @property
    def ids(self) -> Json:
        """The four ids that its answers carry."""
        return {
            "cname": self.cname,
            "uid": self.uid,
            "resourceId": self.resource,
            "sid": self.sid,
        }

    def query(self) -> Heard:
        """``query``."""
        return self.app.line.say("GET", f"{self.path}/query")

    def update(self, request: object) -> Heard:
        """``update``."""
        return self._post("update", request)

    def update_layout(self, request: object) -> Heard:
        """``updateLayout``."""
        return self._post("updateLayout", request)

    def stop(self, **request: object) -> Heard:
        """``stop``."""
        return self._post("stop", request)

    def call(self, operation: str) -> Heard:
        """One of the four with a request that is good for it, whatever the mode."""
        if operation == "query":
            return self.query()
        return self._post(operation, GOOD[operation, self.mode])

    def _post(self, verb: str, request: object) -> Heard:
        body = envelope(request, self.cname, self.uid)
        return self.app.line.say("POST", f"{self.path}/{verb}", body)


_EVERY_STREAM: Final = {
    "streamSubscribe": {"audioUidList": {"subscribeAudioUids": ["#allstream#"]}}
}
GOOD: Final[Mapping[tuple[str, str], Json]] = {
    ("update", "individual"): _EVERY_STREAM,
    ("update", "mix"): _EVERY_STREAM,
    ("update", "web"): {"webRecordingConfig": {"onhold": False}},
    ("updateLayout", "individual"): {},
    ("updateLayout", "mix"): {"mixedVideoLayout": 1},
    ("updateLayout", "web"): {},
    ("stop", "individual"): {},
    ("stop", "mix"): {},
    ("stop", "web"): {},
}
"""A request that is good for each call with a body, by mode."""


def envelope(request: object, cname: str = CNAME, uid: str = UID) -> Json:
    """A body with its three keys."""
    return {"cname": cname, "uid": uid, "clientRequest": request}


def hear(connection: socket.socket) -> Heard:
    """The response to what was written to a socket by hand."""
    with closing(HTTPResponse(connection)) as answer:
        answer.begin()
        return _heard(answer)


def _heard(answer: HTTPResponse) -> Heard:
    return Heard(answer.status, answer.headers, answer.read())


@contextmanager
def served(settings: Settings, patience: Patience | None = None) -> Iterator[Line]:
    """A server with these settings, on a thread of its own and a free port."""
    ready: Ready = Future()
    thread = Thread(target=lambda: asyncio.run(_serve(settings, patience, ready)))
    thread.start()
    port, loop, stopped = ready.result(PATIENCE)
    try:
        yield Line(port)
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()


async def _serve(settings: Settings, patience: Patience | None, ready: Ready) -> None:
    engine, stopped = build(settings), asyncio.Event()
    runner = doorway(engine, settings.hosts, patience)
    try:
        await runner.setup()
        await web.TCPSite(runner, settings.host, 0).start()
        ready.set_result((runner.addresses[0][1], asyncio.get_running_loop(), stopped))
        await stopped.wait()
    except Exception as error:
        ready.set_exception(error)
        raise
    finally:
        await runner.cleanup()
        await engine.close()
