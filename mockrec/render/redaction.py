"""Secrets never leave the house: documents are shown without them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

HIDDEN: Final = "***"

_SECRET: Final = re.compile("key|secret|token|salt|passw|credential|authori", re.IGNORECASE)
_NAMES: Final = ("accesskey", "secretkey", "ststoken", "token", "secret", "salt")
_LIKENESS: Final = 0.7
_LONGEST_MISSPELT: Final = 16
_SPOKEN: Final = re.compile(rf"(?:{_SECRET.pattern})\w*[\"'\\]*\s*[:=]", re.IGNORECASE)

_USER: Final = re.compile(r"(?<=://)[^\s/?#\"'<>]*@")
_STREAM: Final = re.compile(r"(\brtmp[a-z]*://[^\s/?#\"'<>]*)[/?#][^\s\"'<>]+", re.IGNORECASE)


def is_secret(key: str) -> bool:
    """Whether what stands under this key is not to be shown, however it is spelt or misspelt."""
    return bool(_SECRET.search(key)) or (len(key) <= _LONGEST_MISSPELT and _misspelt(key))


def redacted(document: object) -> object:
    """The document with every secret replaced, at any depth.

    A text that assigns something to a secret, as JSON inside of JSON or the query of an address
    does, is one itself. An address in it is shown without its secrets.
    """
    if isinstance(document, str):
        return HIDDEN if _SPOKEN.search(document) else addresses_bared(document)
    if isinstance(document, dict):
        return {
            key: HIDDEN if is_secret(key) and value else redacted(value)
            for key, value in document.items()
        }
    if isinstance(document, list):
        return [redacted(item) for item in document]
    return document


def addresses_bared(text: str) -> str:
    """The text with no more of an address than may be seen, wherever one stands in it.

    Nobody sees who calls (``https://user:password@host``), and of a stream only the server: what
    follows is the key to publish under.
    """
    if "://" not in text:
        return text
    return _STREAM.sub(rf"\1/{HIDDEN}", _USER.sub(f"{HIDDEN}@", text))


@lru_cache(maxsize=10_000)
def _misspelt(key: str) -> bool:
    from difflib import get_close_matches

    plain = key.lower().replace("_", "").replace("-", "")
    near = [name for name in _NAMES if _may_be_like(plain, name)]
    return bool(near and get_close_matches(plain, near, 1, _LIKENESS))


def _may_be_like(word: str, name: str) -> bool:
    """Whether there are letters enough of the name in the word; it saves the long comparison."""
    common = sum(map(name.__contains__, word))
    return 2 * common >= _LIKENESS * (len(word) + len(name))
