"""When an upload goes wrong: for good or for now, how soon that is known, and what is told."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable

import obstore.exceptions
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mockrec.storage.object as object_store
from mockrec.domain.task import Storage
from mockrec.storage.errors import (
    TABLE,
    BucketRefused,
    NotFound,
    StorageFailure,
    TransferFailed,
    judged,
)
from mockrec.storage.object import PATIENCE, ObjectStore
from tests.storage.peers import (
    Account,
    Keys,
    Manners,
    hanging_up,
    listening,
    parroting,
    saying,
    silence,
    stopping_short,
    storage,
)

SOMEBODY = Keys("AKIASOMEBODY", "s3cr3t-of-somebody", "token-of-somebody")
SOON = 200
"""Milliseconds of patience with a service that keeps silent."""

Attempt = Callable[[ObjectStore, Storage], Awaitable[object]]
ATTEMPTS: dict[str, Attempt] = {
    "put": lambda store, mine: store.put(mine, "a.ts", b"1", "video/MP2T"),
    "get": lambda store, mine: store.get(mine, "a.ts"),
    "delete": lambda store, mine: store.delete(mine, "a.ts"),
}
every_attempt = pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)


async def failure(manners: Manners, attempt: Attempt = ATTEMPTS["put"]) -> StorageFailure:
    """What an attempt raises at a service of these manners; it was tried once."""
    patience = SOON if manners is silence else PATIENCE
    async with listening(manners) as listener:
        with pytest.raises(StorageFailure) as caught:
            await attempt(ObjectStore(listener.endpoint, timeout=patience), storage(SOMEBODY))
        assert len(listener.heard) == 1
        return caught.value


# --- refused for good -----------------------------------------------------------------------------


@every_attempt
async def test_a_bucket_that_does_not_exist_refuses(
    store: ObjectStore, account: Account, attempt: Attempt
) -> None:
    with pytest.raises(BucketRefused, match="there is no such bucket") as caught:
        await attempt(store, account.storage(bucket="nobodys"))

    assert not isinstance(caught.value, NotFound), "which a get and a delete would pass over"


@every_attempt
async def test_a_wrong_secret_key_refuses(
    store: ObjectStore, account: Account, attempt: Attempt
) -> None:
    with pytest.raises(BucketRefused, match="the keys are wrong"):
        await attempt(store, account.storage(secret_key="wrong"))


@every_attempt
async def test_an_unknown_access_key_refuses(
    store: ObjectStore, account: Account, attempt: Attempt
) -> None:
    with pytest.raises(BucketRefused, match="the keys are wrong"):
        await attempt(store, account.storage(access_key="AKIANOBODY"))


@every_attempt
async def test_keys_that_may_do_nothing_are_refused(
    store: ObjectStore, account: Account, attempt: Attempt
) -> None:
    with pytest.raises(BucketRefused, match="access is denied"):
        await attempt(store, account.storage(account.stranger))


async def test_a_wrong_session_token_refuses(store: ObjectStore, account: Account) -> None:
    with pytest.raises(BucketRefused, match="the keys are wrong"):
        await store.put(account.storage(account.visitor, sts_token="x"), "a", b"1", "x/y")


@pytest.mark.parametrize("keys", [Keys("a\nb", "c"), Keys("é", "c"), Keys("a", "c", "d\r\ne: f")])
async def test_keys_that_fit_into_no_header_are_wrong(store: ObjectStore, keys: Keys) -> None:
    with pytest.raises(BucketRefused, match="the keys are wrong"):
        await store.put(storage(keys), "a.ts", b"1", "video/MP2T")


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (
            "403 Forbidden",
            "RequestTimeTooSkewed",
            "the clocks disagree (RequestTimeTooSkewed, 403)",
        ),
        ("403 Forbidden", "SomethingNew", "access is denied (403)"),
        ("401 Unauthorized", "", "the keys are wrong (401)"),
        ("400 Bad Request", "InvalidToken", "the keys are wrong (InvalidToken, 400)"),
        ("400 Bad Request", "KeyTooLongError", "the name cannot be stored (KeyTooLongError, 400)"),
        (
            "400 Bad Request",
            "AuthorizationHeaderMalformed",
            "the bucket is in another region (AuthorizationHeaderMalformed, 400)",
        ),
        ("405 Method Not Allowed", "", "the request was not understood (405)"),
        ("404 Not Found", "", "there is no such bucket or object (404)"),
        ("301 Moved Permanently", "PermanentRedirect", "the bucket is in another region"),
    ],
)
async def test_what_will_be_refused_again_is_refused(status: str, code: str, reason: str) -> None:
    refusal = await failure(saying(status, f"<Error><Code>{code}</Code></Error>".encode()))

    assert isinstance(refusal, BucketRefused)
    assert str(refusal) == refusal.reason == reason


# --- failed for now -------------------------------------------------------------------------------


@every_attempt
async def test_an_endpoint_where_nobody_listens_fails(attempt: Attempt) -> None:
    async with listening(silence) as listener:
        endpoint = listener.endpoint

    with pytest.raises(TransferFailed, match="there was no connection"):
        await attempt(ObjectStore(endpoint), storage(SOMEBODY))


@every_attempt
async def test_a_service_that_keeps_silent_fails_when_patience_ends(attempt: Attempt) -> None:
    failed = await failure(silence, attempt)

    assert isinstance(failed, TransferFailed)
    assert failed.reason == "there was no answer in time"


@every_attempt
async def test_a_service_that_hangs_up_fails(attempt: Attempt) -> None:
    failed = await failure(hanging_up, attempt)

    assert isinstance(failed, TransferFailed)
    assert failed.reason == "the connection was lost"


async def test_half_an_object_is_no_object() -> None:
    failed = await failure(stopping_short, ATTEMPTS["get"])

    assert isinstance(failed, TransferFailed)
    assert failed.reason == "the connection was lost"


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        ("503 Slow Down", "SlowDown", "there were too many requests (SlowDown, 503)"),
        ("503 Service Unavailable", "", "the service failed (503)"),
        ("500 Internal Server Error", "InternalError", "the service failed (500)"),
        ("502 Bad Gateway", "", "the service failed (502)"),
        ("429 Too Many Requests", "", "there were too many requests (429)"),
        ("408 Request Timeout", "", "there was no answer in time (408)"),
        ("400 Bad Request", "RequestTimeout", "there was no answer in time (RequestTimeout, 400)"),
        ("400 Bad Request", "ExpiredToken", "the session token has expired (ExpiredToken, 400)"),
        (
            "403 Forbidden",
            "SecurityTokenExpired",
            "the session token has expired (SecurityTokenExpired, 403)",
        ),
        ("409 Conflict", "OperationAborted", "something else was going on with the object (409)"),
    ],
)
async def test_what_may_pass_has_only_failed(status: str, code: str, reason: str) -> None:
    failed = await failure(saying(status, f"<Error><Code>{code}</Code></Error>".encode()))

    assert isinstance(failed, TransferFailed)
    assert failed.reason == reason


async def test_garbage_is_a_lost_connection() -> None:
    assert isinstance(await failure(saying("what?")), TransferFailed)


async def test_after_a_failure_the_next_upload_arrives() -> None:
    answers = iter([saying("503 Slow Down"), saying("200 OK")])

    async def recovering(reader, writer, request):  # type: ignore[no-untyped-def]
        await next(answers)(reader, writer, request)

    async with listening(recovering) as listener:
        store = ObjectStore(listener.endpoint)
        with pytest.raises(TransferFailed):
            await store.put(storage(SOMEBODY), "a.ts", b"1", "video/MP2T")

        await store.put(storage(SOMEBODY), "a.ts", b"1", "video/MP2T")

        assert len(listener.heard) == 2


# --- discretion -----------------------------------------------------------------------------------


@every_attempt
@pytest.mark.parametrize("manners", [parroting, silence, hanging_up])
async def test_a_failure_keeps_the_secrets(manners: Manners, attempt: Attempt) -> None:
    failed = await failure(manners, attempt)

    told = [str(failed), repr(failed), *_traceback(failed)]
    assert not [secret for secret in _secrets() for text in told if secret in text]
    assert failed.__cause__ is None
    assert failed.__context__ is None


async def test_a_store_shows_nothing_of_the_keys_it_holds() -> None:
    async with listening(saying("200 OK")) as listener:
        store = ObjectStore(listener.endpoint)
        await store.put(storage(SOMEBODY), "a.ts", b"1", "video/MP2T")

        shown = f"{store!r} {store} {vars(store)}"

        assert not [secret for secret in _secrets() if secret in shown]


@given(st.text(), st.sampled_from(["403", "503", "418", ""]))
def test_a_reason_is_one_of_ours_whatever_the_service_says(body: str, status: str) -> None:
    text = f"Server returned non-2xx status code: {status} Some: {body}" if status else body

    failed = judged(obstore.exceptions.GenericError(text))

    assert failed.reason.partition(" (")[0] in {reason for _, reason in TABLE.values()}


def test_every_error_of_the_library_is_in_the_table() -> None:
    errors = {name for name in dir(obstore.exceptions) if name.endswith("Error")}

    assert errors - TABLE.keys() == set()


def _secrets() -> tuple[str, ...]:
    return SOMEBODY.access, SOMEBODY.secret, SOMEBODY.token


def _traceback(failed: Exception) -> list[str]:
    """As a careless logger would print it: with the locals of every frame of ours."""
    frames = traceback.TracebackException.from_exception(failed, capture_locals=True).stack
    ours = [frame for frame in frames if frame.filename == object_store.__file__]
    assert ours
    return [value for frame in ours for value in (frame.locals or {}).values()]
