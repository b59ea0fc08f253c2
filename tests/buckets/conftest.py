"""An S3 in a process of its own that asks everybody for keys, the road to it, and a service."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from http.client import HTTPConnection
from itertools import count
from typing import Any, Final

import pytest

from tests.api.service import Service, World
from tests.buckets.customer import Customer, client
from tests.buckets.house import served
from tests.buckets.road import Road, road_to
from tests.storage.conftest import ANYTHING, no_surroundings  # noqa: F401  a fixture here, too
from tests.storage.peers import Keys

# Ends with its input, so that it never outlives the tests.
_S3: Final = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
server.stop()
"""
_NUMBERS: Final = count(1)


@pytest.fixture(scope="session")
def s3(no_surroundings: None) -> Iterator[str]:  # noqa: ARG001, F811
    """The endpoint of an S3 on the loopback."""
    command = [sys.executable, "-c", _S3]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.communicate(timeout=10)


@pytest.fixture(scope="session")
def keys(s3: str) -> Keys:
    """Keys that may do everything; from here on the S3 checks every signature."""
    iam = client(s3, "iam", Keys("none", "none"))
    iam.create_user(UserName="customer")
    iam.put_user_policy(UserName="customer", PolicyName="all", PolicyDocument=ANYTHING)
    made = iam.create_access_key(UserName="customer")["AccessKey"]
    line = HTTPConnection(s3.removeprefix("http://"))
    line.request("POST", "/moto-api/reset-auth", "0", {"Content-Type": "text/plain"})
    assert line.getresponse().status == 200
    line.close()
    return Keys(made["AccessKeyId"], made["SecretAccessKey"])


@pytest.fixture(scope="session")
def door(s3: str, keys: Keys) -> Any:
    """What looks into the buckets, past the road."""
    return client(s3, "s3", keys)


@pytest.fixture
def customer(s3: str, keys: Keys, door: Any) -> Customer:
    """A customer with a bucket of his own."""
    return Customer.with_bucket(s3, keys, door, f"customer-{next(_NUMBERS)}")


@pytest.fixture
def neighbour(s3: str, keys: Keys, door: Any) -> Customer:
    """Another customer, with another bucket at the same place."""
    return Customer.with_bucket(s3, keys, door, f"neighbour-{next(_NUMBERS)}")


@pytest.fixture
async def road(s3: str) -> AsyncIterator[Road]:
    """The way to the S3."""
    async with road_to(s3) as one:
        yield one


@pytest.fixture
async def service(road: Road) -> AsyncIterator[Service]:
    """A service whose files go that way; its clocks stand until they are moved."""
    async with served(road.endpoint) as one:
        yield one


@pytest.fixture
def world(service: Service) -> World:
    """Its first world."""
    return service.world()
