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
from typing import TYPE_CHECKING, Final

from mockrec.domain.events import NoticeBefallen
from mockrec.domain.faults import Lose
from mockrec.domain.moments import Millis, spell
from mockrec.domain.notices import Notice
from mockrec.domain.outgoing import Outgoing
from mockrec.domain.values import dataclass
from mockrec.playbook.axis import timeline
from mockrec.playbook.fields import NoSuchField, values
from mockrec.render.notification import NoticeStyle, announcement, details
from mockrec.sinks.journal import Call
from mockrec.sinks.wording import told

if TYPE_CHECKING:
    from mockrec.domain.recording import Recording, Turn
    from mockrec.domain.rules import Anchors
    from mockrec.playbook.scenario import Expectation
    from mockrec.sinks.journal import Entry
    from mockrec.sinks.shelf import Filed

_AROUND: Final = 12
"""How many lines of the timeline a verdict shows."""
_STYLE: Final = NoticeStyle()


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
    try:
        moments, objection = _KINDS[expectation.kind](expectation, evidence, span)
    except NoSuchField as fault:  # then even `never` says nothing
        return _verdict(expectation, evidence, span, str(fault))
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
        return _happened(moments) if moments and not objection else ""
    least = expectation.details.get("at_least", 0 if "at_most" in expectation.details else 1)
    most = expectation.details.get("at_most")
    if len(moments) < least:
        return objection or f"{_happened(moments)}, expected at least {least}"
    if most is not None and len(moments) > most:
        return f"{_happened(moments)}, expected at most {most}"
    return objection


def _happened(moments: Sequence[Millis]) -> str:
    count = len(moments)
    return {0: "it never happened", 1: "it happened once"}.get(count, f"it happened {count} times")


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
    moments, said = [at for at, _ in calls], [call for _, call in calls]
    wanted = expectation.details
    for field in wanted.get("same", ()):
        found = values(said, field)
        if len(set(found)) > 1:
            return moments, f"{field} differs: {', '.join(dict.fromkeys(found))[:300]}"
    for field in wanted.get("different", ()):
        found = values(said, field)
        if len(set(found)) < len(found):
            return moments, f"{field} repeats itself: {', '.join(found)[:300]}"
    gaps = wanted.get("gaps", {}).get("at_least", ())
    few = "" if "at_most" in wanted else _too_few(moments, gaps)
    return moments, _too_soon(moments, gaps) or few


def _too_soon(moments: Sequence[Millis], gaps: Sequence[Millis]) -> str:
    for number, ((earlier, later), gap) in enumerate(zip(pairwise(moments), gaps, strict=False), 2):
        if later - earlier < gap:
            came = spell(later - earlier)
            return f"call {number} came {came} after, expected at least {spell(gap)}"
    return ""


def _too_few(moments: Sequence[Millis], gaps: Sequence[Millis]) -> str:
    """A gap has a call at either end: one that was never made shows no patience."""
    if not gaps or len(moments) > len(gaps):
        return ""
    there = "there was 1 call" if len(moments) == 1 else f"there were {len(moments) or 'no'} calls"
    between = "1 gap" if len(gaps) == 1 else f"{len(gaps)} gaps"
    return f"{there}, expected at least {len(gaps) + 1} for {between}"


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
    """The status of a recording: in the end, or one that it has at some moment of the span.

    `never` without a span is about all of its time, for a status passes.
    """
    recording = _recording(expectation.subject.get("sid"), evidence)
    if recording is None:
        return [], "there is no such recording"
    spanned = expectation.within is not None or expectation.after is not None
    if spanned or expectation.never:
        verb, turns = "was", _turns(recording, span, evidence.now)
    else:
        verb, turns = "is", list(recording.history[-1:])
    wanted = expectation.subject["status"]
    moments = [max(turn.at, span.begin) for turn in turns if int(turn.status) == wanted]
    statuses = ", ".join(str(int(turn.status)) for turn in turns)
    return moments, "" if moments or not turns else f"the status {verb} {statuses}"


def _turns(recording: Recording, span: _Span, now: Millis) -> list[Turn]:
    """What a recording turned to in the span, and before that, what it was when the span began."""
    ends = [*(turn.at for turn in recording.history[1:]), now + 1]
    return [
        turn
        for turn, end in zip(recording.history, ends, strict=False)
        if turn.at <= span.end and (span.holds(turn.at) or end > span.begin)
    ]


def _recording(sid: str | None, evidence: Evidence) -> Recording | None:
    """The recording of this sid, or the first."""
    mine = (one for one in evidence.recordings if sid in (None, one.task.sid))
    return next(mine, None)


def _left(expectation: Expectation, evidence: Evidence, _: _Span) -> Found:
    """How many recordings are still live: now, whatever was before."""
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
