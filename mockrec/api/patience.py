"""How long a client may take for what it sends, in real seconds.

Whoever opens connections and then says nothing, or a byte now and then, gets tired of it before the
server does.
"""

from __future__ import annotations

from mockrec.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """What a connection is closed after, or its request refused; a test brings less of it."""

    head: float = 75.0
    """From the end of one request, or from the connect, to the end of the next one's head."""
    body: float = 10.0
    """From the end of a head to the end of its body."""
    rest: float = 5.0
    """For the rest of a body that was refused, so that the refusal is read before the end."""
