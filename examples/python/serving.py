"""A mockrec as a process of its own, or the one at MOCKREC_URL."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

COMMAND = ["mockrec", "serve", "--port", "0", "--clock", "manual", "--storage", "memory"]


@contextmanager
def serving() -> Iterator[str]:
    """Its address, as long as the block lasts."""
    if given := os.environ.get("MOCKREC_URL"):
        yield given
        return
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        try:
            ready = re.search(r" ready on (\S+) in ", process.stdout.readline())
            if ready is None:
                raise SystemExit("mockrec did not start")
            yield ready[1]
        finally:
            process.terminate()
