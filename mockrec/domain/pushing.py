"""RTMP pushes of a web recording: they connect, publish, break off, are tried again, and end.

What happens to a push never harms the recording (docs/protocol.md#rtmp).
"""

from __future__ import annotations

from typing import Final

from mockrec.domain.notices import OutputChanged
from mockrec.domain.promises import ConnectOutput, RetryOutput
from mockrec.domain.recording import Recording
from mockrec.domain.streams import OutputState
from mockrec.domain.values import replace

RETRIES: Final = 3
"""How often a push that broke off, or never came about, is tried again."""

_CONNECTED: Final = (OutputState.PUBLISHING, OutputState.ON_HOLD)


def push_to(recording: Recording, urls: tuple[str, ...]) -> Recording:
    """A web recording is pushed to these addresses and to no other, once its page is open."""
    recording = replace(recording, push_urls=urls)
    if not recording.capturing:
        return recording
    for url in sorted(set(recording.outputs) - set(urls)):
        recording = _turned(_forgotten(recording, url), url, OutputState.DISCONNECTED)
        recording = replace(recording, outputs=recording.outputs.delete(url))
    for url in urls:
        if url not in recording.outputs:
            recording = retry(recording, url, 0)
    return recording


def retry(recording: Recording, url: str, attempt: int) -> Recording:
    """A push is tried for the first time (0), or again."""
    recording = _turned(recording, url, OutputState.CONNECTING)
    return recording.later(recording.task.timing.rtmp_connect, ConnectOutput(url, attempt))


def connect(recording: Recording, url: str, attempt: int) -> Recording:
    """A push publishes, or waits where the recording is on hold; unless nothing is taken there."""
    if recording.conditions.broken(url):
        return _failed(recording, url, attempt)
    return _published(recording, url)


def hold_pushes(recording: Recording) -> Recording:
    """What is connected waits or publishes, as the recording does."""
    for url, state in sorted(recording.outputs.items()):
        if state in _CONNECTED:
            recording = _published(recording, url)
    return recording


def look_at_pushes(recording: Recording) -> Recording:
    """The conditions have changed: pushes break off, or come back at once."""
    for url, state in sorted(recording.outputs.items()):
        broken = recording.conditions.broken(url)
        if broken and state in _CONNECTED:
            recording = _failed(recording, url, 0)
        elif state is OutputState.DISCONNECTED and not broken:
            recording = retry(_forgotten(recording, url), url, 0)
    return recording


def _failed(recording: Recording, url: str, attempt: int) -> Recording:
    """Nothing is taken there: it is tried again for some time."""
    recording = _turned(recording, url, OutputState.DISCONNECTED)
    if attempt == RETRIES:
        return recording
    return recording.later(recording.task.timing.rtmp_retry, RetryOutput(url, attempt + 1))


def _published(recording: Recording, url: str) -> Recording:
    state = OutputState.ON_HOLD if recording.on_hold else OutputState.PUBLISHING
    return _turned(recording, url, state)


def _turned(recording: Recording, url: str, state: OutputState) -> Recording:
    """A push has this state now; the outside is told where it is another."""
    if recording.outputs.get(url) is state:
        return recording
    recording = replace(recording, outputs=recording.outputs.set(url, state))
    return recording.announce(OutputChanged, url=url, state=state)


def _forgotten(recording: Recording, url: str) -> Recording:
    """Nothing is promised of this push any more."""
    attempts = range(RETRIES + 1)
    connecting = [ConnectOutput(url, attempt) for attempt in attempts]
    return recording.without(*connecting, *(RetryOutput(url, attempt) for attempt in attempts))
