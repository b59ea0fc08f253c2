"""`mockrec check` and `mockrec scenarios`: what they print, and with which code they exit."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from mockrec import assets, cli
from mockrec.cli import COMMANDS

ROOT = Path(__file__).parents[2]
GOOD = "scenario: story\n"
DOUBTFUL = GOOD + "rules: [{id: it, op: stop, times: 0, then: {never: true}}]\n"
BAD = GOOD + "seed: x\n"

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three files, and no other, lie in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("good", GOOD), ("doubtful", DOUBTFUL), ("bad", BAD)):
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")


def test_a_good_scenario_is_code_0_and_no_finding(capsys: Output) -> None:
    assert cli.main(["check", "good.yaml"]) == 0

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "mockrec: 0 errors, 0 warnings in 1 scenario\n"


def test_all_findings_of_all_files_are_told_and_are_code_1(capsys: Output) -> None:
    assert cli.main(["check", "bad.yaml", "good.yaml", "doubtful.yaml"]) == 1

    said = capsys.readouterr()
    assert said.out.splitlines() == [
        'bad.yaml:2:7: error: seed: got "x", expected an integer from 0 to 9223372036854775807',
        "doubtful.yaml:2:35: warning: this rule never fires: times is 0",
    ]
    assert said.err == "mockrec: 1 error, 1 warning in 3 scenarios\n"


def test_warnings_alone_are_code_0_unless_strict() -> None:
    assert cli.main(["check", "doubtful.yaml"]) == 0
    assert cli.main(["check", "--strict", "doubtful.yaml"]) == 1


def test_a_dash_is_the_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(BAD.encode())))

    assert cli.main(["check", "-"]) == 1
    assert capsys.readouterr().out.startswith("<stdin>:2:7: error: ")


def test_a_shipped_one_goes_by_its_name(capsys: Output) -> None:
    assert cli.main(["check", "lost-start", "--strict"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lost-strat", "no scenario 'lost-strat': No such file or directory; did you mean"),
        ("nowhere/x.yaml", "no scenario 'nowhere/x.yaml': No such file or directory"),
        (".", "no scenario '.': Is a directory"),
        ("a\0b", "no scenario 'a\\x00b': "),
    ],
)
def test_what_is_not_there_is_code_2(name: str, said: str, capsys: Output) -> None:
    assert cli.main(["check", name]) == 2
    assert capsys.readouterr().err.startswith(f"mockrec: {said}")


def test_what_is_no_utf_8_has_its_place(capsys: Output) -> None:
    Path("old.yaml").write_bytes(GOOD.encode() + "about: é".encode() + " è".encode("latin-1"))

    assert cli.main(["check", "old.yaml"]) == 1
    assert capsys.readouterr().out == "old.yaml:2:10: error: this is no UTF-8: the byte e8\n"


def test_a_byte_order_mark_is_no_text(capsys: Output) -> None:
    Path("tabs.json").write_text('{\n\t"scenario":\t"story"\n}', encoding="utf-8-sig")

    assert cli.main(["check", "tabs.json"]) == 0
    assert capsys.readouterr().out == ""


def test_a_huge_file_is_not_read_to_its_end(capsys: Output) -> None:
    Path("huge.yaml").write_text("#" * (5 << 20), encoding="utf-8")

    assert cli.main(["check", "huge.yaml"]) == 1
    assert capsys.readouterr().out == "huge.yaml:1:1: error: longer than 1048576 characters\n"


# --- scenarios ---------------------------------------------------------------------------------


def test_each_shipped_scenario_has_a_line_with_its_name_first(capsys: Output) -> None:
    assert cli.main(["scenarios"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(assets.scenario_names())
    assert all(line.endswith(".") for line in lines)
    (lost,) = (line for line in lines if line.startswith("lost-start "))
    assert lost.endswith("  The answer to the start is lost, and the recording runs.")


def test_one_of_them_is_printed_as_it_is(capsys: Output) -> None:
    assert cli.main(["scenarios", "lost-start"]) == 0

    text = (ROOT / "scenarios" / "lost-start.yaml").read_text(encoding="utf-8")
    assert capsys.readouterr().out == text


def test_one_that_is_not_there_is_code_2(capsys: Output) -> None:
    assert cli.main(["scenarios", "lost-strat"]) == 2
    assert capsys.readouterr().err == (
        'mockrec: no "lost-strat" among the shipped scenarios; did you mean "lost-start"?\n'
    )


# --- what it costs, and where it is told -------------------------------------------------------


def test_scenarios_are_no_burden_to_other_commands() -> None:
    code = "import mockrec.cli, mockrec.playbook.scenario, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert not {"yaml", "jsonschema", "jsonschema_rs", "aiohttp"} & set(done.stdout.split())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_its_paragraph(command: cli.Command) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert re.search(rf"`mockrec\s{command.name}\b", page)
