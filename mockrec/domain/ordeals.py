"""What each change does to a world, and which recordings feel it; none is ever refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, assert_never

from mockrec.domain.changes import (
    BreakBucket,
    BreakOutput,
    Change,
    ExhaustCapacity,
    ExpireToken,
    FailOver,
    Felt,
    Kick,
    Mute,
    PreventJoin,
    Publish,
    SetPage,
    SuspendAccount,
)
from mockrec.domain.commands import Gone, Present
from mockrec.domain.conditions import PageFate
from mockrec.domain.signals import (
    CrashPage,
    LoseServer,
    LoseToken,
    ReloadPage,
    SawConditions,
    Signal,
    ThrowOut,
)
from mockrec.domain.values import replace

if TYPE_CHECKING:
    from mockrec.domain.channel import Medium
    from mockrec.domain.conditions import Conditions
    from mockrec.domain.outgoing import Happening
    from mockrec.domain.recording import Recording
    from mockrec.domain.world import Outcome, World


def undergo(world: World, change: Change) -> Outcome:  # noqa: C901, PLR0912  a table
    """The world after the change."""
    match change:
        case FailOver(blackout, cname):
            return _felt(world, _live(world, cname), LoseServer(blackout))
        case Kick(cname, uid):
            return _felt(world, _recorders(world, cname, uid), ThrowOut())
        case ExpireToken(cname):
            return _felt(world, _live(world, cname), LoseToken())
        case PreventJoin(hindrance, cname):
            return _seen(world, world.conditions.with_join(cname, hindrance))
        case SetPage(PageFate.RELOADS, cname):
            return _felt(world, _live(world, cname), ReloadPage())
        case SetPage(PageFate.CRASHES, cname):
            return _felt(world, _live(world, cname), CrashPage())
        case SetPage(fate, cname):
            return _seen(world, world.conditions.with_page(cname, fate))
        case BreakBucket(fails, bucket):
            return _seen(world, world.conditions.with_bucket(bucket, fails))
        case BreakOutput(url, broken):
            return _seen(world, world.conditions.with_output(url, broken=broken))
        case SuspendAccount(suspended):
            return _with(world, replace(world.conditions, suspended=suspended))
        case ExhaustCapacity(exhausted):
            return _with(world, replace(world.conditions, exhausted=exhausted))
        case Mute(cname, uid, media):
            return _sending(world, cname, uid, lambda sent: sent - media)
        case Publish(cname, uid, media):
            return _sending(world, cname, uid, lambda sent: sent | media)
    assert_never(change)


def _with(world: World, conditions: Conditions) -> Outcome:
    """These are the conditions from now on; no live recording feels the difference."""
    return replace(world, conditions=conditions), Felt(), ()


def _sending(
    world: World, cname: str, uid: int, change: Callable[[frozenset[Medium]], frozenset[Medium]]
) -> Outcome:
    """The user, if he is there, sends other media from now on."""
    channel = world.channel(cname)
    user = channel.users.get(uid)
    if user is None:
        return world, Gone(was_there=False), ()
    changed = replace(user, publishes=change(user.publishes))
    channel, present = channel.with_user(changed, world.now)
    populated, outgoing = world.populated(channel)
    return populated, Present(present), outgoing


def _seen(world: World, conditions: Conditions) -> Outcome:
    """These are the conditions from now on, and every live recording sees them."""
    changed = replace(world, conditions=conditions)
    return _felt(changed, _live(changed, None), SawConditions(conditions))


def _live(world: World, cname: str | None) -> list[Recording]:
    """The live recordings, of one channel or of all, in the order of their starts."""
    sids = world.active.values() if cname is None else world.channel(cname).recordings
    recordings = [world.recordings[sid] for sid in sids]
    return sorted(recordings, key=lambda recording: recording.task.number)


def _recorders(world: World, cname: str | None, uid: int | None) -> list[Recording]:
    """Those whose recorder goes by this uid, or by any."""
    found = _live(world, cname)
    return found if uid is None else [one for one in found if uid in (one.uid, one.task.uid)]


def _felt(world: World, recordings: Iterable[Recording], signal: Signal) -> Outcome:
    """These recordings have had the signal; who has anything to tell of it, felt it."""
    outgoing: list[Happening] = []
    felt: list[str] = []
    for recording in recordings:
        world, happened = world.told(recording, [signal])
        outgoing.extend(happened)
        if happened:
            felt.append(recording.task.sid)
    return world, Felt(tuple(felt)), tuple(outgoing)
