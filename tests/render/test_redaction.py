"""Which keys hold secrets, however they are spelt."""

from difflib import get_close_matches

from hypothesis import given
from hypothesis import strategies as st

from mockrec.render import redaction
from mockrec.render.redaction import is_secret

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
