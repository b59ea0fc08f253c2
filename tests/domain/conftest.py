"""A fresh studio for each test that asks for one."""

import pytest

from tests.domain.studio import Studio


@pytest.fixture
def studio() -> Studio:
    return Studio()
