"""Ids as the service issues them, derived from seed, kind and number, never drawn."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from hashlib import blake2b, shake_128

LARGEST_SEED = (1 << 63) - 1
_LARGEST_UID = (1 << 32) - 1
_OWNER, _FILLER, _NUMBER, _SEAL = 8, 156, 8, 8
"""The bytes of a resource id: whose it is, what makes it long, which, and proof that it is one."""


def new_id(seed: int, kind: str, owner: str, number: int) -> str:
    """32 lower-case hex digits: the form of a sid, a notice id, a request id."""
    return blake2b(f"{seed}/{kind}/{owner}/{number}".encode(), digest_size=16).hexdigest()


def video_id(sid: str, index: int) -> str:
    """The id that ApsaraVideo for VoD gives to the playlist at this place of the file list."""
    return new_id(0, "video", sid, index)


def recorder_uid(sid: str, server: int) -> int:
    """The uid under which a recorder goes on after so many fail-overs: random to look at."""
    return 1 + int(new_id(0, "recorder", sid, server)[:12], 16) % _LARGEST_UID


def chance(seed: int, *key: object) -> float:
    """A number in [0, 1) that depends on nothing but its arguments."""
    text = "/".join(map(str, (seed, *key)))
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "big") / (1 << 56)


def new_resource_id(seed: int, app_id: str, number: int) -> str:
    """240 URL-safe characters that `read_resource_id` tells from noise.

    As with the service, ids of one App ID begin alike (docs/protocol.md#ids).
    """
    plain = _beginning(seed, app_id) + number.to_bytes(_NUMBER, "big")
    return base64.urlsafe_b64encode(plain + _seal(plain)).decode()


def read_resource_id(text: str, app_id: str) -> bool | None:
    """Whether the id was issued to this App ID; None if it is no resource id at all."""
    try:
        given = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    plain, seal = given[:-_SEAL], given[-_SEAL:]
    if len(plain) != _OWNER + _FILLER + _NUMBER or seal != _seal(plain):
        return None
    return plain[:_OWNER] == _owner(app_id)


@lru_cache(maxsize=1_000)
def _beginning(seed: int, app_id: str) -> bytes:
    owner = _owner(app_id)
    return owner + shake_128(b"%d/%b" % (seed, owner)).digest(_FILLER)


def _owner(app_id: str) -> bytes:
    return blake2b(app_id.encode(), digest_size=_OWNER).digest()


def _seal(plain: bytes) -> bytes:
    return blake2b(plain, digest_size=_SEAL, person=b"mockrec").digest()
