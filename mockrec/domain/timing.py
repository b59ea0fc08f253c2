"""The model's own delays: how long the service takes for what it does by itself."""

from __future__ import annotations

from typing import Final

from mockrec.domain.moments import HOUR, MINUTE, SECOND, Millis
from mockrec.domain.values import dataclass

_REPEATED: Final = frozenset({"slice", "progress", "mp4"})


def least(delay: str) -> Millis:
    """The shortest that this delay may be: what repeats itself has to take some time at all."""
    return int(delay in _REPEATED)


@dataclass(frozen=True, slots=True)
class Timing:
    """Every delay of the model, each a setting; docs/protocol.md#delays gives their sources."""

    initialised: Millis = 500
    """From start until the status is 2, components starting."""
    uploader_ready: Millis = 800
    """From start until the status is 3, the uploader is ready."""
    recorder_ready: Millis = 1_500
    """From start until the recorder has joined: status 4."""
    first_media: Millis = 2_500
    """From start until the first media is recorded; never before the recorder is ready."""
    start_timeout: Millis = 90 * SECOND
    """How long the service waits for a recorder that does not get into its channel."""
    web_ready: Millis = 5 * SECOND
    """From start until the page of a web recording is loaded and recorded."""
    registered: Millis = 5 * SECOND
    """From start until the high-availability register has answered (event 13)."""
    slice: Millis = 15 * SECOND
    """The shortest regular slice."""
    grace: Millis = 15 * SECOND
    """How long an interrupted stream is bridged: silence for audio, the last frame for video."""
    upload: Millis = 800
    """How long one file takes to the bucket."""
    slow_upload: Millis = 30 * SECOND
    """How much longer it takes to a bucket that is slow."""
    retry_upload: Millis = 2 * SECOND
    """From an upload that failed until it is tried again."""
    restore: Millis = 5 * MINUTE
    """From exit until the backup brings what the bucket did not take, and between its attempts."""
    settle: Millis = 400
    """From the last upload until the task has exited."""
    mp4: Millis = 2 * HOUR
    """The length of a composite MP4 file before the next one is begun."""
    progress: Millis = MINUTE
    """The gap between two progress notices."""
    rtmp_connect: Millis = SECOND
    """From connecting to publishing of an RTMP output."""
    rtmp_retry: Millis = 5 * SECOND
    """From a push that failed until it is tried again."""
    blackout: Millis = 30 * SECOND
    """From the death of a server until another takes over."""
    transcode: Millis = 10 * MINUTE
    """From exit until postponed transcoding or mixing has its files."""
    stop_limit: Millis = 20 * SECOND
    """How long a synchronous stop waits for the uploads."""
    resource: Millis = 5 * MINUTE
    """How long a resource may wait for its start."""

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for a delay that is shorter than it may be."""
        for name in self.__slots__:
            if getattr(self, name) < least(name):
                raise ValueError(f"the delay {name} is at least {least(name)} ms")
