"""What the official Python client makes of faults: what it retries, raises and misses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.wire import official
from tests.wire.line import App
from tests.wire.official import ServiceResponseException
from tests.wire.process import Server, started

CNAME: Final = "lesson 7"
UID: Final = "527841"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(
        "--clock", "manual", "--storage", "memory", cwd=tmp_path_factory.mktemp("served")
    ) as server:
        yield server


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """What the client would have slept."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    slept: list[float] = []
    with official.bent(slept):
        yield slept


@pytest.fixture
def app(server: Server, request: pytest.FixtureRequest) -> App:
    """A world of its own for this test."""
    name = f"{hash_of(request.node.name):032x}"
    return App(server.line, name)


def hash_of(name: str) -> int:
    """A number that is the test's own."""
    return int.from_bytes(name.encode()[-16:], "big")


@pytest.fixture
def mix(app: App) -> Any:
    """A client for composite recording."""
    return official.client("mix", f"127.0.0.1:{app.line.port}", app.id)


def befall(app: App, op: str, then: dict[str, Any], **rule: Any) -> None:
    """Let something go wrong with calls of this kind."""
    rules = [{"id": "fault", "op": op, "then": then, **rule}]
    app.control("PUT", "/scenario", {"scenario": "faults", "rules": rules})


def start(mix: Any, resource: str) -> Any:
    return mix.start(resource, CNAME, UID, "", official.storage())


def calls(app: App, operation: str) -> list[int]:
    """What each call of this kind was answered."""
    entries = app.control("GET", "/journal?kind=request")["entries"]
    return [entry["status"] for entry in entries if entry["operation"] == operation]


def test_it_starts_again_where_the_service_failed(app: App, mix: Any, slept: list[float]) -> None:
    befall(app, "start", {"refuse": 502}, times=2)
    began = start(mix, mix.acquire(CNAME, UID).resourceId)

    assert len(began.sid) == 32
    assert calls(app, "start") == [500, 500, 200]
    assert slept == [1, 2]


@pytest.mark.parametrize(("code", "status"), [(62, 500), (65, 206)])
def test_a_start_whose_answer_was_lost_ends_as_one_without_a_sid(
    app: App, mix: Any, code: int, status: int
) -> None:
    """It takes 201 for a success: who asks for its sid gets an empty one, though it records."""
    befall(app, "start", {"refuse": code, "done": True}, times=1)
    began = start(mix, mix.acquire(CNAME, UID).resourceId)

    assert (began.code, began.sid) == (7, "")
    assert calls(app, "start") == [status, 201]
    (recording,) = app.control("GET", "/recordings")["recordings"]
    assert recording["status"] == 1


def test_it_gives_up_after_three(app: App, mix: Any, slept: list[float]) -> None:
    befall(app, "start", {"refuse": 15})
    resource = mix.acquire(CNAME, UID).resourceId

    with pytest.raises(ServiceResponseException) as raised:
        start(mix, resource)
    assert (raised.value.status_code, raised.value.error_code) == (500, 15)
    assert calls(app, "start") == [500, 500, 500]
    assert slept == [1, 2, 3]


def test_a_connection_that_breaks_is_tried_anew_without_a_word(
    app: App, mix: Any, slept: list[float]
) -> None:
    befall(app, "acquire", {"reset": True}, times=3)

    assert mix.acquire(CNAME, UID).resourceId
    assert calls(app, "acquire") == [0, 0, 0, 200]
    assert slept == [0.5, 0.5, 0.5]


def test_an_acquire_that_was_done_and_cut_off_was_done_twice(app: App, mix: Any) -> None:
    befall(app, "acquire", {"close": {"after_bytes": 10}}, times=1)
    mix.acquire(CNAME, UID)

    assert app.control("GET", "")["resources"] == 2


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"refuse": "rate-limited"}, (429, None, "API rate limit exceeded")),
        ({"refuse": 65}, (206, 65, "request not completed")),
        ({"refuse": "request-timeout"}, (504, 62, "request timeout")),
        ({"html": 502}, (502, None, "502 Bad Gateway")),
    ],
)
def test_a_query_is_never_retried(
    app: App, mix: Any, then: dict[str, Any], said: tuple[int, int | None, str]
) -> None:
    status, code, words = said
    resource = mix.acquire(CNAME, UID).resourceId
    sid = start(mix, resource).sid
    befall(app, "query", then)

    with pytest.raises(ServiceResponseException) as raised:
        mix.query(resource, sid)
    assert (raised.value.status_code, raised.value.error_code) == (status, code)
    assert words in raised.value.error_msg
    assert calls(app, "query") == [status]


@pytest.mark.parametrize("then", [{"truncate": True}, {"garbage": True}])
def test_an_answer_that_is_no_json_is_an_exception_of_another_kind(
    app: App, mix: Any, then: dict[str, Any]
) -> None:
    befall(app, "acquire", then)

    with pytest.raises(json.JSONDecodeError):
        mix.acquire(CNAME, UID)
    assert calls(app, "acquire") == [200]
