"""What stands beside the body of every answer, and what stands in none."""

from __future__ import annotations

import pytest

from tests.wire.line import STORAGE, App, Line, Recording, envelope

APP_ID = "0123456789abcdef0123456789abcdef"
ACQUIRE = f"/v1/apps/{APP_ID}/cloud_recording/acquire"


# --- pages -------------------------------------------------------------------------------------


def test_a_page_of_any_origin_may_read_the_answer(app: App) -> None:
    page = {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}

    for body in (envelope({}), {}):
        headers = app.line.say("POST", f"{app.base}/acquire", body, headers=page).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "X-Request-Id" in headers["Access-Control-Expose-Headers"]
        assert "X-Mockrec-Detail" in headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(
    ("path", "credentials"),
    [(ACQUIRE, None), (ACQUIRE.replace(APP_ID, "x"), "id:secret"), ("/nowhere", "id:secret")],
)
def test_a_page_may_read_what_the_gateway_refuses(
    line: Line, path: str, credentials: str | None
) -> None:
    page = {"Origin": "https://shop.example"}

    answer = line.say("POST", path, headers=page, credentials=credentials)

    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_without_an_origin_nothing_is_said_of_it(line: Line) -> None:
    headers = line.say("POST", ACQUIRE, envelope({})).headers

    assert not [name for name in headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("path", [ACQUIRE, "/v1/ncs/ip", f"/eu{ACQUIRE}"])
def test_a_browser_may_ask_first(line: Line, path: str) -> None:
    asks = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }

    answer = line.say("OPTIONS", path, headers=asks, credentials=None)

    assert (answer.status, answer.raw) == (204, b"")
    assert len(answer.headers["X-Request-Id"]) == 32
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"


def test_without_such_a_question_options_has_no_route(line: Line) -> None:
    answer = line.say("OPTIONS", ACQUIRE, headers={"Origin": "https://shop.example"})

    assert answer.said == (404, {"message": "no Route matched with those values"})


# --- what every answer has ---------------------------------------------------------------------


def test_every_answer_has_a_request_id(app: App) -> None:
    app.behave(audience=0)
    recording = app.record("mix")
    app.line.say("POST", f"{app.base}/acquire", {})
    answers = {
        "200": recording.query(),
        "201": app.start(recording.resource, "mix", {"storageConfig": STORAGE}),
        "206": recording.stop(),
        "400": app.acquire(resourceExpiredHour=0),
        "401": app.line.say("POST", ACQUIRE, credentials=None),
        "404": recording.query(),
        "413": app.line.say("POST", ACQUIRE, raw=b"x" * (1024 * 1024 + 1)),
    }

    assert {name: str(answer.status) for name, answer in answers.items()} == {
        name: name for name in answers
    }
    for answer in answers.values():
        assert answer.headers["X-Request-Id"]
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_no_two_answers_of_a_world_have_the_same_request_id(app: App) -> None:
    ids = {app.acquire().headers["X-Request-Id"] for _ in range(20)}

    assert len(ids) == 20


def test_no_two_answers_of_the_gateway_have_the_same_request_id(line: Line) -> None:
    ids = {line.say("GET", "/v1/ncs/ip").headers["X-Request-Id"] for _ in range(20)}

    assert len(ids) == 20


def test_no_answer_names_the_library_that_gave_it(app: App) -> None:
    recording = app.record("mix")
    answers = [
        recording.query(),
        app.line.say("POST", ACQUIRE, credentials=None),
        app.line.say("GET", "/nowhere"),
        app.line.say("GET", "/v1/ncs/ip"),
        app.line.say("POST", ACQUIRE, raw=b"x" * (1024 * 1024 + 1)),
    ]

    assert [answer.headers["Server"] for answer in answers] == [None] * 5


def test_no_answer_is_compressed(line: Line) -> None:
    headers = {"Accept-Encoding": "gzip, deflate, br"}

    answer = line.say("POST", ACQUIRE, envelope({}), headers=headers)

    assert "Content-Encoding" not in answer.headers
    assert answer.body["cname"] == "class-7"


def test_no_success_has_a_code(app: App) -> None:
    """Clients take ``code`` for failure, whatever the status says."""
    recording = app.record("mix")
    app.advance("40s")

    answers = [recording.call(verb) for verb in ("query", "update", "updateLayout", "stop")]

    for answer in [*answers, app.acquire()]:
        assert answer.status == 200
        assert not {"code", "Code", "Body", "reason", "message"} & set(answer.body)


def test_every_value_of_a_short_answer_is_text(app: App) -> None:
    """Some clients read these into a map of strings to strings."""
    recording = app.record("mix")
    answers = [app.acquire(), recording.call("update"), recording.call("updateLayout")]

    assert {type(value) for answer in answers for value in answer.body.values()} == {str}


def test_the_older_edition_repeats_neither_channel_nor_uid(app: App) -> None:
    app.behave(profile="2020")

    recording = app.record("mix")

    assert set(app.acquire().body) == {"resourceId"}
    assert set(recording.call("update").body) == {"resourceId", "sid"}
    assert set(recording.query().body) == {"resourceId", "sid", "serverResponse"}
    assert "cname" not in Recording(app, recording.resource, "0" * 32, "mix").query().body
