"""Too little, too slowly, and people who leave: nobody holds the server up."""

import json

import pytest

from mockrec.clock import breathe
from mockrec.settings import Settings
from tests.robustness.house import House, served
from tests.robustness.line import Line, request
from tests.robustness.talk import (
    ACQUIRE,
    CLOCK,
    GOOD,
    HEALTH,
    SERVICE,
    WORLD,
    ask,
    chunk,
    head,
    serves,
)

# --- too little, too slowly --------------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    [b"", b"\r\n", HEALTH[:30], HEALTH[:-2]],
    ids=["nothing", "a line", "half", "nearly all"],
)
async def test_who_does_not_finish_the_head_is_hung_up_on(
    hard_of_hearing: House, part: bytes
) -> None:
    line = await Line.to(hard_of_hearing.port)

    await line.say(part)

    assert await line.ended()


async def test_a_drip_does_not_buy_more_time(hard_of_hearing: House) -> None:
    line = await Line.to(hard_of_hearing.port)

    await line.say(b"GET / HTTP/1.1\r\nA: ")
    for _ in range(4_000):  # more would be refused for its length
        if line.over:
            break
        await line.say(b"a")
        await breathe()

    assert await line.ended()


async def test_a_line_that_is_not_used_again_is_closed(hard_of_hearing: House) -> None:
    line = await Line.to(hard_of_hearing.port)

    await line.say(HEALTH)
    await line.answer()

    assert await line.ended()


@pytest.mark.parametrize(("method", "target"), [("POST", ACQUIRE), ("PUT", CLOCK)])
async def test_a_body_that_does_not_come_is_given_up(
    hasty: House, method: str, target: str
) -> None:
    line = await Line.to(hasty.port)

    await line.say(request(method, target, GOOD)[:-5])
    answer = await line.answer()

    assert answer is not None
    assert (answer.status, answer.headers["connection"]) == (408, "close")
    assert answer.headers["content-type"].startswith("application/json")
    assert await line.ended()


async def test_a_body_in_many_pieces_is_one_body(house: House) -> None:
    line = await Line.to(house.port)

    await line.say(head("Transfer-Encoding: chunked"))
    for letter in GOOD:
        await line.say(chunk(bytes([letter])))
        await breathe()
    await line.say(b"0\r\n\r\n")
    answer = await line.answer()

    assert answer is not None
    assert answer.status == 200
    line.hang_up()


# --- people who leave --------------------------------------------------------------------------


@pytest.mark.parametrize("target", [ACQUIRE, CLOCK])
async def test_who_leaves_in_the_middle_of_a_body_is_not_missed(house: House, target: str) -> None:
    for length in (0, 1, len(GOOD) - 1):
        line = await Line.to(house.port)
        await line.say(request("POST", target, GOOD)[: length - len(GOOD)])
        await breathe()
        line.hang_up()

    assert await serves(house)


async def test_many_who_come_and_go_are_no_burden(house: House) -> None:
    for part in (b"", HEALTH[:10], HEALTH):
        lines = [await Line.to(house.port) for _ in range(100)]
        for line in lines:
            await line.say(part)
        assert await serves(house)
        for line in lines:
            line.hang_up()

    assert await serves(house)


async def test_who_does_not_listen_does_not_hold_up_the_others(house: House) -> None:
    deaf = await Line.to(house.port)
    deaf.stop_listening()

    for _ in range(200):
        await deaf.say(request("POST", ACQUIRE, GOOD))
    for _ in range(30):
        await deaf.say(request("GET", f"{WORLD}/journal"))

    assert await serves(house)
    deaf.hang_up()


async def test_who_watches_and_leaves_is_not_missed(house: House) -> None:
    line = await Line.to(house.port)
    await line.say(request("GET", "/_mockrec/events"))
    assert await line.answer() is not None

    line.hang_up()
    for _ in range(3):
        assert await ask(house, "POST", ACQUIRE, GOOD) is not None

    assert await serves(house)


async def test_a_stop_goes_on_when_nobody_waits_for_it_any_more() -> None:
    running = Settings(storage="memory", clock_mode="scaled", clock_rate=1.0)
    async with served(running) as house:
        recording = await started(house)
        line = await Line.to(house.port)
        await line.say(request("POST", f"{recording}/stop", GOOD))
        await breathe()
        line.hang_up()
        query = await ask(house, "GET", f"{recording}/query")

        assert query.status in {200, 404}
        assert await serves(house)
    assert house.complaints == []


async def started(house: House) -> str:
    """Start a recording; the path of the calls for it."""
    acquired = await ask(house, "POST", ACQUIRE, GOOD)
    resource = json.loads(acquired.body)["resourceId"]
    document = json.loads(GOOD)
    storage = {"vendor": 1, "region": 0, "bucket": "b", "accessKey": "a", "secretKey": "s"}
    document["clientRequest"]["storageConfig"] = storage
    base = f"{SERVICE}/resourceid/{resource}"
    body = json.dumps(document).encode()
    accepted = await ask(house, "POST", f"{base}/mode/mix/start", body)
    return f"{base}/sid/{json.loads(accepted.body)['sid']}/mode/mix"
