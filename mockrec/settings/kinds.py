"""How a text is read: what each kind of it has to be, and what it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from mockrec.domain.ids import LARGEST_SEED
from mockrec.domain.moments import LATEST, Millis, duration
from mockrec.domain.timing import Timing, least
from mockrec.domain.values import dataclass


class Hint(ValueError):
    """What is wrong with a text, where its kind alone does not tell."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a text has to be, in words, and the function that reads it or raises ValueError."""

    expected: str
    read: Callable[[str], Any]


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The end of a complaint: ``; did you mean "port"?``, or nothing if no word is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(words), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _pattern(pattern: str, expected: str) -> Kind:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError
        return text

    return Kind(expected, read)


def number(least: int, most: int) -> Kind:
    """Whole numbers in decimal, from `least` to `most`."""

    def read(text: str) -> int:
        if not (re.fullmatch(r"[0-9]{1,19}", text) and least <= int(text) <= most):
            raise ValueError
        return int(text)

    return Kind(f"a whole number from {least} to {most}", read)


def _or(kind: Kind, word: str, meaning: Any) -> Kind:
    """What that kind is, or this word for something else."""
    return Kind(
        f"{kind.expected}, or {word}", lambda text: meaning if text == word else kind.read(text)
    )


def _choice(values: Mapping[str, Any], expected: str) -> Kind:
    def read(text: str) -> Any:
        if text.lower() not in values:
            raise ValueError
        return values[text.lower()]

    return Kind(expected, read)


_FASTEST: Final = 100_000
"""How many times as fast as real time: beyond it a live recording keeps the process busy."""


def _clock(text: str) -> tuple[str, float]:
    if text in _CLOCKS:
        return text, _CLOCKS[text]
    speed = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)x", text)
    if not speed or not 0 < float(speed[1]) <= _FASTEST:
        raise ValueError
    return "scaled", float(speed[1])


def _moment(text: str) -> Millis:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    at = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    if not 0 <= at <= LATEST:
        raise ValueError
    return at


def _url(text: str) -> str:
    url = urlsplit(text)
    web = url.scheme in {"http", "https"} and url.hostname
    # Reading the port raises ValueError where it is none.
    if not web or url.port == 0 or re.search(r"\s", text):
        raise ValueError
    return text


def _host_name(text: str) -> str:
    if len(text) > _LONGEST_NAME or not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", text):
        raise ValueError
    return text.lower()


def _credentials(text: str) -> tuple[str, str]:
    customer, _, secret = text.partition(":")
    if not (customer and secret):
        raise ValueError
    return customer, secret


def _delay(text: str) -> tuple[str, Millis]:
    name, _, span = text.partition("=")
    delays = [delay.name for delay in fields(Timing)]
    if name not in delays:
        raise Hint(did_you_mean(name, delays) or f"; the delays are {', '.join(delays)}")
    length = duration(span)
    if length < least(name):
        raise Hint(f"; it is at least {least(name)} ms")
    return name, length


_CLOCKS: Final = {"wall": 1.0, "manual": 0.0}
_LABEL: Final = "[A-Za-z0-9_-]{1,63}"
_LONGEST_NAME: Final = 253  # RFC 1035
_YES: Final = ("true", "yes", "on", "1")
_NO: Final = ("false", "no", "off", "0")

TEXT: Final = _pattern(r"(?s).+", "some text")
PORT: Final = number(0, 65535)
SEED: Final = _or(number(0, LARGEST_SEED), "fresh", None)
SWITCH: Final = _choice({word: word in _YES for word in _YES + _NO}, "true or false")
PROFILE: Final = _choice({"2026": "2026", "2020": "2020"}, "2026 or 2020")
STORAGE: Final = _choice(
    {place: place for place in ("folder", "memory", "object")}, "folder, memory or object"
)
CLOCK: Final = Kind("wall, manual or a speed such as 60x", _clock)
MOMENT: Final = Kind("a moment until 2200 such as 2026-01-05T09:00:00Z", _moment)
URL: Final = Kind("an address such as http://127.0.0.1:9000/callback", _url)
HOST_NAME: Final = Kind("a host name such as mockrec.ci.example", _host_name)
CREDENTIALS: Final = Kind("a customer ID and a secret, as ID:SECRET", _credentials)
APP: Final = _pattern(r"[\w-]{1,64}", "an App ID: up to 64 letters, digits, - or _")
DELAY: Final = Kind("a delay and its length, such as upload=800ms", _delay)
