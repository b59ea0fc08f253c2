"""The one door: a recording begins, reacts to a signal, or lives on until a moment.

Nothing else changes a recording. Time is an argument; what is due at `until` has happened when
`advance` returns, in the order (due, promised), so that advancing in two steps or in one comes to
the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from mockrec.domain.capture import close, cut, hold, listen, take_snapshot
from mockrec.domain.conditions import FAIR, Conditions
from mockrec.domain.failover import lose_server, take_over
from mockrec.domain.lifecycle import (
    attend,
    begin_capture,
    bucket_answered,
    end,
    give_up_joining,
    give_up_waiting,
    join_channel,
    let_in,
    lose_token,
    ready_uploader,
    set_out,
    settle,
    stop,
    throw_out,
    try_upload,
    turn,
)
from mockrec.domain.notices import CallMisplaced, Registered
from mockrec.domain.paging import (
    crash_page,
    look_at_page,
    lose_patience,
    open_page,
    reload_page,
)
from mockrec.domain.promises import (
    BeginCapture,
    Cause,
    ConnectOutput,
    CutSlice,
    EndGrace,
    ExitIdle,
    FinishUpload,
    GiveUpJoining,
    GiveUpWaiting,
    JoinChannel,
    LosePatience,
    OpenPage,
    ReachMaxHours,
    ReadyUploader,
    Register,
    ReportProgress,
    RetryOutput,
    Settle,
    StartComponents,
    TakeOver,
    TakeSnapshot,
)
from mockrec.domain.pushing import connect, look_at_pushes, push_to, retry
from mockrec.domain.recording import Ending, Recording, Status
from mockrec.domain.signals import (
    Blow,
    BucketAnswered,
    ChangeHold,
    ChangeLayout,
    ChangeOutputs,
    ChangeStorage,
    ChangeSubscription,
    CrashPage,
    LoseServer,
    LoseToken,
    ReloadPage,
    SawConditions,
    SawUsers,
    Signal,
    StartedAgain,
    StopRecording,
    ThrowOut,
)
from mockrec.domain.uploading import redirect, report_progress
from mockrec.domain.values import replace

if TYPE_CHECKING:
    from mockrec.domain.channel import Users
    from mockrec.domain.events import Event
    from mockrec.domain.moments import Millis
    from mockrec.domain.task import Task

Step = tuple[Recording, "tuple[Event, ...]"]


def begin(task: Task, users: Users, conditions: Conditions = FAIR) -> Step:
    """A recording of the task, as it is at the moment of its start."""
    recording = Recording(
        task,
        now=task.started,
        subscription=task.subscription,
        layout=task.layout,
        storage=task.storage,
        users=users,
        conditions=conditions,
        on_hold=task.page.on_hold if task.page else False,
        push_urls=task.outputs or (),
    )
    return _spoken(set_out(recording))


def react(recording: Recording, signal: Signal, at: Millis) -> Step:
    """What is due by `at` happens first, then the signal does its work; a goodbye is final."""
    recording, before = advance(recording, at)
    if recording.exited:
        return recording, before
    recording, after = _spoken(_obey(recording, signal))
    return recording, before + after


def advance(recording: Recording, until: Millis) -> Step:
    """Everything due by `until`, in order; the recording then stands at `until`."""
    events: list[Event] = []
    while recording.agenda and recording.agenda[0].due <= until:
        timer, *rest = recording.agenda
        now = max(timer.due, recording.now)
        recording = replace(recording, agenda=tuple(rest), now=now, said=())
        recording = _keep(recording, timer.cause)
        events.extend(recording.said)
    if recording.said or recording.now < until:
        recording = replace(recording, now=max(until, recording.now), said=())
    return recording, tuple(events)


def _spoken(recording: Recording) -> Step:
    return (replace(recording, said=()), recording.said) if recording.said else (recording, ())


def _keep(recording: Recording, cause: Cause) -> Recording:  # noqa: C901, PLR0912  a table
    """A promise is kept."""
    match cause:
        case StartComponents():
            return turn(recording, Status.STARTING, "the components start")
        case ReadyUploader():
            return ready_uploader(recording)
        case JoinChannel():
            return join_channel(recording)
        case OpenPage():
            return open_page(recording)
        case LosePatience(again):
            return lose_patience(recording, again=again)
        case Register():
            return recording.announce(Registered)
        case GiveUpJoining():
            return give_up_joining(recording)
        case BeginCapture():
            return begin_capture(recording)
        case CutSlice(key):
            return cut(recording, key)
        case EndGrace(key):
            return close(recording, key)
        case TakeSnapshot(uid):
            return take_snapshot(recording, uid)
        case FinishUpload():
            return try_upload(recording, cause)
        case TakeOver():
            return take_over(recording)
        case ReportProgress():
            recording = recording.later(recording.task.timing.progress, ReportProgress())
            return report_progress(recording)
        case ConnectOutput(url, attempt):
            return connect(recording, url, attempt)
        case RetryOutput(url, attempt):
            return retry(recording, url, attempt)
        case GiveUpWaiting():
            return give_up_waiting(recording)
        case ExitIdle():
            return end(recording, Ending.IDLE)
        case ReachMaxHours():
            return end(recording, Ending.MAX_HOURS)
        case Settle():
            return settle(recording)
    assert_never(cause)


def _obey(recording: Recording, signal: Signal) -> Recording:  # noqa: C901  a table
    """A signal does its work; once the end has begun, orders come too late."""
    match signal:
        case SawUsers(users):
            return attend(replace(recording, users=users))
        case SawConditions(conditions):
            return _see(replace(recording, conditions=conditions))
        case ChangeSubscription(subscription):
            return listen(replace(recording, subscription=subscription))
        case ChangeLayout(layout):
            return replace(recording, layout=layout)
        case ChangeHold(on_hold):
            return recording if recording.ending else hold(recording, on_hold=on_hold)
        case ChangeOutputs(urls):
            return recording if recording.ending else push_to(recording, urls)
        case ChangeStorage(storage):
            return redirect(recording, storage)
        case StopRecording(patience):
            return stop(recording, patience)
        case LoseServer() | ThrowOut() | LoseToken() | ReloadPage() | CrashPage():
            return _suffer(recording, signal)
        case BucketAnswered(number, verdict, reason):
            return bucket_answered(recording, number, verdict, reason)
        case StartedAgain():
            return recording.announce(
                CallMisplaced, status=recording.status, files=recording.listed
            )
    assert_never(signal)


def _see(recording: Recording) -> Recording:
    """Other conditions hold now; to a recording that is ending they only matter for its uploads."""
    return recording if recording.ending else look_at_pushes(look_at_page(let_in(recording)))


def _suffer(recording: Recording, blow: Blow) -> Recording:
    """A blow strikes, where there is anything to be struck."""
    match blow:
        case LoseServer(blackout):
            return lose_server(recording, blackout)
        case ThrowOut():
            return throw_out(recording)
        case LoseToken():
            return lose_token(recording)
        case ReloadPage():
            return reload_page(recording)
        case CrashPage():
            return crash_page(recording)
    assert_never(blow)
