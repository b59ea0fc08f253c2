"""Calls to a server's control plane, over connections that are kept for the next call.

Only the standard library is needed, any thread may call, and no proxy of the environment stands
between. Frames of this file and of `mockrec.remote.world` are left out of pytest's tracebacks: a
test fails at its own line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Final
from urllib.parse import urlsplit

_PATIENCE: Final = 600.0
"""Real seconds that an answer may take: a long advance has receivers to wait for."""


class ControlError(Exception):
    """A control call that was not carried out: what was got, where, what was expected."""

    def __init__(self, status: int, error: str, path: str = "", expected: str = "") -> None:
        where = f"{path}: " if path else ""
        super().__init__(f"{where}{error}" + (f"; expected {expected}" if expected else ""))
        self.status, self.error, self.path, self.expected = status, error, path, expected


class Line:
    """The way to one server."""

    def __init__(self, url: str) -> None:
        self.url = url
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", address.port
        self._idle: list[HTTPConnection] = []

    def ask(self, method: str, path: str, document: object = None) -> Any:
        """The JSON that a call is answered with. Raises `ControlError` if it was refused."""
        __tracebackhide__ = True
        data = None if document is None else json.dumps(document).encode()
        return json.loads(self.fetch(method, path, data))

    def fetch(self, method: str, path: str, data: bytes | None = None) -> bytes:
        """The bytes that a call is answered with. Raises `ControlError` if it was refused."""
        __tracebackhide__ = True
        status, raw = self._sent(method, path, data)
        if status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(status, raw)
        return raw

    def close(self) -> None:
        """Hang up; a later call rings again."""
        while self._idle:
            self._idle.pop().close()

    def _sent(self, method: str, path: str, data: bytes | None) -> tuple[int, bytes]:
        """One exchange; a kept connection that the server has given up meanwhile is replaced."""
        __tracebackhide__ = True
        while self._idle:
            try:
                return self._exchange(self._idle.pop(), method, path, data)
            except ConnectionError:
                continue
        fresh = HTTPConnection(self._host, self._port, timeout=_PATIENCE)
        return self._exchange(fresh, method, path, data)

    def _exchange(
        self, connection: HTTPConnection, method: str, path: str, data: bytes | None
    ) -> tuple[int, bytes]:
        __tracebackhide__ = True
        try:
            connection.request(method, path, data, {"Content-Type": "application/json"})
            response: HTTPResponse = connection.getresponse()
            raw = response.read()
        except (OSError, HTTPException):
            connection.close()
            raise
        self._idle.append(connection)
        return response.status, raw


def _refusal(status: int, raw: bytes) -> ControlError:
    """What an answer says that is none: the control plane's three words, or the body as it is."""
    try:
        said = json.loads(raw)
    except ValueError:
        said = None
    if not isinstance(said, Mapping) or "error" not in said:
        return ControlError(status, f"answered {status}: {raw[:200].decode('utf-8', 'replace')!r}")
    words = (str(said.get(key, "")) for key in ("error", "path", "expected"))
    return ControlError(status, *words)
