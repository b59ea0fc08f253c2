"""RTMP pushes of a web recording: they connect, publish, wait while it is on hold, and end."""

from __future__ import annotations

from mockrec.domain.events import OutputChanged
from mockrec.domain.promises import ConnectOutput
from mockrec.domain.recording import Recording
from mockrec.domain.streams import OutputState
from mockrec.domain.values import replace


def push_to(recording: Recording, urls: tuple[str, ...]) -> Recording:
    """A web recording is pushed to these addresses and to no other, once its page is open."""
    recording = replace(recording, push_urls=urls)
    if not recording.capturing:
        return recording
    for url in sorted(set(recording.outputs) - set(urls)):
        recording = _turned(recording, url, OutputState.DISCONNECTED)
        recording = replace(recording, outputs=recording.outputs.delete(url))
        recording = recording.without(ConnectOutput(url))
    for url in urls:
        if url not in recording.outputs:
            recording = _turned(recording, url, OutputState.CONNECTING)
            recording = recording.later(recording.task.timing.rtmp_connect, ConnectOutput(url))
    return recording


def connect(recording: Recording, url: str) -> Recording:
    """A push publishes, or waits where the recording is on hold."""
    state = OutputState.ON_HOLD if recording.on_hold else OutputState.PUBLISHING
    return _turned(recording, url, state)


def hold_pushes(recording: Recording) -> Recording:
    """What is connected waits or publishes, as the recording does."""
    for url, state in sorted(recording.outputs.items()):
        if state in (OutputState.PUBLISHING, OutputState.ON_HOLD):
            recording = connect(recording, url)
    return recording


def _turned(recording: Recording, url: str, state: OutputState) -> Recording:
    """A push has this state now; the outside is told."""
    recording = replace(recording, outputs=recording.outputs.set(url, state))
    return recording.announce(OutputChanged, url=url, state=state)
