"""One S3 for all these tests, which asks everybody for keys, and nothing from the environment."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from moto.core.authorization import enable_iam_authentication
from moto.server import ThreadedMotoServer

from mockrec.storage.object import ObjectStore
from tests.storage.peers import Account, Keys

ANYTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sts:*"], "Resource": "*"}],
    }
)


@pytest.fixture(scope="session", autouse=True)
def no_surroundings() -> Iterator[None]:
    """Whatever keys and proxies this machine has stay out of it."""
    with pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            if name.startswith(("AWS_", "AZURE_")) or name.lower().endswith("_proxy"):
                environment.delenv(name)
        yield


@pytest.fixture(scope="session")
def endpoint(no_surroundings: None) -> Iterator[str]:  # noqa: ARG001
    """An S3 on the loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def account(endpoint: str) -> Iterator[Account]:
    """A bucket and three pairs of keys; from here on the S3 checks every signature."""
    iam = _client(endpoint, "iam", Keys("none", "none"))
    for name in ("owner", "stranger"):
        iam.create_user(UserName=name)
    iam.put_user_policy(UserName="owner", PolicyName="all", PolicyDocument=ANYTHING)
    role = iam.create_role(RoleName="visitor", AssumeRolePolicyDocument=ANYTHING)["Role"]["Arn"]
    iam.put_role_policy(RoleName="visitor", PolicyName="all", PolicyDocument=ANYTHING)
    owner, stranger = (
        Keys(made["AccessKeyId"], made["SecretAccessKey"])
        for made in (
            iam.create_access_key(UserName=name)["AccessKey"] for name in ("owner", "stranger")
        )
    )
    s3, sts = (_client(endpoint, service, owner) for service in ("s3", "sts"))
    s3.create_bucket(Bucket="recordings")
    visit = sts.assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    visitor = Keys(visit["AccessKeyId"], visit["SecretAccessKey"], visit["SessionToken"])
    with enable_iam_authentication():
        yield Account(endpoint, "recordings", owner, stranger, visitor, s3)


@pytest.fixture
def store(endpoint: str) -> ObjectStore:
    """Uploads to that S3."""
    return ObjectStore(endpoint)


def _client(endpoint: str, service: str, keys: Keys) -> Any:
    import boto3  # type: ignore[import-untyped]

    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys.access,
        aws_secret_access_key=keys.secret,
    )
