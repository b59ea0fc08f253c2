"""A new layout replaces the old one as a whole."""

from dataclasses import replace
from typing import Final

from mockrec.domain.commands import UpdateLayout
from mockrec.domain.layout import Arrangement, Layout, UserImage
from mockrec.domain.signals import ChangeLayout
from tests.domain.studio import MIX, UNDER_WAY, Studio, Take, accepted, crowd

RICH: Final = Layout(
    Arrangement.VERTICAL,
    large_uid=1,
    background_color="#112233",
    background_image="https://example.org/canvas.jpg",
    default_user_image="https://example.org/anyone.jpg",
    user_images=(UserImage(1, "https://example.org/one.jpg"),),
)
ORDERED: Final = replace(MIX, layout=RICH)


def test_a_recording_begins_with_the_layout_that_was_ordered() -> None:
    assert Take(ORDERED).recording.layout == RICH


def test_a_new_layout_keeps_nothing_of_the_old_one(studio: Studio) -> None:
    session = studio.record(ORDERED)
    studio.jump(UNDER_WAY)

    task = accepted(studio.do(UpdateLayout(session, Layout(Arrangement.BEST_FIT))))

    assert studio.recording(session).layout == Layout(
        Arrangement.BEST_FIT,
        large_uid=None,
        background_color="#000000",
        background_image=None,
        default_user_image=None,
        user_images=(),
        places=(),
    )
    assert task.layout == RICH  # what was ordered stays what was ordered


def test_a_new_layout_cuts_nothing_and_tells_nobody() -> None:
    calm, moved = Take(ORDERED, *crowd(2)), Take(ORDERED, *crowd(2))

    moved.at(10_000, ChangeLayout(Layout()))

    assert moved.until(UNDER_WAY).events == calm.until(UNDER_WAY).events
