"""A customer of the service: a bucket, keys for it, and eyes to look into it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Self

from mockrec.storage.object import ObjectStore
from tests.storage.peers import Keys, storage

FOLDER: Final = "lessons"
"""What every name begins with: the ``fileNamePrefix``."""
_SLICE: Final = re.compile(r"#EXTINF:(\d+\.\d{6})\n([\w.-]+\.(?:ts|webm))\n")
_HEAD: Final = re.compile(
    r"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-ALLOW-CACHE:YES\n"
    r"#EXT-X-TARGETDURATION:(\d+)\n"
)
_END: Final = "#EXT-X-ENDLIST\n"


@dataclass(frozen=True, slots=True)
class Playlist:
    """A media playlist, read by someone who forgives nothing."""

    slices: tuple[str, ...]
    """The names, as keys of the bucket."""
    ended: bool

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The playlist in these bytes, whole from its first line to its last."""
        text = data.decode()
        head = _HEAD.match(text)
        assert head, text
        body = text[head.end() :].removesuffix(_END)
        rest = re.sub(r"#EXT-X-(?:DISCONTINUITY|AGORA-[A-Z-]+:\S+)\n", "", _SLICE.sub("", body))
        assert not rest, f"this is in no playlist: {rest!r}"
        found = _SLICE.findall(body)
        assert all(float(length) <= int(head[1]) for length, _ in found)
        return cls(tuple(f"{FOLDER}/{name}" for _, name in found), text.endswith(_END))


@dataclass(frozen=True, slots=True)
class Customer:
    """A bucket at an S3, and the keys for it."""

    endpoint: str
    bucket: str
    keys: Keys
    door: Any

    @classmethod
    def with_bucket(cls, endpoint: str, keys: Keys, door: Any, bucket: str) -> Self:
        """The customer when he has made his bucket."""
        door.create_bucket(Bucket=bucket)
        return cls(endpoint, bucket, keys, door)

    def config(self, **others: object) -> dict[str, object]:
        """The ``storageConfig`` of his requests."""
        return {
            "vendor": 1,
            "region": 0,
            "bucket": self.bucket,
            "accessKey": self.keys.access,
            "secretKey": self.keys.secret,
            "fileNamePrefix": [FOLDER],
        } | others

    def objects(self) -> dict[str, int]:
        """The sizes of what lies in the bucket, by key."""
        listed = self.door.list_objects_v2(Bucket=self.bucket).get("Contents", ())
        return {one["Key"]: one["Size"] for one in listed}

    def keys_of(self, suffix: str) -> list[str]:
        """The names with this suffix, in their order."""
        return sorted(key for key in self.objects() if key.endswith(suffix))

    def content_type(self, key: str) -> str:
        """What the bucket says an object is."""
        found: str = self.door.head_object(Bucket=self.bucket, Key=key)["ContentType"]
        return found

    def data(self, key: str) -> bytes:
        """An object."""
        found: bytes = self.door.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return found

    async def download(self, key: str) -> bytes | None:
        """The same, while others go on; None where there is none of that name."""
        mine = storage(self.keys, bucket=self.bucket)
        return await ObjectStore(self.endpoint).get(mine, key)

    def playlists(self) -> dict[str, Playlist]:
        """Every playlist by its key."""
        return {key: Playlist.read(self.data(key)) for key in self.keys_of(".m3u8")}

    def close(self) -> None:
        """Empty the bucket and remove it."""
        for key in self.objects():
            self.door.delete_object(Bucket=self.bucket, Key=key)
        self.door.delete_bucket(Bucket=self.bucket)


def client(endpoint: str, service: str, keys: Keys) -> Any:
    """A client of this service of the S3."""
    import boto3  # type: ignore[import-untyped]

    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys.access,
        aws_secret_access_key=keys.secret,
    )
