"""What a recording promises itself to do later: the causes of its timers."""

from __future__ import annotations

from typing import NamedTuple

from mockrec.domain.moments import Millis
from mockrec.domain.streams import Part, Slice, Snapshot, StreamKey
from mockrec.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class StartComponents:
    """Status 2."""


@dataclass(frozen=True, slots=True)
class ReadyUploader:
    """Status 3."""


@dataclass(frozen=True, slots=True)
class JoinChannel:
    """Status 4 of a recording of a channel."""


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Status 4 of a web recording."""


@dataclass(frozen=True, slots=True)
class LosePatience:
    """The page has not said for too long that it is ready."""

    again: bool = False
    """Whether it was loaded anew already."""


@dataclass(frozen=True, slots=True)
class Register:
    """The high-availability register answers."""


@dataclass(frozen=True, slots=True)
class GiveUpJoining:
    """The recorder has not got into its channel for too long."""


@dataclass(frozen=True, slots=True)
class BeginCapture:
    """The first media arrives."""


@dataclass(frozen=True, slots=True)
class CutSlice:
    """A slice has its regular length."""

    key: StreamKey


@dataclass(frozen=True, slots=True)
class EndGrace:
    """An interrupted stream has been bridged for long enough."""

    key: StreamKey


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """The interval of a user's snapshots is over."""

    uid: int


@dataclass(frozen=True, slots=True)
class FinishUpload:
    """A file has had the time that it takes to the bucket."""

    item: Slice | Part | Snapshot
    attempt: int = 1
    delayed: bool = False
    """Whether it has had more than its usual time."""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Another server has the recording."""


@dataclass(frozen=True, slots=True)
class ReportProgress:
    """A minute has gone by."""


@dataclass(frozen=True, slots=True)
class ConnectOutput:
    """An RTMP output is connected, at its first attempt (0) or a later one."""

    url: str
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class RetryOutput:
    """An RTMP output that broke off is tried again."""

    url: str
    attempt: int


@dataclass(frozen=True, slots=True)
class GiveUpWaiting:
    """A stop has waited for the uploads for as long as a stop waits."""


@dataclass(frozen=True, slots=True)
class ExitIdle:
    """Nobody has been there for maxIdleTime."""


@dataclass(frozen=True, slots=True)
class ReachMaxHours:
    """A web recording has run for maxRecordingHour."""


@dataclass(frozen=True, slots=True)
class Settle:
    """All files have arrived; the task exits."""


Cause = (
    StartComponents
    | ReadyUploader
    | JoinChannel
    | OpenPage
    | LosePatience
    | Register
    | GiveUpJoining
    | BeginCapture
    | CutSlice
    | EndGrace
    | TakeSnapshot
    | FinishUpload
    | TakeOver
    | ReportProgress
    | ConnectOutput
    | RetryOutput
    | GiveUpWaiting
    | ExitIdle
    | ReachMaxHours
    | Settle
)


class Timer(NamedTuple):
    """A promise: what will be done and when; ties are settled by the order of promising."""

    due: Millis
    order: int
    cause: Cause
