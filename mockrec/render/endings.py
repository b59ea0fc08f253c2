"""How it ended: the code and the message of notice 71, the results of notices 81 and 1001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockrec.domain.recording import Ending

if TYPE_CHECKING:
    from mockrec.domain.notices import PostponedFinished, TranscoderCompleted

WEB_ENDINGS: Final = {
    Ending.STOPPED: (0, "ok"),
    Ending.MAX_HOURS: (1, "max_recording_hour"),
    Ending.PAGE_LIMITED: (2, "capability_limit"),
    Ending.ENGINE_FAILED: (3, "start_engine_failed"),
    Ending.PAGE_TIMEOUT: (4, "page_load_timeout"),
    Ending.PAGE_FAILED: (5, "access_url_failed"),
    Ending.PAGE_CRASHED: (6, "recorder_error"),
    Ending.BUCKET_REFUSED: (6, "recorder_error"),
    Ending.SERVER_LOST: (6, "recorder_error"),
}
"""For each end that a web recording can come to."""

OTHER: Final = (6, "recorder_error")
"""For any other."""


def outcome(notice: TranscoderCompleted | PostponedFinished, whole: str, nothing: str) -> str:
    """The result of transcoding; the two notices have different words for all and for nothing."""
    if not notice.files:
        return nothing
    return "partial_success" if notice.failed else whole
