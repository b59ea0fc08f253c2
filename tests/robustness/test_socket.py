"""Too much, what is no JSON, what is no HTTP: all of it is answered, and the server goes on."""

import json

import pytest

from mockrec.api.door import LARGEST_BODY
from mockrec.clock import breathe
from mockrec.documents import DEEPEST
from tests.robustness.house import House
from tests.robustness.line import Line, request
from tests.robustness.talk import ACQUIRE, CLOCK, GOOD, HEALTH, WORLD, ask, chunk, head, serves

# --- too much ----------------------------------------------------------------------------------


async def test_a_body_over_a_mebibyte_is_refused_and_the_line_ends(house: House) -> None:
    line = await Line.to(house.port)

    await line.say(request("POST", ACQUIRE, b" " * (LARGEST_BODY + 1)))
    refused = await line.answer()

    assert refused is not None
    assert (refused.status, json.loads(refused.body)) == (
        413,
        {"message": "Request size limit exceeded"},
    )
    assert refused.headers["connection"] == "close"
    assert await line.ended()


@pytest.mark.parametrize(("method", "target"), [("POST", ACQUIRE), ("PUT", CLOCK)])
async def test_what_comes_instead_of_the_rest_of_a_refused_body_is_no_request(
    hasty: House, method: str, target: str
) -> None:
    line = await Line.to(hasty.port)
    body = b" " * (LARGEST_BODY + 1)

    await line.say(request(method, target, body, content_length=str(2 * len(body))))
    refused = await line.answer()
    await line.say(HEALTH)

    assert refused is not None
    assert (refused.status, refused.headers["connection"]) == (413, "close")
    assert await line.ended()


async def test_a_body_of_just_a_mebibyte_is_read(house: House) -> None:
    answer = await ask(house, "POST", ACQUIRE, GOOD.ljust(LARGEST_BODY))

    assert answer.status == 200


@pytest.mark.parametrize("framing", ["Content-Length: 1000000000", "Transfer-Encoding: chunked"])
async def test_a_body_that_never_ends_is_refused_and_hung_up_on(hasty: House, framing: str) -> None:
    line = await Line.to(hasty.port)
    much = b" " * (LARGEST_BODY + 1)

    await line.say(head(framing), chunk(much) if "chunked" in framing else much)
    answer = await line.answer()

    assert answer is not None
    assert answer.status == 413
    assert await line.ended()


async def test_a_large_body_of_a_control_call_is_refused_too(house: House) -> None:
    answer = await ask(house, "PUT", CLOCK, b" " * (LARGEST_BODY + 1))

    assert answer.status == 413
    assert json.loads(answer.body).keys() == {"error", "path", "expected"}


async def test_a_compressed_bomb_stays_as_small_as_it_came(house: House) -> None:
    answer = await ask(house, "POST", ACQUIRE, GOOD, content_encoding="gzip")
    bomb = await ask(house, "POST", ACQUIRE, b"\x1f\x8b\x08", content_encoding="gzip")

    assert (answer.status, bomb.status) == (200, 400)


# --- no JSON -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 100_000, id="a nesting bomb"),
        pytest.param(b'{"a":' * 500 + b"1" + b"}" * 500, id="deep objects"),
        pytest.param(GOOD[:-1] + b',"a":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}", id="too deep"),
        pytest.param(GOOD.replace(b'"1"', b"NaN"), id="NaN"),
        pytest.param(GOOD.replace(b'"1"', b"1e999"), id="infinity"),
        pytest.param(GOOD.replace(b'"1"', b"9" * 5_000), id="5,000 digits"),
        pytest.param(GOOD.replace(b"room", b"r\xff\xfem"), id="no UTF-8"),
        pytest.param(GOOD.replace(b"room", b"\xed\xa0\x80"), id="a surrogate in UTF-8"),
        pytest.param(GOOD.replace(b"room", b"\\ud800"), id="half a pair of surrogates"),
        pytest.param(GOOD.replace(b"room", b"\x00"), id="a NUL"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="a byte order mark"),
        pytest.param(GOOD.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(GOOD[:-1] + b',"uid":"1"}', id="a key twice"),
        pytest.param(GOOD[:-1] + b',"\\u0075id":"1"}', id="a key twice, once in disguise"),
        pytest.param(GOOD + GOOD, id="two documents"),
        pytest.param(b"cname=room&uid=1", id="a form"),
    ],
)
async def test_what_is_not_one_json_document_is_refused(house: House, body: bytes) -> None:
    line = await Line.to(house.port)

    await line.say(request("POST", ACQUIRE, body))
    refused = await line.answer()
    await line.say(request("GET", f"{WORLD}/journal"))
    journal = await line.answer()

    assert refused is not None
    assert (refused.status, json.loads(refused.body)["code"]) == (400, 2)
    assert journal is not None
    assert json.loads(journal.body)["entries"][0]["body"] == (
        {"unreadable": f"{len(body)} bytes"} if body else None
    )
    line.hang_up()


# --- the protocol ------------------------------------------------------------------------------


async def test_requests_in_one_breath_are_answered_in_order(house: House) -> None:
    line = await Line.to(house.port)
    bodies = [GOOD.replace(b'"1"', b'"%d"' % uid) for uid in range(1, 101)]

    await line.say(*(request("POST", ACQUIRE, body) for body in bodies))
    answers = [await line.answer() for _ in bodies]

    assert [answer and json.loads(answer.body)["uid"] for answer in answers] == [
        str(uid) for uid in range(1, 101)
    ]
    line.hang_up()


async def test_a_refused_body_does_not_spoil_the_next_request(house: House) -> None:
    line = await Line.to(house.port)

    await line.say(request("POST", ACQUIRE, b"{"), request("POST", "/nowhere", GOOD), HEALTH)
    statuses = [answer and answer.status for answer in [await line.answer() for _ in range(3)]]

    assert statuses == [400, 404, 200]
    line.hang_up()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), id="TLS"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", id="SSH"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", id="a version that there is none of"),
        pytest.param(b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", id="no ASCII"),
        pytest.param(b"GET / HTTP/1.1\r\nHost a\r\n\r\n", id="no colon"),
        pytest.param(b"GET / HTTP/1.1\r\nA: \x00\r\n\r\n", id="a NUL"),
        pytest.param(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", id="a long line"),
        pytest.param(b"GET / HTTP/1.1\r\nA: " + b"a" * 20_000 + b"\r\n\r\n", id="a long header"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"A: a\r\n" * 5_000 + b"\r\n", id="many headers"),
        pytest.param(head("Content-Length: x"), id="no length"),
        pytest.param(head("Content-Length: -1"), id="a length below nothing"),
        pytest.param(head("Content-Length: 1", "Content-Length: 2"), id="two lengths"),
        pytest.param(head("Content-Length: 1", "Transfer-Encoding: chunked"), id="smuggling"),
        pytest.param(head("Transfer-Encoding: chunked") + b"zz\r\n", id="no chunk"),
    ],
)
async def test_what_is_no_request_is_answered_400_and_hung_up_on(house: House, raw: bytes) -> None:
    line = await Line.to(house.port)

    await line.say(raw)
    answer = await line.answer()

    assert answer is not None
    assert answer.status == 400
    assert await line.ended()
    assert await serves(house)


async def test_a_chunk_that_is_spoilt_later_makes_a_body_that_does_not_come(hasty: House) -> None:
    line = await Line.to(hasty.port)

    await line.say(head("Transfer-Encoding: chunked"), chunk(GOOD[:9]))
    for _ in range(9):
        await breathe()
    await line.say(b"zz\r\n\r\n")
    answer = await line.answer()

    assert answer is not None
    assert answer.status == 408
    assert await line.ended()


async def test_nonsense_behind_a_good_request_ends_the_line(house: House) -> None:
    line = await Line.to(house.port)

    await line.say(HEALTH)
    good = await line.answer()
    await line.say(b"\x00\x01\x02\r\n\r\n")
    bad = await line.answer()

    assert good is not None
    assert bad is not None
    assert (good.status, bad.status) == (200, 400)
    assert await line.ended()


async def test_who_expects_a_go_ahead_gets_one(house: House) -> None:
    line = await Line.to(house.port)

    await line.say(head("Expect: 100-continue", f"Content-Length: {len(GOOD)}"))
    go_ahead = await line.answer()
    await line.say(GOOD)
    answer = await line.answer()

    assert go_ahead is not None
    assert answer is not None
    assert (go_ahead.status, answer.status) == (100, 200)
    line.hang_up()


@pytest.mark.parametrize("target", [ACQUIRE, "/nowhere", CLOCK])
async def test_other_expectations_are_passed_over(house: House, target: str) -> None:
    answer = await ask(house, "POST", target, GOOD, expect="a miracle")

    assert answer.status == (200 if target == ACQUIRE else 404)
    assert json.loads(answer.body)


@pytest.mark.parametrize("target", ["OPTIONS *", "CONNECT localhost:443"])
async def test_what_names_no_path_is_not_found(house: House, target: str) -> None:
    line = await Line.to(house.port)

    await line.say(f"{target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    answer = await line.answer()

    assert answer is not None
    assert answer.status == 404
    assert "x-request-id" not in answer.headers
    line.hang_up()


@pytest.mark.parametrize(
    ("authority", "status"), [("localhost:80", 200), ("127.0.0.1", 200), ("evil.example.org", 403)]
)
async def test_the_absolute_form_is_understood_and_its_host_counts(
    house: House, authority: str, status: int
) -> None:
    answer = await ask(house, "GET", f"http://{authority}/_mockrec/health")

    assert answer.status == status
