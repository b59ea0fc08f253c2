"""Keeps secrets back: what is told of a session has placeholders in their places.

A journal comes without them; in a HAR file they stand in clear. Wherever a secret that is known by
its key stands again, it is hidden there, too; of addresses only the host is left, for what follows
may be the key of a stream.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from mockrec.render.redaction import HIDDEN, is_secret, redacted

_SHORTEST: Final = 8
"""How long a secret has to be to be looked for in other texts: shorter ones are in many words."""
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_IN_PLACE: Final = {"url": "https://example.org/", "rtmpurl": "rtmp://example.org/live/"}
"""What stands for an address that was hidden as a whole, by its key."""


class Screen:
    """What stands between a session and whoever reads of it."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._addresses: dict[str, int] = {}

    def learn(self, document: object) -> None:
        """Know the secrets of this document, to hide them wherever they stand."""
        self._secrets.update(_secrets(document))

    def know(self, secret: str) -> None:
        """Know a secret that has no key."""
        if len(secret) >= _SHORTEST:
            self._secrets.add(secret)

    def cleaned(self, document: Any, key: str = "") -> Any:
        """The document without secrets."""
        match document:
            case dict():
                return {
                    self._text(name): redacted({name: value})[name]  # type: ignore[index]
                    if is_secret(name)
                    else self.cleaned(value, name)
                    for name, value in document.items()
                }
            case list():
                return [self.cleaned(one, key) for one in document]
            case str() if document == HIDDEN and key.lower() in _IN_PLACE:
                return _IN_PLACE[key.lower()]
            case str() if _ADDRESS.match(document):
                return self._address(document)
            case str():
                return redacted(self._text(document))
        return document

    def _text(self, text: str) -> str:
        return HIDDEN if any(secret in text for secret in self._secrets) else text

    def _address(self, text: str) -> str:
        """Scheme and host; what follows is a number that is the same for the same address."""
        try:
            parts = urlsplit(text)
            host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
        except ValueError:
            return HIDDEN
        origin = self._text(f"{parts.scheme}://{host}")
        if parts.path in ("", "/") and not (parts.query or parts.fragment):
            return f"{origin}{parts.path}"
        number = self._addresses.setdefault(text, len(self._addresses) + 1)
        return (
            f"{origin}/live/{number}" if parts.scheme.startswith("rtmp") else f"{origin}/{number}"
        )


def _secrets(document: object) -> Iterator[str]:
    """The texts that stand under keys of secrets, long enough to be known again."""
    waiting = [document]
    while waiting:  # however deep it is
        match waiting.pop():
            case dict() as inner:
                for name, value in inner.items():
                    if not (is_secret(name) and isinstance(value, str)):
                        waiting.append(value)
                    elif len(value) >= _SHORTEST:
                        yield value
            case list() as inner:
                waiting += inner
