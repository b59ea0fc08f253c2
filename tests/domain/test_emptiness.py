"""What a stop says that has nothing to show: the first thing that was missing, and nothing else."""

import pytest

from mockrec.domain.changes import FailOver
from mockrec.domain.channel import Role, User
from mockrec.domain.commands import Stop
from mockrec.domain.emptiness import why_empty
from mockrec.domain.policy import Policy
from mockrec.domain.subscription import Only, Subscription
from mockrec.domain.task import Mode, Page, Task
from mockrec.domain.values import replace
from tests.domain.studio import (
    INDIVIDUAL,
    JOINED,
    MEDIA,
    MIX,
    PAGE,
    PAGE_LOADED,
    SILENT,
    UNDER_WAY,
    WEB,
    Studio,
    Take,
    refused,
)

ANYBODY = "nobody was in the channel, or nobody who sent anything"
SILENCE = "nobody in the channel sent anything"
UNHEARD = "nobody sent what is subscribed to"
NO_LENGTH = "the media came in at the moment of the end: no slice would have any length"

each_order = pytest.mark.parametrize("order", [INDIVIDUAL, MIX], ids=lambda task: task.mode)


def cause(studio: Studio, order: Task, moment: int) -> str:
    """Record, stop at this moment; what is said beside the 435, which is the same both ways."""
    session = studio.record(order)
    studio.jump(moment)
    before = studio.world
    asynchronous = refused(studio.do(Stop(session, asynchronous=True))).detail
    studio.world = before
    assert refused(studio.stop(session)).detail == asynchronous
    return asynchronous


@each_order
@pytest.mark.parametrize(
    ("moment", "detail"),
    [
        (0, "stopped 0s after the start: the recorder had not joined yet, which takes 1.5s"),
        (
            JOINED - 1,
            "stopped 1.499s after the start: the recorder had not joined yet, which takes 1.5s",
        ),
        (JOINED, "stopped 1.5s after the start: no media had come in yet, which takes 2.5s"),
        (MEDIA - 1, "stopped 2.499s after the start: no media had come in yet, which takes 2.5s"),
        (MEDIA, NO_LENGTH),
    ],
)
def test_a_stop_that_comes_too_early(studio: Studio, order: Task, moment: int, detail: str) -> None:
    studio.join(User(1))

    assert cause(studio, order, moment) == detail


@each_order
def test_nobody_in_the_channel(order: Task) -> None:
    assert cause(Studio(Policy(audience=0)), order, UNDER_WAY - 1) == ANYBODY


@each_order
@pytest.mark.parametrize("silent", [User(1, SILENT), User(1, role=Role.AUDIENCE)])
def test_nobody_who_sends_anything(studio: Studio, order: Task, silent: User) -> None:
    studio.join(silent)

    assert cause(studio, order, UNDER_WAY) == SILENCE


@each_order
def test_nobody_who_sends_what_is_subscribed_to(studio: Studio, order: Task) -> None:
    others = Only(frozenset({7}))
    studio.join(User(1), User(2, SILENT))

    choosy = replace(order, subscription=Subscription(others, others))

    assert cause(studio, choosy, UNDER_WAY) == UNHEARD


@each_order
def test_a_server_that_died_before_it_had_cut_anything(studio: Studio, order: Task) -> None:
    session = studio.record(order)
    studio.jump(MEDIA + 1_000)
    studio.do(FailOver(blackout=1_000))
    studio.jump(1_000)

    assert refused(studio.stop(session)).detail == (
        "the server died before anything was cut, and the next has cut nothing"
    )


def test_a_page_that_takes_longer_than_usual() -> None:
    """As a change of the world may have it; the delays are then no excuse."""
    take = Take(WEB)
    take.recording = replace(take.recording, agenda=())

    take.stop(PAGE_LOADED)

    assert why_empty(take.recording) == "stopped 5s after the start: the page had not loaded yet"


def test_no_picture_taken(studio: Studio) -> None:
    studio.join(User(1))
    pictures = replace(INDIVIDUAL, records=False, snapshot_every=10_000)

    assert cause(studio, pictures, MEDIA + 9_999) == (
        "no picture was taken: nobody's video was there for the interval of 10s"
    )


@pytest.mark.parametrize(
    ("page", "moment", "detail"),
    [
        (PAGE, 0, "stopped 0s after the start: the page had not loaded yet, which takes 5s"),
        (
            PAGE,
            PAGE_LOADED,
            "the page was loaded at the moment of the end: no slice would have any length",
        ),
        (
            Page("https://example.org/", 1280, 720, max_hours=3, on_hold=True),
            UNDER_WAY,
            "the page was on hold from the beginning",
        ),
    ],
)
def test_no_page(studio: Studio, page: Page, moment: int, detail: str) -> None:
    assert WEB.mode is Mode.WEB
    assert cause(studio, replace(WEB, page=page), moment) == detail
