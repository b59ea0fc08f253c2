"""What was ordered: everything a start says, parsed, defaulted and never changed again."""

from __future__ import annotations

from dataclasses import field
from enum import IntEnum, StrEnum
from typing import Final

from mockrec.domain.channel import BOTH, Medium
from mockrec.domain.layout import Layout
from mockrec.domain.moments import HOUR, MINUTE, SECOND, Millis
from mockrec.domain.subscription import Everyone, Subscription
from mockrec.domain.timing import Timing
from mockrec.domain.values import dataclass


class Mode(StrEnum):
    """The three recording modes."""

    INDIVIDUAL = "individual"
    MIX = "mix"
    WEB = "web"


class ChannelType(IntEnum):
    """The channel profile; it decides what idle means."""

    COMMUNICATION = 0
    LIVE = 1


class StreamMode(StrEnum):
    """The output mode of individual recording."""

    DEFAULT = "default"
    STANDARD = "standard"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Storage:
    """Where the files go, and with whose keys. The keys never show in a repr."""

    vendor: int
    region: int
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    prefix: tuple[str, ...] = ()
    sts_token: str = field(default="", repr=False)
    sts_expiration: int = 0
    """Unix seconds; 0 where no token was given."""
    sse: str = ""
    tag: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The mixed picture and sound of composite recording."""

    width: int = 360
    height: int = 640
    fps: int = 15
    bitrate: int = 500
    audio_profile: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """The web page to record."""

    url: str
    width: int
    height: int
    max_hours: int
    audio_profile: int = 0
    fps: int = 15
    bitrate: int = 1500
    mobile: bool = False
    part: Millis = 120 * MINUTE
    """The length of one MP4 file."""
    on_hold: bool = False
    ready_timeout: Millis = 0


@dataclass(frozen=True, slots=True)
class Vod:
    """ApsaraVideo for VoD instead of a bucket."""

    title: str
    region: str = ""


class Postponed(StrEnum):
    """What is made of the files after the session (scene 2)."""

    TRANSCODING = "postponeTranscoding"
    MIXING = "audioMix"


_LIMIT_BY_GROUP: Final = {4: 32, 5: 49}
_USERS: Final = 17


@dataclass(frozen=True)
class Task:
    """One accepted start."""

    app_id: str
    sid: str
    resource_id: str
    number: int
    cname: str
    uid: int
    mode: Mode
    started: Millis
    timing: Timing = Timing()
    scene: int = 0
    token: str = field(default="", repr=False)
    storage: Storage | None = None
    external: bool = False
    """Whether a real bucket is behind the storage: then its answers decide."""
    expires: Millis = 72 * HOUR
    """How long after `started` the calls reach this task."""

    channel_type: ChannelType = ChannelType.COMMUNICATION
    media: frozenset[Medium] = BOTH
    stream_mode: StreamMode = StreamMode.DEFAULT
    subscription: Subscription = Subscription(Everyone(), Everyone())
    uid_group: int = 0
    max_idle: Millis = 30 * SECOND
    correct_extinf: bool = False
    canvas: Canvas = Canvas()
    layout: Layout = Layout()

    records: bool = True
    """False where only snapshots are taken."""
    mp4: bool = False
    snapshot_every: Millis | None = None
    page: Page | None = None
    outputs: tuple[str, ...] | None = None
    """The RTMP addresses; None where the RTMP service was not ordered."""
    vod: Vod | None = None
    postponed: Postponed | None = None
    postponed_format: str = "mp4"

    @property
    def max_users(self) -> int:
        """How many users are received at once (docs/protocol.md#seventeen)."""
        if self.mode is Mode.INDIVIDUAL:
            return _LIMIT_BY_GROUP.get(self.uid_group, _USERS)
        return _USERS

    @property
    def part_length(self) -> Millis:
        """How much media goes into one MP4 file."""
        return self.page.part if self.page else self.timing.mp4
