"""A local stand-in for the Agora Cloud Recording RESTful API."""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = ["Server", "World", "__version__", "running"]

if TYPE_CHECKING:
    from mockrec.background import Server, running
    from mockrec.remote.world import World
else:
    _HOMES = {
        "Server": "mockrec.background",
        "World": "mockrec.remote.world",
        "running": "mockrec.background",
    }

    def __getattr__(name: str) -> object:
        """What programs use, imported when they ask for it: a command line starts without it."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
