"""docs/testing.md says everything there is to say, and its examples run."""

import inspect
import re
from collections.abc import Iterator
from textwrap import dedent

import pytest

from mockrec import Server, World, pytest_plugin
from mockrec.remote.apart import Apart
from mockrec.remote.files import Files
from mockrec.remote.shapes import Sends, WorldSettings
from tests.plugin.conftest import ROOT, Suite

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
PARAGRAPHS = re.split(r"\n\n+", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL))

HEADER = """
import asyncio

import pytest

from tests.plugin.backend import Backend, Refused


class Recorder(Backend):
    start = Backend.record


"""


def public(kind: type, *more: str) -> list[str]:
    """What a class shows of itself, attributes of its objects named besides."""
    own = [name for name in vars(kind) if not name.startswith("_")]
    return sorted({*own, *more})


def blocks(language: str) -> list[str]:
    """The examples of the page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def paragraphs(pattern: str) -> list[str]:
    """The paragraphs that hold this."""
    return [paragraph for paragraph in PARAGRAPHS if re.search(pattern, paragraph)]


@pytest.mark.parametrize("name", public(World, "app_id", "auth"))
def test_whatever_a_world_has_begins_a_paragraph(name: str) -> None:
    assert paragraphs(rf"^`mockrec\.{name}[`(]")


@pytest.mark.parametrize("name", public(Server, "url"))
def test_whatever_a_server_has_is_in_a_paragraph(name: str) -> None:
    assert paragraphs(rf"`(mockrec_)?server\.{name}[`(]")


@pytest.mark.parametrize("name", public(Files))
def test_whatever_files_have_is_in_a_paragraph(name: str) -> None:
    assert paragraphs(rf"`files\.{name}[`(]")


@pytest.mark.parametrize("name", sorted(WorldSettings.__annotations__))
def test_every_setting_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE.partition("## Settings")[2].partition("\n\n")[2].partition("\n\n")[0]


@pytest.mark.parametrize("name", sorted(Sends.__annotations__))
def test_whatever_a_user_sends_is_named(name: str) -> None:
    assert any(f"`{name}=" in paragraph for paragraph in paragraphs(r"^`mockrec\.join\("))


def options() -> Iterator[tuple[str, str]]:
    """The methods of a world, each with the arguments that are given by name."""
    for name, method in vars(World).items():
        if inspect.isfunction(method) and not name.startswith("_"):
            for parameter in inspect.signature(method).parameters.values():
                if parameter.kind is parameter.KEYWORD_ONLY:
                    yield name, parameter.name


@pytest.mark.parametrize(("method", "option"), list(options()))
def test_every_option_of_a_method_is_in_its_paragraph(method: str, option: str) -> None:
    (paragraph,) = paragraphs(rf"^`mockrec\.{method}[`(]")

    assert re.search(rf"\b{option}(=|`)", paragraph)


def test_every_fixture_option_and_marker_has_its_paragraph() -> None:
    source = inspect.getsource(pytest_plugin)
    options = re.findall(r'addini\(\s*"(\w+)"', source)
    fixtures = re.findall(r"@pytest\.fixture.*\ndef (\w+)", source)

    assert options == ["mockrec_settings", "mockrec_leftovers"]
    assert fixtures == ["mockrec_server", "mockrec_settings", "mockrec"]
    for name in {*options, *fixtures} - {"mockrec"}:
        assert paragraphs(rf"^`{name}\b"), name
    assert paragraphs(r"^`@pytest\.mark\.mockrec\(")
    assert paragraphs(r"^`mockrec\.running\(\)`")


def test_what_is_awaited_is_all_that_does_something() -> None:
    acts = {name for name in public(World) if inspect.isfunction(vars(World)[name])}

    assert set(vars(Apart(World.__new__(World)))) == acts - {"recording", "timeline"}


@pytest.mark.parametrize("number", range(len(blocks("python")) - 1))
def test_the_examples_pass(suite: Suite, number: int) -> None:
    suite.ini(asyncio_mode="auto")
    test = blocks("python")[number]
    if "def test" not in test:
        test += "\n\ndef test_it(mockrec):\n    Recorder(mockrec.api, mockrec.auth)\n"
    suite.write(test_it=HEADER + test)

    suite.run().assert_outcomes(passed=1)


def test_the_ini_file_is_understood(suite: Suite) -> None:
    (ini,) = blocks("ini")
    (suite.folder / "pytest.ini").write_text(ini, encoding="utf-8")
    suite.write(test_it=dedent("def test_it(mockrec):\n    assert mockrec.now\n"))

    suite.run("-p", "no:asyncio", "-p", "no:aiohttp").assert_outcomes(passed=1)


def test_the_example_without_pytest_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    exec(HEADER + blocks("python")[-1], {})  # noqa: S102
