"""The status of a recording: how it begins, idles, stops and exits."""

from __future__ import annotations

from typing import Final, assert_never

import immutables

from mockrec.domain.capture import hush, listen
from mockrec.domain.channel import Role
from mockrec.domain.conditions import Hindrance
from mockrec.domain.events import StatusChanged
from mockrec.domain.judging import judge
from mockrec.domain.moments import Millis
from mockrec.domain.notices import (
    RecorderLeft,
    RecorderStarted,
    RecordingFailed,
    SessionExited,
    UploaderStarted,
    WebStopped,
)
from mockrec.domain.problems import quoted
from mockrec.domain.promises import (
    BeginCapture,
    Cause,
    ExitIdle,
    FinishUpload,
    GiveUpJoining,
    GiveUpWaiting,
    JoinChannel,
    OpenPage,
    ReadyUploader,
    Register,
    ReportProgress,
    Settle,
    StartComponents,
    Timer,
)
from mockrec.domain.recording import NORMAL, Ending, Recording, Status, Turn
from mockrec.domain.streams import Verdict
from mockrec.domain.task import ChannelType, Mode
from mockrec.domain.uploading import arrive, ask, failed, finish_uploads
from mockrec.domain.values import replace

_RECORDER, _UPLOADER, _SERVICE = 0, 1, 2
_MEDIUM, _FATAL = 3, 5
_TOO_SLOW: Final = 50
_ERROR: Final = {
    Ending.BUCKET_REFUSED: (_UPLOADER, 32),
    Ending.TOKEN_EXPIRED: (_RECORDER, 109),
    Ending.TOKEN_INVALID: (_RECORDER, 110),
    Ending.NEVER_READY: (_SERVICE, 52),
}
"""The module and the code of the error that such an end is told as."""

_LEAVE_CODE: Final = {Ending.STOPPED: 8 | 16, Ending.IDLE: 4 | 8 | 16}
_LEAVE: Final = 16
"""The bit mask of the leave notice, where no other is set (docs/protocol.md#leave-code)."""


def set_out(recording: Recording) -> Recording:
    """The start was accepted: all that will happen by itself is promised."""
    timing, task = recording.task.timing, recording.task
    if task.mode is Mode.WEB:
        media: list[tuple[Millis, Cause]] = [(timing.web_ready, OpenPage())]
    else:
        captured = max(timing.recorder_ready, timing.first_media)
        media = [(timing.recorder_ready, JoinChannel()), (captured, BeginCapture())]
    progress = [] if task.vod else [(timing.progress, ReportProgress())]
    return turn(recording, Status.INITIALISED, "start was accepted").promising(
        (timing.initialised, StartComponents()),
        (timing.uploader_ready, ReadyUploader()),
        *media,
        (timing.registered, Register()),
        *progress,
    )


def turn(recording: Recording, status: Status, because: str) -> Recording:
    """The status becomes this, unless it is further already."""
    if status <= recording.status:
        return recording
    told = StatusChanged(at=recording.now, status=status, because=because)
    history = (*recording.history, Turn(recording.now, status, because))
    return replace(recording, status=status, history=history, said=(*recording.said, told))


def ready_uploader(recording: Recording) -> Recording:
    """The uploader is up: partly ready. With VoD there is none to tell of."""
    if not recording.task.vod:
        recording = recording.announce(UploaderStarted)
    return turn(recording, Status.PARTLY_READY, "the uploader is ready")


def join_channel(recording: Recording) -> Recording:
    """The recorder is in the channel: ready; unless it is kept out."""
    match recording.conditions.join(recording.task.cname):
        case Hindrance.INVALID_TOKEN:
            return fail(recording, Ending.TOKEN_INVALID, "the token is not valid")
        case Hindrance.EXPIRED_TOKEN:
            return lose_token(recording)
        case Hindrance.NO_ANSWER:
            timeout = recording.task.timing.start_timeout
            return recording.without(BeginCapture()).later(timeout, GiveUpJoining())
    if recording.token_expired:
        return lose_token(recording)
    recording = replace(recording, joined=True).announce(RecorderStarted)
    recording = turn(recording, Status.READY, "the recorder joined the channel")
    return attend(recording)


def join_anew(recording: Recording) -> Recording:
    """The recorder joins at another time than it was promised to; media come as long after it."""
    timing = recording.task.timing
    to_media = max(0, timing.first_media - timing.recorder_ready)
    return join_channel(recording.later(to_media, BeginCapture()))


def give_up_joining(recording: Recording) -> Recording:
    """The service has waited for its recorder for long enough."""
    return fail(recording, Ending.NEVER_READY, "start timeout")


def begin_capture(recording: Recording) -> Recording:
    """The first media comes in."""
    return listen(replace(recording, capturing=True))


def attend(recording: Recording) -> Recording:
    """Who is in the channel changed, or the recorder came to see it: idle, kicked, or going on."""
    if not recording.joined or recording.ending or recording.task.mode is Mode.WEB:
        return recording
    if recording.uid in recording.users:
        return end(recording, Ending.KICKED)
    idle_running = any(timer.cause == ExitIdle() for timer in recording.agenda)
    if _idle(recording):
        if not idle_running:
            recording = recording.later(recording.task.max_idle, ExitIdle())
    elif idle_running:
        recording = recording.without(ExitIdle())
    return listen(recording)


def throw_out(recording: Recording) -> Recording:
    """The recorder is thrown out of the channel, if it is there."""
    in_a_channel = recording.joined and recording.task.mode is not Mode.WEB
    return end(recording, Ending.KICKED) if in_a_channel else recording


def lose_token(recording: Recording) -> Recording:
    """The token of a channel is no good any more; a web recording has none.

    Between two servers nobody is there to notice it: the next one cannot join.
    """
    if recording.ending or recording.task.mode is Mode.WEB:
        return recording
    if recording.lost:
        return replace(recording, token_expired=True)
    return fail(recording, Ending.TOKEN_EXPIRED, "the token has expired")


def let_in(recording: Recording) -> Recording:
    """The conditions have changed: a recorder that was kept out may get in."""
    kept_out = any(timer.cause == GiveUpJoining() for timer in recording.agenda)
    if not kept_out or recording.conditions.join(recording.task.cname) is Hindrance.NO_ANSWER:
        return recording
    return join_anew(recording.without(GiveUpJoining()))


def end(recording: Recording, ending: Ending) -> Recording:
    """The beginning of the end: nothing more is captured; what was is still uploaded."""
    if recording.ending:
        return recording
    agenda = _uploads_only(recording)
    recording = replace(recording, ending=ending, lost=False, agenda=agenda)
    because = f"the end has come: {recording.refusal or ending}"
    recording = turn(recording, Status.STOP_REQUESTED, because)
    if recording.joined and recording.task.mode is not Mode.WEB:
        recording = recording.announce(RecorderLeft, code=_LEAVE_CODE.get(ending, _LEAVE))
    recording = hush(recording)
    return wind_down(recording)


def stop(recording: Recording, patience: Millis | None) -> Recording:
    """The stop call; one that waits has only so much patience with the uploads."""
    recording = end(recording, Ending.STOPPED)
    if patience is None or not recording.uploading:
        return recording
    return recording.later(patience, GiveUpWaiting())


def give_up_waiting(recording: Recording) -> Recording:
    """A stop has waited in vain; the uploads go on."""
    if not recording.uploading:
        return recording
    return recording.announce(
        RecordingFailed, module=_SERVICE, level=_MEDIUM, code=_TOO_SLOW, message="upload timeout"
    )


def fail(recording: Recording, ending: Ending, reason: str) -> Recording:
    """An error is told, and is the beginning of the end."""
    module, code = _ERROR[ending]
    told = recording.announce(
        RecordingFailed, module=module, level=_FATAL, code=code, message=reason
    )
    return end(told, ending)


def wind_down(recording: Recording) -> Recording:
    """While ending: once no file is on its way any more, the task settles and exits."""
    if not recording.ending or recording.uploading or recording.status >= Status.STOPPED:
        return recording
    if recording.task.mode is Mode.WEB:
        recording = recording.announce(WebStopped, ending=recording.ending, files=recording.listed)
    recording = turn(recording, Status.STOPPED, _what_arrived(recording))
    return recording.later(recording.task.timing.settle, Settle())


def try_upload(recording: Recording, promise: FinishUpload) -> Recording:
    """The time of an upload is over: what comes of it is known, or a real bucket is asked."""
    recording, judged = judge(recording, promise)
    if judged.later:
        delayed = FinishUpload(promise.item, promise.attempt, delayed=True)
        return recording.later(judged.later, delayed)
    if judged.verdict is None:
        return ask(recording, promise)
    return _answered(recording, promise, judged.verdict, judged.reason)


def bucket_answered(recording: Recording, number: int, verdict: Verdict, reason: str) -> Recording:
    """A real bucket's word on an upload; on one that is not waited for, nothing."""
    promise = recording.asked.get(number)
    if promise is None:
        return recording
    recording = replace(recording, asked=recording.asked.delete(number))
    return _answered(recording, promise, verdict, reason)


def _answered(
    recording: Recording, promise: FinishUpload, verdict: Verdict, reason: str
) -> Recording:
    match verdict:
        case Verdict.STORED:
            return _uploaded(arrive(recording, promise.item))
        case Verdict.FAILED:
            return _uploaded(failed(recording, promise))
        case Verdict.REFUSED:
            return _refused(recording, reason)
    assert_never(verdict)


def _uploaded(recording: Recording) -> Recording:
    """After a file has arrived somewhere, or failed to: in progress, or one step nearer the end."""
    if recording.arrived:
        recording = turn(
            recording, Status.IN_PROGRESS, "the first file is in the bucket or the backup"
        )
    return wind_down(recording)


def _refused(recording: Recording, reason: str) -> Recording:
    """Wrong keys, or no such bucket: an error, the end, and no backup (docs/protocol.md#bucket)."""
    bucket = quoted(recording.storage.bucket) if recording.storage else "there"
    recording = replace(recording, refusal=f"the bucket {bucket} refused: {reason}")
    recording = fail(recording, Ending.BUCKET_REFUSED, reason)
    recording = replace(recording, ending=Ending.BUCKET_REFUSED)
    uploads = tuple(t.cause for t in recording.agenda if isinstance(t.cause, FinishUpload))
    return wind_down(replace(recording, asked=immutables.Map()).without(*uploads))


def settle(recording: Recording) -> Recording:
    """The task exits; nothing happens after this."""
    assert recording.ending is not None, "only an ending recording settles"  # noqa: S101
    recording = finish_uploads(recording)
    abnormal = recording.ending not in NORMAL
    status = Status.FAILED if abnormal else Status.EXITED
    recording = turn(
        recording, status, f"the task has exited: {recording.refusal or recording.ending}"
    )
    recording = recording.announce(SessionExited, ending=recording.ending, abnormal=abnormal)
    return replace(recording, agenda=())


def _idle(recording: Recording) -> bool:
    """Whether there is nobody to wait for: in a live channel only hosts count."""
    if recording.task.channel_type is ChannelType.COMMUNICATION:
        return not recording.users
    return all(user.role is not Role.HOST for user in recording.users.values())


def _what_arrived(recording: Recording) -> str:
    """Which of its files have arrived, as the history tells it."""
    if recording.arrived < recording.cut:
        return f"{recording.arrived} of {recording.cut} files have arrived, no more are brought"
    if recording.backup:
        return f"all files have arrived, {len(recording.backup)} of them in the backup"
    return "all files have arrived" if recording.cut else "there are no files to wait for"


def _uploads_only(recording: Recording) -> tuple[Timer, ...]:
    return tuple(timer for timer in recording.agenda if isinstance(timer.cause, FinishUpload))
