"""Uploads to a real S3: what arrives, under which name, with whose keys."""

from __future__ import annotations

import asyncio
import sys

import pytest

from mockrec.storage.errors import BucketRefused
from mockrec.storage.object import ObjectStore
from tests.storage.peers import Account, Keys, listening, saying, storage

SOMEBODY = Keys("AKIASOMEBODY", "s3cr3t-of-somebody")
OK = saying("200 OK")


async def test_an_object_comes_back_as_it_was_put(store: ObjectStore, account: Account) -> None:
    data = bytes(range(256)) * 100

    await store.put(account.storage(), "dir1/dir2/a.ts", data, "video/MP2T")

    assert await store.get(account.storage(), "dir1/dir2/a.ts") == data
    there = account.client.head_object(Bucket=account.bucket, Key="dir1/dir2/a.ts")
    assert there["ContentType"] == "video/MP2T"


async def test_an_empty_object_is_one_too(store: ObjectStore, account: Account) -> None:
    await store.put(account.storage(), "empty.ts", b"", "video/MP2T")

    assert await store.get(account.storage(), "empty.ts") == b""


async def test_a_playlist_is_written_over_and_over(store: ObjectStore, account: Account) -> None:
    for text in (b"#EXTM3U", b"#EXTM3U\n#EXT-X-ENDLIST"):
        await store.put(account.storage(), "a.m3u8", text, "application/x-mpegURL")

    assert await store.get(account.storage(), "a.m3u8") == b"#EXTM3U\n#EXT-X-ENDLIST"


async def test_a_large_file_goes_in_one_piece(store: ObjectStore, account: Account) -> None:
    data = bytes(9 * 1024 * 1024)

    await store.put(account.storage(), "a_0.mp4", data, "video/mp4")

    there = account.client.head_object(Bucket=account.bucket, Key="a_0.mp4")
    assert there["ContentLength"] == len(data)
    assert "-" not in there["ETag"], "the tag of an object made of parts has a dash"


async def test_what_is_not_there_is_none(store: ObjectStore, account: Account) -> None:
    assert await store.get(account.storage(), "never/written.ts") is None


async def test_a_deleted_object_is_gone_and_need_not_be_there(
    store: ObjectStore, account: Account
) -> None:
    await store.put(account.storage(), "gone.ts", b"1", "video/MP2T")

    for _ in range(2):
        await store.delete(account.storage(), "gone.ts")

    assert await store.get(account.storage(), "gone.ts") is None


@pytest.mark.parametrize(
    "key",
    [
        "a room/with spaces .ts",
        "c#1/a+b=c&d.ts",
        "100%/%2e%2e/%41.ts",
        "комната/会议室/🎥.ts",
        "!$&'()*,:;=@[]^_`{|}~<>\".ts",
        "back\\slash?.ts",
        "a" * 255,
    ],
)
async def test_odd_names_arrive_letter_by_letter(
    store: ObjectStore, account: Account, key: str
) -> None:
    await store.put(account.storage(), key, key.encode(), "video/MP2T")

    assert key in account.names()
    assert await store.get(account.storage(), key) == key.encode()
    await store.delete(account.storage(), key)
    assert key not in account.names()


@pytest.mark.parametrize("key", ["", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/./b", "a\nb"])
async def test_a_name_that_would_not_arrive_as_it_is_is_refused(
    store: ObjectStore, account: Account, key: str
) -> None:
    with pytest.raises(BucketRefused, match="the name cannot be stored"):
        await store.put(account.storage(), key, b"1", "video/MP2T")


async def test_many_uploads_at_once_all_arrive(store: ObjectStore, account: Account) -> None:
    keys = [f"many/{number}.ts" for number in range(32)]

    await asyncio.gather(
        *(store.put(account.storage(), key, key.encode(), "video/MP2T") for key in keys)
    )

    assert set(keys) <= account.names()
    assert await store.get(account.storage(), keys[17]) == keys[17].encode()


# --- the extras of a storage ----------------------------------------------------------------------


async def test_a_session_token_is_part_of_the_keys(store: ObjectStore, account: Account) -> None:
    await store.put(account.storage(account.visitor), "visit.ts", b"1", "video/MP2T")

    assert "visit.ts" in account.names()


@pytest.mark.parametrize(("sse", "said"), [("kms", "aws:kms"), ("aes256", "AES256")])
async def test_encryption_is_asked_for(
    store: ObjectStore, account: Account, sse: str, said: str
) -> None:
    await store.put(account.storage(sse=sse), f"{sse}.ts", b"1", "video/MP2T")

    there = account.client.head_object(Bucket=account.bucket, Key=f"{sse}.ts")
    assert there["ServerSideEncryption"] == said


@pytest.mark.parametrize(
    ("tag", "pairs"),
    [
        ("recording", {"recording": ""}),
        ("team=blue sky&cost=1+1", {"team": "blue sky", "cost": "1 1"}),
    ],
)
async def test_a_tag_is_put_on_each_object(
    store: ObjectStore, account: Account, tag: str, pairs: dict[str, str]
) -> None:
    await store.put(account.storage(tag=tag), "tagged.ts", b"1", "video/MP2T")

    tags = account.client.get_object_tagging(Bucket=account.bucket, Key="tagged.ts")["TagSet"]
    assert {one["Key"]: one["Value"] for one in tags} == pairs


async def test_a_vendor_that_takes_no_extras_gets_none() -> None:
    async with listening(OK) as listener:
        mine = storage(SOMEBODY, vendor=7, sse="kms", tag="recording")

        await ObjectStore(listener.endpoint).put(mine, "a.ts", b"1", "video/MP2T")

        assert "server-side-encryption" not in listener.heard[0]
        assert "tagging" not in listener.heard[0]


@pytest.mark.parametrize(
    ("vendor", "region", "name"),
    [
        (1, 0, "us-east-1"),
        (1, 7, "eu-central-1"),
        (1, 14, "ap-south-1"),
        (1, 25, "eu-south-1"),
        (1, 26, "us-east-1"),
        (1, 28, "il-central-1"),
        (2, 7, "us-east-1"),
        (11, 7, "us-east-1"),
    ],
)
async def test_a_request_is_signed_for_the_region_of_that_number(
    vendor: int, region: int, name: str
) -> None:
    async with listening(OK) as listener:
        mine = storage(SOMEBODY, vendor=vendor, region=region)

        await ObjectStore(listener.endpoint).put(mine, "a.ts", b"1", "video/MP2T")

        assert f"Credential={SOMEBODY.access}/" in listener.heard[0]
        assert f"/{name}/s3/aws4_request" in listener.heard[0]


# --- where it goes --------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", [0, 1, 2, 3, 4, 5, 6, 7, 8, 11])
async def test_every_vendor_goes_to_the_one_endpoint(vendor: int) -> None:
    async with listening(OK) as listener:
        mine = storage(SOMEBODY, vendor=vendor, endpoint="https://elsewhere.invalid")

        await ObjectStore(f"{listener.endpoint}/").put(mine, "d/a b.ts", b"12", "video/MP2T")

        assert listener.heard[0].startswith("PUT /recordings/d/a%20b.ts HTTP/1.1")
        assert listener.heard[0].endswith("\r\n\r\n12")


async def test_an_s3_compatible_vendor_goes_where_the_request_says_if_that_is_allowed() -> None:
    async with listening(OK) as here, listening(OK) as there:
        store = ObjectStore(here.endpoint, allow_request_endpoints=True)

        await store.put(storage(SOMEBODY, vendor=11, endpoint=there.endpoint), "a", b"1", "x/y")
        await store.put(storage(SOMEBODY, vendor=11), "b", b"1", "x/y")
        await store.put(storage(SOMEBODY, vendor=1, endpoint=there.endpoint), "c", b"1", "x/y")

        assert [one.split()[1] for one in there.heard] == ["/recordings/a"]
        assert [one.split()[1] for one in here.heard] == ["/recordings/b", "/recordings/c"]


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("vendor", [1, 5, 11])
async def test_without_an_endpoint_nothing_goes_to_a_real_cloud(vendor: int, allowed: bool) -> None:
    store = ObjectStore(None, allow_request_endpoints=allowed)

    with pytest.raises(BucketRefused, match="there is no endpoint"):
        await store.put(storage(SOMEBODY, vendor=vendor), "a.ts", b"1", "video/MP2T")


NOWHERE = [
    "ftp://a.example",
    "http://",
    "http://a b",
    "http://a:99999",
    "http://a:0",
    "http://[::::]",
    "http://user:password@a.example",
    "http://a.example?b=c",
    "http://a.example#b",
    "https://é.example",
    "http://a.example\n",
]


@pytest.mark.parametrize("endpoint", NOWHERE)
async def test_an_endpoint_that_is_no_address_is_refused(endpoint: str) -> None:
    with pytest.raises(ValueError, match="the endpoint is no address"):
        ObjectStore(endpoint)
    store = ObjectStore(None, allow_request_endpoints=True)
    with pytest.raises(BucketRefused, match="the endpoint is no address"):
        await store.put(storage(SOMEBODY, vendor=11, endpoint=endpoint), "a", b"1", "x/y")


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("s3.example.org", "https://s3.example.org"),
        ("s3.example.org:9000/", "https://s3.example.org:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("HTTPS://s3.example.org/tenant-1/", "HTTPS://s3.example.org/tenant-1"),
    ],
)
def test_a_bare_domain_is_one_of_https(endpoint: str, url: str) -> None:
    from mockrec.storage.object import address

    assert address(endpoint) == url


@pytest.mark.parametrize("bucket", ["", "..", ".", "a/b", "a?b", "a#b", "a b", "a\nb", "é"])
async def test_a_bucket_that_would_lead_elsewhere_is_refused(bucket: str) -> None:
    async with listening(OK) as listener:
        store = ObjectStore(listener.endpoint)

        with pytest.raises(BucketRefused, match="there is no such bucket"):
            await store.put(storage(SOMEBODY, bucket=bucket), "a.ts", b"1", "video/MP2T")

        assert not listener.heard


# --- what it keeps, and what it leaves alone ------------------------------------------------------


async def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token-of-the-environment")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    monkeypatch.setenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true")
    async with listening(OK) as listener:
        await ObjectStore(listener.endpoint).put(storage(SOMEBODY), "a.ts", b"1", "video/MP2T")

        assert listener.heard[0].startswith("PUT /recordings/a.ts ")
        assert f"Credential={SOMEBODY.access}/" in listener.heard[0]
        assert "ENVIRONMENT" not in listener.heard[0].upper()


async def test_a_recording_keeps_its_connection() -> None:
    async with listening(OK) as listener:
        store = ObjectStore(listener.endpoint)
        for number in range(5):
            mine = storage(SOMEBODY, prefix=(f"d{number}",), tag=f"t{number}")
            await store.put(mine, f"{number}.ts", b"1", "video/MP2T")

        assert listener.connections == 1


async def test_other_keys_never_use_the_connection_of_these() -> None:
    async with listening(OK) as listener:
        store = ObjectStore(listener.endpoint)
        for secret in ("one", "two"):
            await store.put(storage(Keys("AKIA", secret)), "a.ts", b"1", "video/MP2T")

        assert listener.connections == 2
        assert len({one.split("Signature=")[1].split()[0] for one in listener.heard}) == 2


async def test_only_so_many_connections_are_kept() -> None:
    async with listening(OK) as listener:
        store = ObjectStore(listener.endpoint)
        for bucket in [*map("bucket-{}".format, range(65)), "bucket-64", "bucket-0"]:
            await store.put(storage(SOMEBODY, bucket=bucket), "a.ts", b"1", "video/MP2T")

        assert listener.connections == 66, "the 65th was kept, the first had to go for it"


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.setattr(sys, "executable", "/a b/python")

    with pytest.raises(ModuleNotFoundError) as missing:
        ObjectStore("http://127.0.0.1:9000")

    assert missing.value.msg == (
        "an object store needs an extra: '/a b/python' -m pip install 'mockrec[objects]'"
    )
