"""The only list of what can be set.

An option ``foo_bar`` is the flag ``--foo-bar``, the variable ``MOCKREC_FOO_BAR`` and the key
``foo_bar`` of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final

from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass
from mockrec.settings.kinds import (
    APP,
    CLOCK,
    CREDENTIALS,
    DELAY,
    HOST_NAME,
    MOMENT,
    PORT,
    PROFILE,
    SEED,
    STORAGE,
    SWITCH,
    TEXT,
    URL,
    Kind,
    number,
)
from mockrec.settings.values import SettingsError

FILE: Final = "mockrec.yaml"

_last: Final = itemgetter(-1)


def by_name(pairs: Iterable[tuple[str, Millis]]) -> Mapping[str, Millis]:
    """One mapping of many pairs, in which the last of a name counts."""
    return MappingProxyType(dict(pairs))


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

    def complaint(self, place: str, got: str, hint: str = "") -> SettingsError:
        """That something else stands at that place; of a secret, what it is is not shown."""
        shown = "something (not shown: it may be secret)" if self.secret else got
        return SettingsError(f"{place}: got {shown}, expected {self.kind.expected}{hint}")


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
    Option("callback_event", number(1, 9999), "N",
           "Send only notifications of this event type; repeatable. Without it, all are sent.",
           sets=("callback_events",), combine=tuple),
    Option("callback_link_local", SWITCH, "BOOL",
           "Let notifications go to link-local and cloud metadata addresses, too."),
    Option("qps", number(1, 10**6), "N",
           "Answer 429 beyond this many requests a second and App ID. Without it, never."),
    Option("pcw", number(1, 10**6), "N",
           "Refuse to acquire beyond this many live recordings an App ID. Without it, never."),
    Option("audience", number(0, 1000), "N",
           "Have this many users publish in every channel that nobody has populated."),
    Option("timing", DELAY, "NAME=DURATION",
           "Override one of the model's own delays, such as upload=800ms; repeatable.",
           combine=by_name, pair="="),
)
# fmt: on

CONFIG: Final = Option("config", TEXT, "FILE", f"Read settings from this file, not ./{FILE}.")
"""Set by flag or environment; a file does not name another."""

FLAGS: Final = (CONFIG, *OPTIONS)

TOLD: Final = ("MOCKREC_URL", "MOCKREC_APP_ID", "MOCKREC_GATEWAY")
"""Variables that set nothing: what clients, and the other commands, are told of a server."""
