"""Rules about notifications: lost, late, told again, and overtaken by others."""

from __future__ import annotations

from mockrec.domain.channel import User
from mockrec.domain.delivery import Callback, Delivered, GivenUp, Heard, Posted, topic
from mockrec.domain.events import NoticeBefallen
from mockrec.domain.faults import Delay, Effect, Fault, Lose, Repeat, Shuffle
from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.notices import (
    Notice,
    RecorderStarted,
    Registered,
    SliceStarted,
    UploaderStarted,
)
from mockrec.domain.outgoing import of_tasks
from mockrec.domain.policy import Policy
from mockrec.domain.rules import Condition, Occasion, Operation, Rule
from mockrec.domain.script import script
from mockrec.domain.staging import draw, stage
from tests.domain.studio import EPOCH, MIX, UNDER_WAY, Studio

CALLBACK = Callback("http://127.0.0.1:9/hook", "secret")
Kind = type[Notice]


def rule(effect: Effect, *kinds: Kind, **more: object) -> Rule:
    """A rule about these kinds of notices, or about all."""
    wanted = (("event", tuple((kind, None) for kind in kinds)),) if kinds else ()
    return Rule("bad-day", Operation.NOTIFY, Fault(effect), Condition(wanted), **more)  # type: ignore[arg-type]


class Office(Studio):
    """A world with rules, and a receiver who takes whatever he is sent at once."""

    def __init__(self, *rules: Rule, callback: Callback | None = CALLBACK) -> None:
        super().__init__(Policy(callback=callback))
        self.world = stage(self.world, script("story", (), rules, EPOCH))
        self.join(User(1))
        self.record(MIX)
        self.taken = 0

    def until(self, moment: Millis) -> Office:
        """Let time pass, and answer what is posted at each moment."""
        while (due := self.world.next_due) is not None and due <= EPOCH + moment:
            self.jump(max(due, self.world.now) - self.world.now)
            self.answer()
        self.jump(EPOCH + moment - self.world.now)
        return self

    def answer(self) -> None:
        """The receiver takes all that has been posted."""
        while self.taken < len(self.told(Posted)):
            posted = self.told(Posted)[self.taken]
            self.taken += 1
            heard = Heard(posted.id, posted.attempt)
            self.world, happened = self.world.hear(heard, self.world.now)
            self.outgoing += of_tasks(happened)

    def posted(self, kind: Kind) -> list[Millis]:
        """When a notice of this kind was posted."""
        return [one.at - EPOCH for one in self.told(Posted) if type(one.notice) is kind]

    def befallen(self) -> list[tuple[str, int]]:
        """What befell which notices, by their numbers."""
        return [(one.effect, one.number) for one in self.told(NoticeBefallen)]


def test_one_that_is_lost_is_never_posted_and_its_number_is_used_up() -> None:
    office = Office(rule(Lose(), RecorderStarted)).until(UNDER_WAY)

    assert office.posted(RecorderStarted) == []
    assert office.befallen() == [("lose", 1)]
    (lost,) = office.told(GivenUp)
    assert lost.why == "a rule has lost it"
    assert lost.id not in {one.id for one in office.told(Posted)}
    numbers = [one.notice.sequence for one in office.told(Posted)]
    assert numbers == [0, *range(2, 2 + len(numbers) - 1)]


def test_one_that_is_delayed_comes_so_much_later_and_the_others_do_not() -> None:
    office = Office(rule(Delay(4 * SECOND), RecorderStarted)).until(UNDER_WAY)

    assert office.posted(RecorderStarted) == [5_500]
    assert office.posted(UploaderStarted) == [800]
    assert office.posted(Registered) == [5_000]


def test_a_delay_of_nothing_is_none() -> None:
    office = Office(rule(Delay(0), RecorderStarted)).until(UNDER_WAY)

    assert office.posted(RecorderStarted) == [1_500]


def test_one_that_is_repeated_is_posted_again_under_its_id() -> None:
    office = Office(rule(Repeat(times=2, gap=3 * SECOND), RecorderStarted)).until(UNDER_WAY)

    assert office.posted(RecorderStarted) == [1_500, 4_500, 7_500]
    again = [one for one in office.told(Posted) if isinstance(one.notice, RecorderStarted)]
    assert len({one.id for one in again}) == 1
    assert len([one for one in office.told(Delivered) if one.id == again[0].id]) == 3


def test_those_that_are_shuffled_come_within_their_span_and_overtake_each_other() -> None:
    office = Office(rule(Shuffle(within=20 * SECOND))).until(2 * UNDER_WAY)

    posted = [one for one in office.told(Posted) if one.notice.at <= EPOCH + UNDER_WAY]
    assert all(0 <= one.at - one.notice.at <= 20 * SECOND for one in posted)
    numbers = [one.notice.sequence for one in posted]
    assert sorted(numbers) == list(range(len(numbers)))
    assert numbers != sorted(numbers)


def test_a_shuffle_is_the_same_in_every_run() -> None:
    one, other = (Office(rule(Shuffle())).until(UNDER_WAY) for _ in range(2))

    assert one.told(Posted) == other.told(Posted)


def test_where_nobody_is_called_back_the_rules_count_all_the_same() -> None:
    office = Office(rule(Lose(), SliceStarted), callback=None).until(UNDER_WAY)

    assert [effect for effect, _ in office.befallen()] == ["lose"]
    assert not office.told(Posted)
    assert not office.told(GivenUp)


def test_what_is_not_subscribed_to_is_no_occasion() -> None:
    started = frozenset({topic(RecorderStarted(at=EPOCH, sequence=0))})
    callback = Callback(CALLBACK.url, CALLBACK.secret, topics=started)

    office = Office(rule(Lose(), skip=1), callback=callback).until(UNDER_WAY)

    assert office.posted(RecorderStarted) == [1_500]
    assert office.befallen() == []


def test_a_world_without_a_scenario_draws_no_rule() -> None:
    studio = Studio()

    assert draw(studio.world, Occasion(Operation.START), EPOCH) == (studio.world, None)


class Renamed(Lose):
    """The same effect, by another name in the code."""


def test_what_the_journal_says_does_not_hang_on_what_a_class_is_called() -> None:
    office = Office(rule(Renamed(), RecorderStarted)).until(UNDER_WAY)

    assert office.befallen() == [("lose", 1)]
