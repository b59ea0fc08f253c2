"""Replays: calls at their moments, answers held against expectations, the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from mockrec.cli import main
from mockrec.playbook.loader import load
from mockrec.replay.line import Line, in_process
from mockrec.replay.player import Played, play
from tests.api.service import Service

STORAGE = "{vendor: 1, region: 0, bucket: b, accessKey: a, secretKey: hush-hush}"
STORY = f"""
scenario: a-class
about: A class is recorded, and stopped.
timeline:
  - {{at: 0s, join: {{channel: demo, uid: 101}}}}
rules:
  - {{id: lost, op: start, times: 1, then: {{refuse: 65, done: true}}}}
calls:
  - at: 0s
    acquire: {{cname: demo, uid: "527841"}}
    answer: {{status: 200, body: {{resourceId: "/^.{{200,}}/"}}}}
  - at: 1s
    start: {{mode: mix, clientRequest: {{storageConfig: {STORAGE}}}}}
    answer: {{status: 206, body: {{code: 65}}, headers: {{X-Mockrec-Rule: lost}}}}
  - {{at: 1s, acquire: {{uid: "527842"}}}}
  - {{at: 2s, start: {{clientRequest: {{storageConfig: {STORAGE}}}}}, answer: {{status: 200}}}}
  - {{at: recording + 20s, query: {{}}, answer: {{body: {{serverResponse: {{status: 5}}}}}}}}
  - {{at: recording + 30s, stop: {{}}, answer: {{status: 200}}}}
expect:
  - {{called: start, at_least: 2}}
  - {{notified: uploaded}}
"""


async def played(text: str, seed: int | None = None) -> Played:
    async with in_process() as line:
        return await play(load(text, "test"), line, seed)


def broken(one: Played) -> list[str]:
    """What there is to say against the calls."""
    return [made.against for made in one.calls if made.against]


async def test_calls_come_at_their_moments_and_remember_what_came_before() -> None:
    one = await played(STORY)
    requests = [entry for entry in one.entries if entry["kind"] == "request"]

    assert broken(one) == []
    assert [(each["operation"], each["at"] - one.began) for each in requests] == [
        ("acquire", 0),
        ("start", 1_000),
        ("acquire", 1_000),
        ("start", 2_000),
        ("query", 23_500),
        ("stop", 34_700),  # it waited for its files
    ]
    assert requests[4]["path"].split("/")[8] == one.calls[3].heard.body["sid"]  # type: ignore[union-attr]


async def test_an_answer_that_differs_is_told_side_by_side() -> None:
    one = await played(
        STORY.replace("status: 206, body: {code: 65}", "status: 200, body: {code: 7}")
    )

    assert not one.kept
    (said,) = broken(one)
    assert "status 206, expected 200" in said
    assert "'code': 65" in said
    assert "expected {'code': 7}" in said


async def test_an_answer_that_nobody_expected_still_has_to_come() -> None:
    story = """
scenario: cut
rules: [{id: cut, op: acquire, then: {reset: true}}]
calls: [{at: 0s, acquire: {cname: demo, uid: "1"}}]
"""
    silent = story.replace('uid: "1"}', 'uid: "1"}, answer: none')

    assert broken(await played(story)) == ["no answer: ServerDisconnectedError"]
    assert broken(await played(silent)) == []
    assert broken(await played(silent.replace("rules: [", "rules: [] # ["))) == [
        "answered 200, expected no answer"
    ]


async def test_a_call_whose_anchor_never_comes_is_not_made() -> None:
    story = """
scenario: waiting
calls:
  - {at: 0s, acquire: {cname: demo, uid: "1"}}
  - {at: exited + 1s, acquire: {cname: demo, uid: "1"}}
"""
    one = await played(story)

    assert broken(one) == ["exited never came"]
    assert len([each for each in one.entries if each["kind"] == "request"]) == 1


async def test_it_waits_for_cues_and_for_spans_that_are_judged() -> None:
    story = """
scenario: late
timeline: [{at: 40m, id: bell, join: {channel: demo, uid: 1}}]
expect: [{never: {notified: 11, after: bell, within: 10m}}]
"""
    one = await played(story)

    assert one.kept
    assert one.entries[-1]["at"] - one.began == 50 * 60_000


async def test_the_same_story_is_the_same_replay() -> None:
    first, second, other = await played(STORY), await played(STORY), await played(STORY, 99)

    assert first.entries == second.entries
    assert first.entries != other.entries
    assert other.kept


async def test_it_plays_against_a_server_alike(service: Service) -> None:
    line = Line(service.client.session, service.origin)
    there = await play(load(STORY, "test"), line)
    here = await played(STORY)

    assert there.kept
    assert [each["kind"] for each in there.entries] == [each["kind"] for each in here.entries]


def test_the_command_prints_the_same_bytes_every_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, report = tmp_path / "class.yaml", tmp_path / "report.xml"
    file.write_text(STORY)
    printed, written = [], []
    for _ in range(2):
        assert main(["replay", str(file), "--junit", str(report)]) == 0
        printed.append(capsys.readouterr().out)
        written.append(report.read_bytes())

    assert printed[0] == printed[1]
    assert written[0] == written[1]
    assert "a-class: all kept" in printed[0]
    assert "hush-hush" not in printed[0] + written[0].decode()


def test_the_command_fails_where_an_expectation_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, report = tmp_path / "class.yaml", tmp_path / "report.xml"
    file.write_text(STORY + "  - {notified: backuped}\n")

    assert main(["replay", str(file), "--junit", str(report)]) == 1
    out = capsys.readouterr().out
    assert "BROKEN  notified: backuped" in out
    assert "it never happened, expected at least 1" in out
    suite = ElementTree.parse(report).getroot()[0]  # noqa: S314  our own
    assert (suite.get("tests"), suite.get("failures")) == ("9", "1")
    assert [case.get("name") for case in suite if len(case)] == ["expect 3: notified: backuped"]


@pytest.mark.parametrize("name", ["no-such-story", "no/such/file.yaml"])
def test_the_command_cannot_play_what_is_not_there(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", name]) == 2
    assert name in capsys.readouterr().err


def test_the_command_cannot_play_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("scenario: x\nrulez: []\n")

    assert main(["replay", str(file)]) == 2
    assert "bad.yaml:2:1: error" in capsys.readouterr().err


def test_the_command_says_so_where_no_server_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "class.yaml"
    file.write_text(STORY)

    assert main(["replay", str(file), "--against", "http://127.0.0.1:9/"]) == 2
    said = "mockrec: no mockrec answers at http://127.0.0.1:9: connection refused\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("notaurl", "notaurl"),
        ("http://127.0.0.1:9/path/", "http://127.0.0.1:9/path/"),
        ("http://127.0.0.1:9?a=b", "http://127.0.0.1:9?a=b"),
        ("http://127.0.0.1:99999", "http://127.0.0.1:99999"),
        ("http://:9", "http://:9"),
        ("ftp://127.0.0.1", "ftp://127.0.0.1"),
        ("http://me:hush-hush@127.0.0.1:9", "http://***@127.0.0.1:9"),
        ("\x1b[31m", r"\u001b[31m"),
    ],
)
def test_the_command_says_so_where_the_address_is_of_no_server(
    url: str, shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "class.yaml"
    file.write_text(STORY)

    assert main(["replay", str(file), "--against", url]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f'mockrec: got "{shown}", expected the address of a server, such as ')


@pytest.mark.parametrize("place", ["missing/report.xml", "."])
def test_the_command_plays_nothing_where_the_report_cannot_be_written(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "class.yaml"
    file.write_text(STORY)

    assert main(["replay", str(file), "--junit", str(tmp_path / place)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"mockrec: --junit {tmp_path / place}: ")
    assert len(err.splitlines()) == 1


def test_no_report_is_left_where_nothing_could_be_played(tmp_path: Path) -> None:
    file, report = tmp_path / "class.yaml", tmp_path / "report.xml"
    file.write_text(STORY)

    assert main(["replay", str(file), "--junit", str(report), "--against", "nowhere"]) == 2
    assert not report.exists()


HOSTILE = r"""
scenario: hostile
about: "\x1b[31mred\nin two \u202e lines"
calls:
  - {at: 0s, acquire: {cname: "\x1b[2J", uid: "1"}, answer: {body: {"\x07bell": "\x00"}}}
expect:
  - {file: "\x1b]0;title\x07\ufffe"}
"""


def test_no_text_of_a_scenario_commands_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "\x1b[1m.yaml"
    file.write_text(HOSTILE)

    assert main(["replay", str(file)]) == 1
    out = capsys.readouterr().out
    file.write_text("scenario: x\nrulez: []\n")
    main(["replay", str(file)])
    main(["check", str(file)])
    everything = "".join((out, *capsys.readouterr()))

    assert r"hostile: \u001b[31mred" in out
    assert r"BROKEN  file: \u001b]0;title\u0007" in out
    assert all(letter.isprintable() or letter == "\n" for letter in everything)


def test_a_report_is_well_formed_whatever_the_texts_are(tmp_path: Path) -> None:
    file, report = tmp_path / "hostile.yaml", tmp_path / "report.xml"
    file.write_text(HOSTILE)

    assert main(["replay", str(file), "--junit", str(report)]) == 1
    suite = ElementTree.parse(report).getroot()[0]  # noqa: S314  our own
    assert suite[1].get("name") == r"expect 1: file: \u001b]0;title\u0007\ufffe"
