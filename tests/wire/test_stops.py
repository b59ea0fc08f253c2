"""How a recording ends: by one stop or two, by itself, with files or with nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.wire.line import App, Heard, Recording
from tests.wire.orders import STORED
from tests.wire.verdicts import NO_WORKER, NOTHING, TWICE, by_edition, each_edition

# --- the end -----------------------------------------------------------------------------------


def exiting(app: App) -> Recording:
    """A recording that was told to stop; its last files are still on their way."""
    recording = app.record("mix")
    app.advance("40s")
    assert recording.stop(async_stop=True).status == 200
    return recording


def test_a_second_stop_while_it_exits_is_an_invalid_operation(app: App) -> None:
    recording = exiting(app)

    for request in ({}, {"async_stop": True}):
        answer = recording.stop(**request)
        assert answer.said == (
            400,
            recording.ids | {"code": 49, "reason": "invalid operation"},
        )
    app.advance("5s")
    assert recording.stop().verdict == NO_WORKER


def test_a_second_stop_in_the_older_edition_is_a_code_and_no_reason(app: App) -> None:
    app.behave(profile="2020")
    recording = exiting(app)

    answer = recording.stop()

    ids = {"resourceId": recording.resource, "sid": recording.sid}
    assert answer.said == (400, ids | {"code": 49})


@each_edition
def test_while_it_exits_only_a_start_finds_it(app: App, profile: str) -> None:
    app.behave(profile=profile)
    recording = exiting(app)

    older = (400, 501, "recording service is exiting")
    assert recording.query().verdict == by_edition(profile, NO_WORKER, older)
    assert recording.call("update").verdict == NO_WORKER
    assert recording.call("updateLayout").verdict == NO_WORKER
    assert app.start(recording.resource, "mix", STORED).verdict[:2] == (201, 7)
    assert app.start(app.resource(), "mix", STORED).verdict[:2] == (400, 53)


@pytest.fixture
def slow(app: App) -> Recording:
    """A recording on a clock that all but stands, so that a stop waits until it is moved."""
    recording = app.record("mix")
    app.advance("40s")
    app.control("PUT", "/clock", {"mode": "scaled", "rate": 0.001})
    return recording


@contextmanager
def waiting(recording: Recording) -> Iterator[Future[Heard]]:
    """A stop that waits for the uploads, said by somebody else."""
    with ThreadPoolExecutor(1) as somebody:
        stop = somebody.submit(recording.stop)
        begun = {"event": "StatusChanged", "details": {"status": 6}}
        recording.app.control("POST", "/journal/await", {"match": begun, "timeout": "20s"})
        yield stop


def test_of_two_stops_at_once_one_waits_and_one_is_refused(slow: Recording) -> None:
    with waiting(slow) as first:
        second, queried = slow.stop(), slow.query()
        pending = not first.done()
        slow.app.advance("10s")

    assert pending
    assert second.verdict == TWICE
    assert queried.verdict == NO_WORKER
    assert first.result().server["uploadingStatus"] == "uploaded"


def test_a_stop_does_not_wait_for_a_world_that_is_gone(slow: Recording) -> None:
    with waiting(slow) as stop:
        slow.app.control("DELETE", "")

    assert stop.result().verdict == NO_WORKER
    assert stop.result().detail == "the world ended while the stop waited"


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("mode", ["individual", "mix"])
def test_where_nobody_streamed_the_stop_says_so(app: App, mode: str, asynchronous: bool) -> None:
    app.behave(audience=0)
    recording = app.record(mode)
    app.advance("20s")

    assert recording.stop(async_stop=asynchronous).said == (
        206,
        recording.ids | {"code": 435, "reason": "no recorded data"},
    )
    app.advance("5s")
    assert recording.stop().verdict == NO_WORKER
    assert app.files() == {}


def test_a_stop_before_the_first_media_has_nothing_either(app: App) -> None:
    recording = app.record("mix")
    app.advance("2s")

    assert recording.stop().verdict == NOTHING


def test_a_stop_within_the_first_slice_has_what_there_is(app: App) -> None:
    recording = app.record("mix")
    app.advance("5s")

    assert recording.stop().server["fileList"].endswith("_class-7.m3u8")


def test_nothing_recorded_in_the_older_edition_is_a_code_and_no_reason(app: App) -> None:
    app.behave(profile="2020", audience=0)
    recording = app.record("mix")

    ids = {"resourceId": recording.resource, "sid": recording.sid}
    assert recording.stop().said == (206, ids | {"code": 435})


def test_uploads_that_take_too_long_are_not_waited_for(app: App) -> None:
    app.behave(timing={"upload": "30s"})
    recording = app.record("mix")
    app.advance("40s")
    before = app.control("GET", "/clock")["now"]

    answer = recording.stop()

    assert answer.said == (206, recording.ids | {"code": 50, "reason": "upload timeout"})
    assert app.control("GET", "/clock")["now"] == before + 20_000
    app.advance("30s")
    assert recording.query().verdict == NO_WORKER
    assert f"{recording.sid}_class-7.m3u8" in app.files()


def test_an_idle_recording_ends_by_itself(app: App) -> None:
    app.behave(audience=0)
    recording = app.record("mix", STORED | {"recordingConfig": {"maxIdleTime": 10}})

    app.advance("11s")
    assert recording.query().status == 200
    app.advance("10s")

    assert recording.query().verdict == NO_WORKER
    assert recording.stop().verdict == NO_WORKER


def test_a_stop_shortly_after_it_was_idle_is_an_invalid_operation(app: App) -> None:
    recording = app.record("mix", STORED | {"recordingConfig": {"maxIdleTime": 20}})
    app.join(1)
    app.advance("30s")
    for uid in [one["uid"] for one in app.control("GET", "/channels/class-7")["users"]]:
        app.leave(int(uid))

    app.until(status=6)

    assert recording.stop().verdict == TWICE


# --- the account -------------------------------------------------------------------------------


def test_beyond_the_workers_of_the_account_nothing_is_acquired(app: App) -> None:
    app.behave(pcw=1)
    spare = app.resource(uid="2")
    recording = app.record("mix")

    assert app.acquire(uid="3").said == (
        400,
        {"cname": "class-7", "uid": "3", "code": 406, "reason": "vendor_over_load"},
    )
    assert app.start(spare, "mix", STORED, uid="2").status == 200
    app.advance("40s")
    recording.stop()
    Recording(app, *started(app, spare), "mix", uid="2").stop()
    assert app.acquire(uid="3").status == 200


def started(app: App, resource: str) -> tuple[str, str]:
    """The resource, and the sid of the recording that it was used for."""
    sids = (one["sid"] for one in app.control("GET", "/recordings")["recordings"])
    return next(
        (resource, sid)
        for sid in sids
        if app.control("GET", f"/recordings/{sid}")["resource_id"] == resource
    )
