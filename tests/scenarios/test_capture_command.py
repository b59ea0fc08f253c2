"""`mockrec scenario`: where it reads, where it writes, what it says, how it exits."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mockrec import cli
from tests.api.service import APP_ID, served
from tests.scenarios.retelling import journal_of, playing
from tests.scenarios.test_capture_har import HUSH, acquire, har, start

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other file lies in the current folder."""
    monkeypatch.chdir(tmp_path)


def write(name: str, document: Any) -> str:
    Path(name).write_text(json.dumps(document), encoding="utf-8")
    return name


def journal() -> Any:
    """The journal of a start that was lost, and sent again."""

    async def recorded() -> Any:
        story = "rules: [{id: it, op: start, times: 1, then: {refuse: 65, done: true}}]"
        async with playing(story) as world:
            resource = (await world.acquire()).body["resourceId"]
            await world.start(resource)
            await world.start(resource)
            return await journal_of(world)

    return asyncio.run(recorded())


def test_a_journal_becomes_a_file_that_check_and_replay_take(capsys: Output) -> None:
    write("journal.json", journal())

    assert cli.main(["scenario", "from-journal", "journal.json", "-o", "lost.yaml"]) == 0
    assert capsys.readouterr() == ("", "")
    assert Path("lost.yaml").read_text(encoding="utf-8").startswith("scenario: lost\n")
    assert cli.main(["check", "--strict", "lost.yaml"]) == 0
    assert cli.main(["replay", "lost.yaml"]) == 0
    assert "start -> 206/65  (rule start-1)" in capsys.readouterr().out


def test_a_dash_is_the_standard_input_and_the_scenario_goes_to_the_output(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    raw = b"\xef\xbb\xbf" + json.dumps(har(acquire())).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))

    assert cli.main(["scenario", "from-har", "-"]) == 0
    assert capsys.readouterr().out.startswith("scenario: captured\n")


async def test_a_server_is_asked_for_its_journal_and_its_settings(capsys: Output) -> None:
    async with served() as service:
        world = service.world()
        await world.put("/settings", qps=1, timing={"upload": "2s"})
        await world.acquire()
        await world.acquire()
        arguments = ["--url", service.origin, "--app", APP_ID]
        code = await asyncio.to_thread(cli.main, ["scenario", "from-journal", *arguments])

    told = capsys.readouterr().out
    assert code == 0
    assert "settings: {qps: 1}\ntiming: {upload: 2s}\n" in told
    assert "rules:" not in told


async def test_a_world_that_is_not_there_is_code_2(capsys: Output) -> None:
    async with served() as service:
        arguments = ["--url", service.origin, "--app", "c" * 32]
        code = await asyncio.to_thread(cli.main, ["scenario", "from-journal", *arguments])

    assert code == 2
    assert capsys.readouterr().err.startswith("mockrec: --app: there is no world 'ccc")


def test_what_is_not_explained_is_told_and_is_code_1(capsys: Output) -> None:
    write("odd.har", har(acquire(), start("2026-03-01T10:00:01Z", 100, "x")))

    assert cli.main(["scenario", "from-har", "odd.har", "-o", "odd.yaml"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("mockrec: call 2 (start): it was answered 100, no JSON object, and")
    assert HUSH not in said
    assert cli.main(["check", "odd.yaml"]) == 0


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"log": {"version": "1.2", "entr', "one.har: line 1, column 33: this is no JSON: "),
        (b"", "one.har: line 1, column 1: this is no JSON: "),
        ("{}".encode("utf-16"), "one.har: this is no UTF-8: the byte ff at 0"),
        (b'{"entries": []}', 'one.har: this is no HAR: expected an object with "log"'),
        (b"[" * 100_000, "one.har: line 1, column "),
        (b" " * ((64 << 20) + 1), "one.har: longer than 64 MiB"),
    ],
    ids=["truncated", "empty", "utf-16", "journal", "deep", "huge"],
)
def test_what_is_no_har_is_one_line_and_code_2(raw: bytes, said: str, capsys: Output) -> None:
    Path("one.har").write_bytes(raw)

    assert cli.main(["scenario", "from-har", "one.har"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"mockrec: {said}")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["from-journal"], "from-journal: expected a FILE, - or --url URL"),
        (["from-journal", "x", "--url", "http://x"], "from-journal: expected a FILE, - or --url"),
        (["from-journal", "--url", "http://x"], "from-journal: --url and --app go together"),
        (["from-journal", "--url", "ftp://x", "--app", "a"], "--url: got 'ftp://x', expected http"),
        (["from-har", "nowhere.har"], "nowhere.har: No such file or directory"),
        (["from-har", "x", "--aap", "a"], "mockrec scenario from-har does not take '--aap'"),
    ],
)
def test_what_cannot_be_asked_is_code_2(arguments: list[str], said: str, capsys: Output) -> None:
    assert cli.main(["scenario", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"mockrec: {said}")


def test_a_folder_that_is_not_there_is_code_2(capsys: Output) -> None:
    write("one.har", har(acquire()))

    assert cli.main(["scenario", "from-har", "one.har", "-o", "nowhere/x.yaml"]) == 2
    assert capsys.readouterr().err == "mockrec: nowhere/x.yaml: No such file or directory\n"
