"""What can go wrong, as data: a class for each effect that a rule may have.

What an effect on an answer looks like on the wire is carried out in api/faults.py; what one on an
upload or a notification does is decided in this house. The `word` of an effect is what scenarios
and journals call it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.problems import Problem
    from mockrec.domain.streams import Verdict

# Effects on the answer to a call.


@dataclass(frozen=True, slots=True)
class Refuse:
    """The service says no, in its own words."""

    word = "refuse"
    problem: Problem


@dataclass(frozen=True, slots=True)
class Reply:
    """Something else is answered: a status, headers, a body."""

    word = "reply"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    """None keeps the body that the service would have sent."""


@dataclass(frozen=True, slots=True)
class Html:
    """A gateway in between answers with a page of its own."""

    word = "html"
    status: int = 502


@dataclass(frozen=True, slots=True)
class Limit:
    """Calls beyond so many in a second are turned away by the gateway."""

    word = "limit"
    rate: int
    status: int = 429


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset, and nothing is answered."""

    word = "reset"


@dataclass(frozen=True, slots=True)
class Close:
    """The connection is closed: before the answer, or after so many bytes of its body."""

    word = "close"
    after_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Truncate:
    """The body ends in the middle of its JSON, and the head says that it is whole."""

    word = "truncate"


@dataclass(frozen=True, slots=True)
class Garbage:
    """The body has the length that it should have, and is no JSON."""

    word = "garbage"


@dataclass(frozen=True, slots=True)
class Drip:
    """The body comes a few bytes at a time."""

    word = "drip"
    bytes: int = 1
    every: Millis = 100
    """Real milliseconds between two drops."""


@dataclass(frozen=True, slots=True)
class Never:
    """Nothing is answered, and the connection stays open until the client gives up."""

    word = "never"


# Effects on an upload.


@dataclass(frozen=True, slots=True)
class Fail:
    """The bucket does not take the file, as a bucket would say it."""

    word = "fail"
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Slow:
    """The upload takes so much longer."""

    word = "slow"
    by: Millis


# Effects on a notification.


@dataclass(frozen=True, slots=True)
class Lose:
    """It is never posted; its number is used up all the same."""

    word = "lose"


@dataclass(frozen=True, slots=True)
class Repeat:
    """It is posted again after the receiver has taken it, with the same id."""

    word = "repeat"
    times: int = 1
    gap: Millis = 1_000


@dataclass(frozen=True, slots=True)
class Delay:
    """It is first posted so much later."""

    word = "delay"
    by: Millis


@dataclass(frozen=True, slots=True)
class Shuffle:
    """It is first posted at some moment within this span, so that others overtake it."""

    word = "shuffle"
    within: Millis = 5_000


OnAnswer = Refuse | Reply | Html | Limit | Reset | Close | Truncate | Garbage | Drip | Never
OnUpload = Fail | Slow
OnNotification = Lose | Repeat | Delay | Shuffle
Effect = OnAnswer | OnUpload | OnNotification


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule does when it fires: an effect, or only time that is lost, or both."""

    effect: Effect | None = None
    done: bool = False
    """Whether the service does what it was asked before the answer goes wrong."""
    stall: Millis = 0
    """Real milliseconds before anything is answered."""
    takes: Millis = 0
    """Virtual milliseconds until the answer; a clock that stands is moved by them."""
