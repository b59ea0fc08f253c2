"""A fresh service for each test that asks for one, and its first world: those of tests/api."""

from tests.api.conftest import service, world

__all__ = ["service", "world"]
