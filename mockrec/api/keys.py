"""What the handlers find in the application."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from mockrec.api.patience import Patience
from mockrec.engine import Engine

ENGINE: Final = web.AppKey("engine", Engine)
HOST: Final = web.AppKey("host", str)
PATIENCE: Final = web.AppKey("patience", Patience)
