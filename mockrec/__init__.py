"""A local stand-in for the Agora Cloud Recording RESTful API."""

__version__ = "0.1.0"
