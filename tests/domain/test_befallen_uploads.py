"""Rules about uploads: each recording is dealt them, and counts for itself."""

from __future__ import annotations

from mockrec.domain.channel import User
from mockrec.domain.commands import Stop
from mockrec.domain.events import SliceUploaded, UploadBefallen
from mockrec.domain.faults import Effect, Fail, Fault, Lose, Slow
from mockrec.domain.moments import MINUTE, SECOND
from mockrec.domain.notices import BackedUp, RecordingWarned
from mockrec.domain.recording import Status
from mockrec.domain.rules import Condition, Instant, Operation, Rule
from mockrec.domain.script import Arm, Cue, script
from mockrec.domain.staging import stage
from mockrec.domain.streams import Part, Slice, Snapshot, Verdict
from tests.domain.studio import CNAME, EPOCH, MIX, Studio

FAILED, REFUSED = Fail(Verdict.FAILED), Fail(Verdict.REFUSED)


def rule(effect: Effect, **more: object) -> Rule:
    return Rule("bad-day", Operation.UPLOAD, Fault(effect), **more)  # type: ignore[arg-type]


def studio(*rules: Rule, cues: tuple[Cue, ...] = ()) -> Studio:
    """A world with these rules, and somebody who is recorded."""
    one = Studio()
    one.world = stage(one.world, script("story", cues, rules, EPOCH))
    one.join(User(1))
    return one


def uploaded(one: Studio) -> list[int]:
    """When each slice arrived."""
    return [event.at - EPOCH for event in one.told(SliceUploaded)]


def test_an_upload_that_fails_once_is_tried_again() -> None:
    one = studio(rule(FAILED, times=1))
    one.record(MIX)
    one.jump(40 * SECOND)

    assert [warning.code for warning in one.told(RecordingWarned)] == [31]
    assert uploaded(one) == [2_500 + 15_000 + 800 + 2_000, 2_500 + 30_000 + 800]


def test_one_that_fails_for_good_is_backed_up() -> None:
    one = studio(rule(FAILED))
    session = one.record(MIX)
    one.jump(20 * SECOND)
    one.do(Stop(session))
    one.jump(MINUTE)

    assert {warning.code for warning in one.told(RecordingWarned)} == {31, 32}
    assert len(one.told(BackedUp)) == 1
    assert uploaded(one) == []


def test_one_that_is_refused_is_the_end() -> None:
    one = studio(rule(REFUSED))
    session = one.record(MIX)
    one.jump(MINUTE)

    assert one.recording(session).status is Status.FAILED


def test_one_that_is_slow_takes_so_much_longer_and_arrives() -> None:
    one = studio(rule(Slow(7_000), times=1))
    one.record(MIX)
    one.jump(40 * SECOND)

    assert uploaded(one) == [2_500 + 15_000 + 800 + 7_000, 2_500 + 30_000 + 800]


def test_an_effect_that_is_none_on_an_upload_leaves_it_alone() -> None:
    one = studio(rule(Lose()))
    one.record(MIX)
    one.jump(20 * SECOND)

    assert uploaded(one) == [2_500 + 15_000 + 800]


def test_each_recording_counts_for_itself() -> None:
    one = studio(rule(FAILED, times=1))
    sids = [one.record(MIX, uid=uid).sid for uid in (7, 8)]
    one.jump(40 * SECOND)

    befallen = [each.task.sid for each in one.outgoing if isinstance(each.event, UploadBefallen)]
    assert befallen == sids


def test_the_condition_may_ask_what_it_is_and_which_attempt() -> None:
    when = Condition((("attempt", (2,)), ("kind", ("slice",))))
    one = studio(rule(REFUSED, when=when), rule(FAILED, when=when))
    one.record(MIX)
    one.jump(40 * SECOND)
    assert one.told(UploadBefallen) == []

    retried = Rule("first", Operation.UPLOAD, Fault(FAILED), times=1)
    two = studio(retried, rule(REFUSED, when=when))
    session = two.record(MIX)
    two.jump(40 * SECOND)
    assert two.recording(session).status is Status.FAILED


def test_a_window_opens_for_recordings_that_run() -> None:
    one = studio(rule(FAILED, opens=Instant("started", 30 * SECOND)))
    one.record(MIX)
    one.jump(40 * SECOND)

    assert [event.at - EPOCH for event in one.told(UploadBefallen)] == [33_300, 35_300]


def test_rules_are_armed_for_recordings_that_run() -> None:
    arm = Cue(Instant("", 30 * SECOND), Arm("bad-day"))
    one = studio(rule(FAILED, armed=False, times=1), cues=(arm,))
    one.record(MIX)
    one.jump(40 * SECOND)

    assert [event.at - EPOCH for event in one.told(UploadBefallen)] == [33_300]


def test_a_recording_from_before_the_scenario_is_befallen_too() -> None:
    one = Studio()
    one.join(User(1), cname=CNAME)
    one.record(MIX)
    one.jump(SECOND)
    one.world = stage(one.world, script("late", (), (rule(FAILED, times=1),), one.world.now))
    one.jump(40 * SECOND)

    assert len(one.told(UploadBefallen)) == 1


def test_the_first_firing_is_an_anchor() -> None:
    one = studio(rule(FAILED, times=1))
    one.record(MIX)
    one.jump(MINUTE)

    assert one.world.script is not None
    assert one.world.script.deck.anchors["bad-day"] == EPOCH + 18_300


class Renamed(Fail):
    """The same effect, by another name in the code."""


def test_what_the_world_hears_does_not_hang_on_what_a_class_is_called() -> None:
    one = studio(rule(Renamed(Verdict.FAILED), times=1))
    one.record(MIX)
    one.jump(20 * SECOND)

    assert [said.effect for said in one.told(UploadBefallen)] == ["fail"]
    assert [item.word for item in (Slice, Part, Snapshot)] == ["slice", "part", "snapshot"]
