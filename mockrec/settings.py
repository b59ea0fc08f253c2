"""Flags, environment, mockrec.yaml and defaults become one frozen `Settings`.

`OPTIONS` is the only list of what can be set: an option ``foo_bar`` is the flag ``--foo-bar``, the
variable ``MOCKREC_FOO_BAR`` and the key ``foo_bar`` of the file. Wherever a value comes from, it
arrives as text that knows its place, and one function reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, fields
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from mockrec.domain.moments import LATEST, Millis, duration
from mockrec.domain.timing import Timing, least
from mockrec.domain.values import dataclass

if TYPE_CHECKING:
    from yaml.nodes import Node

FILE: Final = "mockrec.yaml"


class SettingsError(ValueError):
    """A setting that cannot be used: where it stands, what it is, what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that a server can be told, checked; `OPTIONS` says what each of it means."""

    host: str = "127.0.0.1"
    port: int = 8080
    host_names: tuple[str, ...] = ()
    tls: bool = False
    tls_port: int = 8443
    proxy: bool = False
    proxy_port: int = 8888
    dns: bool = False
    dns_port: int = 8053
    ca_dir: str | None = None
    clock_mode: Literal["wall", "manual", "scaled"] = "wall"
    clock_rate: float = 1.0  # virtual milliseconds a real one; 0 on a manual clock
    start_at: Millis | None = None
    seed: int | None = 0  # None is another one at each start
    profile: Literal["2026", "2020"] = "2026"
    strict: bool = False
    credentials: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # (ID, secret)
    apps: tuple[str, ...] = ()
    scenario: str | None = None
    data: str = "./mockrec-data"
    storage: Literal["folder", "memory", "object"] = "folder"
    storage_endpoint: str | None = None
    storage_request_endpoints: bool = False
    callback_url: str | None = None
    callback_secret: str | None = field(default=None, repr=False)
    callback_events: tuple[int, ...] = ()
    callback_link_local: bool = False
    qps: int | None = None
    pcw: int | None = None
    audience: int = 2
    timing: Mapping[str, Millis] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @property
    def hosts(self) -> frozenset[str]:
        """The names that the control plane is served under, whoever may own them."""
        return frozenset({self.host.lower(), *self.host_names})


# --- how a text is read ------------------------------------------------------------------------


class _Hint(ValueError):
    """What is wrong with a text, where its kind alone does not tell."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a text has to be, in words, and the function that reads it or raises ValueError."""

    expected: str
    read: Callable[[str], Any]


def _pattern(pattern: str, expected: str) -> Kind:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError
        return text

    return Kind(expected, read)


def _number(least: int, most: int) -> Kind:
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
        raise _Hint(did_you_mean(name, delays) or f"; the delays are {', '.join(delays)}")
    length = duration(span)
    if length < least(name):
        raise _Hint(f"; it is at least {least(name)} ms")
    return name, length


def _by_name(pairs: Iterable[tuple[str, Millis]]) -> Mapping[str, Millis]:
    return MappingProxyType(dict(pairs))


_CLOCKS: Final = {"wall": 1.0, "manual": 0.0}
_LABEL: Final = "[A-Za-z0-9_-]{1,63}"
_LONGEST_NAME: Final = 253  # RFC 1035
_YES: Final = ("true", "yes", "on", "1")
_NO: Final = ("false", "no", "off", "0")

TEXT: Final = _pattern(r"(?s).+", "some text")
PORT: Final = _number(0, 65535)
SEED: Final = _or(_number(0, 2**63 - 1), "fresh", None)
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


# --- the table ---------------------------------------------------------------------------------

_last: Final = itemgetter(-1)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be set: how it is read, what it is for, which fields it sets."""

    name: str
    kind: Kind
    metavar: str
    about: str
    sets: tuple[str, ...] = ()
    combine: Callable[[Sequence[Any]], Any] = _last
    """Makes one value of several; the last one wins where an option is set once only."""
    pair: str | None = None
    """The sign between the halves of an item, which the file may write as a mapping."""
    secret: bool = False

    @property
    def flag(self) -> str:
        """As it is written on the command line: ``--foo-bar``."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """As it is written in the environment: ``MOCKREC_FOO_BAR``."""
        return "MOCKREC_" + self.name.upper()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of `Settings` that it fills."""
        return self.sets or (self.name,)

    @property
    def many(self) -> bool:
        """Whether it may be set several times over."""
        return self.combine is not _last

    def fill(self, value: Any) -> dict[str, Any]:
        """The fields of `Settings` that this value means."""
        return dict(zip(self.fields, value if len(self.fields) > 1 else (value,), strict=True))


# fmt: off
OPTIONS: Final = (
    Option("host", TEXT, "ADDRESS",
           "Listen on this address; 0.0.0.0 stands for all of the machine's."),
    Option("port", PORT, "PORT", "Listen on this port; 0 takes a free one."),
    Option("host_name", HOST_NAME, "NAME",
           "Serve the control plane under this name, too; repeatable.",
           sets=("host_names",), combine=tuple),
    Option("tls", SWITCH, "BOOL",
           "Listen for HTTPS, too, under the names of the service and of this machine."),
    Option("tls_port", PORT, "PORT", "Listen for HTTPS on this port; 0 takes a free one."),
    Option("proxy", SWITCH, "BOOL",
           "Be a proxy for the names of the service, and for nothing else."),
    Option("proxy_port", PORT, "PORT", "Listen as a proxy on this port; 0 takes a free one."),
    Option("dns", SWITCH, "BOOL",
           "Be a name server for the names of the service, and for nothing else."),
    Option("dns_port", PORT, "PORT", "Listen as a name server on this port; 0 takes a free one."),
    Option("ca_dir", TEXT, "DIR",
           "Keep certificates in this folder instead of the user's data folder."),
    Option("clock", CLOCK, "CLOCK",
           "Let time pass as on the wall (wall), by command only (manual), or faster (60x).",
           sets=("clock_mode", "clock_rate")),
    Option("start_at", MOMENT, "MOMENT",
           "Begin every world at this moment (ISO 8601, UTC unless it says otherwise)."),
    Option("seed", SEED, "N",
           "Derive all ids and all chance from this number; fresh is another at each start."),
    Option("profile", PROFILE, "YEAR", "Behave as the documents of this year say: 2026 or 2020."),
    Option("strict", SWITCH, "BOOL",
           "Refuse what is doubtful (unknown keys, odd prefixes) instead of logging it."),
    Option("credentials", CREDENTIALS, "ID:SECRET",
           "Let in only this customer; repeatable. Without it, any Basic credentials will do.",
           combine=tuple, pair=":", secret=True),
    Option("app", APP, "ID",
           "Know this App ID; repeatable. Any 32 lower-case hex digits are known anyway.",
           sets=("apps",), combine=tuple),
    Option("scenario", TEXT, "NAME|FILE", "Play this scenario, a shipped one or a file."),
    Option("data", TEXT, "DIR", "Keep the recorded files in this folder."),
    Option("storage", STORAGE, "WHERE",
           "Keep recorded files in the data folder, in memory, or in an object store."),
    Option("storage_endpoint", URL, "URL",
           "Upload to the object store (S3) at this address, whatever the vendor."),
    Option("storage_request_endpoints", SWITCH, "BOOL",
           "Upload vendors 11 and 5 to the endpoint that the request names."),
    Option("callback_url", URL, "URL", "Send notifications to this address."),
    Option("callback_secret", TEXT, "SECRET", "Sign notifications with this secret.", secret=True),
    Option("callback_event", _number(1, 9999), "N",
           "Send only notifications of this event type; repeatable. Without it, all are sent.",
           sets=("callback_events",), combine=tuple),
    Option("callback_link_local", SWITCH, "BOOL",
           "Let notifications go to link-local and cloud metadata addresses, too."),
    Option("qps", _number(1, 10**6), "N",
           "Answer 429 beyond this many requests a second and App ID. Without it, never."),
    Option("pcw", _number(1, 10**6), "N",
           "Refuse to acquire beyond this many live recordings an App ID. Without it, never."),
    Option("audience", _number(0, 1000), "N",
           "Have this many users publish in every channel that nobody has populated."),
    Option("timing", DELAY, "NAME=DURATION",
           "Override one of the model's own delays, such as upload=800ms; repeatable.",
           combine=_by_name, pair="="),
)
# fmt: on

CONFIG: Final = Option("config", TEXT, "FILE", f"Read settings from this file, not ./{FILE}.")
"""Set by flag or environment; a file does not name another."""

FLAGS: Final = (CONFIG, *OPTIONS)

TOLD: Final = ("MOCKREC_URL", "MOCKREC_APP_ID", "MOCKREC_GATEWAY")
"""Variables that set nothing: what clients, and the other commands, are told of a server."""


# --- where the texts come from -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """A text and the place it stands: a flag, a variable, a line of the file."""

    place: str
    text: str


Source = Mapping[str, Sequence[Given]]


def load(
    flags: Mapping[str, Sequence[str]], environment: Mapping[str, str], folder: Path = Path()
) -> Settings:
    """The settings in force: flag beats environment beats file beats default.

    `flags` holds the texts given to each option by name; the file is looked for in `folder`.
    Raises `SettingsError` for the first thing that cannot be used.
    """
    spoken = _from_environment(environment), _from_flags(flags)
    return _settled((_from_file(folder, _heard(CONFIG, spoken)), *spoken))


def from_values(values: Mapping[str, object]) -> Settings:
    """The settings that a program gives by name; nothing else is heard, and None says nothing.

    Values are Python's: ``{"qps": 10, "strict": True, "timing": {"upload": "3s"}}``.
    Raises `SettingsError` for the first that cannot be used.
    """
    return _settled((_from_values(values),))


def _settled(sources: Sequence[Source]) -> Settings:
    """What the sources say, the last of them the highest."""
    chosen: dict[str, Any] = {}
    for option in OPTIONS:
        if heard := _heard(option, sources):
            chosen |= option.fill(option.combine([_read(option, given) for given in heard]))
    return Settings(**chosen)


def strays(environment: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each ``MOCKREC_`` variable that sets nothing, so likely a misspelling."""
    known = {option.variable for option in FLAGS} | set(TOLD)
    return tuple(
        f"{name} sets nothing{did_you_mean(name, known)}"
        for name in sorted(environment)
        if name.startswith("MOCKREC_") and name not in known
    )


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The end of a complaint: ``; did you mean "port"?``, or nothing if no word is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(words), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _heard(option: Option, sources: Iterable[Source]) -> Sequence[Given]:
    """What the highest source says; delays, each a setting by itself, are heard from all."""
    said = [source[option.name] for source in sources if source.get(option.name)]
    if option.combine is _by_name:
        return list(chain(*said))
    return said[-1] if said else ()


def _read(option: Option, given: Given) -> Any:
    try:
        return option.kind.read(given.text)
    except ValueError as fault:
        hint = str(fault) if isinstance(fault, _Hint) else ""
    raise _complaint(option, given.place, repr(given.text), hint)


def _complaint(option: Option, place: str, got: str, hint: str = "") -> SettingsError:
    shown = "something (not shown: it may be secret)" if option.secret else got
    return SettingsError(f"{place}: got {shown}, expected {option.kind.expected}{hint}")


def _from_flags(flags: Mapping[str, Sequence[str]]) -> Source:
    return {
        option.name: [Given(option.flag, text) for text in flags[option.name]]
        for option in FLAGS
        if option.name in flags
    }


def _from_values(values: Mapping[str, object]) -> Source:
    known = {option.name: option for option in OPTIONS}
    for name in values:
        if name not in known:
            raise SettingsError(f"unknown setting {name!r}{did_you_mean(name, known)}")
    return {
        name: [Given(name, text) for text in _texts(known[name], value)]
        for name, value in values.items()
        if value is not None
    }


def _texts(option: Option, value: object) -> list[str]:
    """A value of Python as the texts that a flag would have had."""
    if option.many and option.pair and isinstance(value, Mapping):
        return [f"{name}{option.pair}{half}" for name, half in value.items()]
    if option.many and isinstance(value, list | tuple):
        return [str(item) for item in value]
    return [str(value)]


def _from_environment(environment: Mapping[str, str]) -> Source:
    """Items are separated by commas. An empty variable says nothing, as compose files have it."""
    source = {}
    for option in FLAGS:
        text = environment.get(option.variable, "")
        items = [item.strip() for item in text.split(",")] if option.many else [text]
        source[option.name] = [Given(option.variable, item) for item in items if item]
    return source


def _from_file(folder: Path, config: Sequence[Given]) -> Source:
    """What the file says: the one that was named, which must exist, or the usual one."""
    name = config[-1].text if config else FILE
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        if not config:
            return {}
        raise SettingsError(f"{config[-1].place}: there is no file {name!r}") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{name}: cannot be read: {fault}") from None
    return _from_yaml(text, name)


# --- the file ----------------------------------------------------------------------------------


def _from_yaml(text: str, name: str) -> Source:
    """The file as texts with their lines. Only composed, never constructed: ``09`` stays ``09``."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise SettingsError(f"{name}, line {line}: {fault.problem}") from None
    except yaml.YAMLError as fault:
        raise SettingsError(f"{name}: {fault}") from None
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError(f'{name}, line 1: expected settings such as "port: 8080"')
    return _entries(root.value, name)


def _entries(pairs: Iterable[tuple[Node, Node]], name: str) -> Source:
    known = {option.name: option for option in OPTIONS}
    source: dict[str, Sequence[Given]] = {}
    for key, value in pairs:
        place, word = _place(name, key), str(key.value)
        if word not in known:
            raise SettingsError(f"{place}: unknown key {word!r}{did_you_mean(word, known)}")
        if word in source:
            raise SettingsError(f"{place}: {word} is set a second time")
        source[word] = [] if _is_null(value) else _items(known[word], value, name)
    return source


def _items(option: Option, node: Node, name: str) -> Sequence[Given]:
    """The texts of one entry: a scalar, a list of them, or a mapping of halves."""
    entries = [(node,)]
    if option.many and not isinstance(node.value, str):
        entries = [item if isinstance(item, tuple) else (item,) for item in node.value]
    return [_item(option, halves, name) for halves in entries]


def _item(option: Option, halves: Sequence[Node], name: str) -> Given:
    place = f"{_place(name, halves[0])}: {option.name}"
    nested = not all(isinstance(half.value, str) for half in halves)
    if nested or (len(halves) > 1 and not option.pair):
        raise _complaint(option, place, "a list or a mapping")
    return Given(place, (option.pair or "").join(half.value for half in halves))


def _is_null(node: Node) -> bool:
    """Whether nothing stands there, or a plain null: then the file says nothing about the key."""
    return node.value in ("", "~", "null") and getattr(node, "style", None) is None


def _place(name: str, node: Node) -> str:
    return f"{name}, line {node.start_mark.line + 1}"
