"""Notifications owed: each is posted at once, later, again and again, or never."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrec.domain.calendar import add
from mockrec.domain.delivery import MOST_OWED, Delivered, Delivery, GivenUp, Heard, Posted, topic
from mockrec.domain.events import NoticeBefallen
from mockrec.domain.faults import Delay, Lose, Repeat, Shuffle
from mockrec.domain.ids import chance, new_id
from mockrec.domain.outgoing import Outgoing
from mockrec.domain.rules import Occasion, Operation
from mockrec.domain.staging import draw
from mockrec.domain.values import replace

if TYPE_CHECKING:
    from mockrec.domain.events import Event
    from mockrec.domain.faults import Effect
    from mockrec.domain.moments import Millis
    from mockrec.domain.notices import Notice
    from mockrec.domain.task import Task
    from mockrec.domain.world import Passage, World


def owe(world: World, task: Task, notice: Notice) -> Passage:
    """With a notification for this notice, as the rules have it.

    Nobody is owed what he has not subscribed to; where nobody is called back, the rules count all.
    """
    callback = world.policy.callback
    if callback is not None and not callback.wants(notice):
        return world, ()
    world, rule = draw(world, _occasion(task, notice), world.now) if world.script else (world, None)
    effect = rule.fault.effect if rule else None
    if rule is None or effect is None:
        return _owe(world, task, notice, None)
    said = NoticeBefallen(at=world.now, rule=rule.id, effect=effect.word, number=notice.sequence)
    world, posted = _owe(world, task, notice, effect)
    return world, (Outgoing(task, said), *posted)


def post(world: World, delivery: Delivery) -> Passage:
    """Try this notification now, once more."""
    tried = replace(delivery, attempts=delivery.attempts + 1, asked=True)
    posted = Posted(at=world.now, id=tried.id, attempt=tried.attempts, notice=tried.notice)
    world = replace(world, outbox=world.outbox.set(tried.id, tried))
    return world, (Outgoing(tried.task, posted),)


def heard(world: World, echo: Heard) -> Passage:
    """A notification is done with, or tried again, or given up."""
    delivery, callback = world.outbox.get(echo.id), world.policy.callback
    if delivery is None or not delivery.asked or delivery.attempts != echo.attempt:
        return world, ()
    told: Event
    if not echo.problem:
        told = Delivered(at=world.now, id=echo.id, attempts=echo.attempt)
        if delivery.repeats:
            again = replace(delivery, repeats=delivery.repeats - 1)
            world, posted = _postponed(world, again, delivery.gap)
            return world, (Outgoing(delivery.task, told), *posted)
    elif callback is None or echo.attempt > len(callback.retry):
        told = GivenUp(at=world.now, id=echo.id, attempts=echo.attempt, why=echo.problem)
    else:
        return _postponed(world, delivery, callback.retry[echo.attempt - 1])
    world = replace(world, outbox=world.outbox.delete(echo.id))
    return world, (Outgoing(delivery.task, told),)


def _owe(world: World, task: Task, notice: Notice, effect: Effect | None) -> Passage:
    number = world.notices
    if world.policy.callback is None:
        return world, ()
    counted: World = replace(world, notices=number + 1)
    notice_id = new_id(world.seed, "notice", world.app_id, number)
    delivery = Delivery(notice_id, number, task, notice)
    match effect:
        case Lose():
            return counted, _given_up(delivery, world.now, "a rule has lost it")
        case _ if len(world.outbox) >= MOST_OWED:
            return counted, _given_up(delivery, world.now, "too many are waiting")
        case Delay(by):
            return _postponed(counted, delivery, by)
        case Shuffle(within):
            by = int(within * chance(world.seed, world.app_id, "shuffle", number))
            return _postponed(counted, delivery, by)
        case Repeat(times, gap):
            delivery = replace(delivery, repeats=times, gap=gap)
    return post(counted, delivery)


def _postponed(world: World, delivery: Delivery, gap: Millis) -> Passage:
    """Try it so much later; at once where that is now."""
    entry = (world.now + gap, delivery.number, delivery.id)
    waiting = world.outbox.set(delivery.id, replace(delivery, asked=False))
    world = replace(world, outbox=waiting, calendar=add(world.calendar, entry))
    return world.pass_time(world.now)


def _given_up(delivery: Delivery, at: Millis, why: str) -> tuple[Outgoing, ...]:
    lost = GivenUp(at=at, id=delivery.id, attempts=0, why=why)
    return (Outgoing(delivery.task, lost),)


def _occasion(task: Task, notice: Notice) -> Occasion:
    facts = {
        "mode": str(task.mode),
        "cname": task.cname,
        "uid": str(task.uid),
        "event": topic(notice),
    }
    return Occasion(Operation.NOTIFY, facts)
