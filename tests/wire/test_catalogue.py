"""Every refusal there is, by its name: brought about once on the wire, in both editions.

What only a fault can bring stands in `ONLY_BY_FAULT`, so that its words are held to the documents
all the same.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, Final

import pytest

from mockrec.api.patience import Patience
from mockrec.domain.problems import PROBLEMS, Profile, Wording
from mockrec.settings import Settings
from tests.wire.line import (
    PATIENCE,
    STORAGE,
    App,
    Heard,
    Json,
    Recording,
    basic,
    envelope,
    hear,
    served,
)
from tests.wire.orders import STORED

Words = tuple[int, int | None, str | None]

CHECK: Final = "post method api body check failed!"
NOWHERE: Final = "failed to find worker"

ON_THE_WIRE: Final[dict[str, tuple[Words, Words]]] = {
    "unauthorized": ((401, None, "Unauthorized"),) * 2,
    "bad-credentials": ((401, None, "Invalid authentication credentials"),) * 2,
    "no-route": ((404, None, "no Route matched with those values"),) * 2,
    "rate-limited": ((429, None, "API rate limit exceeded"),) * 2,
    "invalid-appid": ((400, None, "appid is invalid"), (400, None, "invalid appid")),
    "too-large": ((413, None, "Request size limit exceeded"),) * 2,
    "too-slow": ((408, None, "Request Timeout"),) * 2,
    "body-check": ((400, 2, CHECK),) * 2,
    "not-json": ((400, 2, CHECK), (400, 8, "invalid http request")),
    "bad-resource-expired-hour": ((400, 2, "Acquire: invalid resourceExpiredHour value!"),) * 2,
    "services-not-selected": ((400, 2, "services not selected!"),) * 2,
    "request-hash-mismatch": ((400, 2, "request_hash mismatch!"),) * 2,
    "invalid-channel-name": (
        (400, 401, "invalid_channel_name"),
        (400, 1013, "invalid channel name"),
    ),
    "bad-layout": ((400, 2, CHECK), (400, 1028, "invalid layout parameter")),
    "unreadable-resource": ((400, 1001, "invalid resourceid"),) * 2,
    "foreign-resource": ((400, 1003, "resourceid does not match appid or sid"),) * 2,
    "parameter-mismatch": ((400, 432, "parameter mismatch"),) * 2,
    "resource-expired": ((400, 433, "resourceid expired"),) * 2,
    "already-started": ((201, 7, "already started"), (201, 7, None)),
    "task-conflict": ((400, 53, "task conflict"), (400, 53, None)),
    "no-worker": ((404, 404, NOWHERE),) * 2,
    "no-worker-unreadable-resource": ((404, 404, NOWHERE), (400, 1001, "invalid resourceid")),
    "no-worker-foreign-resource": (
        (404, 404, NOWHERE),
        (400, 1003, "resourceid does not match appid or sid"),
    ),
    "no-worker-exiting": ((404, 404, NOWHERE), (400, 501, "recording service is exiting")),
    "invalid-operation": ((400, 49, "invalid operation"), (400, 49, None)),
    "upload-timeout": ((206, 50, "upload timeout"), (206, 50, None)),
    "no-recorded-data": ((206, 435, "no recorded data"), (206, 435, None)),
    "too-many-workers": ((400, 406, "vendor_over_load"),) * 2,
}
"""What is heard: status, code and reason (the gateway's message), now and in the older edition."""

ONLY_BY_FAULT: Final[dict[str, tuple[Words, Words]]] = {
    "account-suspended": ((400, 405, "no_active_status"),) * 2,
    "not-enabled": ((400, 400, "invalid_appid"), (400, 62, "cloud recording is not enabled")),
    "worker-failed": ((500, 15, "internal error"),) * 2,
    "start-timeout": ((500, 62, "request timeout"),) * 2,
    "request-timeout": ((504, 62, "request timeout"),) * 2,
    "not-completed": ((206, 65, "request not completed"),) * 2,
    "internal-error": ((500, 500, "internal_error"),) * 2,
    "no-capacity": ((500, 501, "no_worker_manager_available"),) * 2,
    "allocation-failed": ((500, 502, "Failed to allocate worker"),) * 2,
    "allocation-timeout": ((500, 504, "allocate_timeout"),) * 2,
}
"""What the model never says by itself."""


def _layout(app: App) -> Heard:
    return app.record("mix").update_layout({"mixedVideoLayout": 9})


def _rate_limited(app: App) -> Heard:
    app.behave(qps=1)
    app.acquire()
    return app.acquire()


def _bad_credentials(app: App) -> Heard:
    app.behave(credentials=["id:other"])
    return app.acquire()


def _bad_app_id(app: App) -> Heard:
    return App(app.line, "x").acquire()


def _posted(raw: bytes, credentials: str | None = "id:secret") -> Callable[[App], Heard]:
    return lambda app: app.line.say("POST", f"{app.base}/acquire", raw=raw, credentials=credentials)


def _too_slow(app: App) -> Heard:
    half = (
        f"POST {app.base}/acquire HTTP/1.1\r\nHost: h\r\nAuthorization: {basic()}\r\n"
        "Content-Length: 9\r\n\r\n{"
    )
    with socket.create_connection(("127.0.0.1", app.line.port), PATIENCE) as connection:
        connection.sendall(half.encode())
        return hear(connection)


def _started(mode: str, request: Json, **ids: str) -> Callable[[App], Heard]:
    return lambda app: app.start(app.resource(), mode, request, **ids)


def _announced(app: App) -> Heard:
    return app.start(app.resource(startParameter={"token": "t"}), "mix", STORED)


def _of_another_scene(app: App) -> Heard:
    app.behave(strict=True)
    return app.start(app.resource(scene=1), "mix", STORED)


def _foreign(app: App) -> App:
    return App(app.line, app.id[::-1])


def _expired(app: App) -> Heard:
    resource = app.resource()
    app.advance("6m")
    return app.start(resource, "mix", STORED)


def _conflict(app: App) -> Heard:
    app.record("mix")
    return app.start(app.resource(), "mix", STORED)


def _again(app: App) -> Heard:
    return app.start(app.record("mix").resource, "mix", STORED)


def _lost(resource: Callable[[App], str]) -> Callable[[App], Heard]:
    return lambda app: Recording(app, resource(app), "0" * 32, "mix").query()


def _stopped(app: App) -> Recording:
    recording = app.record("mix")
    app.advance("40s")
    recording.stop(async_stop=True)
    return recording


def _exited(app: App) -> Heard:
    recording = _stopped(app)
    app.advance("5s")
    return recording.query()


def _slowly(app: App) -> Heard:
    app.behave(timing={"upload": "1m"})
    recording = app.record("mix")
    app.advance("40s")
    return recording.stop()


def _overloaded(app: App) -> Heard:
    app.behave(pcw=1)
    app.record("mix")
    return app.acquire(uid="2")


BROUGHT_BY: Final[dict[str, Callable[[App], Heard]]] = {
    "unauthorized": _posted(b"", credentials=None),
    "bad-credentials": _bad_credentials,
    "no-route": lambda app: app.line.say("GET", f"{app.base}/acquire"),
    "rate-limited": _rate_limited,
    "invalid-appid": _bad_app_id,
    "too-large": _posted(b" " * (1024 * 1024 + 1)),
    "too-slow": _too_slow,
    "body-check": lambda app: app.line.say("POST", f"{app.base}/acquire", {}),
    "not-json": _posted(b"{"),
    "bad-resource-expired-hour": lambda app: app.acquire(resourceExpiredHour=721),
    "services-not-selected": _of_another_scene,
    "request-hash-mismatch": _announced,
    "invalid-channel-name": _started("mix", STORED, cname="a/b"),
    "bad-layout": _layout,
    "unreadable-resource": lambda app: app.start("nonsense", "mix", STORED),
    "foreign-resource": lambda app: app.start(_foreign(app).resource(), "mix", STORED),
    "parameter-mismatch": _started("mix", STORED, uid="2"),
    "resource-expired": _expired,
    "already-started": _again,
    "task-conflict": _conflict,
    "no-worker": _exited,
    "no-worker-unreadable-resource": _lost(lambda _: "nonsense"),
    "no-worker-foreign-resource": _lost(lambda app: _foreign(app).resource()),
    "no-worker-exiting": lambda app: _stopped(app).query(),
    "invalid-operation": lambda app: _stopped(app).stop(),
    "upload-timeout": _slowly,
    "no-recorded-data": lambda app: app.record("mix").stop(),
    "too-many-workers": _overloaded,
}


def words(answer: Heard) -> Words:
    """What is heard; the gateway's message counts for a reason."""
    status, code, reason = answer.verdict
    return status, code, reason or answer.body.get("message")


def written(wording: Wording) -> Words:
    """What a row says."""
    return wording.status, wording.code, wording.reason


def test_every_refusal_is_in_one_of_the_two_lists() -> None:
    assert set(PROBLEMS) == set(ON_THE_WIRE) | set(ONLY_BY_FAULT)
    assert set(ON_THE_WIRE) == set(BROUGHT_BY)
    assert not set(ON_THE_WIRE) & set(ONLY_BY_FAULT)


# A body that does not come, and an App ID that has no world to be told the edition: see below.
@pytest.mark.parametrize("name", sorted(set(BROUGHT_BY) - {"too-slow", "invalid-appid"}))
@pytest.mark.parametrize("profile", ["2026", "2020"])
def test_it_is_brought_about(app: App, name: str, profile: str, shape: Any) -> None:
    app.behave(profile=profile)

    answer = BROUGHT_BY[name](app)

    assert words(answer) == ON_THE_WIRE[name][profile == "2020"]
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    shape("refusal.gateway" if "message" in answer.body else "refusal.service", answer.body)


@pytest.mark.parametrize("profile", ["2026", "2020"])
def test_an_app_id_without_a_world_is_refused_as_the_server_was_told(
    serve: Any, app_id: str, profile: str
) -> None:
    answer = BROUGHT_BY["invalid-appid"](App(serve(profile=profile), app_id))

    assert words(answer) == ON_THE_WIRE["invalid-appid"][profile == "2020"]


def test_a_body_that_does_not_come_is_not_waited_for(app_id: str) -> None:
    settings = Settings(storage="memory", clock_mode="manual")

    with served(settings, Patience(body=0.05)) as line:
        answer = BROUGHT_BY["too-slow"](App(line, app_id))

    assert words(answer) == ON_THE_WIRE["too-slow"][0]


@pytest.mark.parametrize("name", ONLY_BY_FAULT)
@pytest.mark.parametrize("profile", Profile)
def test_what_only_a_fault_brings_has_its_words_ready(name: str, profile: Profile) -> None:
    expected = ONLY_BY_FAULT[name][profile is Profile.Y2020]

    assert written(PROBLEMS[name].on(profile)) == expected


def test_two_things_wrong_are_told_in_the_general_words(app: App) -> None:
    answer = app.acquire(resourceExpiredHour=0, scene=7)

    assert words(answer) == (400, 2, CHECK)
    assert "/clientRequest/resourceExpiredHour" in answer.detail
    assert "/clientRequest/scene" in answer.detail


@pytest.mark.parametrize(
    ("uid", "expected"),
    [
        ("8810546176", "from 1 to 4294967295"),
        ("1754556256324", "from 1 to 4294967295"),
        ("0", "from 1 to 4294967295"),
        (527841, "a string"),
    ],
)
def test_a_uid_that_real_users_tried(app: App, uid: object, expected: str) -> None:
    body = envelope({}) | {"uid": uid}

    answer = app.line.say("POST", f"{app.base}/acquire", body)

    assert words(answer) == (400, 2, CHECK)
    assert answer.detail.startswith("/uid: ")
    assert expected in answer.detail


def test_no_secret_is_ever_explained(app: App) -> None:
    wrong = STORAGE | {"accessKey": 12345678, "secretKey": ["hush-hush"], "secretkey": "psst-psst"}

    answer = app.start(app.resource(), "mix", {"storageConfig": wrong, "token": 87654321})

    assert words(answer) == (400, 2, CHECK)
    for secret in ("12345678", "hush-hush", "psst-psst", "87654321"):
        assert secret not in answer.detail
        assert secret.encode() not in answer.raw
