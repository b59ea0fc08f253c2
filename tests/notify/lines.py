"""What a receiver was told, as the lines of a golden file.

Each line has the offset since the start, the number, the event and its details; in these, moments
are offsets, too. A uid stands there where it is not the recorder's own.
"""

from __future__ import annotations

import json
import re
from typing import Final

from tests.api.service import UID
from tests.notify.receivers import Arrival

_MOMENT: Final = re.compile(r"(?<=[:_])1[0-9]{12}(?=[,}.])")


def timeline(told: list[Arrival], began: int, sid: str) -> str:
    """A line for each notification."""
    return "\n".join([*(_line(one, began, sid) for one in told), ""])


def _line(arrival: Arrival, began: int, sid: str) -> str:
    payload, details = arrival.payload, dict(arrival.details)
    said = {"service": f"{payload['serviceType']}/{payload['serviceScene']}"}
    if payload["uid"] != UID:
        said["uid"] = payload["uid"]
    name = details.pop("msgName")
    text = json.dumps(said | details, separators=(",", ":")).replace(sid, "SID")
    text = _MOMENT.sub(lambda found: f"+{_since(began, int(found[0])):.3f}", text)
    offset = _since(began, payload["sendts"])
    return f"{offset:9.3f} {payload['sequence']:3} {arrival.event:4} {name} {text}"


def _since(began: int, moment: int) -> float:
    """Seconds."""
    return (moment - began) / 1_000
