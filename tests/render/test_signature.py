"""Both signatures are what the service would send, over exactly the bytes that are sent."""

import hashlib
import hmac
import json
from typing import Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.render.signature import signatures

HEX: Final = set("0123456789abcdef")


class Vector(NamedTuple):
    """A body that was signed with the secret ``secret``."""

    body: str
    sha1: str
    sha256: str


# Only those of the first body are printed in the documents, today beside other bodies.
VECTORS: Final = {
    "documents before 2022": Vector(
        '{"eventMs":1560408533119,"eventType":10,"noticeId":"4eb720f0-8da7-11e9-a43e-53f411c2761f",'
        '"notifyMs":1560408533119,"payload":{"a":"1","b":2},"productId":1}',
        "033c62f40f687675f17f0f41f91a40c71c0f134c",
        "6d3320c60b11101395b7fc8f9068748808a0aa1bfa064438e39d1bc2c7d74d99",
    ),
    "documents of 2026, Python": Vector(
        '{"eventType":10,"noticeId":"4eb720f0-8da7-11e9-a43e53f411c2761f",'
        '"notifyMs":1560408533119,"payload":{"a":"1","b":2},"productId":1}',
        "92ea60c5249b641f80de046d11e1cb2d15f1d1b2",
        "6ba85d7c1122f6c51143cce7765f06c601c0fbd691987f4510e45b943b2639e8",
    ),
    "documents of 2026, Java": Vector(
        '{"eventType":10,"noticeId":"4eb720f0-8da7-11e9-a43e-53f411c2761f",'
        '"notifyMs":1560408533119,"payload":{"a":"1","b":2},"productId":1}',
        "5a3bb6a6d9fad2ea9ae3fb707a14c9d7f3136df1",
        "de96da5acf03b0021ac3b4fa2225e7ae6f3533a30d50bb02c08ea4fa748bda24",
    ),
    "a cloud recording": Vector(
        '{"noticeId":"9f3c1d7e5a2b48c69d0e7f1a2b3c4d5e","productId":3,"eventType":40,'
        '"notifyMs":1751328005026,"sid":"7c0f9a51e2d84b36a1f5c0de93b7a264","payload":{'
        '"cname":"demo","uid":"527841","sid":"7c0f9a51e2d84b36a1f5c0de93b7a264","sequence":1,'
        '"sendts":1751328005000,"serviceType":1,'
        '"details":{"msgName":"recorder_started","status":0}}}',
        "74a0f5265f5d39579da499fee8f7dc1f6c926f81",
        "27fe265c728bd6e0da9f9e7b37b482fcad068d46926b2c6db7c3c095e689bf4a",
    ),
}
LENGTHS: Final = dict(zip(VECTORS, (155, 130, 131, 329), strict=True))


@pytest.mark.parametrize("name", VECTORS)
def test_a_known_body_has_its_known_signatures(name: str) -> None:
    body, sha1, sha256 = VECTORS[name]

    assert len(body.encode()) == LENGTHS[name]
    assert signatures("secret", body.encode()) == {
        "Agora-Signature": sha1,
        "Agora-Signature-V2": sha256,
    }


@pytest.mark.parametrize("name", VECTORS)
def test_the_same_document_in_other_bytes_is_signed_otherwise(name: str) -> None:
    body = VECTORS[name].body.encode()
    again = json.dumps(json.loads(body)).encode()  # with blanks

    signed, resigned = signatures("secret", body), signatures("secret", again)

    assert all(signed[header] != resigned[header] for header in signed)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary())
def test_any_secret_signs_any_bytes(secret: str, body: bytes) -> None:
    signed = signatures(secret, body)

    key = secret.encode("utf-8")
    assert signed["Agora-Signature"] == hmac.new(key, body, hashlib.sha1).hexdigest()
    assert signed["Agora-Signature-V2"] == hmac.new(key, body, hashlib.sha256).hexdigest()
    assert set("".join(signed.values())) <= HEX
