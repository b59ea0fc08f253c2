"""`with mockrec.running() as server:` serves as long as the block lasts, and hands out worlds."""

import socket
import subprocess
import sys
import unittest
from pathlib import Path
from threading import enumerate as threads

import pytest
import requests

import mockrec
from mockrec.settings import OPTIONS, SettingsError, from_values
from tests.plugin.backend import Backend, Refused


def health(url: str) -> int:
    return requests.get(f"{url}/_mockrec/health", timeout=30).status_code


def test_it_serves_as_long_as_the_block_lasts() -> None:
    with mockrec.running() as server:
        assert health(server.url) == 200

    with pytest.raises(requests.ConnectionError):
        health(server.url)
    assert "mockrec" not in {thread.name for thread in threads()} - {"mockrec"}


def test_a_block_that_fails_ends_it_too() -> None:
    with pytest.raises(ZeroDivisionError), mockrec.running() as server:
        assert health(server.url) // 0

    with pytest.raises(requests.ConnectionError):
        health(server.url)


def test_several_serve_side_by_side() -> None:
    with mockrec.running() as one, mockrec.running() as other:
        Backend.of(one.world()).record()

        assert one.url != other.url
        assert len(one.world("a" * 32).recordings) == len(other.world("a" * 32).recordings) == 0


def test_every_world_that_is_asked_for_is_another(server: mockrec.Server) -> None:
    assert server.world().app_id != server.world().app_id


def test_an_app_id_can_be_given(server: mockrec.Server) -> None:
    world = server.world("0123456789abcdef0123456789abcdef")

    assert world.api == f"{server.url}/v1/apps/0123456789abcdef0123456789abcdef/cloud_recording"


def test_its_clocks_stand_and_its_files_stay_in_memory_unless_they_are_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with mockrec.running() as server:
        world = server.world()
        session = Backend.of(world).record()
        before = world.now
        world.advance("1m")

        assert session.stop()
        assert world.now == before + 60_000 + 1_200
        assert not [*tmp_path.iterdir()]

    with mockrec.running(storage="folder", data=str(tmp_path), clock="100000x") as server:
        world = server.world()
        Backend.of(world).record()
        world.wait_for(event="SliceUploaded", timeout="60s")
        world.configure(clock="manual")
        world.advance("1s")

        assert [*tmp_path.rglob("*.ts")]


def test_neither_the_environment_nor_a_file_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKREC_QPS", "one")
    monkeypatch.chdir(tmp_path)
    Path("mockrec.yaml").write_text("qps: two", encoding="ascii")

    with mockrec.running() as server:
        assert health(server.url) == 200


def test_credentials_are_those_of_its_worlds() -> None:
    with mockrec.running(credentials=["one:first", "other:second"]) as server:
        world = server.world()

        assert world.auth == ("one", "first")
        assert Backend.of(world).record().sid
        assert Backend(world.api, ("other", "second")).record("class-8").sid
        with pytest.raises(Refused, match=r"^401 "):
            Backend(world.api, ("third", "none")).record()


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"qqs": 10}, "unknown setting 'qqs'; did you mean \"qps\"?"),
        ({"qps": "ten"}, "qps: got 'ten', expected a whole number from 1 to 1000000"),
        ({"timing": {"uplod": "3s"}}, 'did you mean "upload"?'),
        ({"callback_secret": ["a", "b"], "port": 0.5}, "port: got '0.5'"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_served(
    settings: dict[str, object], complaint: str
) -> None:
    serving = mockrec.running(**settings)  # type: ignore[arg-type]

    with pytest.raises(SettingsError) as refused, serving:
        pass
    assert complaint in str(refused.value)


def test_a_port_that_is_taken_is_an_error_of_the_system() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        serving = mockrec.running(port=taken.getsockname()[1])

        with pytest.raises(OSError, match=r"cannot listen on .*: Address already in use"), serving:
            pass


def test_a_program_says_settings_as_the_command_line_does() -> None:
    said = from_values(
        {
            "strict": True,
            "qps": None,
            "app": ["one", "two"],
            "credentials": {"id": "se:cret"},
            "timing": {"upload": "3s"},
            "callback_event": (30, 31),
        }
    )

    assert said.strict
    assert said.qps is None
    assert said.apps == ("one", "two")
    assert said.credentials == (("id", "se:cret"),)
    assert said.timing == {"upload": 3_000}
    assert said.callback_events == (30, 31)


def test_the_types_name_every_option_and_no_other() -> None:
    from mockrec.remote.shapes import ServerSettings

    named = set(ServerSettings.__annotations__)

    assert named == {option.name for option in OPTIONS}


def test_a_unittest_enters_it() -> None:
    class Lesson(unittest.TestCase):
        def setUp(self) -> None:
            self.world = self.enterContext(mockrec.running()).world()

        def test_it(self) -> None:
            session = Backend.of(self.world).record()
            self.world.advance("30s")
            assert session.status() == 5

    result = unittest.TestResult()
    Lesson("test_it").run(result)

    assert result.testsRun == 1
    assert result.wasSuccessful(), result.failures + result.errors


def test_the_package_shows_it_without_loading_it() -> None:
    look = (
        "import sys, mockrec, mockrec.pytest_plugin\n"
        "heavy = {'aiohttp', 'asyncio', 'jsonschema_rs', 'mockrec.server', 'mockrec.background'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert mockrec.running and mockrec.World and mockrec.Server\n"
        "print(hasattr(mockrec, 'walking'))"
    )
    done = subprocess.run([sys.executable, "-c", look], check=False, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("False\n", "")
