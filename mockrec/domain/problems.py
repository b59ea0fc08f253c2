"""Every refusal that the service can utter: status, code, reason and shape, in one table.

A row is named once and raised as ``Refusal(ROW)``. The wording of the older documents stands in the
same row; the profile of the world chooses (docs/protocol.md#refusals gives the source of each row).
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final

from mockrec.domain.values import dataclass

_LONGEST_QUOTE: Final = 60


class Profile(StrEnum):
    """Which edition of the service's documents a world follows."""

    Y2026 = "2026"
    Y2020 = "2020"


class Shape(Enum):
    """What a refusal looks like on the wire (docs/protocol.md#refusals)."""

    GATEWAY = "gateway"
    """``{"message": …}``: the request never reached the service."""
    FRONT = "front"
    """``{"code", "reason"}`` with cname and uid where they are known."""
    WORKER = "worker"
    """The same with resourceId and sid: the recording process speaks."""
    START = "start"
    """The same, the sid an empty string: there is none for this start."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands on the wire."""

    status: int
    code: int | None
    reason: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of refusal, in the words of both editions."""

    name: str
    now: Wording
    then: Wording

    def on(self, profile: Profile) -> Wording:
        """The wording in force for this profile."""
        return self.now if profile is Profile.Y2026 else self.then


class Refusal(Exception):
    """Raised inside the domain or at the door; becomes an answer in exactly one place."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(problem.name, detail)
        self.problem = problem
        self.detail = detail


def quoted(text: str) -> str:
    """A text of the caller's as a detail shows it: in quotation marks, printable, not too long."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:_LONGEST_QUOTE])
    return f'"{shown}{"…" if len(text) > _LONGEST_QUOTE else ""}"'


PROBLEMS: Final[dict[str, Problem]] = {}


def _row(name: str, now: Wording, then: Wording | None = None) -> Problem:
    PROBLEMS[name] = problem = Problem(name, now, then or now)
    return problem


def _gateway(status: int, message: str) -> Wording:
    return Wording(status, None, message, Shape.GATEWAY)


def _front(status: int, code: int, reason: str) -> Wording:
    return Wording(status, code, reason, Shape.FRONT)


def _worker(status: int, code: int, reason: str) -> Wording:
    return Wording(status, code, reason, Shape.WORKER)


def _start(status: int, code: int, reason: str) -> Wording:
    return Wording(status, code, reason, Shape.START)


# The gateway in front of the service.
UNAUTHORIZED: Final = _row("unauthorized", _gateway(401, "Unauthorized"))
BAD_CREDENTIALS: Final = _row(
    "bad-credentials", _gateway(401, "Invalid authentication credentials")
)
NO_ROUTE: Final = _row("no-route", _gateway(404, "no Route matched with those values"))
RATE_LIMITED: Final = _row("rate-limited", _gateway(429, "API rate limit exceeded"))
INVALID_APP_ID: Final = _row(
    "invalid-appid", _gateway(400, "appid is invalid"), _gateway(400, "invalid appid")
)
TOO_LARGE: Final = _row("too-large", _gateway(413, "Request size limit exceeded"))
TOO_SLOW: Final = _row("too-slow", _gateway(408, "Request Timeout"))

# Code 2 and its kin: the request is wrong.
BODY_CHECK: Final = _row("body-check", _front(400, 2, "post method api body check failed!"))
NOT_JSON: Final = _row(
    "not-json",
    _front(400, 2, "post method api body check failed!"),
    _front(400, 8, "invalid http request"),
)
BAD_EXPIRY: Final = _row(
    "bad-resource-expired-hour", _front(400, 2, "Acquire: invalid resourceExpiredHour value!")
)
NO_SERVICE_SELECTED: Final = _row("services-not-selected", _front(400, 2, "services not selected!"))
REQUEST_HASH: Final = _row("request-hash-mismatch", _front(400, 2, "request_hash mismatch!"))
BAD_CHANNEL_NAME: Final = _row(
    "invalid-channel-name",
    _front(400, 401, "invalid_channel_name"),
    _front(400, 1013, "invalid channel name"),
)
BAD_LAYOUT: Final = _row(
    "bad-layout",
    _front(400, 2, "post method api body check failed!"),
    _front(400, 1028, "invalid layout parameter"),
)

# Ids, and what they stand for.
UNREADABLE_RESOURCE: Final = _row("unreadable-resource", _front(400, 1001, "invalid resourceid"))
FOREIGN_RESOURCE: Final = _row(
    "foreign-resource", _front(400, 1003, "resourceid does not match appid or sid")
)
PARAMETER_MISMATCH: Final = _row("parameter-mismatch", _front(400, 432, "parameter mismatch"))
RESOURCE_EXPIRED: Final = _row("resource-expired", _front(400, 433, "resourceid expired"))
ALREADY_STARTED: Final = _row("already-started", _start(201, 7, "already started"))
TASK_CONFLICT: Final = _row("task-conflict", _start(400, 53, "task conflict"))
NO_WORKER: Final = _row("no-worker", _front(404, 404, "failed to find worker"))
NO_WORKER_FOR_UNREADABLE: Final = _row(
    "no-worker-unreadable-resource", NO_WORKER.now, UNREADABLE_RESOURCE.now
)
NO_WORKER_FOR_FOREIGN: Final = _row(
    "no-worker-foreign-resource", NO_WORKER.now, FOREIGN_RESOURCE.now
)
NO_WORKER_EXITING: Final = _row(
    "no-worker-exiting", NO_WORKER.now, _front(400, 501, "recording service is exiting")
)

# The end of a recording.
INVALID_OPERATION: Final = _row("invalid-operation", _worker(400, 49, "invalid operation"))
UPLOAD_TIMEOUT: Final = _row("upload-timeout", _worker(206, 50, "upload timeout"))
NO_RECORDED_DATA: Final = _row("no-recorded-data", _worker(206, 435, "no recorded data"))

AFTER_THE_DEED: Final = frozenset({UPLOAD_TIMEOUT.name, NO_RECORDED_DATA.name})
"""What is said of a stop that was done all the same."""

# What the account and the data centre can have against it.
ACCOUNT_SUSPENDED: Final = _row("account-suspended", _front(400, 405, "no_active_status"))
OVERLOADED: Final = _row("too-many-workers", _front(400, 406, "vendor_over_load"))
NOT_ENABLED: Final = _row(
    "not-enabled",
    _front(400, 400, "invalid_appid"),
    _front(400, 62, "cloud recording is not enabled"),
)
WORKER_FAILED: Final = _row("worker-failed", _start(500, 15, "internal error"))
START_TIMEOUT: Final = _row("start-timeout", _front(500, 62, "request timeout"))
REQUEST_TIMEOUT: Final = _row("request-timeout", _front(504, 62, "request timeout"))
NOT_COMPLETED: Final = _row("not-completed", _worker(206, 65, "request not completed"))
INTERNAL_ERROR: Final = _row("internal-error", _front(500, 500, "internal_error"))
NO_CAPACITY: Final = _row("no-capacity", _front(500, 501, "no_worker_manager_available"))
ALLOCATION_FAILED: Final = _row("allocation-failed", _front(500, 502, "Failed to allocate worker"))
ALLOCATION_TIMEOUT: Final = _row("allocation-timeout", _front(500, 504, "allocate_timeout"))
