"""What a recording is told from outside: the channel changed, or a call changed its orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from mockrec.domain.channel import Users
    from mockrec.domain.conditions import Conditions
    from mockrec.domain.layout import Layout
    from mockrec.domain.moments import Millis
    from mockrec.domain.streams import Verdict
    from mockrec.domain.subscription import Subscription
    from mockrec.domain.task import Storage


@dataclass(frozen=True, slots=True)
class SawUsers:
    """The channel holds these users now."""

    users: Users


@dataclass(frozen=True, slots=True)
class SawConditions:
    """This is what is wrong with the world now."""

    conditions: Conditions


@dataclass(frozen=True, slots=True)
class ChangeSubscription:
    """Listen to these from now on, and to nobody else."""

    subscription: Subscription


@dataclass(frozen=True, slots=True)
class ChangeLayout:
    """Mix like this from now on."""

    layout: Layout


@dataclass(frozen=True, slots=True)
class ChangeHold:
    """Pause or resume a web recording."""

    on_hold: bool


@dataclass(frozen=True, slots=True)
class ChangeOutputs:
    """Push a web recording to these addresses."""

    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeStorage:
    """Upload to here from now on; it refreshes a token, too."""

    storage: Storage


@dataclass(frozen=True, slots=True)
class StopRecording:
    """The stop call, and how long it waits for the uploads, if it does."""

    patience: Millis | None = None


@dataclass(frozen=True, slots=True)
class LoseServer:
    """The server dies; another takes over after so long, or after the usual delay."""

    blackout: Millis | None = None


@dataclass(frozen=True, slots=True)
class ThrowOut:
    """Somebody throws the recorder out of the channel."""


@dataclass(frozen=True, slots=True)
class LoseToken:
    """The token of the channel expires."""


@dataclass(frozen=True, slots=True)
class ReloadPage:
    """The page falls silent, and is loaded anew."""


@dataclass(frozen=True, slots=True)
class CrashPage:
    """The page goes down."""


@dataclass(frozen=True, slots=True)
class BucketAnswered:
    """A real bucket's word on an upload."""

    number: int
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StartedAgain:
    """A start came for a recording that runs."""


Blow = LoseServer | ThrowOut | LoseToken | ReloadPage | CrashPage
"""What befalls a recording once."""

Signal = (
    SawUsers
    | SawConditions
    | ChangeSubscription
    | ChangeLayout
    | ChangeHold
    | ChangeOutputs
    | ChangeStorage
    | StopRecording
    | Blow
    | BucketAnswered
    | StartedAgain
)
