"""Whatever is wrong with a control call, the answer says what was got, where, what would do."""

import json
from typing import Final

import pytest

from mockrec import assets
from mockrec.documents import DEEPEST
from tests.api.service import EPOCH, World, wrong

TAKE_A_BODY: Final = [
    ("PUT", "/clock"),
    ("POST", "/clock/advance"),
    ("PUT", "/settings"),
    ("PUT", "/channels/room/users/101"),
    ("POST", "/journal/await"),
]
SCHEMAS: Final = {
    "/clock": "control.clock",
    "/clock/advance": "control.advance",
    "/settings": "control.settings",
    "/channels/room/users/101": "control.user",
    "/journal/await": "control.await",
}
MIB: Final = 1024 * 1024

every = pytest.mark.parametrize(("method", "path"), TAKE_A_BODY)


async def sent(world: World, method: str, path: str, data: bytes) -> tuple[str, str, str]:
    """What is wrong with these bytes; the world has not been touched."""
    address = f"/_mockrec/worlds/{world.app_id}{path}"
    refused = wrong(await world.service.send(method, address, data=data))
    assert await world.now() == EPOCH
    assert (await world.get())["channels"] == []
    return refused


@pytest.mark.parametrize(("method", "path"), [one for one in TAKE_A_BODY if "users" not in one[1]])
async def test_nothing_is_no_json_either(world: World, method: str, path: str) -> None:
    _, where, expected = await sent(world, method, path, b"")

    assert (where, expected) == ("", "one JSON object")


@every
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b" ", id="a blank"),
        pytest.param(b"{", id="half of it"),
        pytest.param(b"{'by': '1s'}", id="single quotes"),
        pytest.param(b'{"by": NaN}', id="NaN"),
        pytest.param(b'{"by": "\xff"}', id="no UTF-8"),
        pytest.param(b'\xef\xbb\xbf{"by": "1s"}', id="a byte order mark"),
        pytest.param(b'{"by": "1s"} {}', id="two documents"),
        pytest.param(b'{"by": "1s", "by": "2s"}', id="a key twice"),
        pytest.param(b'{"by":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), id="too deep"),
    ],
)
async def test_what_is_no_json(world: World, method: str, path: str, data: bytes) -> None:
    error, where, expected = await sent(world, method, path, data)

    assert error
    assert (where, expected) == ("", "one JSON object")


@every
@pytest.mark.parametrize("document", [None, True, 1, "text", [], [{}]])
async def test_what_is_no_object(world: World, method: str, path: str, document: object) -> None:
    error, where, expected = await sent(world, method, path, json.dumps(document).encode())

    assert error.startswith("got ")
    assert where == ""
    assert expected in {"an object", "exactly one of by, to, until"}


@every
async def test_a_key_that_there_is_none_of(world: World, method: str, path: str) -> None:
    error, where, expected = await sent(world, method, path, b'{"~x/y": {"z": 1}}')

    assert (error, where) == ("got an object of 1", "/~0x~1y")
    schema = json.loads(assets.schema(SCHEMAS[path]))
    assert expected == f"one of {', '.join(schema['properties'])}"


async def test_a_key_that_is_misspelt_is_told_before_the_one_that_is_missing(world: World) -> None:
    error, where, expected = await sent(world, "POST", "/clock/advance", b'{"untill": {}}')

    assert (error, where) == ('got an empty object, did you mean "until"?', "/untill")
    assert expected == "one of by, to, until, limit"


@every
async def test_a_body_that_is_too_large(world: World, method: str, path: str) -> None:
    data = b'{"by": "' + b"1" * MIB + b'"}'

    reply = await world.service.send(method, f"/_mockrec/worlds/{world.app_id}{path}", data=data)

    error, where, expected = wrong(reply, 413)
    assert error == f"expected at most {MIB} bytes"
    assert (where, expected) == ("", f"one JSON object of at most {MIB} bytes")


@every
async def test_a_body_of_the_largest_size_is_read(world: World, method: str, path: str) -> None:
    data = b'{"unheard":"' + b"1" * (MIB - 14) + b'"}'
    assert len(data) == MIB

    error, _, _ = await sent(world, method, path, data)

    assert len(error) < 200
