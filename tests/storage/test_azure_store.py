"""Uploads to Azure, where a request may say so: to a listener, and to Azurite if it is here.

Azurite is the emulator of Azure's makers, an npm package; ``npm install -g azurite`` brings it.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from email.utils import formatdate
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from mockrec.domain.task import Storage
from mockrec.storage.errors import BucketRefused, StorageFailure, TransferFailed
from mockrec.storage.object import ObjectStore
from tests.storage.peers import Keys, listening, saying, silence, storage

AZURE: Final = 5
DEVELOPER: Final = Keys("developer", base64.b64encode(b"the key of the developer").decode())
CREATED: Final = saying("201 Created")


def azure(endpoint: str, **others: Any) -> Storage:
    """The developer's storage at this endpoint."""
    return storage(DEVELOPER, **({"vendor": AZURE, "endpoint": endpoint} | others))


@pytest.fixture
def store() -> ObjectStore:
    """Goes wherever a request says."""
    return ObjectStore(None, allow_request_endpoints=True)


async def test_a_blob_is_put_with_its_type_and_the_account_s_signature(store: ObjectStore) -> None:
    async with listening(CREATED) as listener:
        await store.put(azure(f"{listener.endpoint}/acc"), "d/a b.ts", b"12", "video/MP2T")

        head, _, body = listener.heard[0].partition("\r\n\r\n")
        assert head.startswith("PUT /acc/recordings/d/a%20b.ts HTTP/1.1")
        assert "x-ms-blob-content-type: video/MP2T" in head
        assert "authorization: SharedKey developer:" in head
        assert body == "12"


async def test_the_environment_changes_nothing_here_either(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_STORAGE_TOKEN", "token-of-the-environment")
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", "sig=of-the-environment")
    monkeypatch.setenv("AZURE_STORAGE_USE_EMULATOR", "true")
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("AZURE_SKIP_SIGNATURE", "true")
    async with listening(CREATED) as listener:
        await store.put(azure(listener.endpoint), "a.ts", b"1", "video/MP2T")

        assert "authorization: SharedKey developer:" in listener.heard[0]
        assert "environment" not in listener.heard[0]


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason"),
    [
        (
            "403 Forbidden",
            "AuthenticationFailed",
            BucketRefused,
            "the keys are wrong (AuthenticationFailed, 403)",
        ),
        (
            "404 Not Found",
            "ContainerNotFound",
            BucketRefused,
            "there is no such bucket (ContainerNotFound, 404)",
        ),
        ("503 Service Unavailable", "ServerBusy", TransferFailed, "there were too many requests"),
        ("500 Internal Server Error", "OperationTimedOut", TransferFailed, "the service failed"),
    ],
)
async def test_azure_s_words_are_understood(
    store: ObjectStore, status: str, code: str, kind: type[StorageFailure], reason: str
) -> None:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()
    async with listening(saying(status, body)) as listener:
        with pytest.raises(kind, match=re.escape(reason)):
            await store.put(azure(listener.endpoint), "a.ts", b"1", "video/MP2T")


async def test_a_key_that_is_none_is_refused_before_it_is_sent(store: ObjectStore) -> None:
    async with listening(silence) as listener:
        with pytest.raises(BucketRefused, match="the keys are wrong"):
            await store.put(azure(listener.endpoint, secret_key="?"), "a", b"1", "video/MP2T")

        assert not listener.heard


# --- with Azurite ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of an Azurite with one container."""
    program = shutil.which("azurite-blob")
    if program is None:
        pytest.skip("azurite-blob is not on the PATH (npm install -g azurite)")
    command = [program, "--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck"]
    with subprocess.Popen(
        [*command, "--silent", "--disableTelemetry"],
        env=os.environ | {"AZURITE_ACCOUNTS": f"{DEVELOPER.access}:{DEVELOPER.secret}"},
        cwd=tmp_path_factory.mktemp("azurite"),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            ready = next(line for line in process.stdout if "successfully listens" in line)
            endpoint = f"{ready.split()[-1]}/{DEVELOPER.access}"
            _make_container(endpoint, "recordings")
            yield endpoint
        finally:
            process.terminate()


async def test_a_blob_comes_back_as_it_was_put(store: ObjectStore, azurite: str) -> None:
    mine, key = azure(azurite), "dir1/a room/c#1+100%/комната.ts"

    for data in (b"first", bytes(range(256)) * 100):
        await store.put(mine, key, data, "video/MP2T")

        assert await store.get(mine, key) == data


async def test_a_deleted_blob_is_gone_and_need_not_be_there(
    store: ObjectStore, azurite: str
) -> None:
    mine = azure(azurite)
    await store.put(mine, "a.ts", b"1", "video/MP2T")

    for _ in range(2):
        await store.delete(mine, "a.ts")

    assert await store.get(mine, "a.ts") is None


async def test_azurite_refuses_a_wrong_container_and_wrong_keys(
    store: ObjectStore, azurite: str
) -> None:
    wrong = base64.b64encode(b"wrong").decode()

    with pytest.raises(BucketRefused, match="there is no such bucket"):
        await store.put(azure(azurite, bucket="nobodys"), "a.ts", b"1", "video/MP2T")
    with pytest.raises(BucketRefused, match="access is denied"):
        await store.put(azure(azurite, secret_key=wrong), "a.ts", b"1", "video/MP2T")


def _make_container(endpoint: str, name: str) -> None:
    url = urlsplit(f"{endpoint}/{name}?restype=container")
    fields = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2023-11-03"}
    said = "".join(f"{field}:{value}\n" for field, value in fields.items())
    text = f"PUT{12 * chr(10)}{said}/{DEVELOPER.access}{url.path}\nrestype:container"
    signature = hmac.digest(base64.b64decode(DEVELOPER.secret), text.encode(), "sha256")
    signed = f"SharedKey {DEVELOPER.access}:{base64.b64encode(signature).decode()}"
    line = HTTPConnection(url.netloc)
    line.request("PUT", f"{url.path}?{url.query}", headers=fields | {"Authorization": signed})
    assert line.getresponse().status == 201
    line.close()
