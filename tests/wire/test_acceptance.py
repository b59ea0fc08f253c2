"""What real samples and clients send is taken, verbatim, through a whole cycle.

The bodies are those of tests/contract/bodies/accepted; here they are not judged but posted, with
whatever has to go before them and can come after.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.wire.line import GOOD, STORAGE, App, Heard, Json, basic, envelope
from tests.wire.orders import ORDERS, PAGE

BODIES: Final = Path(__file__).parents[1] / "contract" / "bodies" / "accepted"
ACCEPTED: Final = {
    file.stem: json.loads(file.read_text("utf-8")) for file in sorted(BODIES.glob("*.json"))
}
OPERATIONS: Final = ("acquire", "start", "update", "updateLayout", "stop")
NEVER_LOOKED_AT: Final = "docs-2024-acquire-start-parameter-never-looked-at"

CHECKLIST: Final = {
    "acquire with nothing": "seed-004-acquire-empty",
    "acquire with a URL for a channel": "seed-001-acquire-url-as-cname",
    "start individual with a channelType": "seed-004-start-individual",
    "start mix with a channelType": "seed-004-start-mix",
    "start individual with lists and group": "seed-000-start-individual",
    "start individual with the same, of 2023": "seed-001-start-individual",
    "start mix with six transcoding keys": "seed-002-start-mix",
    "start mix with hls": "seed-003-start-mix-hls",
    "start mix with VoD and no storage": "seed-003-start-mix-vod-without-storage",
    "start individual with screenshots": "seed-003-start-individual-snapshots",
    "update with one list each": "seed-003-update-mix",
    "updateLayout with two places": "seed-003-update-layout",
    "stop with nothing": "seed-004-stop",
    "start individual, both, without a group": "docs-2026-start-individual-snapshots-and-files",
    "start individual, no recordingConfig": "a-python-start-individual-without-recording-config",
    "start with an empty token": "b-node-start-mix-empty-token-and-list",
    "start web with VideoBitrate": "b-go-start-web-video-bitrate",
    "acquire with a whole startParameter": "a-middleware-acquire",
}
"""The rows of rest-api.md §2.12, each with the body that stands for it."""


def named(operation: str, prefix: str = "") -> pytest.MarkDecorator:
    """Every accepted body of this operation whose name begins so."""
    names = [
        name
        for name, sample in ACCEPTED.items()
        if sample["operation"] == operation and name.startswith(prefix)
    ]
    assert names
    return pytest.mark.parametrize("name", names)


class Cycle:
    """A recording's life, with one step of it said in somebody else's words."""

    def __init__(self, app: App, name: str) -> None:
        sample = ACCEPTED[name]
        self.app, self.operation, self.body = app, sample["operation"], sample["body"]
        self.mode = sample["mode"] or _mode(self.body)
        self.resource = self.sid = ""
        self.answers: dict[str, Heard] = {}

    def run(self) -> dict[str, Heard]:
        """Acquire, start, query, update, updateLayout, query, stop: what each was answered."""
        self.resource = self._post("acquire", "acquire").body["resourceId"]
        where = f"resourceid/{self.resource}"
        self.sid = self._post("start", f"{where}/mode/{self.mode}/start").body["sid"]
        session = f"{where}/sid/{self.sid}/mode/{self.mode}"
        self._query("query at once", session)
        self.app.advance("40s")
        self._post("update", f"{session}/update")
        if self.mode == "mix":
            self._post("updateLayout", f"{session}/updateLayout")
        self.app.advance("20s")
        self._query("query", session)
        self._post("stop", f"{session}/stop")
        return self.answers

    def _post(self, operation: str, path: str) -> Heard:
        body = self.body if operation == self.operation else self._usual(operation)
        answer = self.app.line.say("POST", f"{self.app.base}/{path}", body)
        assert answer.status == 200, (operation, answer.raw, answer.detail)
        self.answers[operation] = answer
        return answer

    def _query(self, name: str, session: str) -> None:
        self.answers[name] = self.app.line.say("GET", f"{self.app.base}/{session}/query")

    def _usual(self, operation: str) -> Json:
        if operation == "acquire":
            request: Any = {"scene": 1} if self.mode == "web" else {}
        elif operation == "start":
            request = self.body["clientRequest"].get("startParameter") or _order(self.mode)
        else:
            request = GOOD[operation, self.mode]
        return envelope(request, self.body["cname"], self.body["uid"])


def _mode(body: Json) -> str:
    """The mode to go on with after an acquire: one that has room for its channel name."""
    plain = body["cname"].isascii() and "/" not in body["cname"]
    return "mix" if plain and body["clientRequest"].get("scene") != 1 else "web"


def _order(mode: str) -> Json:
    return ORDERS["web-rtmp" if mode == "web" else mode].request


@pytest.mark.parametrize("operation", OPERATIONS)
def test_there_are_bodies_of_every_operation(operation: str) -> None:
    assert [one for one in ACCEPTED.values() if one["operation"] == operation]


@pytest.mark.parametrize("row", CHECKLIST)
def test_every_row_of_the_checklist_has_its_body(row: str) -> None:
    assert CHECKLIST[row] in ACCEPTED


@pytest.mark.parametrize("name", [name for name in ACCEPTED if name != NEVER_LOOKED_AT])
def test_it_is_taken_and_the_whole_cycle_goes_well(app: App, name: str) -> None:
    cycle = Cycle(app, name)

    answers = cycle.run()

    # With VoD there is no status.
    assert answers["query at once"].server.get("status", 1) == 1
    assert answers["query"].server.get("status", 5) == 5
    for answer in answers.values():
        assert answer.body["cname"] == cycle.body["cname"]
        assert answer.body["uid"] == cycle.body["uid"]
        assert answer.body["resourceId"] == cycle.resource
        assert answer.body.get("sid", cycle.sid) == cycle.sid


@named("acquire", "seed")
def test_the_seeds_acquire_in_their_own_edition(app: App, name: str) -> None:
    app.behave(profile="2020")

    answer = app.line.say("POST", f"{app.base}/acquire", ACCEPTED[name]["body"])

    assert answer.status == 200
    assert set(answer.body) == {"resourceId"}


@pytest.mark.parametrize(
    "name",
    [name for name in ACCEPTED if name.startswith("seed") and "start" in name],
)
def test_the_seeds_record_in_their_own_edition(app: App, name: str) -> None:
    app.behave(profile="2020")
    sample = ACCEPTED[name]
    body, mode = sample["body"], sample["mode"]

    recording = app.record(mode, body["clientRequest"], cname=body["cname"], uid=body["uid"])
    app.advance("40s")

    assert recording.query().status == 200
    assert set(recording.stop().body) == {"resourceId", "sid", "serverResponse"}


def test_what_acquire_announces_is_not_looked_at_before_the_start(app: App) -> None:
    body = ACCEPTED[NEVER_LOOKED_AT]["body"]

    answer = app.line.say("POST", f"{app.base}/acquire", body)
    started = app.start(
        answer.body["resourceId"],
        "mix",
        {"storageConfig": STORAGE},
        cname=body["cname"],
        uid=body["uid"],
    )

    assert answer.status == 200
    assert started.verdict == (400, 2, "request_hash mismatch!")


# --- how clients say it ------------------------------------------------------------------------

CLIENTS: Final[dict[str, dict[str, str]]] = {
    "Python": {"Content-Type": "application/json", "User-Agent": "python-requests/2.32.3"},
    "Go": {
        "Content-Type": "application/json;charset=utf-8",
        "User-Agent": "AgoraRESTClient  Language/go LanguageVersion/go1.22 Arch/amd64 OS/linux",
    },
    "Node": {
        "content-type": "application/json",
        "accept": "application/json",
        "host": "api-cn-north-1.sd-rtn.com",
        "date": "Thu, 01 Jan 2026 00:00:00 GMT",
    },
    "Java": {
        "Content-Type": "application/json",
        "User-Agent": "AgoraRESTClient  Language/java",
    },
    "Postman": {"Content-Type": "application/json;charset=utf-8", "Accept": "*/*"},
    "docs": {"Content-type": "application/json"},
    "axios": {
        "Accept": "application/json, text/plain, */*",
        "Content-Type": "application/json;charset=utf-8",
    },
    "astro": {
        "Authorization": basic().replace("Basic", "basic"),
        "Content-Type": "application/json",
        "Access-Control-Allow-Origin": "*",
        "sec-fetch-mode": "cors",
    },
    "a user": {"Content-Type": "application/json; charset=utf-8"},
}


@pytest.mark.parametrize("client", CLIENTS)
def test_the_headers_of_every_client_are_good(app: App, client: str) -> None:
    headers = CLIENTS[client]
    recording = app.record("mix")

    acquired = app.line.say("POST", f"{app.base}/acquire", envelope({}), headers=headers)
    queried = app.line.say("GET", f"{recording.path}/query", headers=headers)

    assert (acquired.status, queried.status) == (200, 200)


def test_a_body_may_be_printed_prettily(app: App) -> None:
    """Postman sends tabs, line ends, and a blank after the last brace."""
    body = json.dumps(envelope({"resourceExpiredHour": 24}), indent="\t").replace("\n", "\r\n")

    assert app.line.say("POST", f"{app.base}/acquire", raw=f"{body} ".encode()).status == 200


def test_the_uid_may_stand_before_the_channel(app: App) -> None:
    body = dict(reversed(envelope({}).items()))

    assert app.line.say("POST", f"{app.base}/acquire", body).status == 200


def test_a_web_recording_need_not_be_announced_by_the_scene(app: App) -> None:
    recording = app.record("web", {"storageConfig": STORAGE} | PAGE)

    assert recording.query().server["status"] == 1
