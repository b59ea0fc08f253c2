"""What can be wrong with a request: at any depth of its body, in its text, in its head.

Everything is derived from the `Random` that is handed in: the same seed gives the same requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random  # noqa: TID251  every one is seeded
from typing import Any, Final

from mockrec import assets

ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 100, 8193, 2**31, 2**32 - 1, 2**32, 2**53, 2**63),
    *(2**64, -(2**63), 10**30, 10**300, 0.5, -0.0, 1.0, 1e-320, 1e308, float("nan"), -1e999),
    *("", " ", "0", "1", "-1", "+1", "00", "1.0", "1e3", "4294967295", "4294967296", "9" * 400),
    *("\u0661", "\u00b2", "\uff11", "\x00", "\n", "\ud800", "\ufeff", "\u202e", "😀", "é" * 40),
    *("a" * 64, "b" * 3_000, "../../x", "..\\x", "/etc/passwd", "%2e%2e%2f", "a/b", "CON", "~"),
    *("#allstream#", "#FFFFFF", "#gggggg", "hls", "mp4", "jpg", "default", "standard", "original"),
    *("http://[", "http://a:b/", "javascript:x", "http://127.0.0.1:9/", "rtmp://a/b", "{}"),
    *("0s", "1ms", "3s", "-1s", "1e9s", "9" * 30 + "d", "1.5.5s", "id:secret", "2020", "true"),
    *([], {}, [[]], [None], [0], [""], ["1", "1"], ["#allstream#", "1"], [{}], {"": None}),
    *({"a": {}}, {"correctEXTINF": True}, ["1"] * 40, ["x"] * 400, list(range(20))),
)
_METHODS: Final = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW")
_INSERTED: Final = ("/", "//", "/..", "/.", "%2F", "%00", "%", "%zz", "%ff", "?", "#", ";")
_HEADERS: Final[tuple[tuple[str, str], ...]] = (
    ("authorization", ""),
    ("authorization", "Basic"),
    ("authorization", "Basic !!!"),
    ("authorization", "Basic YQ=="),
    ("authorization", "Basic 4pyT"),
    ("authorization", "Bearer a2V5OnNlY3JldA=="),
    ("authorization", "basic \xff\xfe"),
    ("content-type", ""),
    ("content-type", "text/plain; charset=utf-16"),
    ("content-type", "application/json; charset=\xe9"),
    ("content-type", "multipart/form-data"),
    ("content-encoding", "gzip"),
    ("content-encoding", "deflate"),
    ("content-encoding", "br"),
    ("host", ""),
    ("host", "[::1"),
    ("host", "[::1]:99999"),
    ("host", "evil.example.org"),
    ("host", "a b\xff"),
    ("origin", "null"),
    ("origin", "http://["),
    ("origin", "http://localhost:banana"),
    ("sec-fetch-site", "cross-site"),
    ("access-control-request-method", "\xff"),
    ("expect", "100-continue"),
    ("expect", "a miracle"),
    ("range", "bytes=5-1"),
    ("range", "bytes=-"),
    ("range", "bytes=0-0,2-3"),
    ("range", "bytes=99999999999999999999-"),
    ("last-event-id", "-1"),
    ("last-event-id", "9" * 40),
    ("connection", "close"),
    ("cookie", "a" * 4_000),
    ("if-none-match", "*"),
    ("accept-encoding", "\xff;q=-1"),
    ("x-forwarded-for", "../../x"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request: what it is like before and after something has gone wrong with it."""

    method: str
    target: str
    document: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False
    """Whether it may be answered late: then nobody waits for that."""

    def written(self) -> bytes | None:
        """The body as it goes out."""
        if self.body is None and self.document is not None:
            return json.dumps(self.document).encode()
        return self.body


def spoilt(call: Call, random: Random) -> Call:
    """The call with something wrong about it; now and then it stays good by chance."""
    if call.document is not None and random.random() < 0.85:
        document = json.loads(json.dumps(call.document))
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            document = _changed(document, random)
        text = json.dumps(document, ensure_ascii=random.random() < 0.7)
        call = replace(call, document=document, body=text.encode(errors="surrogatepass"))
    if random.random() < 0.08 and (body := call.written()) is not None:
        call = replace(call, body=random.choice(_TEXT)(body, random))
    if random.random() < 0.25:
        call = random.choice(_HEAD)(call, random)
    return call


def torn(raw: bytes, random: Random) -> bytes:
    """The bytes of a request with holes, additions, and perhaps without their end."""
    for _ in range(random.randint(1, 3)):
        raw = random.choice((_cut_short, _one_byte_else, _one_byte_more, _twice))(raw, random)
    return raw


# --- the document ------------------------------------------------------------------------------


def _changed(document: Any, random: Random) -> Any:
    if not (slots := list(_slots(document))) or random.random() < 0.02:
        return _anything(random)
    container, key = random.choice(slots)
    random.choice(_CHANGES)(container, key, random)
    return document


def _anything(random: Random) -> Any:
    return deepcopy(random.choice(ODD))


def _slots(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a document where a value stands."""
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in list(keys):
        yield node, key
        yield from _slots(node[key])


def _drop(container: Any, key: Any, _: Random) -> None:
    del container[key]


def _odd(container: Any, key: Any, random: Random) -> None:
    container[key] = _anything(random)


def _list(container: Any, key: Any, _: Random) -> None:
    container[key] = [container[key]]


def _nest(container: Any, key: Any, random: Random) -> None:
    for _ in range(random.choice((3, 60, 64, 65, 300))):
        container[key] = {"a": container[key]} if random.random() < 0.5 else [container[key]]


def _number_as_text(container: Any, key: Any, _: Random) -> None:
    value = container[key]
    container[key] = int(value) if isinstance(value, str) and value.isdecimal() else str(value)


def _rename(container: Any, key: Any, random: Random) -> None:
    if isinstance(container, dict):
        other = random.choice((str.upper, str.lower, str.swapcase, str.title, lambda k: k + "_"))
        container[other(key)] = container.pop(key)


def _known(container: Any, key: Any, random: Random) -> None:
    """Another key that may stand in this place, with a good or an odd value."""
    inner = container[key]
    if isinstance(inner, dict) and (keys := vocabulary().get(key)):
        name = random.choice(sorted(keys))
        inner[name] = deepcopy(random.choice((*keys[name], _anything(random))))


_CHANGES: Final = (_drop, _odd, _odd, _odd, _list, _nest, _number_as_text, _rename, _known, _known)


@cache
def vocabulary() -> dict[str, dict[str, list[Any]]]:
    """The keys that the schemas know in each object, with the examples of their values."""
    words: dict[str, dict[str, list[Any]]] = {}
    common = json.loads(assets.schema("common"))
    for name in assets.schema_names():
        if name not in {"replies", "notification", "scenario"}:
            _learn(json.loads(assets.schema(name)), "", words, common)
    return words


def _learn(node: Any, parent: str, words: dict[str, dict[str, list[Any]]], common: Any) -> None:
    if isinstance(node, list):
        for inner in node:
            _learn(inner, parent, words, common)
    if not isinstance(node, dict):
        return
    if "common.json" in str(node.get("$ref")):
        _learn(common["$defs"][node["$ref"].rpartition("/")[2]], parent, words, common)
    for key, inner in node.items():
        if key == "properties":
            for name, schema in inner.items():
                examples = schema.get("examples", []) if isinstance(schema, dict) else []
                words.setdefault(parent, {}).setdefault(name, []).extend(examples)
                _learn(schema, name, words, common)
        elif key not in {"examples", "enum", "required", "default"}:
            _learn(inner, parent, words, common)


# --- the text ----------------------------------------------------------------------------------


def _cut_short(raw: bytes, random: Random) -> bytes:
    return raw[: random.randint(0, len(raw))]


def _one_byte_else(raw: bytes, random: Random) -> bytes:
    at = random.randint(0, len(raw))
    return raw[:at] + bytes([random.randrange(256)]) + raw[at + 1 :]


def _one_byte_more(raw: bytes, random: Random) -> bytes:
    at = random.randint(0, len(raw))
    return raw[:at] + bytes([random.randrange(256)]) + raw[at:]


def _twice(raw: bytes, random: Random) -> bytes:
    start = random.randint(0, len(raw))
    part = raw[start : start + random.randint(1, 40)]
    return raw[:start] + part + raw[start:]


def _twin(raw: bytes, random: Random) -> bytes:
    """One key stands twice in an object, the second time perhaps written in another way."""
    if not (keys := list(re.finditer(rb'"(\w+)": ', raw))):
        return raw
    found = random.choice(keys)
    name = random.choice((found[1], b"\\u%04x" % found[1][0] + found[1][1:]))
    return raw[: found.start()] + b'"' + name + b'": null, ' + raw[found.start() :]


def _not_utf8(raw: bytes, random: Random) -> bytes:
    text = raw.decode(errors="replace")
    return random.choice((b"\xef\xbb\xbf" + raw, text.encode("utf-16"), text.encode("utf-32-be")))


def _something_else(_: bytes, random: Random) -> bytes:
    deep = (b"[" * 5_000, b'{"a":' * 300)
    return random.choice((*deep, b"", b" ", b"NaN", b"1e999", b'"\\ud800"', b"\x00", b"a=1&b=2"))


_TEXT: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (
    *(_cut_short, _one_byte_else, _one_byte_more, _twice),
    *(_twin, _twin, _not_utf8, _something_else),
)


# --- the head ----------------------------------------------------------------------------------


def _other_method(call: Call, random: Random) -> Call:
    return replace(call, method=random.choice(_METHODS))


def _inserted(call: Call, random: Random) -> Call:
    at = random.randint(1, len(call.target))
    return replace(call, target=call.target[:at] + random.choice(_INSERTED) + call.target[at:])


def _part_else(call: Call, random: Random) -> Call:
    parts = call.target.split("/")
    at = random.randrange(1, len(parts))
    parts[at] = random.choice(("", "..", "%2e%2e", "web", "mix", "na", "0" * 32, "a" * 300, "%41"))
    return replace(call, target="/".join(parts))


def _encoded(call: Call, random: Random) -> Call:
    at = random.randrange(1, len(call.target))
    letter = call.target[at]
    return replace(call, target=f"{call.target[:at]}%{ord(letter):02x}{call.target[at + 1 :]}")


def _queried(call: Call, random: Random) -> Call:
    name = random.choice(("since", "limit", "kind", "prefix", "bucket", "until", ""))
    value = random.choice(("", "-1", "0", "9" * 30, "%00", "%ff", "%D9%A1", "event,clock", "../x"))
    return replace(call, target=f"{call.target}?{name}={value}")


def _other_header(call: Call, random: Random) -> Call:
    name, value = random.choice(_HEADERS)
    return replace(call, headers={**call.headers, name: value})


_HEAD: Final[tuple[Callable[[Call, Random], Call], ...]] = (
    *(_other_method, _inserted, _part_else, _encoded, _queried),
    *(_other_header, _other_header),
)
