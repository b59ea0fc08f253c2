"""What happened in a world, for a person to read: bounded, a line each, the oldest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from mockrec.domain.moments import iso, spell

FIRST, LAST = 20, 40
"""How many lines are shown of the beginning and of the end, where there are more."""
_WIDEST: Final = 160
_MOST_FILES: Final = 12

Body = Mapping[str, Any]


def timeline(
    world: Body,
    entries: Sequence[Body],
    recordings: Sequence[Body],
    files: Sequence[str],
    notifications: Sequence[Body],
) -> str:
    """The world in a paragraph: requests, states and notices on one axis, then what is there."""
    began = next((one["at"] for one in entries if one["kind"] != "clock"), world["now"])
    told = [line for entry in entries for line in _told(entry, began)]
    return "\n".join(
        (
            f"world {world['appid']}, its {world['clock']} clock at {iso(world['now'])}",
            *_bounded(told),
            *(_recording(one) for one in recordings[-LAST:]),
            *_files(files),
            *_letters(notifications),
        )
    )


def _told(entry: Body, began: int) -> Iterable[str]:
    """The line of an entry, if it has one: slices and the like would drown the rest."""
    words = _words(entry)
    if words:
        yield _cut(f"  +{spell(max(0, entry['at'] - began)):<12} {words}")


def _words(entry: Body) -> str:
    match entry:
        case {"kind": "request"}:
            return _request(entry)
        case {"kind": "clock", "from": since, "at": at} if at != since:
            return f"the clock was moved by {spell(at - since)}"
        case {"kind": "clock", "mode": mode}:
            return f"the clock is {mode}"
        case {"event": "StatusChanged", "details": {"status": status, "because": because}}:
            return f"{_who(entry)}: status {status}, {because}"
        case {"kind": "event", "notice": notice, "name": name}:
            return f"{_who(entry)}: {notice} {name}"
        case {"event": "Mishap", "details": {"what": what}}:
            return f"mishap: {what}"
    return ""


def _request(entry: Body) -> str:
    operation = entry["operation"] or f"{entry['method']} {entry['path']}"
    code = f", code {entry['answer']['code']}" if _has_code(entry["answer"]) else ""
    detail = f"  ({entry['detail']})" if entry["detail"] else ""
    return f"> {operation} {_asked_for(entry['body'])}-> {entry['status']}{code}{detail}"


def _has_code(answer: object) -> bool:
    return isinstance(answer, Mapping) and "code" in answer


def _asked_for(body: object) -> str:
    return f"{_who(body)} " if isinstance(body, Mapping) and "cname" in body else ""


def _who(body: Body) -> str:
    return f"{body['cname']}/{body.get('uid')}"


def _recording(one: Body) -> str:
    ending = "live" if one["ending"] is None else one["ending"]
    return _cut(
        f"recording {one['sid']} {_who(one)} {one['mode']}: status {one['status']}, {ending}"
    )


def _files(names: Sequence[str]) -> Iterable[str]:
    if names:
        left_out = [f"... {len(names) - _MOST_FILES} more"] if len(names) > _MOST_FILES else []
        shown = (*names[:_MOST_FILES], *left_out)
        yield f"{len(names)} files:"
        yield from (_cut(f"  {name}") for name in shown)


def _letters(notifications: Sequence[Body]) -> Iterable[str]:
    if notifications:
        verdicts = Counter(letter["verdict"] for letter in notifications)
        counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
        yield f"{len(notifications)} notifications: {counted}"
        problems = Counter(
            tried["problem"]
            for letter in notifications
            for tried in letter["attempts"]
            if tried["problem"]
        )
        yield from (_cut(f"  {count} times {what}") for what, count in problems.most_common(5))


def _bounded(lines: list[str]) -> list[str]:
    left_out = len(lines) - FIRST - LAST
    if left_out <= 0:
        return lines
    return [*lines[:FIRST], f"  ... {left_out} more ...", *lines[-LAST:]]


def _cut(line: str) -> str:
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 3]}..."
