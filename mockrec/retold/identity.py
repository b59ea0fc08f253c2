"""Which ids of a replay stand for those of the session: the ones that the same answers gave.

Who lost the answer to a start may have read the sid elsewhere, in a notification. Such a sid stands
for the recording of its channel that no answer of the replay told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from mockrec.retold.outcome import NOTHING, ids_of

if TYPE_CHECKING:
    from mockrec.replay.heard import Heard
    from mockrec.retold.session import Exchange, Session


def learned(
    session: Session, heard: Sequence[Heard], entries: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, str], str]:
    """The ids of the replay by their kind and those of the session, as far as they are known."""
    now = [ids_of(one.status or NOTHING, one.body) for one in heard]
    pairs = list(zip(session.exchanges, now, strict=True))
    given = {
        (name, then): gives[name]
        for one, gives in pairs
        for name, then in one.gave.items()
        if name in gives
    }
    told = {gives["sid"] for gives in now if "sid" in gives}
    untold = [(channel, sid) for channel, sid in _recorded(entries) if sid not in told]
    for channel, then in _read_elsewhere(session.exchanges):
        match = next((one for one in untold if one[0] == channel), None)
        if match is not None:
            untold.remove(match)
            given["sid", then] = match[1]
    return given


def _recorded(entries: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], None]:
    """Channel and sid of every recording, in the order of their starts."""
    events = (entry for entry in entries if entry["kind"] == "event" and "sid" in entry)
    return dict.fromkeys((entry["cname"], entry["sid"]) for entry in events)


def _read_elsewhere(exchanges: Sequence[Exchange]) -> Iterator[tuple[object, str]]:
    """The sids that were good and that no answer gave before, each with its channel."""
    channels = {
        one.gave["resourceId"]: one.body.get("cname")
        for one in exchanges
        if "resourceId" in one.gave and "cname" in one.body
    }
    known: set[str] = set()
    for one in exchanges:
        sid = one.target.said.get("sid")
        if sid and sid not in known and one.outcome.status == HTTPStatus.OK:
            known.add(sid)
            yield channels.get(one.target.said["resourceId"]), sid
        known |= {*one.gave.values()}
