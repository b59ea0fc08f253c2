"""How a receiver knows that a notification is from here: it is signed with the shared secret."""

from __future__ import annotations

import hmac
from typing import Final

_DIGESTS: Final = {"Agora-Signature": "sha1", "Agora-Signature-V2": "sha256"}


def signatures(secret: str, body: bytes) -> dict[str, str]:
    """Both signature headers: HMACs of exactly these bytes, in lower-case hex.

    The secret is taken as UTF-8. Whoever serialises the body again before checking gets another
    value, so sign what is sent (docs/protocol.md#notifications).
    """
    key = secret.encode()
    return {header: hmac.digest(key, body, digest).hex() for header, digest in _DIGESTS.items()}
