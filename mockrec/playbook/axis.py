"""What happened, one line each, on one axis: requests, states, files, notifications, cues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mockrec.domain.moments import HOUR, MINUTE, SECOND, Millis

Told = Mapping[str, Any]
"""An entry of the journal in words, as the control plane tells it."""

_FILES: Final = {"SliceUploaded": "slice", "PartUploaded": "file", "ItemBackedUp": "item"}
_SILENT: Final = frozenset({"SliceCut", "UploadTried", "PlaylistsFinished"})


def timeline(entries: Iterable[Told], began: Millis) -> Iterator[str]:
    """The lines of the entries that say something to a reader, moments counted from `began`."""
    for entry in entries:
        said = _line(entry)
        if said is not None:
            kind, text = said
            yield f"{offset(entry['at'] - began):>12}  {kind:<8}  {text}"


def offset(span: Millis) -> str:
    """A span as it stands on the axis: ``+1:02:03.450``."""
    sign, span = ("-", -span) if span < 0 else ("+", span)
    hours, rest = divmod(span, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, millis = divmod(rest, SECOND)
    clock = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{sign}{clock}:{seconds:02}.{millis:03}"


def _line(entry: Told) -> tuple[str, str] | None:
    match entry["kind"]:
        case "request":
            return "call", _call(entry)
        case "notification":
            return _told(entry)
        case "clock":
            return None
    return _event(entry)


def _call(entry: Told) -> str:
    answer = entry["answer"] if isinstance(entry["answer"], dict) else {}
    status = entry["status"] or "no answer"
    code = f"/{answer['code']}" if "code" in answer else ""
    rule = f"  (rule {entry['rule']})" if entry.get("rule") else ""
    detail = f"  {entry['detail']}" if entry["detail"] and not rule else ""
    return f"{entry['operation'] or entry['path']} -> {status}{code}{rule}{detail}"


def _told(entry: Told) -> tuple[str, str] | None:
    details = entry.get("details", {})
    if entry["event"] == "GivenUp":
        return "notify", f"given up after {details['attempts']} attempts: {details['why']}"
    return None


def _event(entry: Told) -> tuple[str, str] | None:
    name, details = entry["event"], entry["details"]
    if "notice" in entry:
        return "notice", f"{entry['notice']} {entry['name']}{_brief(details)}"
    if name in _FILES:
        return "file", _file_of(details[_FILES[name]])
    match name:
        case "StatusChanged":
            return "status", f"{details['status']}: {details['because']}"
        case "CuePlayed":
            problem = f"  (not done: {details['problem']})" if details["problem"] else ""
            return "cue", f"{details['what']}{problem}"
        case "NoticeBefallen":
            return "rule", f"{details['rule']}: {details['effect']} notice {details['number']}"
        case "Mishap":
            return "mishap", details["what"]
    return None if name in _SILENT else ("event", f"{name}{_brief(details)}")


def _file_of(said: Any) -> str:
    """The name of a file, or of a slice that is one; a part in the backup has none yet."""
    if isinstance(said, dict):
        return str(said.get("file", "a part of the MP4"))
    return str(said)


def _brief(details: Told) -> str:
    """The details that fit on a line."""
    said = [
        f"{key}={value}"
        for key, value in details.items()
        if isinstance(value, str | int | bool) and value != ""
    ]
    return f"  {', '.join(said)}" if said else ""
