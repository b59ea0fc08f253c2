"""What is said to a server over and over, and how it is asked once."""

from __future__ import annotations

from typing import Final

from tests.robustness.house import House
from tests.robustness.line import Answer, Line, request

APP_ID: Final = "a" * 32
WORLD: Final = f"/_mockrec/worlds/{APP_ID}"
CLOCK: Final = f"{WORLD}/clock"
SERVICE: Final = f"/v1/apps/{APP_ID}/cloud_recording"
ACQUIRE: Final = f"{SERVICE}/acquire"
GOOD: Final = b'{"cname":"room","uid":"1","clientRequest":{}}'
HEALTH: Final = request("GET", "/_mockrec/health")


async def ask(
    house: House, method: str, target: str, body: bytes | None = None, **headers: str
) -> Answer:
    """Send one request over a line of its own; it has to be answered."""
    line = await Line.to(house.port)
    await line.say(request(method, target, body, **headers))
    answer = await line.answer()
    line.hang_up()
    assert answer is not None
    return answer


async def serves(house: House) -> bool:
    """Whether the server is still there for others."""
    return (await ask(house, "GET", "/_mockrec/health")).status == 200


def head(*extra: str) -> bytes:
    """The beginning of an acquire whose body comes by other ways."""
    whole = request("POST", ACQUIRE).removesuffix(b"\r\n")
    return whole + "".join(f"{line}\r\n" for line in extra).encode() + b"\r\n"


def chunk(data: bytes) -> bytes:
    """A piece of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)
