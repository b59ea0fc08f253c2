"""What becomes of an attempt to upload, where that is known without asking a real bucket.

Everything that can be the matter with an upload is weighed here, and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockrec.domain.conditions import BucketFault, Conditions
from mockrec.domain.events import UploadBefallen
from mockrec.domain.faults import Fail, Slow
from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.notices import KeysExpired
from mockrec.domain.rules import Facts, Occasion, Operation
from mockrec.domain.streams import Verdict
from mockrec.domain.values import dataclass, replace

if TYPE_CHECKING:
    from mockrec.domain.promises import FinishUpload
    from mockrec.domain.recording import Recording
    from mockrec.domain.task import Storage


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a bucket says to an attempt."""

    verdict: Verdict | None
    """None where only a real bucket can tell: it has to be asked."""
    reason: str = ""
    later: Millis = 0
    """How much longer the attempt takes; what counts is what holds then."""


_STORED: Final = Judgement(Verdict.STORED)
_ASK: Final = Judgement(None)
_EXPIRED: Final = Judgement(Verdict.FAILED, "the temporary keys have expired")
_BROKEN: Final = {
    BucketFault.TRANSFER: Judgement(Verdict.FAILED, "nothing gets through to the bucket"),
    BucketFault.CREDENTIALS: Judgement(Verdict.REFUSED, "the keys were not accepted"),
    BucketFault.MISSING: Judgement(Verdict.REFUSED, "there is no such bucket"),
}


def judge(recording: Recording, promise: FinishUpload) -> tuple[Recording, Judgement]:
    """What comes of this attempt; the recording has counted and told what there is to tell."""
    storage, now = recording.storage, recording.now
    if storage is None:
        return recording, _STORED
    if 0 < storage.sts_expiration * SECOND <= now:
        return _told_of_expiry(recording), _EXPIRED
    if recording.deck.rules and not promise.delayed:
        recording, befallen = _befallen(recording, promise, storage)
        if befallen is not None:
            return recording, befallen
    fault = recording.conditions.bucket(storage.bucket)
    if fault is BucketFault.SLOW and not promise.delayed:
        return recording, Judgement(None, later=recording.task.timing.slow_upload)
    return recording, say(recording.conditions, storage, external=recording.task.external)


def say(conditions: Conditions, storage: Storage, *, external: bool) -> Judgement:
    """What this bucket says to whatever is brought to it; a real one is asked where it is whole."""
    fault = conditions.bucket(storage.bucket)
    usual = _ASK if external else _STORED
    return usual if fault is None else _BROKEN.get(fault, usual)


def _befallen(
    recording: Recording, promise: FinishUpload, storage: Storage
) -> tuple[Recording, Judgement | None]:
    """What a rule has come of this attempt, if one fires; the sid stands for the seed in it."""
    task = recording.task
    facts: Facts = {
        "mode": str(task.mode),
        "cname": task.cname,
        "uid": str(task.uid),
        "bucket": storage.bucket,
        "kind": promise.item.word,
        "attempt": promise.attempt,
    }
    occasion = Occasion(Operation.UPLOAD, facts)
    deck, rule = recording.deck.draw(occasion, recording.now, 0, task.sid)
    recording = replace(recording, deck=deck)
    effect = rule.fault.effect if rule else None
    if rule is None or effect is None:
        return recording, None
    said = UploadBefallen(
        at=recording.now,
        rule=rule.id,
        effect=effect.word,
        item=promise.item,
        attempt=promise.attempt,
    )
    recording = recording.tell(said)
    match effect:
        case Fail(verdict):
            return recording, Judgement(verdict, f"a rule of the scenario: {rule.id}")
        case Slow(by):
            return recording, Judgement(None, later=by)
    return recording, None


def _told_of_expiry(recording: Recording) -> Recording:
    if recording.keys_expired:
        return recording
    return replace(recording, keys_expired=True).announce(KeysExpired)
