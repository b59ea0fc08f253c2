"""An acquire by one of Python's HTTP libraries, told nothing but the service's own URL."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

BODY: Any = {"cname": "lesson", "uid": "527841", "clientRequest": {}}
PAIR = ("id", "secret")
BASIC = {"Authorization": "Basic aWQ6c2VjcmV0", "Content-Type": "application/json"}


def by_requests(url: str) -> str:
    """As most do."""
    import requests

    return requests.post(url, json=BODY, auth=PAIR, timeout=10).text


def by_httpx(url: str) -> str:
    """As newer code does."""
    import httpx

    return httpx.post(url, json=BODY, auth=PAIR).text


def by_aiohttp(url: str, *, trust_env: bool = True) -> str:
    """As asynchronous code does, heeding the environment's proxies."""
    import aiohttp

    async def post() -> str:
        async with (
            aiohttp.ClientSession(headers=BASIC, trust_env=trust_env) as session,
            session.post(url, json=BODY) as answer,
        ):
            return await answer.text()

    return asyncio.run(post())


def by_aiohttp_alone(url: str) -> str:
    """As asynchronous code does that heeds no proxy."""
    return by_aiohttp(url, trust_env=False)


def by_urllib(url: str) -> str:
    """As code without any library does."""
    from urllib.request import Request, urlopen

    with urlopen(Request(url, json.dumps(BODY).encode(), BASIC)) as answer:  # noqa: S310
        return str(answer.read().decode())


WAYS: dict[str, Callable[[str], str]] = {
    "requests": by_requests,
    "httpx": by_httpx,
    "aiohttp": by_aiohttp,
    "aiohttp_alone": by_aiohttp_alone,
    "urllib": by_urllib,
}

if __name__ == "__main__":
    print(WAYS[sys.argv[1]](sys.argv[2]))
