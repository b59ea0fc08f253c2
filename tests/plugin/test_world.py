"""A world in a test's hands: what can be done to it, what can be seen of it."""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
import requests

from mockrec import Server, World, assets, running
from mockrec.remote.line import ControlError, Line
from mockrec.remote.world import NeverHappened
from mockrec.settings import SettingsError
from tests.plugin.backend import Backend, Refused


def test_a_recording_is_told_from_its_start_to_its_end(world: World, backend: Backend) -> None:
    session = backend.record()
    world.advance("60s")
    names = session.stop()

    (recording,) = world.recordings
    assert (recording["sid"], recording["status"], recording["ending"]) == (
        session.sid,
        8,
        "stopped",
    )
    assert [request["operation"] for request in world.requests] == ["acquire", "start", "stop"]
    assert {"StatusChanged", "SliceUploaded"} <= {event["event"] for event in world.events}
    assert set(names) <= set(world.files)
    story = world.recording(session.sid)
    assert "stopped" in story["explanation"]
    assert [turn["status"] for turn in story["history"]] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_secrets_are_not_among_the_requests(world: World, backend: Backend) -> None:
    backend.record()

    storage = world.requests[-1]["body"]["clientRequest"]["storageConfig"]
    assert (storage["accessKey"], storage["secretKey"]) == ("***", "***")


class TestAdvance:
    """The clock of a world."""

    def test_by_a_duration(self, world: World) -> None:
        before = world.now
        world.advance("1h30m")

        assert world.now - before == 90 * 60_000

    def test_to_a_moment(self, world: World) -> None:
        world.advance(to=1_800_000_000_000)

        assert world.now == 1_800_000_000_000

    @pytest.mark.parametrize(
        "until",
        ["recorder_started", 40, {"notified": 40}, {"status": 4}, {"event": "RecorderStarted"}],
    )
    def test_until_something_happens(
        self, world: World, backend: Backend, until: dict[str, object] | str | int
    ) -> None:
        backend.record()
        happened = world.advance(until=until)

        assert any(event.get("name") == "recorder_started" for event in happened)
        assert world.recordings[0]["status"] == 4

    def test_what_never_happens_fails_the_test_and_says_what_did(
        self, world: World, backend: Backend
    ) -> None:
        backend.record()

        with pytest.raises(NeverHappened, match=r'uploader_started.*"uploaded"\} within 2s'):
            world.advance(until="uploaded", limit="2s")

    def test_a_wrong_duration_is_explained(self, world: World) -> None:
        with pytest.raises(
            ControlError, match=r'/by: .*expected a duration such as "31s"'
        ) as wrong:
            world.advance("soon")
        assert (wrong.value.status, wrong.value.path) == (400, "/by")


class TestChannels:
    """Who is in the room."""

    def test_users_join_and_leave(self, world: World, backend: Backend) -> None:
        user = world.join("class-7", 101, publishes=["audio"], role="host")
        session = backend.record("class-7")
        world.advance("30s")

        assert (user["uid"], user["publishes"]) == ("101", ["audio"])
        assert world.recording(session.sid)["heard"] == {"101": ["audio"]}
        assert world.leave("class-7", "101")
        assert not world.leave("class-7", 101)

    def test_any_channel_name_will_do(self, world: World) -> None:
        assert world.join("a/b?c#d %41 é", 7)["uid"] == "7"
        assert world.leave("a/b?c#d %41 é", 7)

    def test_a_wrong_uid_is_explained(self, world: World) -> None:
        with pytest.raises(ControlError, match="uid: got 'x/y'; expected a whole number"):
            world.join("class-7", "x/y")


class TestSettings:
    """How a world behaves."""

    def test_every_setting_reaches_the_world(self, world: World, backend: Backend) -> None:
        world.configure(
            start_at="2031-01-01T00:00:00Z",
            profile="2020",
            strict=True,
            qps=3,
            pcw=2,
            audience=5,
            credentials="me:mine",
            timing={"upload": "3s"},
            callback_url="http://127.0.0.1:9/hook",
            callback_secret="s3cr3t",
            callback_event=[31],
        )
        shown = requests.get(
            f"{world.url}/_mockrec/worlds/{world.app_id}/settings", timeout=30
        ).json()

        assert world.now == 1_924_992_000_000
        assert world.auth == ("me", "mine")
        told = {name: shown[name] for name in ("profile", "strict", "qps", "pcw", "audience")}
        assert told == {"profile": "2020", "strict": True, "qps": 3, "pcw": 2, "audience": 5}
        assert shown["timing"]["upload"] == 3_000
        assert shown["credentials"] == ["me:***"]
        assert world.callback("http://127.0.0.1:9/hook") == "s3cr3t"
        with pytest.raises(Refused, match="401"):
            backend.record()

    def test_what_is_not_named_stays_and_none_ends_a_limit(self, world: World) -> None:
        world.configure(qps=1, pcw=7)
        world.configure(qps=None)
        for number in range(5):
            Backend.of(world).record(f"room-{number}")

        world.configure(pcw=1)
        with pytest.raises(Refused, match='"code":406'):
            Backend.of(world).record()

    def test_a_clock_can_run(self, world: World) -> None:
        world.configure(clock="100000x")
        before = world.now
        world.wait_for(kind="clock")
        world.configure(clock="manual")

        assert world.now > before
        assert world.now == world.now

    def test_an_open_world_accepts_anybody_again(self, world: World) -> None:
        world.configure(credentials={"me": "mine"})
        world.configure(credentials=[])

        assert Backend(world.api, ("any", "body")).record().sid

    @pytest.mark.parametrize(
        ("settings", "complaint"),
        [
            ({"seed": 7}, "seed is a setting of the server, not of one world"),
            ({"qsp": 7}, "unknown setting 'qsp'; did you mean \"qps\"?"),
            ({"audience": -1}, "audience: got '-1', expected a whole number from 0 to 1000"),
        ],
    )
    def test_what_cannot_be_is_said(
        self, world: World, settings: dict[str, Any], complaint: str
    ) -> None:
        with pytest.raises(SettingsError) as refused:
            world.configure(**settings)
        assert complaint in str(refused.value)

    def test_one_world_is_told_and_no_other(self, server: Server) -> None:
        strict = server.world(pcw=1)
        Backend.of(strict).record()
        with pytest.raises(Refused, match='"code":406'):
            Backend.of(strict).record("another")

        free = Backend.of(server.world())
        assert [free.record(f"room-{number}").status() for number in range(3)] == [1, 1, 1]


class Listening(Line):
    """Notes what is asked for, by the last part of its path."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.asked: list[str] = []

    def fetch(self, method: str, path: str, data: bytes | None = None) -> bytes:
        self.asked.append(path.partition("?")[0].rpartition("/")[2])
        return super().fetch(method, path, data)


class TwoBuckets(Line):
    """Two buckets, and in each a file of the same name."""

    def ask(self, _method: str, path: str, _document: object = None) -> Any:
        files = [{"key": "a.ts", "bucket": name, "url": f"/{name}"} for name in "xy"]
        return {"files": files[:1] if path.endswith("&bucket=x") else files}

    def fetch(self, _method: str, path: str, _data: bytes | None = None) -> bytes:
        return path.encode()


class TestFiles:
    """What lies in the buckets."""

    @pytest.fixture
    def names(self, world: World, backend: Backend) -> list[str]:
        session = backend.record()
        world.advance("40s")
        return session.stop()

    def test_a_file_is_found_by_the_name_that_the_service_gives_it(
        self, world: World, names: list[str]
    ) -> None:
        playlist, movie = names

        assert world.files[playlist].startswith(b"#EXTM3U")
        assert world.files[movie][4:8] == b"ftyp"
        assert movie in world.files
        assert dict(world.files)[playlist] == world.files[playlist]

    def test_they_are_counted_and_matched(self, world: World, names: list[str]) -> None:
        slices = world.files.glob("*.ts")

        assert len(slices) == 3
        assert len(world.files) == len(slices) + len(names)
        assert set(world.files) == {*slices, *names}
        assert names[0] in repr(world.files)

    def test_a_name_that_is_not_there_is_a_key_error(self, world: World) -> None:
        assert "a.mp4" not in world.files
        assert world.files.get("a.mp4") is None
        assert repr(world.files) == "<files: none>"
        with pytest.raises(KeyError, match=r"a\.mp4"):
            world.files["a.mp4"]

    @pytest.mark.usefixtures("names")
    def test_the_bytes_come_when_they_are_asked_for(self, world: World) -> None:
        line = Listening(world.url)
        files = World(line, world.app_id).files
        name, *_ = files
        assert line.asked == ["files"]

        assert files[name]
        assert line.asked == ["files", "files", name]
        line.close()

    def test_a_name_in_two_buckets_needs_its_bucket(self) -> None:
        files = World(TwoBuckets("http://127.0.0.1:1"), "a" * 32).files

        assert [*files] == ["a.ts"]
        assert len(files) == 1
        with pytest.raises(KeyError, match=r"'a\.ts' lies in x, y: say of\(bucket\)"):
            files["a.ts"]
        assert files.of("x")["a.ts"] == b"/x"


class TestWaiting:
    """For clocks that run and programs that work by themselves."""

    def test_what_is_there_already_is_found(self, world: World, backend: Backend) -> None:
        backend.record()

        assert cast("Any", world.wait_for(operation="start", status=200))["method"] == "POST"
        status = world.wait_for(event="StatusChanged", details={"status": 1})
        with pytest.raises(
            NeverHappened, match=r'nothing matched within 1 ms; expected \{"status":1\}'
        ):
            world.wait_for(status=1, timeout="1ms", since=status["number"])

    async def test_what_is_to_come_is_waited_for(self, world: World, backend: Backend) -> None:
        waiting = world.aio.wait_for(operation="acquire", timeout="30s")
        backend.record()

        assert (await waiting)["kind"] == "request"


BUSY: dict[str, Any] = {
    "scenario": "busy",
    "rules": [{"id": "busy", "op": "start", "times": 1, "then": {"refuse": 53}}],
    "expect": [{"called": "start", "at_least": 2}, {"never": {"notified": "backuped"}}],
}
"""The first start is refused, and the client has to try again."""


class TestScenarios:
    """Stories that are played, and what is expected of them."""

    @pytest.mark.parametrize("source", ["itself", "file", "path", "name"])
    def test_a_story_is_played(
        self,
        world: World,
        backend: Backend,
        source: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        file = tmp_path / "busy.json"
        file.write_text(json.dumps(BUSY), encoding="utf-8")
        monkeypatch.setattr(assets, "scenario", {"busy": json.dumps(BUSY)}.__getitem__)
        stories: dict[str, Any] = {"itself": BUSY, "file": file, "path": str(file), "name": "busy"}
        world.scenario(stories[source])

        with pytest.raises(Refused, match="53"):
            backend.record()
        assert backend.record().sid

    def test_it_can_be_a_setting(self, server: Server) -> None:
        with pytest.raises(Refused, match="53"):
            Backend.of(server.world(scenario=BUSY)).record()

    def test_an_unknown_name_is_said(self, world: World) -> None:
        with pytest.raises(assets.UnknownAsset, match='no "nothing" among the shipped scenarios'):
            world.scenario("nothing")

    def test_a_wrong_story_is_explained(self, world: World) -> None:
        with pytest.raises(ControlError, match='"scenario" is missing'):
            world.scenario({"rules": []})

    def test_an_expectation_that_is_kept_says_nothing(self, world: World, backend: Backend) -> None:
        session = backend.record()
        world.advance("30s")
        session.stop()

        world.expect(notified="uploaded")
        world.expect({"called": "stop"}, at_least=1)
        world.expect(never={"notified": "backuped"})

    def test_one_that_is_broken_says_why_and_what_happened(
        self, world: World, backend: Backend
    ) -> None:
        backend.record()

        with pytest.raises(AssertionError) as broken:
            world.expect(notified="uploaded")
        first, *happened = str(broken.value).splitlines()
        assert first == "it never happened, expected at least 1; expected notified: uploaded"
        assert re.fullmatch(r" +\+0:00\.000 +call +start -> 200", happened[-1])

    def test_what_the_scenario_itself_expects_is_judged_without_a_word(
        self, world: World, backend: Backend
    ) -> None:
        world.scenario(BUSY)
        with pytest.raises(Refused):
            backend.record()
        with pytest.raises(AssertionError, match="it happened once, expected at least 2"):
            world.expect()

        backend.record()
        world.expect()

    def test_an_expectation_in_other_words_is_explained(self, world: World) -> None:
        with pytest.raises(ControlError, match="got an object with notifed, expected exactly one"):
            world.expect(notifed="uploaded")


def test_a_world_that_is_reset_is_fresh_and_has_the_settings_of_the_server(
    world: World, backend: Backend
) -> None:
    world.configure(pcw=1)
    first = backend.record().sid
    world.reset()

    assert world.recordings == []
    assert world.requests == []
    assert backend.record().sid == first
    assert backend.record("another").sid != first


def test_one_connection_does_for_all_calls() -> None:
    callers: set[tuple[str, int]] = set()

    class Host(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            callers.add(self.client_address)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as host:
        Thread(target=host.serve_forever).start()
        line = Line(f"http://127.0.0.1:{host.server_address[1]}")
        for _ in range(5):
            line.ask("GET", "/")
        line.close()
        host.shutdown()
    assert len(callers) == 1


def test_the_next_server_at_the_address_is_spoken_to_without_ado() -> None:
    with running() as server:
        line, port = Line(server.url), int(server.url.rpartition(":")[2])
        assert line.ask("GET", "/_mockrec/health")["status"] == "ok"
    with running(port=port):
        assert line.ask("GET", "/_mockrec/health")["status"] == "ok"
        line.close()


def test_a_call_into_the_void_is_an_error_of_the_system() -> None:
    with running() as server:
        world = server.world()

    with pytest.raises(ConnectionRefusedError):
        assert world.now


def test_what_is_no_answer_of_a_control_plane_is_shown() -> None:
    with running() as server:
        line = Line(server.url)
        with pytest.raises(ControlError, match=re.escape('answered 404: \'{"message"')):
            line.ask("GET", "/nothing/here")
        line.close()
