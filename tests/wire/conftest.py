"""One server for all tests of the wire, and one App ID, so one world, for each of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import blake2b
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from mockrec import assets
from mockrec.settings import Settings
from tests.wire.line import App, Line, served

Serve = Callable[..., Line]
Shape = Callable[[str, object], None]


@pytest.fixture(scope="session")
def line() -> Iterator[Line]:
    """A server whose clocks stand until they are moved, and that writes nothing to the disk."""
    with served(Settings(storage="memory", clock_mode="manual")) as line:
        yield line


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Makes a server with settings of its own, which lives as long as the test."""
    with ExitStack() as servers:

        def make(**settings: Any) -> Line:
            usual: dict[str, Any] = {"storage": "memory", "clock_mode": "manual"}
            return servers.enter_context(served(Settings(**(usual | settings))))

        yield make


@pytest.fixture
def app_id(request: pytest.FixtureRequest) -> str:
    """An App ID that no other test has; the same at every run."""
    return blake2b(request.node.nodeid.encode(), digest_size=16).hexdigest()


@pytest.fixture
def app(line: Line, app_id: str) -> App:
    """A world of its own, fresh: the clock stands at its beginning."""
    return App(line, app_id)


@pytest.fixture
def other(line: Line, app_id: str) -> App:
    """Another App ID on the same server."""
    return App(line, app_id[::-1])


@pytest.fixture
def golden(line: Line) -> App:
    """A world whose bytes are kept: whatever the tests before left in it is forgotten."""
    app = App(line, "6060" * 8)
    app.control("DELETE", "")
    return app


@pytest.fixture(scope="session")
def shape() -> Shape:
    """Asserts that a reply has the shape of this name in schemas/replies.json."""
    replies = json.loads(assets.schema("replies"))
    registry: Registry[Any] = Registry().with_resource(
        replies["$id"], Resource.from_contents(replies)
    )
    validators = {
        name: Draft202012Validator({"$ref": f"{replies['$id']}#/$defs/{name}"}, registry=registry)
        for name in replies["$defs"]
    }

    def check(name: str, reply: object) -> None:
        errors = [f"{one.json_path}: {one.message}" for one in validators[name].iter_errors(reply)]
        assert not errors, (name, errors, reply)

    return check
