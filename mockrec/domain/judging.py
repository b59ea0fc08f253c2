"""What becomes of an attempt to upload, where that is known without asking a real bucket.

Everything that can be the matter with an upload is weighed here, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mockrec.domain.conditions import BucketFault, Conditions
from mockrec.domain.events import KeysExpired
from mockrec.domain.moments import SECOND, Millis
from mockrec.domain.streams import Verdict
from mockrec.domain.values import replace

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
    fault = recording.conditions.bucket(storage.bucket)
    if fault is BucketFault.SLOW and not promise.delayed:
        return recording, Judgement(None, later=recording.task.timing.slow_upload)
    return recording, say(recording.conditions, storage, external=recording.task.external)


def say(conditions: Conditions, storage: Storage, *, external: bool) -> Judgement:
    """What this bucket says to whatever is brought to it; a real one is asked where it is whole."""
    fault = conditions.bucket(storage.bucket)
    usual = _ASK if external else _STORED
    return usual if fault is None else _BROKEN.get(fault, usual)


def _told_of_expiry(recording: Recording) -> Recording:
    if recording.keys_expired:
        return recording
    return replace(recording, keys_expired=True).announce(KeysExpired)
