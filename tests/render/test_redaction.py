"""Which keys hold secrets, however they are spelt."""

from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.render import redaction
from mockrec.render.redaction import is_secret, redacted

KEYS = st.sampled_from(redaction._NAMES).flatmap(
    lambda name: st.lists(st.sampled_from([*name, "x", "_", "E"]), max_size=16).map("".join)
) | st.text(max_size=16)


@given(KEYS)
def test_a_key_is_misspelt_if_it_is_nearly_one_of_the_names(key: str) -> None:
    plain = key.lower().replace("_", "").replace("-", "")

    near = get_close_matches(plain, redaction._NAMES, 1, redaction._LIKENESS)

    assert redaction._misspelt(key) == bool(near)


def test_secrets_by_their_names_and_nearly_so() -> None:
    for key in ("accessKey", "acessKye", "SECRET_KEY", "scret", "tokn", "stsTokne", "slat"):
        assert is_secret(key), key
    for key in ("cname", "uid", "bucket", "vendor", "region", "fileNamePrefix"):
        assert not is_secret(key), key


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:word@host/x", "https://***@host/x"),
        ("https://user@host:8443/x?y=1", "https://***@host:8443/x?y=1"),
        ("https://host/page@once", "https://host/page@once"),
        ("https://host/", "https://host/"),
        ("rtmp://host/live/a-stream", "rtmp://host/***"),
        ("rtmps://user:word@host:443/live?a=b", "rtmps://***@host:443/***"),
        ("RTMP://host/live", "RTMP://host/***"),
        ("rtmp://host/", "rtmp://host/"),
        ("first rtmp://host/live/x, then a://b:c@d", "first rtmp://host/*** then a://***@d"),
    ],
)
def test_an_address_is_shown_without_its_user_and_its_stream(address: str, shown: str) -> None:
    assert redacted({"outputs": [address]}) == {"outputs": [shown]}
