"""The official Python client against a served process: what its objects and exceptions say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from agora_rest_client.core.domain import ServiceRegion
from agora_rest_client.core.exceptions import ClientRequestException, ServiceResponseException
from agora_rest_client.services.cloud_recording.v1 import api_start, api_update, api_update_layout

from tests.wire import official
from tests.wire.line import App
from tests.wire.process import Server, started

CNAME: Final = "lesson 7"
UID: Final = "527841"
IDS: Final = {"cname": CNAME, "uid": UID}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A mockrec that lets one customer in."""
    flags = ("--clock", "manual", "--storage", "memory", "--credentials", "id:secret")
    with started(*flags, cwd=tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """What the client would have slept."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    slept: list[float] = []
    with official.bent(slept):
        yield slept


@pytest.fixture
def app(server: Server, app_id: str) -> App:
    """The world of this test, to move its clock."""
    return App(server.line, app_id)


@pytest.fixture
def mix(app: App) -> Any:
    """A client for composite recording."""
    return client("mix", app)


def client(mode: str, app: App, **options: Any) -> Any:
    """A client of this mode for this world."""
    return official.client(mode, f"127.0.0.1:{app.line.port}", app.id, **options)


def page(**changes: object) -> Any:
    """The page of the client's example for web recording."""
    parameters = {
        "url": "https://live.bilibili.com/",
        "audioProfile": 2,
        "videoWidth": 1280,
        "videoHeight": 720,
        "maxRecordingHour": 1,
    }
    service = api_start.ExtensionServices(
        serviceName="web_recorder_service",
        serviceParam=api_start.ServiceParam(**parameters, **changes),
    )
    return api_start.ExtensionServiceConfig(extensionServices=[service])


def start(of: Any, mode: str, resource: str) -> Any:
    """``start`` as the client's examples do it."""
    if mode == "web":
        return of.start(resource, CNAME, UID, official.storage(), page())
    return of.start(resource, CNAME, UID, "", official.storage())


def running(of: Any, mode: str, app: App) -> tuple[str, str]:
    """A recording that has run for a while: resourceId and sid."""
    resource = of.acquire(CNAME, UID).resourceId
    sid = start(of, mode, resource).sid
    app.advance("40s")
    return resource, sid


def failure(call: Any, *arguments: Any, **named: Any) -> ServiceResponseException:
    """What the client raises."""
    with pytest.raises(ServiceResponseException) as raised:
        call(*arguments, **named)
    return raised.value


def words(error: ServiceResponseException) -> tuple[int, int | None, str]:
    """Status, code and text of what the client raises."""
    return error.status_code, error.error_code, error.error_msg


# --- going well --------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", official.CLIENTS)
@pytest.mark.parametrize("region", [None, *ServiceRegion])
def test_a_whole_recording(app: App, mode: str, region: ServiceRegion | None) -> None:
    of = client(mode, app, region=region)

    acquired = of.acquire(CNAME, UID)
    resource = acquired.resourceId
    began = start(of, mode, resource)
    ids = IDS | {"resourceId": resource, "sid": began.sid}
    early = of.query(resource, began.sid)
    app.advance("40s")
    late = of.query(resource, began.sid)
    stopped = of.stop(resource, began.sid, CNAME, UID)

    assert official.said(acquired) == IDS | {"resourceId": resource}
    assert official.said(began) == ids
    assert began.code is None
    assert official.said(early) == ids | {"serverResponse": early.serverResponse}
    assert (early.serverResponse["status"], late.serverResponse["status"]) == (1, 5)
    assert official.said(stopped) == ids | {"serverResponse": stopped.serverResponse}


def test_individual_files(app: App) -> None:
    of = client("individual", app)
    resource, sid = running(of, "individual", app)

    server = of.stop(resource, sid, CNAME, UID).serverResponse

    assert server["uploadingStatus"] == "uploaded"
    assert server["fileListMode"] == "json"
    tracks = [file["trackType"] for file in server["fileList"]]
    assert tracks == ["audio", "video", "audio", "video"]
    assert all(file["fileName"].startswith(f"recordings/{sid}_") for file in server["fileList"])


def test_composite_files(app: App, mix: Any) -> None:
    resource, sid = running(mix, "mix", app)

    server = mix.stop(resource, sid, CNAME, UID).serverResponse

    assert [file["fileName"] for file in server["fileList"]] == [
        f"recordings/{sid}_{CNAME}.m3u8",
        f"recordings/{sid}_{CNAME}_0.mp4",
    ]


def test_web_files(app: App) -> None:
    of = client("web", app)
    resource, sid = running(of, "web", app)

    recorder, upload = of.stop(resource, sid, CNAME, UID).serverResponse["extensionServiceState"]

    names = [file["filename"] for file in recorder["payload"]["fileList"]]
    assert names == [f"{sid}_lesson-7.m3u8", f"{sid}_lesson-7_0.mp4"]
    assert recorder["payload"]["state"] == "exit"
    assert upload["payload"] == {"uploadingStatus": "uploaded"}


@pytest.mark.parametrize("mode", ["individual", "mix"])
def test_an_update_of_the_lists(app: App, mode: str) -> None:
    of = client(mode, app)
    resource, sid = running(of, mode, app)
    wanted = api_update.VideoUidList(subscribeVideoUids=["101", "102"])

    answer = of.update(resource, sid, CNAME, UID, api_update.StreamSubscribe(videoUidList=wanted))

    assert official.said(answer) == IDS | {"resourceId": resource, "sid": sid}
    now = app.control("GET", f"/recordings/{sid}")["subscription"]
    assert now == {"audio": {"only": []}, "video": {"only": ["101", "102"]}}


def test_an_update_in_the_spelling_that_only_this_client_has(app: App, mix: Any) -> None:
    resource, sid = running(mix, "mix", app)
    unwanted = api_update.VideoUidList(unsunscribeVideoUids=["444"])
    every = api_update.AudioUidList(subscribeAudioUids=["#allstream#"])

    mix.update(
        resource,
        sid,
        CNAME,
        UID,
        api_update.StreamSubscribe(audioUidList=every, videoUidList=unwanted),
    )

    now = app.control("GET", f"/recordings/{sid}")["subscription"]
    assert now == {"audio": {"all": True}, "video": {"all_but": ["444"]}}


def test_an_update_of_the_layout(app: App, mix: Any) -> None:
    resource, sid = running(mix, "mix", app)
    place = api_update_layout.LayoutConfig(
        uid="101", x_axis=0, y_axis=0, width=1, height=0.5, alpha=1, render_mode=1
    )

    answer = mix.update_layout(
        resource,
        sid,
        CNAME,
        UID,
        mixed_video_layout=3,
        background_color="#FF0000",
        layout_config=[place],
    )

    assert official.said(answer) == IDS | {"resourceId": resource, "sid": sid}
    layout = app.control("GET", f"/recordings/{sid}")["layout"]
    assert (layout["arrangement"], layout["background_color"]) == (3, "#FF0000")


def test_a_page_is_paused_and_resumed(app: App) -> None:
    of = client("web", app)
    resource, sid = running(of, "web", app)

    for onhold in (True, False):
        config = api_update.WebRecordingConfig(onhold=onhold)
        of.update(resource, sid, CNAME, UID, web_recording_config=config)
        [state] = of.query(resource, sid).serverResponse["extensionServiceState"]
        assert state["payload"]["onhold"] is onhold


def test_a_page_with_every_option(app: App) -> None:
    of = client("web", app)
    options = {"videoBitrate": 2000, "videoFps": 15, "mobile": False, "onhold": False}
    resource = of.acquire(CNAME, UID, resource_expired_hour=1).resourceId

    began = of.start(
        resource,
        CNAME,
        UID,
        official.storage(),
        page(**options, maxVideoDuration=120, readyTimeout=0),
    )

    assert len(began.sid) == 32


def test_snapshots_without_files(app: App) -> None:
    of = client("individual", app)
    resource = of.acquire(CNAME, UID).resourceId
    shots = api_start.SnapshotConfig(captureInterval=5, fileType=["jpg"])

    began = of.start(
        resource, CNAME, UID, "", official.storage(), snapshot_type=0, snapshot_config=shots
    )
    app.advance("20s")

    assert set(of.query(resource, began.sid).serverResponse) == {"status", "sliceStartTime"}
    stopped = of.stop(resource, began.sid, CNAME, UID)
    assert stopped.serverResponse == {"uploadingStatus": "uploaded"}


# --- going wrong -------------------------------------------------------------------------------


def test_bad_credentials(app: App, slept: list[float]) -> None:
    of = client("mix", app, pair=("id", "wrong"))

    error = failure(of.acquire, CNAME, UID)

    assert words(error) == (401, None, '{"message":"Invalid authentication credentials"}')
    assert slept == []


def test_an_app_id_that_there_is_none_of(app: App) -> None:
    of = official.client("mix", f"127.0.0.1:{app.line.port}", "no-app-id")

    assert words(failure(of.acquire, CNAME, UID)) == (400, None, '{"message":"appid is invalid"}')


def test_a_bad_parameter(mix: Any) -> None:
    error = failure(mix.acquire, CNAME, UID, resource_expired_hour=721)

    assert words(error) == (400, 2, "Acquire: invalid resourceExpiredHour value!")


def test_a_uid_that_is_a_number(mix: Any) -> None:
    error = failure(mix.acquire, CNAME, 527841)

    assert words(error) == (400, 2, "post method api body check failed!")


def test_an_unknown_resource(mix: Any) -> None:
    assert words(failure(start, mix, "mix", "nonsense")) == (400, 1001, "invalid resourceid")
    error = failure(mix.query, "nonsense", "0" * 32)
    assert words(error) == (404, 404, "failed to find worker")


def test_a_second_start_looks_like_a_success_with_a_code(app: App, mix: Any) -> None:
    resource, _ = running(mix, "mix", app)

    again = start(mix, "mix", resource)

    assert (again.code, again.reason, again.sid) == (7, "already started", "")
    assert again.resourceId == resource


def test_a_conflict(app: App, mix: Any) -> None:
    running(mix, "mix", app)
    second = mix.acquire(CNAME, UID).resourceId

    assert words(failure(start, mix, "mix", second)) == (400, 53, "task conflict")


def test_a_resource_that_has_expired(app: App, mix: Any) -> None:
    resource = mix.acquire(CNAME, UID).resourceId
    app.advance("6m")

    assert words(failure(start, mix, "mix", resource)) == (400, 433, "resourceid expired")


def test_a_stop_where_nobody_streamed_is_a_failure_to_this_client(
    app: App, mix: Any, slept: list[float]
) -> None:
    app.behave(audience=0)
    resource = mix.acquire(CNAME, UID).resourceId
    sid = start(mix, "mix", resource).sid

    error = failure(mix.stop, resource, sid, CNAME, UID)

    assert isinstance(error, ClientRequestException)
    assert words(error) == (206, 435, "no recorded data")
    assert slept == []


def test_a_query_after_the_stop(app: App, mix: Any) -> None:
    resource, sid = running(mix, "mix", app)
    mix.stop(resource, sid, CNAME, UID)

    for call in (mix.query, lambda *ids: mix.stop(*ids, CNAME, UID)):
        assert words(failure(call, resource, sid)) == (404, 404, "failed to find worker")


def test_a_second_stop_while_the_first_goes_on(app: App, mix: Any) -> None:
    resource, sid = running(mix, "mix", app)
    mix.stop(resource, sid, CNAME, UID, async_stop=True)

    assert words(failure(mix.stop, resource, sid, CNAME, UID)) == (400, 49, "invalid operation")


def test_a_start_beyond_the_rate_limit_is_tried_three_times(
    app: App, mix: Any, slept: list[float]
) -> None:
    app.behave(qps=1)
    resource = mix.acquire(CNAME, UID).resourceId

    error = failure(start, mix, "mix", resource)

    assert words(error) == (429, None, '{"message":"API rate limit exceeded"}')
    assert slept == [1, 2, 3]
