"""HAR files as browsers and proxies write them, told again as scenarios."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

import pytest

from mockrec.retold.session import NoSession
from tests.api.service import APP_ID, STORAGE, basic
from tests.scenarios.retelling import retold_har

HOST: Final = "https://api.sd-rtn.com"
PATH: Final = f"/v1/apps/{APP_ID}/cloud_recording"
RESOURCE: Final = "JyvK8nXHuV1BE64GDkAaBGEscvtHW7v8BrQoRPCHxmeVxwY22-x-kv4GdPcjZeMzoCBUCOr"
SID: Final = "38f8e3cfdc474cd56fc1ceba380d7e1a"
WHO: Final = {"cname": "http-class", "uid": "527841"}
HUSH: Final = "hush-hush-5318008"
"""What has to stay secret."""
CERTIFICATE: Final = "a-certificate-of-the-customer"
WITHOUT_CONTENT: Final = object()


def entry(at: str, path: str, body: object, status: int, answer: object) -> dict[str, Any]:
    """An entry as Chrome writes it; a body of None makes a GET."""
    request: dict[str, Any] = {
        "method": "GET" if body is None else "POST",
        "url": HOST + path,
        "httpVersion": "http/2.0",
        "headers": [{"name": "authorization", "value": basic("customer", CERTIFICATE)}],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": -1,
    }
    if body is not None:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(body)}
    content: dict[str, Any] = {"size": 0, "mimeType": "application/json"}
    if answer is not WITHOUT_CONTENT:
        content["text"] = answer if isinstance(answer, str) else json.dumps(answer)
    response = {"status": status, "statusText": "", "headers": [], "content": content}
    return {"startedDateTime": at, "time": 80.5, "request": request, "response": response}


def at(host: str, one: dict[str, Any]) -> dict[str, Any]:
    """The entry, as sent to another host."""
    one["request"]["url"] = one["request"]["url"].replace(HOST, host)
    return one


def har(*entries: Any) -> dict[str, Any]:
    """The file around the entries."""
    creator = {"name": "WebInspector", "version": "537.36"}
    return {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": list(entries)}}


def session_path(verb: str) -> str:
    return f"{PATH}/resourceid/{RESOURCE}/sid/{SID}/mode/mix/{verb}"


def acquire(at: str = "2026-03-01T10:00:00.000Z", answer: Any = None) -> Any:
    body = {**WHO, "clientRequest": {}}
    return entry(at, f"{PATH}/acquire", body, 200, answer or {"resourceId": RESOURCE})


def start(at: str, status: int = 200, answer: Any = None, **request: Any) -> Any:
    storage = {**STORAGE, "secretKey": HUSH, "accessKey": "AKIA-" + HUSH}
    body = {**WHO, "clientRequest": {"storageConfig": storage, "token": HUSH, **request}}
    given = {"resourceId": RESOURCE, "sid": SID}
    return entry(at, f"{PATH}/resourceid/{RESOURCE}/mode/mix/start", body, status, answer or given)


def query(at: str, status: int = 200, answer: Any = None) -> Any:
    return entry(at, session_path("query"), None, status, answer or {"sid": SID})


def stop(at: str, status: int = 200, answer: Any = None) -> Any:
    body = {**WHO, "clientRequest": {}}
    return entry(at, session_path("stop"), body, status, answer or {"sid": SID})


async def test_a_recording_is_told_with_its_moments_to_the_millisecond() -> None:
    told = await retold_har(
        har(
            stop("2026-03-01T10:01:00.9996Z"),
            acquire("2026-03-01T11:00:00.000+01:00"),
            start("2026-03-01T10:00:00.1234567Z"),
            query("2026-03-01T15:30:30.500+05:30"),
        )
    )

    assert told.kept
    assert told.rules == []
    assert [(str(call.operation), call.at.offset) for call in told.scenario.calls] == [
        ("acquire", 0),
        ("start", 123),
        ("query", 30_500),
        ("stop", 61_000),
    ]
    assert 'start: "2026-03-01T10:00:00.000Z"' in told.text


async def test_only_the_calls_to_the_service_are_taken() -> None:
    webhook = {"noticeId": "1", "eventType": 41, "payload": {"cname": "http-class"}}
    told = await retold_har(
        har(
            at("https://console.agora.io", entry("2026-03-01T09:00:00Z", "/", None, 200, "<html>")),
            at("https://my.example", entry("2026-03-01T09:00:01Z", "/hook", webhook, 200, "ok")),
            at("https://my.example", entry("not a moment", "/v1/apps/", {}, 200, "{}")),
            at("https://my-proxy.example:8443/agora/eu", acquire()),
            entry("2026-03-01T10:00:01Z", f"{PATH}/acquire", None, 404, "{}"),
        )
    )

    assert [dict(call.parameters) for call in told.scenario.calls] == [{**WHO, "region": "eu"}]


async def test_faults_of_the_day_become_rules() -> None:
    gone = {"code": 404, "reason": "failed to find worker"}
    told = await retold_har(
        har(
            acquire(),
            start("2026-03-01T10:00:01Z", 504, "<html>gateway</html>"),
            start("2026-03-01T10:00:05Z", 201, {"code": 7, "reason": "already started"}),
            query("2026-03-01T10:00:20Z"),
            query("2026-03-01T10:00:25Z", 404, gone),
            query("2026-03-01T10:00:30Z", 404, gone),
            query("2026-03-01T10:00:35Z"),
            stop("2026-03-01T10:00:40Z", 206, {"code": 435, "reason": "no recorded data"}),
        )
    )

    assert told.kept, told.text
    assert told.rules == [
        {"id": "start-1", "op": "start", "times": 1, "then": {"html": 504, "done": True}},
        {"id": "query-2", "op": "query", "skip": 1, "times": 2, "then": {"refuse": 404}},
        {"id": "stop-1", "op": "stop", "times": 1, "then": {"refuse": 435, "done": True}},
    ]


async def test_a_call_that_was_never_answered_ends_without_an_answer() -> None:
    told = await retold_har(har(acquire(), start("2026-03-01T10:00:01Z", 0, WITHOUT_CONTENT)))

    assert told.kept
    assert [rule["then"] for rule in told.rules] == [{"close": True}]
    assert told.scenario.calls[-1].answer is not None
    assert told.scenario.calls[-1].answer.nothing


async def test_bodies_that_were_not_saved_leave_the_ids_to_the_replay() -> None:
    told = await retold_har(
        har(
            acquire(answer=WITHOUT_CONTENT),
            start("2026-03-01T10:00:01Z", answer=WITHOUT_CONTENT),
            query("2026-03-01T10:00:20Z", answer=WITHOUT_CONTENT),
            query("2026-03-01T10:00:22Z", 500, WITHOUT_CONTENT),
            stop("2026-03-01T10:00:25Z", answer=WITHOUT_CONTENT),
        )
    )

    assert told.kept
    assert told.answers[0:3] == ["200", "200", "200"]
    assert "resourceId" not in told.text
    assert len(told.rules) == 1


async def test_an_answer_that_was_not_saved_takes_no_id_that_is_known() -> None:
    told = await retold_har(
        har(
            acquire(),
            acquire("2026-03-01T10:00:01Z", answer=WITHOUT_CONTENT),
            start("2026-03-01T10:00:02Z"),
        )
    )

    assert told.kept
    assert told.rehearsal.ids["resourceId", RESOURCE] in told.text


async def test_bodies_in_base64_are_read() -> None:
    one = acquire()
    content = one["response"]["content"]
    content |= {"encoding": "base64", "text": base64.b64encode(content["text"].encode()).decode()}
    told = await retold_har(har(one, start("2026-03-01T10:00:01Z")))

    assert told.kept
    assert RESOURCE not in told.text


async def test_secrets_stay_where_they_are() -> None:
    page = f"https://user:{HUSH}@example.org/{HUSH}?sig={HUSH}#{HUSH}"
    push = f"rtmp://push.example/{HUSH}"
    told = await retold_har(
        har(
            acquire(),
            start(
                "2026-03-01T10:00:01Z", note=f"it is {HUSH}", odd={HUSH: 1}, page=page, push=push
            ),
            stop("2026-03-01T10:00:20Z", 503, {"code": 12, "reason": f"no {HUSH}", "sid": SID}),
        )
    )

    assert told.kept
    assert HUSH not in told.text
    assert RESOURCE not in told.text
    assert SID not in told.text
    assert 'accessKey: "***"' in told.text
    assert "https://example.org/1" in told.text


@pytest.mark.parametrize("secret", [CERTIFICATE, basic("customer", CERTIFICATE).split()[1]])
async def test_the_credentials_of_the_header_stay_where_they_are(secret: str) -> None:
    told = await retold_har(har(acquire(), start("2026-03-01T10:00:01Z", note=f"by {secret}")))

    assert told.kept
    assert secret not in told.text


@pytest.mark.parametrize("choice", [APP_ID, "b" * 32])
async def test_one_app_id_is_chosen(choice: str) -> None:
    other = acquire("2026-03-01T10:00:02Z")
    other["request"]["url"] = other["request"]["url"].replace(APP_ID, "b" * 32)
    both = har(acquire(), other)
    with pytest.raises(NoSession, match="calls of 2 App IDs are in it; choose one with --app"):
        await retold_har(both)

    assert len((await retold_har(both, choice)).scenario.calls) == 1


def without(one: Any, *path: str) -> Any:
    """The entry without what stands at this path."""
    inner = one
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return one


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], 'this is no HAR: expected an object with "log" and "entries" in it'),
        ({"log": {"entries": {}}}, 'this is no HAR: expected an object with "log" and'),
        (har(), "there is no call to the service in it"),
        (har(7), "/log/entries/0/request: expected an object"),
        (har(without(acquire(), "request", "url")), "/log/entries/0/request/url: got nothing"),
        (har(acquire("yesterday")), "/log/entries/0/startedDateTime: got 'yesterday', expected"),
        (har(acquire("9999-12-31T23:59:59Z")), "/log/entries/0/startedDateTime: got '9999-12-31"),
        (har(without(acquire(), "response", "status")), "/log/entries/0/response/status: expected"),
        (har(entry("2026-03-01T10:00:00Z", f"{PATH}/acquire", {}, 99, "")), "/log/entries/0/resp"),
        (har(without(acquire(), "startedDateTime")), "/log/entries/0/startedDateTime: got nothing"),
    ],
)
async def test_what_is_no_har_says_where_and_why(document: Any, said: str) -> None:
    with pytest.raises(NoSession) as refusal:
        await retold_har(document)

    assert str(refusal.value).startswith(said)
    assert HUSH not in str(refusal.value)


@pytest.mark.parametrize("spoilt", ["text", "postData", "base64"])
async def test_bad_bodies_say_where_and_not_what(spoilt: str) -> None:
    one = start("2026-03-01T10:00:01Z")
    if spoilt == "text":
        one["request"]["postData"]["text"] = 7
    elif spoilt == "postData":
        one["request"]["postData"] = HUSH
    else:
        one["response"]["content"] |= {"encoding": "base64", "text": f"<{HUSH}>"}
    with pytest.raises(NoSession) as refusal:
        await retold_har(har(one))

    assert str(refusal.value).startswith("/log/entries/0/re")
    assert HUSH not in str(refusal.value)
