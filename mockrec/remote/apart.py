"""The methods of a world for ``await``: each call waits in a thread, not in the event loop.

A test whose own event loop also serves the program under test needs them: while `World.advance`
waits for a webhook to be answered, the loop that should answer it would stand still.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from mockrec.remote.world import World

P = ParamSpec("P")
T = TypeVar("T")


class Apart:
    """A world whose methods are awaited."""

    def __init__(self, world: World) -> None:
        self.configure = _apart(world.configure)
        self.advance = _apart(world.advance)
        self.join = _apart(world.join)
        self.leave = _apart(world.leave)
        self.callback = _apart(world.callback)
        self.scenario = _apart(world.scenario)
        self.reset = _apart(world.reset)
        self.wait_for = _apart(world.wait_for)
        self.expect = _apart(world.expect)


def _apart(method: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    @wraps(method)
    async def awaited(*args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        return await asyncio.to_thread(method, *args, **kwargs)

    return awaited
