"""mockrec in pytest: a fresh world for each test that asks for the fixture ``mockrec``.

pytest reads this file at every start, so the server is imported by the first test that needs it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockrec.background import Server
    from mockrec.remote.world import World

_WORLD = pytest.StashKey["World"]()
_FAILED = pytest.StashKey[bool]()

_MARK = "mockrec(**settings): settings of this test's world, such as qps=10 (docs/testing.md)."


# --- how it is told ----------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini options; docs/testing.md has a paragraph for each."""
    parser.addini(
        "mockrec_settings",
        'Settings of the server that mockrec\'s fixtures share, such as "qps = 10", a line each.',
        type="linelist",
    )
    parser.addini(
        "mockrec_leftovers",
        "What a recording is that a test leaves live: its failure (fail), or nothing (ignore).",
        default="ignore",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and refuse what the ini file has to say if it makes no sense."""
    config.addinivalue_line("markers", _MARK)
    wish = config.getini("mockrec_leftovers")
    if wish not in {"fail", "ignore"}:
        raise pytest.UsageError(f"mockrec_leftovers: got {wish!r}, expected fail or ignore")


@pytest.fixture(scope="session")
def mockrec_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The server of this process; override it to start one in another way."""
    from mockrec import running

    with ExitStack() as stack:
        try:
            server = stack.enter_context(running(**_from_ini(pytestconfig)))
        except (ValueError, ImportError, OSError) as fault:
            raise _failure(f"mockrec_settings of the ini file: {fault}") from None
        yield server


@pytest.fixture
def mockrec_settings() -> Mapping[str, object]:
    """Settings of the worlds of these tests; override it. A test's marker has the last word."""
    return {}


# --- the world of a test -----------------------------------------------------------------------


@pytest.fixture
def mockrec(
    request: pytest.FixtureRequest, mockrec_server: Server, mockrec_settings: Mapping[str, object]
) -> Iterator[World]:
    """A world of this test's own, on a clock that stands until the test moves it.

    Its App ID is made of the test's name: the same in every run, hence the same ids.
    """
    from mockrec.remote.line import ControlError

    settings: Any = {**mockrec_settings, **_marked(request.node)}
    app_id = blake2b(request.node.nodeid.encode(), digest_size=16).hexdigest()
    try:
        world = mockrec_server.world(app_id, **settings)
    except (ValueError, LookupError, OSError, ControlError) as fault:
        raise _failure(f"the settings of this test's world: {fault}") from None
    request.node.stash[_WORLD], request.node.stash[_FAILED] = world, False
    yield world
    leftovers = _leftovers(request, world)
    world.reset()
    if leftovers:
        raise _failure(leftovers)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the world of a test that failed; at the teardown it is gone."""
    report = yield
    world = item.stash.get(_WORLD, None)
    if world is not None and report.failed and report.when != "teardown":
        item.stash[_FAILED] = True
        report.sections.append(("mockrec timeline", _timeline(world)))
    return report


def _from_ini(config: pytest.Config) -> Any:
    """The lines of the ini file as settings; a name on several lines has several values."""
    settings: dict[str, list[str]] = {}
    for line in config.getini("mockrec_settings"):
        name, sign, text = (part.strip() for part in line.partition("="))
        if not sign:
            raise ValueError(f'got {line!r}, expected a line such as "qps = 10"')
        settings.setdefault(name, []).append(text)
    return {name: texts if len(texts) > 1 else texts[0] for name, texts in settings.items()}


def _marked(item: pytest.Item) -> dict[str, object]:
    """What the markers of a test say, those of its class and module first."""
    settings: dict[str, object] = {}
    for mark in reversed([*item.iter_markers("mockrec")]):
        if mark.args:
            raise _failure(f"{_MARK} It takes no value without a name: {mark.args}")
        settings |= mark.kwargs
    return settings


def _leftovers(request: pytest.FixtureRequest, world: World) -> str:
    """The recordings that a test leaves live, in words, where that is a fault."""
    if request.config.getini("mockrec_leftovers") == "ignore" or request.node.stash[_FAILED]:
        return ""
    live = [one for one in world.recordings if one["ending"] is None]
    told = [f"{one['sid']} of {one['cname']!r}, status {one['status']}" for one in live]
    return f"recordings were left live: {'; '.join(told)}" if live else ""


def _failure(words: str) -> BaseException:
    """A failure that needs no traceback: its words say it all."""
    return pytest.fail.Exception(words, pytrace=False)


def _timeline(world: World) -> str:
    """What happened; or why that cannot be told, which shall not hide the failure itself."""
    try:
        return world.timeline()
    except Exception as fault:  # noqa: BLE001
        return f"not to be had from {world.url}: {fault!r}"
