"""Streams open and close; slices are cut.

Individual recording has a stream for each user and medium; composite and web recording have one
stream of everybody. An interrupted stream is bridged for a while (silence, the last frame) before
it is closed; a stream that begins again does so with a fresh slice (docs/protocol.md#slices).
"""

from __future__ import annotations

from typing import Final

import immutables

from mockrec.domain.channel import Codec, Medium, User
from mockrec.domain.events import SliceCut
from mockrec.domain.moments import Millis
from mockrec.domain.notices import StreamChanged
from mockrec.domain.parts import close_part, fill_part, open_part
from mockrec.domain.promises import CutSlice, EndGrace, FinishUpload, TakeSnapshot
from mockrec.domain.pushing import hold_pushes
from mockrec.domain.recording import Recording
from mockrec.domain.streams import (
    EVERYBODY,
    Container,
    Picture,
    Slice,
    Snapshot,
    Stream,
    StreamKey,
    Track,
)
from mockrec.domain.subscription import heard
from mockrec.domain.task import Mode, StreamMode, Task
from mockrec.domain.values import replace

_SAMPLES, _FRAME = 48, 1_024
"""Samples in a millisecond and in an audio frame: an audio slice ends with a whole frame."""
_GOP: Final[Millis] = 2_000
"""How often a publisher sends a key frame: a video slice of one user ends before one."""

_TRACK: Final = {Medium.AUDIO: Track.AUDIO, Medium.VIDEO: Track.VIDEO}


def listen(recording: Recording) -> Recording:
    """After anything changed about who sends what: receive what there is to receive now."""
    if not recording.capturing or recording.ending:
        return recording
    task, before, seated = recording.task, recording.heard, _seated(recording)
    now_heard = heard(recording.users, recording.subscription, task.max_users, seated)
    met = seated.union(now_heard)
    recording = replace(recording, heard=immutables.Map(now_heard), met=met)
    if now_heard:
        recording = _begun(recording)
    for uid in sorted({*before, *now_heard}):
        for medium in Medium:
            receiving = medium in now_heard.get(uid, ())
            if receiving != (medium in before.get(uid, ())):
                recording = _stream_changed(recording, uid, medium, receiving=receiving)
    return _mixed(recording) if task.mode is Mode.MIX else _each(recording)


def hush(recording: Recording) -> Recording:
    """At the end: nothing is received any more, every open slice is cut, the last part closed."""
    for uid in sorted(recording.heard):
        for medium in Medium:
            if medium in recording.heard[uid]:
                recording = _stream_changed(recording, uid, medium, receiving=False)
    recording = replace(recording, heard=immutables.Map())
    for stream in tuple(recording.open_streams()):
        recording = close(recording, stream.key)
    return close_part(recording)


def capture_page(recording: Recording) -> Recording:
    """The page of a web recording is recorded, unless it is on hold."""
    key = mixed_key(recording.task, recording.server)
    stream = recording.streams.get(key)
    running = stream is not None and stream.slice_start is not None
    if recording.on_hold:
        return close(recording, key) if running else recording
    return recording if running else _open(_begun(recording), key, _page_picture(recording.task))


def capture_anew(recording: Recording) -> Recording:
    """The page was loaded anew: what is recorded of it goes on in a fresh slice."""
    key = mixed_key(recording.task, recording.server)
    return recording if recording.on_hold else capture_page(close(recording, key))


def hold(recording: Recording, *, on_hold: bool) -> Recording:
    """A web recording is paused or resumed, and its RTMP pushes with it."""
    if recording.on_hold == on_hold:
        return recording
    recording = replace(recording, on_hold=on_hold)
    if not recording.capturing:
        return recording
    return capture_page(hold_pushes(recording))


def cut(recording: Recording, key: StreamKey) -> Recording:
    """The slice has its length: an interrupted video ends with it, all else goes on."""
    stream = recording.streams[key]
    if stream.interrupted and key.track is Track.VIDEO:
        return close(recording, key)
    return _next_slice(_finish_slice(recording, key), key, turned=False)


def close(recording: Recording, key: StreamKey) -> Recording:
    """The stream ends here, perhaps to begin again later."""
    recording = _finish_slice(recording, key)
    stream = replace(recording.streams[key], slice_start=None, interrupted=False)
    recording = recording.with_stream(stream).without(CutSlice(key), EndGrace(key))
    return _mix_changed(recording, receiving=False)


def take_snapshot(recording: Recording, uid: int) -> Recording:
    """A picture of the user is taken and sent to the bucket; the next is due in an interval."""
    every, user = recording.task.snapshot_every, recording.users[uid]
    assert every is not None, "pictures are promised where they were ordered"  # noqa: S101
    portrait = user.height > user.width
    snapshot = Snapshot(uid, recording.now, portrait=portrait, server=recording.server)
    recording = replace(recording, cut=recording.cut + 1)
    recording = recording.later(recording.task.timing.upload, FinishUpload(snapshot))
    return recording.later(every, TakeSnapshot(uid))


def mixed_key(task: Task, server: int = 0) -> StreamKey:
    """The one stream of a composite or web recording, on this server."""
    if len(task.media) > 1 or task.mode is Mode.WEB:
        return StreamKey(EVERYBODY, Track.BOTH, server)
    return StreamKey(EVERYBODY, _TRACK[next(iter(task.media))], server)


def slice_length(task: Task, track: Track) -> Millis:
    """How long a regular slice of this track gets (docs/protocol.md#slices)."""
    shortest = task.timing.slice
    if task.mode is not Mode.INDIVIDUAL or track is Track.BOTH:
        return shortest
    if track is Track.VIDEO:
        return -(-shortest // _GOP) * _GOP
    frames = -(-shortest * _SAMPLES // _FRAME)
    return -(-frames * _FRAME // _SAMPLES)


def _begun(recording: Recording) -> Recording:
    return recording if recording.began is not None else replace(recording, began=recording.now)


def _stream_changed(
    recording: Recording, uid: int, medium: Medium, *, receiving: bool
) -> Recording:
    recording = recording.announce(StreamChanged, uid=uid, medium=medium, receiving=receiving)
    if medium is Medium.AUDIO or recording.task.snapshot_every is None:
        return recording
    if receiving:
        return recording.later(recording.task.snapshot_every, TakeSnapshot(uid))
    return recording.without(TakeSnapshot(uid))


def _mix_changed(recording: Recording, *, receiving: bool) -> Recording:
    """Composite recording tells of its own stream as of a user's, under uid 0."""
    if recording.task.mode is not Mode.MIX:
        return recording
    for medium in Medium:
        if medium in recording.task.media:
            recording = recording.announce(
                StreamChanged, uid=EVERYBODY, medium=medium, receiving=receiving
            )
    return recording


def _seated(recording: Recording) -> frozenset[int]:
    """Who has been heard before, is still there, and still wanted."""
    wants_any, users = recording.subscription.wants_any, recording.users
    return frozenset(uid for uid in recording.met if uid in users and wants_any(uid))


def _each(recording: Recording) -> Recording:
    """Individual recording: a stream for each user and medium."""
    if not recording.task.records:
        return recording
    for uid in sorted(recording.heard):
        user = recording.users[uid]
        for medium in Medium:
            if medium in recording.heard[uid]:
                picture = _picture(user) if medium is Medium.VIDEO else None
                key = StreamKey(uid, _TRACK[medium], recording.server)
                recording = _receive(recording, key, picture)
    for stream in tuple(recording.open_streams()):
        media = recording.heard.get(stream.key.uid, frozenset[Medium]())
        if Medium(stream.key.track) not in media and not stream.interrupted:
            recording = _interrupt(recording, stream)
    return recording


def _mixed(recording: Recording) -> Recording:
    """Composite recording: one stream, for as long as anybody is there who has been heard."""
    key = mixed_key(recording.task, recording.server)
    stream = recording.streams.get(key)
    if recording.met:
        return _receive(recording, key, _canvas_picture(recording.task))
    if stream is not None and stream.slice_start is not None and not stream.interrupted:
        return _interrupt(recording, stream)
    return recording


def _receive(recording: Recording, key: StreamKey, picture: Picture | None) -> Recording:
    stream = recording.streams.get(key)
    if stream is None or stream.slice_start is None:
        return _open(recording, key, picture)
    if stream.interrupted:
        recording = recording.with_stream(replace(stream, interrupted=False))
        recording = recording.without(EndGrace(key))
    if stream.picture == picture:
        return recording
    recording = _finish_slice(recording, key)
    resumed = replace(recording.streams[key], picture=picture)
    return _next_slice(recording.with_stream(resumed).without(CutSlice(key)), key, turned=True)


def _open(recording: Recording, key: StreamKey, picture: Picture | None) -> Recording:
    known = recording.streams.get(key)
    stream = replace(
        known or _begun_anew(recording, key),
        slice_start=recording.now,
        container=_container(recording, key, picture),
        picture=picture,
        fresh=True,
        turned=True,
        interrupted=False,
    )
    recording = open_part(recording.with_stream(stream))
    recording = _mix_changed(recording, receiving=True)
    return recording.later(slice_length(recording.task, key.track), CutSlice(key))


def _begun_anew(recording: Recording, key: StreamKey) -> Stream:
    """A stream that this server has not had yet; it goes on from what those before had of it."""
    ends = [
        one.last_end
        for one in recording.streams.values()
        if one.last_end is not None and (one.key.uid, one.key.track) == (key.uid, key.track)
    ]
    last_end = max(ends, default=None)
    return Stream(key, opened=recording.now, slice_start=None, last_end=last_end)


def _interrupt(recording: Recording, stream: Stream) -> Recording:
    task = recording.task
    if task.stream_mode is StreamMode.ORIGINAL and stream.key.track is Track.AUDIO:
        return close(recording, stream.key)
    recording = recording.with_stream(replace(stream, interrupted=True))
    return recording.later(task.timing.grace, EndGrace(stream.key))


def _next_slice(recording: Recording, key: StreamKey, *, turned: bool) -> Recording:
    stream = recording.streams[key]
    untouched = stream.slice_start == recording.now
    following = replace(
        stream,
        slice_start=recording.now,
        container=_container(recording, key, stream.picture),
        fresh=stream.fresh and untouched,
        turned=turned or (stream.turned and untouched),
    )
    recording = open_part(recording.with_stream(following))
    return recording.later(slice_length(recording.task, key.track), CutSlice(key))


def _finish_slice(recording: Recording, key: StreamKey) -> Recording:
    """The slice up to now is sent to the bucket; one without any length never was."""
    stream = recording.streams.get(key)
    if stream is None or stream.slice_start is None or stream.slice_start == recording.now:
        return recording
    start = stream.slice_start
    made = Slice(
        key=key,
        number=stream.number,
        start=start,
        end=recording.now,
        opened=stream.opened,
        container=stream.container,
        picture=stream.picture,
        fresh=stream.fresh,
        turned=stream.turned,
        discontinued=start if stream.last_end is None else stream.last_end,
    )
    stream = replace(stream, number=stream.number + 1, last_end=recording.now)
    recording = replace(recording.with_stream(stream), cut=recording.cut + 1)
    recording = recording.tell(SliceCut(at=recording.now, slice=made))
    recording = recording.later(recording.task.timing.upload, FinishUpload(made))
    return fill_part(recording, recording.now - start)


def _picture(user: User) -> Picture:
    return Picture(user.width, user.height, user.codec)


def _canvas_picture(task: Task) -> Picture | None:
    """What a mix shows; one of sound alone shows nothing."""
    return Picture(task.canvas.width, task.canvas.height) if Medium.VIDEO in task.media else None


def _page_picture(task: Task) -> Picture | None:
    return Picture(task.page.width, task.page.height) if task.page else None


def _container(recording: Recording, key: StreamKey, picture: Picture | None) -> Container:
    """WebM for a VP8 publisher's video; in standard mode his audio, too (protocol.md#codecs)."""
    if recording.task.mode is not Mode.INDIVIDUAL:
        return Container.TS
    if key.track is Track.AUDIO and recording.task.stream_mode is StreamMode.STANDARD:
        picture = _seen(recording, key)
    return Container.WEBM if picture and picture.codec is Codec.VP8 else Container.TS


def _seen(recording: Recording, key: StreamKey) -> Picture | None:
    """The picture that a user sends, or sent last."""
    if Medium.VIDEO in recording.heard.get(key.uid, ()):
        return _picture(recording.users[key.uid])
    video = recording.streams.get(key._replace(track=Track.VIDEO))
    return video.picture if video else None
