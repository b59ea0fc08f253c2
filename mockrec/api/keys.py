"""What the handlers find in the application."""

from __future__ import annotations

from typing import Final
from weakref import WeakSet

from aiohttp import web

from mockrec.api.listeners import Listeners
from mockrec.api.patience import Patience
from mockrec.engine import Engine

ENGINE: Final = web.AppKey("engine", Engine)
HOSTS: Final = web.AppKey("hosts", frozenset[str])
PATIENCE: Final = web.AppKey("patience", Patience)
GREETED: Final = web.AppKey("greeted", WeakSet[object])
"""The connections whose first call to a scripted world has come."""
LISTENERS: Final = web.AppKey("listeners", Listeners)
