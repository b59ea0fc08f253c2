"""Calls that are well-formed and yet no good: each is answered, and the world goes on."""

import json

import pytest

from tests.robustness.house import House
from tests.robustness.talk import ACQUIRE, GOOD, SERVICE, WORLD, ask


async def test_an_entry_beyond_all_numbers_is_waited_for_in_vain(house: House) -> None:
    for since in (b"9223372036854775807", b"9223372036854775808", b"18446744073709551615", b"1e30"):
        body = b'{"match":{},"timeout":"1ms","since":' + since + b"}"
        answer = await ask(house, "POST", f"{WORLD}/journal/await", body)

        assert answer.status in {400, 408}


async def test_a_number_beyond_64_bits_may_be_asked_for(house: House) -> None:
    for number in (b"1e30", b"1e308", b"-1e19", b"9" * 300):
        body = b'{"match":{"status":' + number + b'},"timeout":"1ms"}'
        awaited = await ask(house, "POST", f"{WORLD}/journal/await", body)
        until = b'{"until":{"notified":' + number + b'},"limit":"1s"}'
        advanced = await ask(house, "POST", f"{WORLD}/clock/advance", until)

        assert (awaited.status, advanced.status) == (408, 400)


async def test_bytes_in_a_header_do_not_spoil_the_journal(house: House) -> None:
    await ask(house, "PUT", f"{WORLD}/settings", b'{"strict":true}')

    refused = await ask(house, "POST", ACQUIRE, GOOD, content_type="text/\xff\xfe")
    journal = await ask(house, "GET", f"{WORLD}/journal", None)

    assert (refused.status, journal.status) == (400, 200)
    assert "text/" in json.loads(journal.body)["entries"][-1]["detail"]


@pytest.mark.parametrize("host", ["", "[::1", "[", "a b", "\xff.a", "%", "a:b:c", "[::1]:x"])
@pytest.mark.parametrize("origin", [None, "null", "http://[", "\xff", "http://a:b", "http://x"])
async def test_no_host_and_no_origin_is_too_odd_to_be_answered(
    house: House, host: str, origin: str | None
) -> None:
    headers = {"host": host} | ({"origin": origin} if origin else {})

    control = await ask(house, "GET", "/_mockrec/health", None, **headers)
    emulated = await ask(house, "POST", ACQUIRE, GOOD, **headers)

    assert control.status in {200, 400, 403}
    assert emulated.status in {200, 400}


async def test_bytes_in_a_host_do_not_spoil_a_refusal(house: House) -> None:
    answer = await ask(
        house, "GET", "/_mockrec/health", None, host="local\xffhost", origin="http://x"
    )

    assert answer.status == 403


@pytest.mark.parametrize("delay", ["slice", "progress"])
async def test_what_repeats_itself_does_not_do_so_without_end_at_one_moment(
    house: House, delay: str
) -> None:
    for length in (b"0", b'"0s"', b'"0ms"'):
        body = b'{"timing":{"%s":%s}}' % (delay.encode(), length)
        answer = await ask(house, "PUT", f"{WORLD}/settings", body)

        assert answer.status == 400


@pytest.mark.parametrize("operation", ["start", "updateLayout"])
async def test_places_that_no_layout_uses_may_be_anything(house: House, operation: str) -> None:
    odd = b'[{}, null, 1, "x", {"x_axis": "y"}, []]'
    storage = b'{"vendor":1,"region":0,"bucket":"b","accessKey":"a","secretKey":"s"}'
    layout = b'"mixedVideoLayout":0,"layoutConfig":' + odd
    details = {
        "start": b'"storageConfig":%s,"recordingConfig":{"transcodingConfig":{%s}}'
        % (storage, layout),
        "updateLayout": layout,
    }[operation]
    acquired = await ask(house, "POST", ACQUIRE, GOOD)
    resource = f"{SERVICE}/resourceid/{json.loads(acquired.body)['resourceId']}"
    sid = "/sid/x" if operation == "updateLayout" else ""
    body = GOOD.replace(b"{}", b"{" + details + b"}")

    answer = await ask(house, "POST", f"{resource}{sid}/mode/mix/{operation}", body)

    assert answer.status in {200, 400, 404}
