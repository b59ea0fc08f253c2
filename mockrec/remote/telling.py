"""Settings of a world, by the names they have everywhere, become control calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockrec.remote.shapes import WorldSettings
from mockrec.settings import OPTIONS, Settings, SettingsError, did_you_mean, from_values

NAMES: Final = frozenset(WorldSettings.__annotations__)
"""What one world can be told."""

_POLICY: Final = ("profile", "strict", "qps", "pcw", "audience", "timing", "credentials")
_CALLBACK: Final = {"url": "callback_url", "secret": "callback_secret", "events": "callback_event"}


def calls(settings: Mapping[str, object]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What has to be put where, below the world's path; a scenario is none of it.

    None stands for what the option is by default: no limit, no callback. Raises `SettingsError` for
    a name that is no setting of a world, and for a value that cannot be used.
    """
    _check_names(settings)
    chosen = from_values(settings)
    if policy := {name: _value(name, chosen) for name in _POLICY if name in settings}:
        yield "settings", policy
    if clock := _clock(settings, chosen):
        yield "clock", clock
    if callback := {
        key: _value(name, chosen) for key, name in _CALLBACK.items() if name in settings
    }:
        yield "callback", callback


def _check_names(settings: Mapping[str, object]) -> None:
    for name in settings.keys() - NAMES:
        if name in {option.name for option in OPTIONS}:
            raise SettingsError(
                f"{name} is a setting of the server, not of one world:"
                " give it to mockrec.running(), or to the mockrec_settings of pytest's ini file"
            )
        raise SettingsError(f"unknown setting {name!r}{did_you_mean(name, NAMES)}")


def _clock(settings: Mapping[str, object], chosen: Settings) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if "clock" in settings:
        body["mode"] = chosen.clock_mode
        if chosen.clock_mode == "scaled":
            body["rate"] = chosen.clock_rate
    if "start_at" in settings:
        body["now"] = chosen.start_at
    return body


def _value(name: str, chosen: Settings) -> object:
    match name:
        case "credentials":
            return [":".join(pair) for pair in chosen.credentials]
        case "timing":
            return dict(chosen.timing)
        case "callback_event":
            return list(chosen.callback_events)
    return getattr(chosen, name)
