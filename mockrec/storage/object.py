"""Buckets in a real object store: S3 or whatever speaks like it, and Azure where a request says so.

The library is obstore. It is one wheel of 16 MB without dependencies, is imported in 12 ms and is
asynchronous; it speaks to S3 and to Azure, over plain HTTP and path-style too, and passes on
session tokens, encryption, tags and content types. boto3 blocks and knows no Azure; aiobotocore and
s3fs bring botocore with them, and no Azure either.

What it would take from its surroundings is said outright here: the keys come from the request,
never from the environment. What it would choke on is refused before it sees it.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

from mockrec.domain.moments import SECOND, Millis
from mockrec.storage.errors import BucketRefused, NotFound, StorageFailure, judged

if TYPE_CHECKING:
    from obstore.store import (
        AzureAccessKey,
        AzureStore,
        ClientConfig,
        S3Config,
        S3Credential,
        S3Store,
    )

    from mockrec.domain.task import Storage

PATIENCE: Final = 10 * SECOND
"""How long one try may take."""
CLIENTS: Final = 64
"""How many clients, each with its connections, are kept."""

_AMAZON, _ALIBABA, _AZURE, _COMPATIBLE = 1, 2, 5, 11

# In the order of Amazon's numbers (rest-api.md §2.7.1); no region ever had 26 or 27.
_AMAZONS: Final = (
    "us-east-1 us-east-2 us-west-1 us-west-2 eu-west-1 eu-west-2 eu-west-3 eu-central-1"
    " ap-southeast-1 ap-southeast-2 ap-northeast-1 ap-northeast-2 sa-east-1 ca-central-1"
    " ap-south-1 cn-north-1 cn-northwest-1 us-gov-west-1 af-south-1 ap-east-1 ap-northeast-3"
    " eu-north-1 me-south-1 us-gov-east-1 ap-southeast-3 eu-south-1"
)
_REGIONS: Final = dict(enumerate(_AMAZONS.split())) | {28: "il-central-1"}
_ENCRYPTIONS: Final = {"kms": "aws:kms", "aes256": "AES256"}

_ADDRESS: Final = re.compile(
    r"https?://(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?(?:/[\w./~-]*)?", re.ASCII | re.IGNORECASE
)
_BUCKET: Final = re.compile(r"[\w$][\w$.-]*", re.ASCII)
_KEYS: Final = re.compile(r"[!-~]+")

_T = TypeVar("_T")


class ObjectStore:
    """Objects in the bucket of each recording's storage, at one endpoint for all vendors.

    With `allow_request_endpoints`, vendors 11 and 5 (S3-compatible, Azure) go where the request
    sends them. Without any endpoint the bucket is refused: nothing goes to a real cloud unasked.
    Every method raises `BucketRefused` or `TransferFailed`, and none tries twice: the recording
    tries again, on its own clock.
    """

    def __init__(
        self,
        endpoint: str | None,
        *,
        allow_request_endpoints: bool = False,
        timeout: Millis = PATIENCE,
    ) -> None:
        """Raises ``ValueError`` if the endpoint is none, and says so if obstore is missing."""
        _need_library()
        self._endpoint = address(endpoint) if endpoint else None
        self._allow_request_endpoints = allow_request_endpoints
        self._options: ClientConfig = {
            "allow_http": True,
            "timeout": timedelta(milliseconds=timeout),
            # Servers close idle connections after 5 s, and a request that meets this fails.
            "pool_idle_timeout": "4s",
        }
        self._client = lru_cache(CLIENTS)(self._connect)

    async def put(self, storage: Storage, key: str, data: bytes, content_type: str) -> None:
        """Store the object, or store it anew: whole or absent."""
        tags = _tags(storage)

        async def write() -> None:
            await self._bucket(storage, key).put_async(
                key,
                data,
                attributes={"Content-Type": content_type},
                tags=tags,
                use_multipart=False,
            )

        await _discreet(write)

    async def get(self, storage: Storage, key: str) -> bytes | None:
        """The object, or None if there is none of that name."""

        async def read() -> bytes:
            found = await self._bucket(storage, key).get_async(key)
            return bytes(await found.bytes_async())

        try:
            return await _discreet(read)
        except NotFound:
            return None

    async def delete(self, storage: Storage, key: str) -> None:
        """Remove the object; it need not be there."""

        async def remove() -> None:
            await self._bucket(storage, key).delete_async(key)

        with suppress(NotFound):
            await _discreet(remove)

    def _bucket(self, storage: Storage, key: str) -> S3Store | AzureStore:
        """The client for this bucket with these keys, once the names are known to be sound."""
        if not _BUCKET.fullmatch(storage.bucket):
            raise BucketRefused("there is no such bucket")
        if not all(map(_KEYS.fullmatch, (storage.access_key, storage.sts_token or "none"))):
            raise BucketRefused("the keys are wrong")
        if not key or key != key.strip("/"):  # obstore would strip them in silence
            raise BucketRefused("the name cannot be stored")
        return self._client(replace(storage, prefix=(), tag="", sts_expiration=0))

    def _connect(self, storage: Storage) -> S3Store | AzureStore:
        requested = self._requested(storage)
        endpoint = requested or self._endpoint
        if endpoint is None:
            raise BucketRefused("there is no endpoint for it")
        if requested and storage.vendor == _AZURE:
            return _azure(storage, requested, self._options)
        return _s3(storage, endpoint, self._options)

    def _requested(self, storage: Storage) -> str | None:
        """Where the request itself wants its files, if it may say so."""
        if not (self._allow_request_endpoints and storage.endpoint):
            return None
        if storage.vendor not in {_AZURE, _COMPATIBLE}:
            return None
        try:
            return address(storage.endpoint)
        except ValueError as error:
            raise BucketRefused(str(error)) from None


def address(endpoint: str) -> str:
    """An endpoint as a URL without a last slash; a bare domain is one of HTTPS.

    Raises ``ValueError`` for anything else, for a URL with a user, a query or a fragment too.
    """
    url = endpoint if "://" in endpoint else f"https://{endpoint}"
    try:
        sound = _ADDRESS.fullmatch(url) and urlsplit(url).port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("the endpoint is no address")
    return url.rstrip("/")


def _s3(storage: Storage, endpoint: str, options: ClientConfig) -> S3Store:
    from obstore.store import S3Store

    config: S3Config = {
        "endpoint": endpoint,
        "aws_endpoint_url_s3": endpoint,  # the environment's would take precedence
        "region": _region(storage),
        "virtual_hosted_style_request": False,
        "skip_signature": False,
        "disable_bulk_delete": True,
    }
    if storage.vendor in {_AMAZON, _COMPATIBLE} and storage.sse in _ENCRYPTIONS:
        config["server_side_encryption"] = _ENCRYPTIONS[storage.sse]

    def keys() -> S3Credential:
        return {
            "access_key_id": storage.access_key,
            "secret_access_key": storage.secret_key,
            "token": storage.sts_token or None,
            "expires_at": None,
        }

    return S3Store(
        storage.bucket,
        config=config,
        client_options=options,
        retry_config={"max_retries": 0},
        credential_provider=keys,
    )


def _azure(storage: Storage, endpoint: str, options: ClientConfig) -> AzureStore:
    """The access key is the account's name, the secret key its key."""
    from obstore.store import AzureStore

    def key() -> AzureAccessKey:
        return {"access_key": storage.secret_key, "expires_at": None}

    return AzureStore(
        storage.bucket,
        config={
            "endpoint": endpoint,
            "account_name": storage.access_key,
            "use_emulator": False,
            "skip_signature": False,
        },
        client_options=options,
        retry_config={"max_retries": 0},
        credential_provider=key,
    )


def _region(storage: Storage) -> str:
    regions = _REGIONS if storage.vendor == _AMAZON else {}
    return regions.get(storage.region, "us-east-1")


def _tags(storage: Storage) -> dict[str, str] | None:
    """``key=value&…``, as S3 writes tags; a word alone is a key without a value."""
    if storage.vendor not in {_AMAZON, _ALIBABA, _COMPATIBLE}:
        return None
    return dict(parse_qsl(storage.tag, keep_blank_values=True)) or None


async def _discreet(attempt: Callable[[], Awaitable[_T]]) -> _T:
    """Await it; what fails is raised anew, without the text and the context that may hold keys."""
    try:
        return await attempt()
    except StorageFailure:
        raise
    except Exception as error:  # noqa: BLE001  its panics derive from nothing else
        failure = judged(error)
    raise failure


def _need_library() -> None:
    try:
        import obstore  # noqa: F401
    except ModuleNotFoundError:
        # With the very Python that lacks it, so that the line can be pasted wherever it is read.
        install = f"{shlex.quote(sys.executable)} -m pip install 'mockrec[objects]'"
        need = f"an object store needs an extra: {install}"
        raise ModuleNotFoundError(need, name="obstore") from None
