"""Answers that no call to the service can get are not put into its words."""

import pytest

from mockrec.domain.commands import Gone
from mockrec.domain.problems import Profile
from mockrec.render.reply import reply


def test_an_answer_of_the_control_plane_has_no_words_of_the_service() -> None:
    with pytest.raises(TypeError, match="Gone is no answer for the wire"):
        reply(Gone(was_there=True), Profile.Y2026)
