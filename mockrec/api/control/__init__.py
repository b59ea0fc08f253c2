"""The control plane: everything below ``/_mockrec``."""

from mockrec.api.control.routes import routes

__all__ = ["routes"]
