"""Flags, environment, mockrec.yaml and defaults become one frozen `Settings`.

`options` lists what can be set, `kinds` says how its text is read, `sources` and `file` where it
stands, `reading` which of them counts.
"""

from mockrec.settings.kinds import MOMENT, SWITCH, did_you_mean
from mockrec.settings.options import FILE, FLAGS, OPTIONS, Option
from mockrec.settings.reading import from_values, idle, load, strays
from mockrec.settings.values import Settings, SettingsError

__all__ = [
    "FILE",
    "FLAGS",
    "MOMENT",
    "OPTIONS",
    "SWITCH",
    "Option",
    "Settings",
    "SettingsError",
    "did_you_mean",
    "from_values",
    "idle",
    "load",
    "strays",
]
