"""All that a server can be told, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Literal

from mockrec.domain.moments import Millis
from mockrec.domain.values import dataclass


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
