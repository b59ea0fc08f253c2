"""Ids as the service issues them, derived from seed, kind and number, never drawn."""

from __future__ import annotations

import base64
import binascii
from hashlib import blake2b, shake_128
from typing import Final

_RESOURCE_BYTES: Final = 180
_PLAIN: Final = 24


def new_id(seed: int, kind: str, owner: str, number: int) -> str:
    """32 lower-case hex digits: the form of a sid, a notice id, a request id."""
    return blake2b(f"{seed}/{kind}/{owner}/{number}".encode(), digest_size=16).hexdigest()


def video_id(sid: str, index: int) -> str:
    """The id that ApsaraVideo for VoD gives to the playlist at this place of the file list."""
    return new_id(0, "video", sid, index)


def chance(seed: int, *key: object) -> float:
    """A number in [0, 1) that depends on nothing but its arguments."""
    text = "/".join(map(str, (seed, *key)))
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "big") / (1 << 56)


def new_resource_id(seed: int, app_id: str, number: int) -> str:
    """240 URL-safe characters that `read_resource_id` tells from noise (docs/protocol.md#ids)."""
    plain = _owner(app_id) + number.to_bytes(8, "big")
    plain += _seal(plain)
    filler = shake_128(plain + seed.to_bytes(16, "big", signed=True))
    return base64.urlsafe_b64encode(plain + filler.digest(_RESOURCE_BYTES - _PLAIN)).decode()


def read_resource_id(text: str, app_id: str) -> bool | None:
    """Whether the id was issued to this App ID; None if it is no resource id at all."""
    try:
        plain = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(plain) != _RESOURCE_BYTES or plain[16:_PLAIN] != _seal(plain[:16]):
        return None
    return plain[:8] == _owner(app_id)


def _owner(app_id: str) -> bytes:
    return blake2b(app_id.encode(), digest_size=8).digest()


def _seal(plain: bytes) -> bytes:
    return blake2b(plain, digest_size=8, person=b"mockrec").digest()
