"""Bodies that cannot be read, and what may stand in the headers that describe them."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.wire.line import PATIENCE, App, Line, basic, envelope

ACQUIRE = f"/v1/apps/{'0123456789abcdef' * 2}/cloud_recording/acquire"
BODY_CHECK = b'{"code":2,"reason":"post method api body check failed!"}'
TOO_LARGE = b'{"message":"Request size limit exceeded"}'


# --- bodies ------------------------------------------------------------------------------------


NOT_JSON = {
    "nothing": b"",
    "half a document": b'{"cname":"a"',
    "a form": b"cname=a&uid=1",
    "single quotes": b"{'cname':'a'}",
    "a comma too many": b'{"cname":"a","uid":"1","clientRequest":{},}',
    "NaN": b'{"cname":"a","uid":"1","clientRequest":{"scene":NaN}}',
    "no UTF-8": b'{"cname":"\xff","uid":"1","clientRequest":{}}',
    "a key twice": b'{"cname":"a","cname":"b","uid":"1","clientRequest":{}}',
    "two documents": b"{}{}",
}

each_unreadable = pytest.mark.parametrize("body", NOT_JSON.values(), ids=list(NOT_JSON))


@each_unreadable
def test_what_is_not_json_fails_the_body_check(line: Line, body: bytes) -> None:
    answer = line.say("POST", ACQUIRE, raw=body)

    assert (answer.status, answer.raw) == (400, BODY_CHECK)
    assert answer.detail


@each_unreadable
def test_what_is_not_json_is_code_8_in_the_older_edition(app: App, body: bytes) -> None:
    app.behave(profile="2020")

    answer = app.line.say("POST", f"{app.base}/acquire", raw=body)

    assert answer.verdict == (400, 8, "invalid http request")


@pytest.mark.parametrize("document", [[], "text", 7, None, True])
def test_json_that_is_no_object_fails_the_body_check(line: Line, document: object) -> None:
    answer = line.say("POST", ACQUIRE, raw=json.dumps(document).encode())

    assert (answer.status, answer.raw) == (400, BODY_CHECK)


def test_a_body_over_one_mebibyte_is_too_large(line: Line) -> None:
    body = json.dumps(envelope({"token": "x" * 1024 * 1024})).encode()

    answer = line.say("POST", ACQUIRE, raw=body)

    assert (answer.status, answer.raw) == (413, TOO_LARGE)


def test_a_large_body_is_not_too_large(line: Line) -> None:
    body = json.dumps(envelope({"note": "x" * 1_000_000})).encode()

    assert line.say("POST", ACQUIRE, raw=body).status == 200


# --- Content-Type ------------------------------------------------------------------------------


JSON_TYPES = [
    "application/json",
    "application/json;charset=utf-8",
    "application/json; charset=utf-8",
    "application/json ; charset=UTF-8",
    "APPLICATION/JSON",
    "Application/Json; Charset=Utf-8; q=1",
    "application/json;",
]
OTHER_TYPES = ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json", ""]


@pytest.mark.parametrize("content_type", JSON_TYPES + OTHER_TYPES)
def test_the_content_type_does_not_matter(line: Line, content_type: str) -> None:
    headers = {"Content-Type": content_type}

    assert line.say("POST", ACQUIRE, envelope({}), headers=headers).status == 200


def test_there_need_not_be_a_content_type(line: Line) -> None:
    assert line.say("POST", ACQUIRE, raw=json.dumps(envelope({})).encode()).status == 200


@pytest.mark.parametrize("content_type", JSON_TYPES)
def test_a_strict_world_takes_every_spelling_of_json(app: App, content_type: str) -> None:
    app.behave(strict=True)

    assert typed(app, content_type) == (200, None, None)


@pytest.mark.parametrize("content_type", OTHER_TYPES)
@pytest.mark.parametrize(
    ("profile", "words"),
    [("2026", (2, "post method api body check failed!")), ("2020", (8, "invalid http request"))],
)
def test_a_strict_world_takes_no_other_type(
    app: App, content_type: str, profile: str, words: tuple[int, str]
) -> None:
    app.behave(strict=True, profile=profile)

    assert typed(app, content_type) == (400, *words)


def test_a_strict_world_takes_a_body_without_a_type(app: App) -> None:
    app.behave(strict=True)

    body = json.dumps(envelope({})).encode()

    assert app.line.say("POST", f"{app.base}/acquire", raw=body).status == 200


def typed(app: App, content_type: str) -> tuple[int, int | None, str | None]:
    """What becomes of an acquire with this Content-Type."""
    headers = {"Content-Type": content_type}
    return app.line.say("POST", f"{app.base}/acquire", envelope({}), headers=headers).verdict


# --- GET with things that GETs do not have -----------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{}", b"not JSON", b"x" * 100_000],
    ids=["none", "null", "object", "not JSON", "long"],
)
@pytest.mark.parametrize("strict", [False, True])
def test_the_body_of_a_query_is_not_looked_at(app: App, body: bytes, strict: bool) -> None:
    recording = app.record("mix")
    app.behave(strict=strict)

    headers = {"Content-Type": "application/json;charset=utf-8"}
    answer = app.line.say("GET", f"{recording.path}/query", raw=body, headers=headers)

    assert answer.server["status"] == 1


@pytest.mark.parametrize("content_type", [*JSON_TYPES, *OTHER_TYPES])
def test_the_content_type_of_a_query_does_not_matter(app: App, content_type: str) -> None:
    recording = app.record("mix")
    app.behave(strict=True)

    headers = {"Content-Type": content_type}

    assert app.line.say("GET", f"{recording.path}/query", headers=headers).status == 200


def test_a_connection_is_kept_over_a_query_with_a_body(app: App) -> None:
    """The Java client sends the four bytes ``null`` with its GET, and goes on."""
    path = f"{app.record('mix').path}/query"
    headers = {"Authorization": basic(), "Content-Type": "application/json"}

    with closing(HTTPConnection("127.0.0.1", app.line.port, timeout=PATIENCE)) as connection:
        connection.connect()
        before = connection.sock
        statuses = []
        for _ in range(3):
            connection.request("GET", path, b"null", headers)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)

        assert statuses == [200, 200, 200]
        assert connection.sock is before


def test_a_body_may_come_in_chunks(line: Line) -> None:
    whole = json.dumps(envelope({})).encode()
    parts = [whole[:7], whole[7:]]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    head = (
        f"POST {ACQUIRE} HTTP/1.1\r\nHost: api.agora.io\r\nAuthorization: {basic()}\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", line.port), PATIENCE) as connection:
        connection.sendall(head.encode() + chunks + b"0\r\n\r\n")
        with connection.makefile("rb") as answer:
            assert answer.readline() == b"HTTP/1.1 200 OK\r\n"
