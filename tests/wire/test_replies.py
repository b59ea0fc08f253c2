"""What a recording's calls are answered, for every mode and variant, from start to exit.

Every answer has the shape that schemas/replies.json gives it, which leaves no key open, and the
bytes of all of them are kept in golden files: clock and seed stand still.
"""

from __future__ import annotations

from typing import Final

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.wire.conftest import Shape
from tests.wire.line import CNAME, App, Heard, Json
from tests.wire.orders import ORDERS, STORED, begun, resume

MOMENTS: Final = {
    "just started": "0s",
    "initialised": "600ms",
    "ready": "1s",
    "before the first slice": "8s",
    "in progress": "30s",
    "after a minute": "20s",
}
"""Each with how long it is from the moment before."""

EDITIONS: Final = [
    (order, profile)
    for order in ORDERS
    for profile in ("2026", "2020")
    if profile == "2026" or not ORDERS[order].modern
]
every_edition = pytest.mark.parametrize(("name", "profile"), EDITIONS)
every_modern = pytest.mark.parametrize("name", ORDERS)


@pytest.fixture
def bytes_kept(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """The golden file of this test."""
    return snapshot.use_extension(JSONSnapshotExtension)


def shape_of(verb: str, name: str, profile: str) -> str:
    """The name of the shape that the answer has."""
    older = ".2020" if profile == "2020" else ""
    return f"{verb}.{ORDERS[name].shape}{older}"


def life(app: App, name: str, profile: str, *, uid: str, stop: Json) -> dict[str, Heard]:
    """All that is asked of a recording, up to its stop, and what is answered."""
    recording = begun(app, name, profile, uid=uid)
    answers = {}
    for moment, later in MOMENTS.items():
        app.advance(later)
        answers[f"query {moment}"] = recording.query()
        if name == "web-on-hold" and moment == "before the first slice":
            resume(recording)
    answers["stop"] = recording.stop(**stop)
    app.advance("5s")
    answers["query after the stop"] = recording.query()
    return answers


@every_edition
@pytest.mark.parametrize("stop", [{}, {"async_stop": True}], ids=["waiting", "not waiting"])
def test_every_answer_has_its_shape(
    app: App, shape: Shape, name: str, profile: str, stop: Json
) -> None:
    answers = life(app, name, profile, uid="1", stop=stop)

    for moment in MOMENTS:
        shape(shape_of("query", name, profile), answers[f"query {moment}"].body)
    shape(shape_of("stop", name, profile), answers["stop"].body)
    shape("refusal.service", answers["query after the stop"].body)


@every_edition
def test_golden(golden: App, bytes_kept: SnapshotAssertion, name: str, profile: str) -> None:
    waiting = life(golden, name, profile, uid="1", stop={})
    not_waiting = life(golden, name, profile, uid="2", stop={"async_stop": True})

    assert bytes_kept == {
        "waiting": {moment: list(answer.said) for moment, answer in waiting.items()},
        "not waiting": list(not_waiting["stop"].said),
    }


@pytest.mark.parametrize("profile", ["2026", "2020"])
def test_what_is_granted_has_its_shape(app: App, shape: Shape, profile: str) -> None:
    app.behave(profile=profile)
    older = ".2020" if profile == "2020" else ""
    recording = app.record("mix")

    shape(f"acquired{older}", app.acquire(uid="2").body)
    second = app.start(app.resource(uid="2"), "individual", STORED, uid="2")
    shape(f"started{older}", second.body)
    shape(f"started{older}", recording.call("update").body)
    shape(f"started{older}", recording.call("updateLayout").body)


@every_modern
def test_the_ids_are_those_of_the_start(app: App, name: str) -> None:
    recording = begun(app, name)
    app.advance("40s")

    for answer in (recording.query(), recording.stop(async_stop=True)):
        assert {key: answer.body[key] for key in recording.ids} == recording.ids


# --- status ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ORDERS if name != "mix-VoD"])
def test_the_status_rises_to_5_with_the_first_file(app: App, name: str) -> None:
    """The numbers, and at what time they are reached, are docs/protocol.md#status."""
    recording = begun(app, name)
    ready = "4s" if name.startswith("web") else "500ms"
    if name == "web-on-hold":
        resume(recording)

    seen = []
    for later in ("0s", "500ms", "300ms", "700ms", ready, "60s"):
        app.advance(later)
        seen.append(recording.query().server["status"])

    assert seen == ([1, 2, 3, 3, 4, 5] if name.startswith("web") else [1, 2, 3, 4, 4, 5])


@pytest.mark.parametrize("name", ["individual", "mix", "mix-hls-and-mp4"])
def test_with_nobody_there_the_status_stays_4(app: App, name: str) -> None:
    app.behave(audience=0)
    order = ORDERS[name]
    request = order.request | {"recordingConfig": {"maxIdleTime": 300}}
    recording = app.record(order.mode, request)

    app.advance("2m")

    answer = recording.query()
    assert answer.server["status"] == 4
    assert not answer.server["fileList"]


# --- what a refusal repeats --------------------------------------------------------------------


@pytest.mark.parametrize("uid", ["0", "4294967296", "-7", " 1", "007", "", "ä", "x" * 1_024])
def test_a_refusal_repeats_what_was_sent(app: App, uid: str) -> None:
    answer = app.acquire(uid=uid)

    assert answer.verdict == (400, 2, "post method api body check failed!")
    assert (answer.body["cname"], answer.body["uid"]) == (CNAME, uid)


@pytest.mark.parametrize(
    ("sent", "repeated"),
    [
        ({"cname": "room", "uid": 7}, {"cname": "room"}),
        ({"uid": "7"}, {"uid": "7"}),
        ({"cname": ["room"], "uid": "0"}, {"uid": "0"}),
        ({"cname": "room", "uid": "1" * 1_025}, {"cname": "room"}),
        ({"cname": "r" * 1_025, "uid": "1"}, {"uid": "1"}),
        ({"cname": None, "uid": True}, {}),
        ({}, {}),
    ],
)
def test_a_refusal_repeats_each_for_itself(
    app: App, sent: dict[str, object], repeated: dict[str, str]
) -> None:
    answer = app.line.say("POST", f"{app.base}/acquire", {**sent, "clientRequest": {}})

    assert answer.status == 400
    assert {key: answer.body[key] for key in ("cname", "uid") if key in answer.body} == repeated
