"""A world on one page: what happened, in order, and never too much of it."""

from typing import Any

from mockrec.remote.timeline import FIRST, LAST, timeline

BEGAN = 1_767_225_600_000
WORLD = {"appid": "a" * 32, "clock": "manual", "now": BEGAN + 90_000}


def event(at: int, **more: Any) -> dict[str, Any]:
    """An entry of the journal about a recording."""
    return {"kind": "event", "at": BEGAN + at, "cname": "room", "uid": "7", "event": "X", **more}


def request(at: int, **more: Any) -> dict[str, Any]:
    """An entry of the journal about a request."""
    usual = {"operation": "acquire", "body": None, "answer": None, "status": 200, "detail": ""}
    return {"kind": "request", "at": BEGAN + at, "method": "GET", "path": "/v1", **usual, **more}


def lines(*entries: dict[str, Any]) -> list[str]:
    """The lines of these entries."""
    return timeline(WORLD, entries, [], [], []).splitlines()[1:]


def test_it_begins_with_the_world_and_its_clock() -> None:
    told = timeline(WORLD, [], [], [], [])

    assert told == f"world {'a' * 32}, its manual clock at 2026-01-01T00:01:30.000Z"


def test_requests_states_notices_mishaps_and_clock_moves_have_a_line_each() -> None:
    body = {"cname": "room", "uid": "7", "clientRequest": {}}
    moved = {"kind": "clock", "mode": "manual", "from": BEGAN + 2_000, "at": BEGAN + 62_000}
    told = lines(
        request(0, body=body),
        request(0, operation=None, status=404),
        request(500, body=body, answer={"code": 2, "reason": "no"}, status=400, detail="/uid: bad"),
        event(1_000, event="StatusChanged", details={"status": 5, "because": "so it is"}),
        event(2_000, notice=40, name="recorder_started", details={}),
        event(2_000, event="SliceCut", details={}),
        moved,
        {"kind": "clock", "mode": "wall", "from": BEGAN + 62_000, "at": BEGAN + 62_000},
        {
            "kind": "event",
            "at": BEGAN + 90_000,
            "event": "Mishap",
            "details": {"what": "disk full"},
        },
    )

    assert told == [
        "  +0s           > acquire room/7 -> 200",
        "  +0s           > GET /v1 -> 404",
        "  +0.5s         > acquire room/7 -> 400, code 2  (/uid: bad)",
        "  +1s           room/7: status 5, so it is",
        "  +2s           room/7: 40 recorder_started",
        "  +1m 2s        the clock was moved by 1m 0s",
        "  +1m 2s        the clock is wall",
        "  +1m 30s       mishap: disk full",
    ]


def test_a_clock_set_before_all_else_does_not_make_it_late() -> None:
    set_to = {"kind": "clock", "mode": "manual", "from": BEGAN - 10**9, "at": BEGAN}

    assert lines(set_to, request(1_000)) == [
        "  +0s           the clock was moved by 277h 46m 40s",
        "  +0s           > acquire -> 200",
    ]


def test_recordings_files_and_notifications_follow() -> None:
    recording = {"sid": "5" * 32, "cname": "room", "uid": "7", "mode": "mix", "status": 5}
    tried = [{"problem": "not reached"}, {"problem": "not reached"}, {"problem": None}]
    letters: list[dict[str, Any]] = [
        {"verdict": "delivered", "attempts": tried},
        {"verdict": "waiting", "attempts": [{"problem": "answered 500"}]},
    ]
    told = timeline(
        WORLD,
        [],
        [{**recording, "ending": None}, {**recording, "ending": "stopped"}],
        ["a.ts"],
        letters,
    )

    assert told.splitlines()[1:] == [
        f"recording {'5' * 32} room/7 mix: status 5, live",
        f"recording {'5' * 32} room/7 mix: status 5, stopped",
        "1 files:",
        "  a.ts",
        "2 notifications: 1 delivered, 1 waiting",
        "  2 times not reached",
        "  1 times answered 500",
    ]


def test_of_a_long_story_the_beginning_and_the_end_are_told() -> None:
    told = lines(*(request(number * 1_000) for number in range(500)))

    assert len(told) == FIRST + LAST + 1
    assert told[FIRST] == f"  ... {500 - FIRST - LAST} more ..."
    assert told[0].startswith("  +0s ")
    assert told[-1].startswith("  +8m 19s ")


def test_of_many_files_and_of_a_long_line_only_so_much_is_shown() -> None:
    told = timeline(WORLD, [request(0, detail="x" * 500)], [], [f"{n}.ts" for n in range(99)], [])

    assert len(told.splitlines()) == 1 + 1 + 1 + 12 + 1
    assert told.endswith("  ... 87 more")
    assert max(map(len, told.splitlines())) == 160
