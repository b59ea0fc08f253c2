"""The shapes of what a test tells a server and its worlds, and of what a world tells a test.

What a world tells is the control plane's JSON as it is; these name the keys that are always there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, Literal, TypedDict

from mockrec.domain.moments import Millis

# --- what is told: the options of `mockrec serve`, by their names ------------------------------


class WorldSettings(TypedDict, total=False):
    """How one world behaves."""

    clock: str
    start_at: str
    profile: Literal["2026", "2020"]
    strict: bool
    credentials: str | Sequence[str] | Mapping[str, str]
    qps: int | None
    pcw: int | None
    audience: int
    timing: Mapping[str, str]
    callback_url: str | None
    callback_secret: str
    callback_event: Sequence[int]
    scenario: str | PathLike[str] | Mapping[str, object]


class ServerSettings(WorldSettings, total=False):
    """How a server serves, and how each of its worlds begins."""

    host: str
    host_name: Sequence[str]
    port: int
    tls: bool
    tls_port: int
    proxy: bool
    proxy_port: int
    dns: bool
    dns_port: int
    ca_dir: str
    seed: int | Literal["fresh"]
    app: Sequence[str]
    data: str
    storage: Literal["memory", "folder", "object"]
    storage_endpoint: str
    storage_request_endpoints: bool
    callback_link_local: bool


class Sends(TypedDict, total=False):
    """What a user of a channel is, and sends."""

    publishes: Sequence[Literal["audio", "video"]]
    role: Literal["host", "audience"]
    codec: Literal["h264", "vp8"]
    width: int
    height: int


# --- what is answered --------------------------------------------------------------------------


class Recording(TypedDict):
    """A recording in a line; `ending` is None while it is live."""

    sid: str
    cname: str
    uid: str
    mode: Literal["individual", "mix", "web"]
    status: int
    started: Millis
    ending: str | None


class RecordedFile(TypedDict):
    """A file that a recording promises."""

    bucket: str | None
    key: str
    kind: str
    start: Millis | None


class Story(Recording):
    """A recording with its history and an explanation of its state in words."""

    resource_id: str
    explanation: str
    history: list[dict[str, Any]]
    heard: dict[str, list[str]]
    subscription: dict[str, Any]
    layout: dict[str, Any] | None
    files: list[RecordedFile]
    next_due: Millis | None


class User(TypedDict):
    """A user of a channel."""

    uid: str
    name: str
    publishes: list[Literal["audio", "video"]]
    role: Literal["host", "audience"]
    codec: Literal["h264", "vp8"]
    width: int
    height: int
    joined: Millis


class Entry(TypedDict):
    """What every entry of the journal has."""

    number: int
    kind: Literal["request", "event", "notification", "clock"]
    at: Millis
    time: str


class Request(Entry):
    """A request to the emulated service and what it was answered; its secrets are ``***``."""

    operation: str | None
    request_id: str
    method: str
    path: str
    body: Any
    status: int
    answer: Any
    detail: str


class _Notice(TypedDict, total=False):
    notice: int
    name: str
    sequence: int


class Happening(Entry, _Notice):
    """Something that happened to a recording; one that is told outside has `notice` and `name`."""

    event: str
    sid: str
    cname: str
    uid: str
    details: dict[str, Any]


class Attempt(TypedDict):
    """One try to bring a notification."""

    number: int
    at: Millis
    status: int | None
    problem: str | None
    answer: str


class Notification(TypedDict):
    """A notification, its exact bytes, and what became of it."""

    notice_id: str
    sid: str
    verdict: Literal["waiting", "delivered", "given up"]
    body: dict[str, Any]
    bytes: str
    attempts: list[Attempt]
