"""A command that runs while we serve: signals go on to it, and its exit code is ours."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

NOT_FOUND: Final = 127
NOT_RUNNABLE: Final = 126
KILLED: Final = 128
"""To which shells add the number of the signal."""

_PASSED_ON: Final = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_FROM_THE_KEYBOARD: Final = ("SIGINT", "SIGQUIT")
"""A terminal sends these to the command as well; where there is none, we pass them on."""


class CannotRun(Exception):
    """A command that cannot be started, with the exit code that shells have for that."""

    def __init__(self, command: str, error: OSError) -> None:
        super().__init__(f"cannot run {command!r}: {error.strerror}")
        self.code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_RUNNABLE


async def completed(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end: its exit code, or as shells have it where it has none.

    Raises `CannotRun` if it cannot be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(*command, env=environment)
    except OSError as error:
        raise CannotRun(command[0], error) from error
    _pass_signals_on(process)
    code = await process.wait()
    return code if code >= 0 else KILLED - code


def _pass_signals_on(process: asyncio.subprocess.Process) -> None:
    """What is sent to us is meant for the command; when it ends, so do we."""
    at_keyboard = _at_keyboard()
    loop = asyncio.get_running_loop()
    for name in (*_PASSED_ON, *_FROM_THE_KEYBOARD):
        heard_already = at_keyboard and name in _FROM_THE_KEYBOARD
        act = _nothing if heard_already else _sending(process, signal.Signals[name])
        loop.add_signal_handler(signal.Signals[name], act)


def _sending(process: asyncio.subprocess.Process, number: signal.Signals) -> Callable[[], None]:
    def send() -> None:
        with suppress(ProcessLookupError):  # it has just ended
            process.send_signal(number)

    return send


def _nothing() -> None:
    """A handler, not SIG_IGN: the command would inherit that."""


def _at_keyboard() -> bool:
    """Whether a terminal sends what is typed there to us, hence to the command, too."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
