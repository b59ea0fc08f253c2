"""What goes wrong with a real bucket: it refuses for good, or the transfer failed this time.

Neither says more than its reason, and the code where it is one of the table's. All other words of
the service and of the library stay behind: keys, tokens and signed addresses are among them.
"""

from __future__ import annotations

import re
from typing import Final


class StorageFailure(Exception):
    """Nothing was stored or read, for a short `reason` without secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BucketRefused(StorageFailure):
    """The bucket, the keys or the name are wrong, and will be at the next try too."""


class NotFound(BucketRefused):
    """There is no such bucket or, where it is not written to, no such object."""


class TransferFailed(StorageFailure):
    """It may pass: silence, an overloaded service, a token that can be renewed."""


# Looked up by the most telling word first: the <Code> of the answer (S3 and Azure), its status,
# the library's word for a broken transport, its classes of errors. The last word is Exception.
TABLE: Final = {
    word: (failure, reason)
    for failure, reason, words in (
        (
            BucketRefused,
            "the keys are wrong",
            "InvalidAccessKeyId SignatureDoesNotMatch InvalidToken"
            " AuthenticationFailed InvalidAuthenticationInfo 401 UnauthenticatedError",
        ),
        (BucketRefused, "access is denied", "AccessDenied 403 PermissionDeniedError"),
        (BucketRefused, "the clocks disagree", "RequestTimeTooSkewed"),
        (
            BucketRefused,
            "there is no such bucket",
            "NoSuchBucket InvalidBucketName ContainerNotFound",
        ),
        (NotFound, "there is no such object", "NoSuchKey BlobNotFound"),
        (NotFound, "there is no such bucket or object", "404 FileNotFoundError NotFoundError"),
        (
            BucketRefused,
            "the bucket is in another region",
            "PermanentRedirect AuthorizationHeaderMalformed redirect",
        ),
        (BucketRefused, "the name cannot be stored", "InvalidPathError ValueError KeyTooLongError"),
        (
            BucketRefused,
            "the request was not understood",
            "4xx NotSupportedError UnknownConfigurationKeyError",
        ),
        # A token can be renewed by an update of the recording, so its end is no end of it.
        (
            TransferFailed,
            "the session token has expired",
            "ExpiredToken TokenRefreshRequired SecurityTokenExpired",
        ),
        (TransferFailed, "there was no answer in time", "Timeout RequestTimeout 408"),
        (TransferFailed, "there was no connection", "Connect"),
        (TransferFailed, "the connection was lost", "Request Interrupted"),
        (TransferFailed, "there were too many requests", "SlowDown ServerBusy 429"),
        (
            TransferFailed,
            "something else was going on with the object",
            "409 412 AlreadyExistsError PreconditionError NotModifiedError",
        ),
        (TransferFailed, "the service failed", "5xx"),
        (TransferFailed, "the transfer failed", "GenericError JoinError BaseError Exception"),
    )
    for word in words.split()
}

_CODE: Final = re.compile(r"<Code>(\w+)</Code>")
_STATUS: Final = re.compile(r"status code: (\d\d\d)")
_TRANSPORT: Final = re.compile(r"(?:HttpError \{\s+kind: |Received )(\w+)")


def judged(error: Exception) -> StorageFailure:
    """What an error of the library means, by the table; to be raised outside the `except`."""
    text = str(error)
    status = "".join(_STATUS.findall(text)[:1])
    words = (
        *_CODE.findall(text),
        status,
        f"{status[:1]}xx",
        *_TRANSPORT.findall(text),
        *(kind.__name__ for kind in type(error).__mro__),
    )
    telling = next(word for word in words if word in TABLE)
    failure, reason = TABLE[telling]
    known = (telling if f"<Code>{telling}</Code>" in text else "", status)
    shown = ", ".join(filter(None, known))
    return failure(f"{reason} ({shown})" if shown else reason)
