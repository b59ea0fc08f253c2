"""A script on its world: cues come at their moments, anchors with what they stand for."""

from __future__ import annotations

import pytest

from mockrec.domain.changes import (
    BreakBucket,
    BreakOutput,
    ExpireToken,
    FailOver,
    Kick,
    Mute,
    Publish,
    SuspendAccount,
)
from mockrec.domain.channel import User
from mockrec.domain.commands import Acquire, Command, Join, Leave, Stop
from mockrec.domain.conditions import BucketFault
from mockrec.domain.events import CuePlayed, StatusChanged
from mockrec.domain.faults import Fault, Reset
from mockrec.domain.moments import MINUTE, SECOND, Millis
from mockrec.domain.notices import FailedOver, SessionExited
from mockrec.domain.outgoing import Happening, Outgoing
from mockrec.domain.rules import Instant, Operation, Rule
from mockrec.domain.script import Arm, Cue, script
from mockrec.domain.staging import stage
from mockrec.domain.values import replace
from tests.domain.studio import CNAME, EPOCH, UID, Studio

ALICE, BOB = User(1), User(2)


class Stage(Studio):
    """A world with a script, from its first moment."""

    def __init__(self, *cues: Cue, rules: tuple[Rule, ...] = ()) -> None:
        super().__init__()
        self.happened: list[Happening] = []
        self.world = stage(self.world, script("story", cues, rules, EPOCH))

    def until(self, moment: Millis) -> None:
        """Let time pass up to a moment."""
        self.world, happened = self.world.pass_time(EPOCH + moment)
        self.happened += happened

    def cues(self) -> list[tuple[Millis, str]]:
        """When each cue was played, and what it was."""
        played = [one for one in self.happened if isinstance(one, CuePlayed)]
        return [(cue.at - EPOCH, cue.what) for cue in played]

    def problems(self) -> list[str]:
        """Why nothing came of each cue that was played, or nothing."""
        return [one.problem for one in self.happened if isinstance(one, CuePlayed)]

    def anchor(self, name: str) -> Millis | None:
        """When this happened, if it did."""
        assert self.world.script is not None
        at = self.world.script.deck.anchors.get(name)
        return None if at is None else at - EPOCH

    def users(self) -> set[int]:
        """Who is in the channel."""
        return set(self.world.channel(CNAME).users)


def join(user: User, at: Millis, anchor: str = "", **more: object) -> Cue:
    return Cue(Instant(anchor, at), Join(CNAME, user), text=f"join {user.uid}", **more)  # type: ignore[arg-type]


def test_a_cue_comes_at_its_moment_and_not_before() -> None:
    world = Stage(join(ALICE, 5 * SECOND))

    world.until(4_999)
    assert world.users() == set()
    world.until(5_000)
    assert world.users() == {1}
    assert world.cues() == [(5_000, "join 1")]


def test_cues_of_one_moment_come_in_the_order_of_the_script() -> None:
    world = Stage(join(BOB, 1_000), join(ALICE, 1_000), join(ALICE, 500))

    world.until(MINUTE)
    assert world.cues() == [(500, "join 1"), (1_000, "join 2"), (1_000, "join 1")]


def test_what_a_scenario_casts_gets_no_audience() -> None:
    world = Stage(join(ALICE, MINUTE))
    world.record()

    assert world.users() == set()


def test_a_channel_that_it_does_not_speak_of_has_its_audience() -> None:
    world = Stage(Cue(Instant("", MINUTE), Join("elsewhere", ALICE)))
    world.record()

    assert len(world.users()) == 2


def test_a_cue_may_come_again_until_its_end() -> None:
    again = join(ALICE, 1_000, every=2_000, until=Instant("", 7_000))
    world = Stage(again)

    world.until(MINUTE)
    assert [at for at, _ in world.cues()] == [1_000, 3_000, 5_000]


def test_a_cue_that_counts_from_another_comes_so_much_later() -> None:
    world = Stage(join(ALICE, 1_000, id="alice"), join(BOB, 500, "alice"))

    world.until(MINUTE)
    assert world.cues() == [(1_000, "join 1"), (1_500, "join 2")]


def test_the_life_of_the_first_recording_is_what_instants_count_from() -> None:
    world = Stage(join(ALICE, 0))
    world.until(1_000)
    session = world.record()
    world.record(cname="other room", uid=7)
    world.until(20_000)
    world.do(Stop(session))
    world.until(MINUTE)

    assert (world.anchor("acquired"), world.anchor("started")) == (1_000, 1_000)
    assert world.anchor("recording") == 3_500
    assert world.anchor("stopped") == 20_000
    assert world.anchor("uploaded") == 21_200
    assert world.anchor("exited") == 21_200


def test_what_counts_from_the_start_comes_with_it() -> None:
    world = Stage(join(ALICE, 0, "started"))
    world.record()

    assert world.users() == {1}


def test_a_recording_from_before_the_scenario_is_none_of_its_own() -> None:
    world = Studio()
    world.record()
    world.jump(1_000)
    world.world = stage(world.world, script("late", (), (), world.world.now))
    world.record(cname="other room", uid=7)

    assert world.world.script is not None
    assert world.world.script.deck.anchors["started"] == EPOCH + 1_000


def test_a_cue_that_cannot_be_done_says_why_and_the_story_goes_on() -> None:
    hopeless = Cue(Instant("", 0), Stop(Studio().record()), text="stop")
    world = Stage(hopeless, join(ALICE, 1_000))

    world.until(MINUTE)
    played = [one for one in world.happened if isinstance(one, CuePlayed)]
    assert [bool(cue.problem) for cue in played] == [True, False]


@pytest.mark.parametrize("change", [Leave(CNAME, 9), Mute(CNAME, 9), Publish(CNAME, 9)])
def test_a_cue_about_somebody_who_is_not_there_says_so(change: Command) -> None:
    world = Stage(join(ALICE, 0), Cue(Instant("", 1_000), change))

    world.until(MINUTE)
    assert world.problems() == ["", "nobody was there"]


@pytest.mark.parametrize("change", [Kick(), ExpireToken(), FailOver(), Kick(cname="elsewhere")])
def test_a_cue_that_no_recording_felt_says_so(change: Command) -> None:
    world = Stage(Cue(Instant("", 1_000), change))

    world.until(MINUTE)
    assert world.problems() == ["no live recording felt it"]


@pytest.mark.parametrize(
    "change",
    [Kick(), FailOver(), Mute(CNAME, 1), Leave(CNAME, 1), BreakBucket(BucketFault.TRANSFER)],
)
def test_a_cue_that_something_came_of_has_no_problem(change: Command) -> None:
    world = Stage(join(ALICE, 0), Cue(Instant("started", MINUTE), change))
    world.until(1)
    world.record()

    world.until(2 * MINUTE)
    assert world.problems() == ["", ""]


def test_what_lasts_may_come_before_any_recording_that_could_feel_it() -> None:
    world = Stage(Cue(Instant("", 0), BreakOutput()), Cue(Instant("", 0), SuspendAccount()))

    world.until(1)
    assert world.problems() == ["", ""]


def test_a_cue_befalls_the_recordings_of_its_moment() -> None:
    crash = Cue(Instant("started", MINUTE), FailOver(), id="crash", text="failover")
    world = Stage(join(ALICE, 0), crash)
    world.record()
    world.until(2 * MINUTE)

    over = [
        one.event.at - EPOCH
        for one in world.happened
        if isinstance(one, Outgoing) and isinstance(one.event, FailedOver)
    ]
    assert world.anchor("crash") == MINUTE
    assert over == [MINUTE + 30 * SECOND]


def test_the_timeline_arms_and_disarms_rules() -> None:
    rule = Rule("down", Operation.START, Fault(Reset()), armed=False)
    arm, disarm = Cue(Instant("", 1_000), Arm("down")), Cue(Instant("", 2_000), Arm("down", False))
    world = Stage(arm, disarm, rules=(rule,))

    armed = []
    for moment in (999, 1_000, 1_999, 2_000):
        world.until(moment)
        assert world.world.script is not None
        armed.append("down" in world.world.script.deck.armed)
    assert armed == [False, True, True, False]


def test_without_a_script_nothing_is_different() -> None:
    plain, staged = Studio(), Stage()
    for one in (plain, staged):
        one.do(Acquire(CNAME, UID))
        one.record(cname="other", uid=8)
        one.jump(MINUTE)

    assert replace(staged.world, script=None) == replace(
        plain.world, calendar=staged.world.calendar
    )
    assert staged.outgoing == plain.outgoing


def test_a_leave_by_script_lets_the_recording_exit() -> None:
    world = Stage(join(ALICE, 0), Cue(Instant("", MINUTE), Leave(CNAME, 1), text="leave 1"))
    world.record()
    world.until(3 * MINUTE)

    ended = [
        one.event
        for one in world.happened
        if isinstance(one, Outgoing) and isinstance(one.event, SessionExited | StatusChanged)
    ]
    assert isinstance(ended[-1], SessionExited) or int(ended[-1].status) == 8
