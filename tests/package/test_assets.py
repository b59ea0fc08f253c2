"""Shipped data is found by name, and a name never leads anywhere else."""

import json
from pathlib import Path

import pytest

from mockrec import assets

STRANGERS = [
    "",
    ".",
    "..",
    "nothing",
    "../pyproject",
    "/etc/hosts",
    "start.mix.json",
    "START.MIX",
    "\0",
]


def test_every_schema_is_found_by_its_name() -> None:
    assert {"acquire", "start.mix", "common", "replies"} <= set(assets.schema_names())
    for name in assets.schema_names():
        assert isinstance(json.loads(assets.schema(name)), dict)


def test_every_scenario_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "story.yaml").write_text("scenario: story", encoding="utf-8")
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path / "mockrec")

    assert assets.scenario_names() == ("story",)
    assert assets.scenario("story") == "scenario: story"


def test_names_are_sorted() -> None:
    assert list(assets.schema_names()) == sorted(assets.schema_names())
    assert list(assets.scenario_names()) == sorted(assets.scenario_names())


@pytest.mark.parametrize("name", STRANGERS)
def test_no_other_name_finds_anything(name: str) -> None:
    with pytest.raises(assets.UnknownAsset, match="among the shipped schemas"):
        assets.schema(name)
    with pytest.raises(assets.UnknownAsset, match="among the shipped scenarios"):
        assets.scenario(name)


def test_what_the_wheel_carries_comes_before_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("schemas", "mockrec/_shipped/schemas"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "where.json").write_text(f'"{folder}"')
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path / "mockrec")

    assert assets.schema_names() == ("where",)
    assert assets.schema("where") == b'"mockrec/_shipped/schemas"'


def test_the_footage_is_unpacked_once() -> None:
    assert assets.footage() is assets.footage()
