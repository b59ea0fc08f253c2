"""A server for all tests of this folder, a world for each, and other people's test suites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockrec import Server, World, running
from mockrec import server as loaded
from tests.plugin.backend import Backend

ROOT = Path(__file__).parents[2]
# What a suite inside this process imports is forgotten at its end, unless it was there before.
ONCE = loaded


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running() as one:
        yield one


@pytest.fixture
def world(server: Server) -> World:
    return server.world()


@pytest.fixture
def backend(world: World) -> Backend:
    return Backend.of(world)


class Suite:
    """Somebody's tests, in a folder of their own, run with the plugin and nothing by chance."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.folder = pytester.path

    def write(self, **files: str) -> None:
        """Python files by their names."""
        self._pytester.makepyfile(**files)

    def ini(self, **options: str) -> None:
        """The ini file."""
        usual = {"asyncio_default_fixture_loop_scope": "function"}
        lines = [f"{name} = {text}" for name, text in {**usual, **options}.items()]
        self._pytester.makefile(".ini", pytest="\n".join(["[pytest]", *lines]))

    def run(self, *flags: str, apart: bool = False) -> pytest.RunResult:
        """Run them, in this process unless they are to be `apart`."""
        plugins = "-p no:randomly -p no:cacheprovider -p no:mockrec -p mockrec.pytest_plugin"
        run = self._pytester.runpytest_subprocess if apart else self._pytester.runpytest_inprocess
        return run(*plugins.split(), *flags)


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    one = Suite(pytester)
    one.ini()
    return one
