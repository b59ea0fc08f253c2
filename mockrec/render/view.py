"""Worlds, channels and recordings as the control plane shows them; no secret is among it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockrec.domain.channel import Channel, User, in_order
from mockrec.domain.emptiness import why_empty
from mockrec.domain.layout import Layout, arrange
from mockrec.domain.moments import Millis, iso, spell
from mockrec.domain.promises import ExitIdle, FinishUpload, TakeOver
from mockrec.domain.recording import Recording, Status
from mockrec.domain.subscription import Everyone, Except, Selection
from mockrec.domain.task import ChannelType, Mode
from mockrec.render.names import file_name, path
from mockrec.render.redaction import addresses_bared

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockrec.domain.world import World

Body = dict[str, Any]


def world(shown: World, now: Millis) -> Body:
    """A world in a few numbers."""
    return {
        "appid": shown.app_id,
        "now": now,
        "time": iso(now),
        "seed": shown.seed,
        "resources": shown.issued,
        "started": shown.started,
        "live": shown.live,
        "channels": sorted(shown.channels),
    }


def user(shown: User, name: str) -> Body:
    """A user of a channel."""
    return {
        "uid": str(shown.uid),
        "name": name,
        "publishes": sorted(map(str, shown.publishes)),
        "role": str(shown.role),
        "codec": str(shown.codec),
        "width": shown.width,
        "height": shown.height,
        "joined": shown.joined,
    }


def channel(shown: Channel, name: Callable[[int], str]) -> Body:
    """A channel, its users in the order of joining."""
    return {
        "cname": shown.cname,
        "by_hand": shown.by_hand,
        "users": [user(one, name(one.uid)) for one in in_order(shown.users)],
        "recordings": sorted(shown.recordings),
    }


def brief(recording: Recording) -> Body:
    """A recording in a line."""
    task = recording.task
    return {
        "sid": task.sid,
        "cname": task.cname,
        "uid": str(task.uid),
        "mode": str(task.mode),
        "status": int(recording.status),
        "started": task.started,
        "ending": None if recording.ending is None else str(recording.ending),
    }


def full(recording: Recording, now: Millis) -> Body:
    """A recording with its history, whom it hears, its picture, its files, and why it is so."""
    task = recording.task
    return {
        **brief(recording),
        "resource_id": task.resource_id,
        "explanation": explain(recording, now),
        "history": [
            {"at": turn.at, "status": int(turn.status), "because": turn.because}
            for turn in recording.history
        ],
        "heard": {
            str(uid): sorted(map(str, media)) for uid, media in sorted(recording.heard.items())
        },
        "subscription": {
            "audio": _selection(recording.subscription.audio),
            "video": _selection(recording.subscription.video),
        },
        "layout": _layout(recording) if task.mode is Mode.MIX else None,
        "on_hold": recording.on_hold,
        "outputs": {
            addresses_bared(url): str(state) for url, state in sorted(recording.outputs.items())
        },
        "files": [_file(recording, index) for index in range(len(recording.files))],
        "slices": {"cut": recording.cut, "arrived": recording.arrived},
        "next_due": recording.next_due,
        "sequence": recording.sequence,
    }


def explain(recording: Recording, now: Millis) -> str:
    """In sentences: what the status is, since when, why, and what comes next."""
    turn = recording.history[-1]
    said = [
        f"Status {int(turn.status)} since {iso(turn.at)}: {turn.because} (docs/protocol.md#status)."
    ]
    if recording.ending and not recording.recorded:
        said.append(f"Nothing was recorded: {why_empty(recording)}.")
    if not recording.exited:
        said += [*_company(recording), *_outlook(recording, now)]
    return " ".join(said)


def _company(recording: Recording) -> list[str]:
    if recording.lost:
        return []
    if recording.task.mode is Mode.WEB:
        return ["The page is on hold: no slices are made."] if recording.on_hold else []
    if recording.status is Status.READY and not recording.heard:
        who = "Nobody is in the channel" if not recording.users else "Nobody sends what it hears"
        return [f"{who}, so nothing is recorded and the status stays 4."]
    return []


def _outlook(recording: Recording, now: Millis) -> list[str]:
    uploads = sum(isinstance(timer.cause, FinishUpload) for timer in recording.agenda)
    said = [f"Files on their way to the bucket: {uploads}."] if uploads else []
    back = next((timer for timer in recording.agenda if timer.cause == TakeOver()), None)
    if back is not None:
        said.append(
            f"Its server is gone, so no call finds it; another takes over in"
            f" {spell(max(0, back.due - now))} (docs/protocol.md#fail-over)."
        )
    idle = next((timer for timer in recording.agenda if timer.cause == ExitIdle()), None)
    if idle is not None:
        whom = "a host" if recording.task.channel_type is ChannelType.LIVE else "anybody"
        said.append(
            f"It exits in {spell(max(0, idle.due - now))} unless {whom} joins"
            " (docs/protocol.md#idle)."
        )
    return said


def _selection(selection: Selection) -> Body:
    if isinstance(selection, Everyone):
        return {"all": True}
    uids = [str(uid) for uid in sorted(selection.uids)]
    return {"all_but": uids} if isinstance(selection, Except) else {"only": uids}


def _layout(recording: Recording) -> Body:
    layout: Layout = recording.layout
    present = [user.uid for user in in_order(recording.users) if user.uid in recording.met]
    return {
        "arrangement": int(layout.arrangement),
        "background_color": layout.background_color,
        "background_image": layout.background_image,
        "large_uid": None if layout.large_uid is None else str(layout.large_uid),
        "regions": [
            {
                "uid": str(region.uid),
                "x": region.x,
                "y": region.y,
                "width": region.width,
                "height": region.height,
                "alpha": region.alpha,
                "fill": int(region.fill),
            }
            for region in arrange(layout, present)
        ],
    }


def _file(recording: Recording, index: int) -> Body:
    file = recording.files[index]
    storage = recording.storage
    return {
        "bucket": storage.bucket if storage else None,
        "key": path(file.prefix, file_name(recording.task, file)),
        "kind": str(file.kind),
        "start": file.start,
    }
