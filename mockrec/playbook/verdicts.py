"""What a scenario expects, held against what happened; each verdict says why.

Each kind of expectation is a function that finds what counts, in the span of time that is asked
about; how many there have to be is judged in one place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from mockrec.documents import Unreadable, read
from mockrec.domain.events import NoticeBefallen, StatusChanged
from mockrec.domain.faults import Lose
from mockrec.domain.moments import Millis, spell
from mockrec.domain.notices import Notice
from mockrec.domain.outgoing import Outgoing
from mockrec.domain.values import dataclass
from mockrec.playbook.axis import timeline
from mockrec.render.notification import NoticeStyle, announcement, details
from mockrec.sinks.journal import Call
from mockrec.sinks.wording import told

if TYPE_CHECKING:
    from mockrec.domain.recording import Recording
    from mockrec.domain.rules import Anchors
    from mockrec.playbook.scenario import Expectation
    from mockrec.sinks.journal import Entry
    from mockrec.sinks.shelf import Filed

_AROUND: Final = 12
"""How many lines of the timeline a verdict shows."""
_STYLE: Final = NoticeStyle()
_PATH: Final = re.compile(
    r"/resourceid/(?P<resourceId>[^/]+)(?:/sid/(?P<sid>[^/]+))?/mode/(?P<mode>[^/]+)"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the time since a scenario began."""

    entries: Sequence[Entry]
    files: Sequence[Filed]
    recordings: Sequence[Recording]
    """In the order of their starts."""
    anchors: Anchors
    now: Millis
    whole: bool = True
    """Whether the journal still has all of it."""

    @property
    def began(self) -> Millis:
        """When the scenario began."""
        return self.anchors.get("", self.now)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an expectation was met, why or why not, and what happened around."""

    kept: bool
    expected: str
    why: str
    timeline: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Span:
    """The time that an expectation is about."""

    begin: Millis
    end: Millis

    def holds(self, at: Millis) -> bool:
        return self.begin <= at <= self.end


Found = tuple[list[Millis], str]
"""The moments of what counts, and what more there is to say against it."""


def judge(expectation: Expectation, evidence: Evidence) -> Verdict:
    """The verdict on one expectation."""
    if not evidence.whole:
        why = "the journal no longer has all of it: it keeps so many entries and no more"
        return Verdict(False, expectation.text, why)
    span = _span(expectation, evidence)
    if span is None:
        anchor = expectation.after.anchor if expectation.after else ""
        return _verdict(expectation, evidence, None, f"{anchor} never came")
    moments, objection = _KINDS[expectation.kind](expectation, evidence, span)
    return _verdict(expectation, evidence, span, _against(expectation, moments, objection))


def _verdict(expectation: Expectation, evidence: Evidence, span: _Span | None, why: str) -> Verdict:
    shown = () if not why else _around(evidence, span)
    return Verdict(not why, expectation.text, why or "it is so", shown)


def _span(expectation: Expectation, evidence: Evidence) -> _Span | None:
    """From the anchor, or the beginning, for as long as is said; None if the anchor never came."""
    begin: Millis | None = evidence.began
    if expectation.after is not None:
        begin = expectation.after.on(evidence.anchors)
    if begin is None:
        return None
    end = evidence.now if expectation.within is None else begin + expectation.within
    return _Span(begin, end)


def _against(expectation: Expectation, moments: list[Millis], objection: str) -> str:
    """What speaks against it: the number of times, or else what the kind objects."""
    if expectation.never:
        return f"it happened {_times(len(moments))}" if moments and not objection else ""
    least = expectation.details.get("at_least", 0 if "at_most" in expectation.details else 1)
    most = expectation.details.get("at_most")
    if len(moments) < least:
        return objection or f"it happened {_times(len(moments))}, expected at least {least}"
    if most is not None and len(moments) > most:
        return f"it happened {_times(len(moments))}, expected at most {most}"
    return objection


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _around(evidence: Evidence, span: _Span | None) -> tuple[str, ...]:
    """The lines of the span: its beginning and its end where there are too many."""
    entries = [one for one in evidence.entries if span is None or span.holds(one.at)]
    lines = list(timeline(map(told, entries), evidence.began))
    if len(lines) <= _AROUND:
        return tuple(lines)
    half = _AROUND // 2
    left_out = f"{'':>12}  ... {len(lines) - 2 * half} more"
    return (*lines[:half], left_out, *lines[-half:])


# The kinds.


def _notified(expectation: Expectation, evidence: Evidence, span: _Span) -> Found:
    """Notices of this name or number whose details say at least what is said here."""
    wanted = {
        key: value
        for key, value in expectation.details.items()
        if key not in {"at_least", "at_most"}
    }
    lost = {
        (one.subject.task.sid, one.subject.event.number)
        for one in evidence.entries
        if isinstance(one.subject, Outgoing)
        and isinstance(one.subject.event, NoticeBefallen)
        and one.subject.event.effect == Lose.word
    }
    moments, others = [], []
    for one in evidence.entries:
        if not (span.holds(one.at) and isinstance(one.subject, Outgoing)):
            continue
        task, event = one.subject.task, one.subject.event
        if not isinstance(event, Notice) or (task.sid, event.sequence) in lost:
            continue
        said = announcement(event)
        if expectation.subject not in (said.event_type, said.name):
            continue
        particulars = details(task, event, _STYLE)
        if resembles(wanted, particulars):
            moments.append(one.at)
        else:
            others.append(particulars)
    if others and not moments and not expectation.never:
        return moments, f"what was told differs: {json.dumps(others[-1])[:300]}"
    return moments, ""


def _called(expectation: Expectation, evidence: Evidence, span: _Span) -> Found:
    """Calls of this operation; with what they have in common, or not, and how far apart."""
    calls = [
        (one.at, one.subject)
        for one in evidence.entries
        if isinstance(one.subject, Call)
        and one.subject.operation == expectation.subject
        and span.holds(one.at)
    ]
    moments = [at for at, _ in calls]
    wanted = expectation.details
    for field in wanted.get("same", ()):
        values = _values(calls, field)
        if len(set(values)) > 1:
            return moments, f"{field} differs: {', '.join(dict.fromkeys(values))[:300]}"
    for field in wanted.get("different", ()):
        values = _values(calls, field)
        if len(set(values)) < len(values):
            return moments, f"{field} repeats itself: {', '.join(values)[:300]}"
    return moments, _too_soon(moments, wanted.get("gaps", {}).get("at_least", ()))


def _too_soon(moments: Sequence[Millis], gaps: Sequence[Millis]) -> str:
    for number, ((earlier, later), gap) in enumerate(zip(pairwise(moments), gaps, strict=False), 2):
        if later - earlier < gap:
            came = spell(later - earlier)
            return f"call {number} came {came} after, expected at least {spell(gap)}"
    return ""


def _values(calls: Sequence[tuple[Millis, Call]], field: str) -> list[str]:
    return [json.dumps(_field(call, field), sort_keys=True) for _, call in calls]


def _field(call: Call, field: str) -> object:
    """A field of a call: of its path, or of its body by name or by JSON pointer."""
    path = _PATH.search(call.path)
    if path and field in path.groupdict():
        return path[field]
    try:
        found: Any = read(call.body) if call.body else {}
    except Unreadable:
        return None
    for key in field.strip("/").split("/"):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _file(expectation: Expectation, evidence: Evidence, span: _Span) -> Found:
    """Objects in the buckets whose name, or whole key, is like this."""
    names = [
        (filed.at, filed.key)
        for filed in evidence.files
        if any(
            fnmatchcase(name, expectation.subject)
            for name in (filed.key, filed.key.rpartition("/")[2])
        )
    ]
    moments = [at for at, _ in names if span.holds(at)]
    if moments or expectation.never:
        return moments, ""
    there = ", ".join(filed.key.rpartition("/")[2] for filed in evidence.files[:8])
    return moments, f"there is {there or 'nothing in any bucket'}"


def _state(expectation: Expectation, evidence: Evidence, span: _Span) -> Found:
    """The status of a recording: in the end, or at some moment of the span that is asked about."""
    wanted: Mapping[str, Any] = expectation.subject
    recording = _recording(wanted.get("sid"), evidence)
    if recording is None:
        return [], "there is no such recording"
    if expectation.within is None and expectation.after is None:
        reached = int(recording.status) == wanted["status"]
        is_so = f"the status is {int(recording.status)}"
        return ([evidence.now] if reached else []), "" if reached else is_so
    moments = [
        one.at
        for one in evidence.entries
        if isinstance(one.subject, Outgoing)
        and one.subject.task.sid == recording.task.sid
        and isinstance(one.subject.event, StatusChanged)
        and int(one.subject.event.status) == wanted["status"]
        and span.holds(one.at)
    ]
    return moments, ""


def _recording(sid: str | None, evidence: Evidence) -> Recording | None:
    """The recording of this sid, or the first."""
    mine = (one for one in evidence.recordings if sid in (None, one.task.sid))
    return next(mine, None)


def _left(expectation: Expectation, evidence: Evidence, _: _Span) -> Found:
    """How many recordings are still live."""
    live = [one for one in evidence.recordings if not one.exited]
    wanted = expectation.subject["running"]
    if len(live) == wanted:
        return [evidence.now], ""
    sids = ", ".join(f"{one.task.sid} ({one.task.cname})" for one in live[:5])
    return [], f"{len(live)} are running, expected {wanted}" + (f": {sids}" if sids else "")


_KINDS: Final[dict[str, Callable[[Expectation, Evidence, _Span], Found]]] = {
    "notified": _notified,
    "called": _called,
    "file": _file,
    "state": _state,
    "left": _left,
}


def resembles(pattern: object, document: object) -> bool:
    """Whether the document says at least what the pattern says.

    A string between slashes is a regular expression to be found; a list is as long as it is.
    """
    if isinstance(pattern, Mapping):
        return isinstance(document, Mapping) and all(
            key in document and resembles(value, document[key]) for key, value in pattern.items()
        )
    if isinstance(pattern, list | tuple):
        return (
            isinstance(document, list | tuple)
            and len(pattern) == len(document)
            and all(map(resembles, pattern, document))
        )
    if isinstance(pattern, str) and len(pattern) > 1 and pattern[0] == pattern[-1] == "/":
        return isinstance(document, str) and re.search(pattern[1:-1], document) is not None
    return pattern == document and isinstance(pattern, bool) == isinstance(document, bool)
