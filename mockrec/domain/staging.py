"""A scenario on its world: cues are played, anchors come, rules befall what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.changes import ExpireToken, FailOver, Felt, Kick
from mockrec.domain.commands import Gone
from mockrec.domain.deeds import do
from mockrec.domain.events import CuePlayed, UploadBefallen
from mockrec.domain.notices import BackedUp, Uploaded
from mockrec.domain.problems import Refusal
from mockrec.domain.recording import Ending
from mockrec.domain.rules import Occasion, Rule
from mockrec.domain.script import Arm, Script
from mockrec.domain.values import replace

if TYPE_CHECKING:
    from mockrec.domain.commands import Answer, Command
    from mockrec.domain.events import Event
    from mockrec.domain.moments import Millis
    from mockrec.domain.outgoing import Happening
    from mockrec.domain.recording import Recording
    from mockrec.domain.script import Turn
    from mockrec.domain.task import Task
    from mockrec.domain.world import Passage, World


def stage(world: World, script: Script) -> World:
    """The scenario begins; the channels that it speaks of are its own, and get no audience."""
    channels = world.channels
    for cname in sorted(script.casts()):
        channels = channels.set(cname, replace(world.channel(cname), by_hand=True))
    return replace(world, script=None, channels=channels).with_script(script)


def dealt(script: Script | None, recording: Recording) -> Recording:
    """The recording that knows the rules about its uploads as they stand now."""
    if script is None or not script.befalls_uploads:
        return recording
    return replace(recording, deck=script.deck.dealt(recording.deck))


def play(world: World, due: Millis) -> Passage:
    """Every cue that is due comes, in the order of the script."""
    happened: list[Happening] = []
    while (script := world.script) and script.agenda and script.agenda[0].due <= due:
        turn, following = script.next_turn()
        if script.ended(turn):
            world = world.with_script(script.without(turn.place))
            continue
        world, came = _played(world.with_script(following), turn)
        happened.extend(came)
    return world, tuple(happened)


def draw(world: World, occasion: Occasion, at: Millis) -> tuple[World, Rule | None]:
    """The rule that fires at this occasion, if any; every rule has counted it."""
    script = world.script
    if script is None:
        return world, None
    deck, rule = script.deck.draw(occasion, at, world.seed, world.app_id)
    if deck is script.deck:
        return world, None
    script = replace(script, deck=deck)
    return world.with_script(script.anchored(rule.id, at) if rule else script), rule


def witness(script: Script, recording: Recording) -> Script:
    """The script after this recording was seen: the first one's life is what instants count from.

    One that was there before the scenario began is none of its own.
    """
    task = recording.task
    if script.protagonist is None and task.started >= script.deck.anchors[""]:
        script = replace(script, protagonist=task.sid).anchored("started", task.started)
    if script.protagonist != task.sid:
        return script
    if recording.began is not None:
        script = script.anchored("recording", recording.began)
    if recording.ending is Ending.STOPPED:
        script = script.anchored("stopped", recording.now)
    return script.anchored("exited", recording.now) if recording.exited else script


def heed(script: Script, task: Task, event: Event) -> Script:
    """The script after this happened: all files have arrived, a rule has befallen an upload."""
    match event:
        case Uploaded() | BackedUp() if task.sid == script.protagonist:
            return script.anchored("uploaded", event.at)
        case UploadBefallen(rule=rule):
            return script.anchored(rule, event.at)
    return script


def _played(world: World, turn: Turn) -> Passage:
    cue, problem = turn.cue, ""
    came: tuple[Happening, ...] = ()
    if isinstance(cue.does, Arm):
        world = _armed(world, cue.does)
    else:
        try:
            world, answer, came = do(world, cue.does)
            problem = _in_vain(cue.does, answer)
        except Refusal as refusal:
            problem = refusal.detail
    played = CuePlayed(at=world.now, id=cue.id, what=cue.text, problem=problem)
    return world, (played, *came)


def _in_vain(deed: Command, answer: Answer) -> str:
    """Why nothing came of a cue; empty where something did, or where what it changes lasts."""
    match deed, answer:
        case _, Gone(was_there=False):
            return "nobody was there"
        case FailOver() | Kick() | ExpireToken(), Felt(sids=()):
            return "no live recording felt it"
    return ""


def _armed(world: World, order: Arm) -> World:
    assert world.script is not None, "a cue comes from a script"  # noqa: S101
    deck = world.script.deck.arm(order.rule, armed=order.armed)
    return world.with_script(replace(world.script, deck=deck))
