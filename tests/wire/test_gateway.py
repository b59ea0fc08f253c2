"""What is said before the service itself is asked: credentials, App ID, rate, and in which order.

Bodies are compared byte for byte, as clients that look for a ``code`` take its absence for a sign.
"""

from __future__ import annotations

import base64

import pytest

from tests.wire.conftest import Serve
from tests.wire.line import STORAGE, App, Line, basic, envelope

APP_ID = "0123456789abcdef0123456789abcdef"
ACQUIRE = f"/v1/apps/{APP_ID}/cloud_recording/acquire"

BODY_CHECK = b'{"code":2,"reason":"post method api body check failed!"}'
UNAUTHORIZED = b'{"message":"Unauthorized"}'
BAD_CREDENTIALS = b'{"message":"Invalid authentication credentials"}'
INVALID_APP_ID = b'{"message":"appid is invalid"}'
RATE_LIMITED = b'{"message":"API rate limit exceeded"}'


# --- credentials -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ACQUIRE, "/v1/ncs/ip", "/v2/ncs/ip"])
def test_without_authorization_nobody_is_let_in(line: Line, path: str) -> None:
    method = "POST" if path == ACQUIRE else "GET"

    answer = line.say(method, path, credentials=None)

    assert (answer.status, answer.raw) == (401, UNAUTHORIZED)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "header",
    [
        basic("id:secret"),
        basic("id:secret").replace("Basic", "basic"),
        basic("id:secret").replace("Basic", "BASIC"),
        basic("id:secret").replace("Basic ", "Basic   "),
        basic(":"),
        basic("id:"),
        basic("id:se:cr:et"),
        basic("ä:ö"),
    ],
)
def test_any_credentials_will_do_where_none_are_set(line: Line, header: str) -> None:
    assert line.say("GET", "/v1/ncs/ip", headers={"Authorization": header}).status == 200


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (basic().removeprefix("Basic "), "expected Basic authorization"),
        ("Basic", "expected base64 of id:secret, there is no colon in it"),
        ("Basic a", "what follows Basic is not base64"),
        ("Basic id:secret", "what follows Basic is not base64"),
        (
            "Basic " + base64.b64encode(b"id").decode(),
            "expected base64 of id:secret, there is no colon in it",
        ),
    ],
)
@pytest.mark.parametrize("path", [ACQUIRE, "/v1/ncs/ip"])
def test_what_is_no_basic_authorization_is_refused(
    line: Line, path: str, header: str, detail: str
) -> None:
    method = "POST" if path == ACQUIRE else "GET"

    answer = line.say(method, path, headers={"Authorization": header})

    assert (answer.status, answer.raw) == (401, BAD_CREDENTIALS)
    assert answer.detail == detail


@pytest.mark.parametrize("header", ["Bearer abc", "Digest " + basic().removeprefix("Basic ")])
def test_another_scheme_is_answered_as_if_there_were_nothing(line: Line, header: str) -> None:
    answer = line.say("POST", ACQUIRE, headers={"Authorization": header})

    assert (answer.status, answer.raw) == (401, UNAUTHORIZED)


@pytest.mark.parametrize("pair", ["id:wrong", "other:secret", "id:", "id:secret ", "ID:SECRET"])
def test_wrong_credentials_are_refused(serve: Serve, pair: str) -> None:
    line = serve(credentials=(("id", "secret"), ("ops", "pass:word")))

    for method, path in (("POST", ACQUIRE), ("GET", "/v1/ncs/ip")):
        answer = line.say(method, path, credentials=pair)
        assert (answer.status, answer.raw) == (401, BAD_CREDENTIALS)


@pytest.mark.parametrize("pair", ["id:secret", "ops:pass:word"])
def test_known_credentials_are_let_in(serve: Serve, pair: str) -> None:
    line = serve(credentials=(("id", "secret"), ("ops", "pass:word")))

    assert line.say("GET", "/v1/ncs/ip", credentials=pair).status == 200
    assert line.say("POST", ACQUIRE, envelope({}), credentials=pair).status == 200


def test_credentials_of_another_world_are_wrong_ones(app: App, line: Line) -> None:
    app.behave(credentials=["mine:only"])

    answer = app.acquire()

    assert (answer.status, answer.raw) == (401, BAD_CREDENTIALS)
    assert line.say("POST", ACQUIRE, envelope({})).status == 200


# --- App ID ------------------------------------------------------------------------------------


BAD_APP_IDS = ["x", APP_ID.upper(), APP_ID[:-1], APP_ID + "0", "g" * 32, "%20", "null"]


@pytest.mark.parametrize("bad", BAD_APP_IDS)
def test_what_is_no_app_id_is_invalid(line: Line, bad: str) -> None:
    answer = line.say("POST", ACQUIRE.replace(APP_ID, bad), envelope({}))

    assert (answer.status, answer.raw) == (400, INVALID_APP_ID)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_an_app_id_of_another_form_is_known_once_it_is_registered(serve: Serve) -> None:
    path = ACQUIRE.replace(APP_ID, "my-app")

    assert serve().say("POST", path, envelope({})).raw == INVALID_APP_ID
    assert serve(apps=("my-app",)).say("POST", path, envelope({})).status == 200


def test_the_older_edition_has_other_words_for_a_bad_app_id(serve: Serve) -> None:
    answer = serve(profile="2020").say("POST", ACQUIRE.replace(APP_ID, "x"), envelope({}))

    assert (answer.status, answer.raw) == (400, b'{"message":"invalid appid"}')


# --- rate --------------------------------------------------------------------------------------


def test_beyond_the_rate_limit_of_a_second_nothing_is_done(app: App) -> None:
    app.behave(qps=10)

    answers = [app.acquire() for _ in range(12)]

    assert [answer.status for answer in answers] == [200] * 10 + [429] * 2
    assert answers[-1].raw == RATE_LIMITED
    assert app.control("GET", "")["resources"] == 10


def test_the_next_second_has_room_again(app: App) -> None:
    app.behave(qps=1)
    assert [app.acquire().status, app.acquire().status] == [200, 429]

    app.advance("1s")

    assert app.acquire().status == 200


def test_one_app_id_does_not_use_up_the_rate_of_another(serve: Serve) -> None:
    line = serve(qps=1)
    mine, yours = App(line, "a" * 32), App(line, "b" * 32)

    assert [mine.acquire().status, mine.acquire().status, yours.acquire().status] == [200, 429, 200]


def test_by_default_there_is_no_limit(app: App) -> None:
    assert {app.acquire().status for _ in range(40)} == {200}


# --- the order of the checks -------------------------------------------------------------------


def test_each_check_comes_before_the_next(app: App) -> None:
    """Everything is wrong at first; then, one by one, it is put right."""
    app.behave(qps=1, credentials=["id:secret"])
    app.acquire()  # uses up the second's rate
    bad_id = "/v1/apps/x/cloud_recording/acquire"
    start = f"{app.base}/resourceid/r/mode/mix/start"
    wrong = basic("id:wrong")

    def said(method: str, path: str, authorization: str | None) -> tuple[int, bytes]:
        headers = {} if authorization is None else {"Authorization": authorization}
        answer = app.line.say(method, path, raw=b"{", headers=headers, credentials=None)
        return answer.status, answer.raw

    no_route = b'{"message":"no Route matched with those values"}'
    assert said("PUT", bad_id, None) == (404, no_route)
    assert said("POST", bad_id, None) == (401, UNAUTHORIZED)
    assert said("POST", start, wrong) == (401, BAD_CREDENTIALS)
    assert said("POST", start, basic()) == (429, RATE_LIMITED)
    app.advance("1s")
    assert said("POST", start, basic()) == (400, BODY_CHECK)
    app.advance("1s")
    assert app.start("r", "mix", {"storageConfig": {}}).raw.startswith(b'{"cname"')
    app.advance("1s")
    assert app.start("r", "mix", {"storageConfig": STORAGE}).verdict[1] == 1001


def test_a_bad_app_id_comes_after_bad_authorization(line: Line) -> None:
    path = ACQUIRE.replace(APP_ID, "x")

    assert line.say("POST", path, credentials=None).raw == UNAUTHORIZED
    assert line.say("POST", path, raw=b"{").raw == INVALID_APP_ID
