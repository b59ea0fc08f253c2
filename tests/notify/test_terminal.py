"""What is seen at the terminal: what went wrong, in one line each, and no flood."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO

import pytest

from mockrec.sinks.terminal import MOST_LINES, Terminal, tell
from tests.api.service import APP_ID, FakeTime, Service, World
from tests.notify.receivers import Answer, Receiver


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def screen(time: FakeTime) -> Iterator[StringIO]:
    """What the terminal shows, of whatever is logged while the test runs."""
    text = StringIO()
    terminal, root = Terminal(text, time), logging.getLogger("mockrec.test")
    root.setLevel(logging.INFO)
    root.propagate = False
    root.addHandler(terminal)
    yield text
    root.removeHandler(terminal)


def said(screen: StringIO) -> list[str]:
    return screen.getvalue().splitlines()


log = logging.getLogger("mockrec.test")


# --- no flood ----------------------------------------------------------------------------------


def test_so_many_lines_a_second_and_the_rest_is_counted(screen: StringIO, time: FakeTime) -> None:
    for number in range(MOST_LINES + 30):
        log.info("line %s", number)
    time.seconds += 1
    log.info("later")

    assert said(screen) == [
        *(f"line {number}" for number in range(MOST_LINES)),
        "30 more lines, left out",
        "later",
    ]


def test_the_next_second_has_room_again(screen: StringIO, time: FakeTime) -> None:
    for _ in range(3):
        for _ in range(MOST_LINES):
            log.info("a line")
        time.seconds += 1

    assert said(screen) == ["a line"] * 3 * MOST_LINES


def test_at_the_end_it_tells_what_was_left_out() -> None:
    text = StringIO()
    terminal = Terminal(text, FakeTime())
    for _ in range(MOST_LINES + 1):
        terminal.handle(logging.makeLogRecord({"msg": "a line"}))

    terminal.close()

    assert said(text)[-1] == "1 more lines, left out"


# --- one line each -----------------------------------------------------------------------------


def test_what_a_stranger_sent_begins_no_line_of_its_own(screen: StringIO) -> None:
    log.info("got %s", "a\r\nmockrec: all is well\x1b[31m\u2028b")

    assert said(screen) == [r"got a\u000d\u000amockrec: all is well\u001b[31m\u2028b"]


def test_a_traceback_keeps_its_lines(screen: StringIO) -> None:
    try:
        raise ValueError("why")
    except ValueError:
        log.exception("it broke")

    assert said(screen)[0] == "it broke"
    assert said(screen)[-1] == "ValueError: why"


# --- what has no caller ------------------------------------------------------------------------


@pytest.fixture
def told(service: Service, caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The lines about what went wrong in the worlds."""
    end = service.engine.feed.watch(tell)
    caplog.set_level(logging.WARNING, "mockrec")
    yield caplog
    end()


async def test_a_notification_that_nobody_took(
    world: World, receiver: Receiver, told: pytest.LogCaptureFixture
) -> None:
    await world.put("/callback", events=[40], retry=["0s"])
    receiver.usual = Answer(500)
    session = await world.record()

    await world.advance("2s")

    (letter,) = (await world.get("/notifications"))["notifications"]
    assert told.messages == [
        f"{APP_ID}: notification {letter['notice_id']} of recording {session.sid}:"
        " given up after 2 attempts: answered 500"
    ]


async def test_a_recording_that_died(world: World, told: pytest.LogCaptureFixture) -> None:
    session = await world.record()
    await world.advance("10s")
    await world.join(int(session.uid))

    await world.advance("10s")

    assert told.messages == [
        f"{APP_ID}: recording {session.sid} of room: the task has exited: kicked out of the channel"
    ]


async def test_what_went_well_is_not_told(world: World, told: pytest.LogCaptureFixture) -> None:
    session = await world.record()
    await world.advance("40s")
    await world.stop(session)

    assert told.messages == []
