"""Secrets never leave the house: documents are shown without them."""

from __future__ import annotations

from typing import Final

HIDDEN: Final = "***"

_SECRET: Final = frozenset(
    {
        "accesskey",
        "authorization",
        "credentials",
        "password",
        "salt",
        "secret",
        "secretkey",
        "ststoken",
        "token",
    }
)


def is_secret(key: str) -> bool:
    """Whether what stands under this key is not to be shown, however it is spelt."""
    return key.lower().replace("_", "").replace("-", "") in _SECRET


def redacted(document: object) -> object:
    """The document with every secret replaced, at any depth."""
    if isinstance(document, dict):
        return {
            key: HIDDEN if is_secret(key) and value else redacted(value)
            for key, value in document.items()
        }
    if isinstance(document, list):
        return [redacted(item) for item in document]
    return document
