"""The official Python client, pointed at a mockrec: three seams are bent, nothing else.

It asks the DNS for Agora's hosts, speaks https to them only, keeps a thread alive for good, and
sleeps between its tries. Here it knows one host, speaks http to it, has no thread and no sleep.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from agora_rest_client.core import client as core
from agora_rest_client.core.domain import Domain, EndpointRegion, ServiceRegion
from agora_rest_client.core.exceptions import ServiceResponseException
from agora_rest_client.services.cloud_recording.v1 import cloud_recording_client as calls
from agora_rest_client.services.cloud_recording.v1.individual_recording.api_start import (
    StorageConfig,
)
from agora_rest_client.services.cloud_recording.v1.individual_recording.individual_recording_client import (  # noqa: E501
    IndividualRecordingClient,
)
from agora_rest_client.services.cloud_recording.v1.mix_recording.mix_recording_client import (
    MixRecordingClient,
)
from agora_rest_client.services.cloud_recording.v1.web_recording.web_recording_client import (
    WebRecordingClient,
)

__all__ = ["CLIENTS", "ServiceResponseException", "bent", "client", "said", "storage"]

CLIENTS: Final[dict[str, Any]] = {
    "individual": IndividualRecordingClient,
    "mix": MixRecordingClient,
    "web": WebRecordingClient,
}


class Here(Domain):  # type: ignore[misc]  # the client has no types
    """Agora's hosts are all this one."""

    def __init__(self, address: str, service_region: ServiceRegion | None = None) -> None:
        region = service_region.value if service_region else None
        super().__init__(EndpointRegion.US.value, region)
        self._domain_list = [address]

    def run(self, logger: object) -> None:
        """Look for no better host, now or later."""


def _plain(_: object, host: str, url: str, service_region: str | None = None) -> str:
    return f"http://{host}{f'/{service_region}' if service_region else ''}{url}"


@contextmanager
def bent(slept: list[float]) -> Iterator[None]:
    """While this lasts, the client speaks http, and what it would have slept is written down."""
    clock = SimpleNamespace(sleep=slept.append, time=lambda: 0.0)
    with (
        patch.object(core.Client, "get_api_url", _plain),
        patch.object(core, "time", clock),
        patch.object(calls, "time", clock),
    ):
        yield


def client(
    mode: str,
    address: str,
    app_id: str,
    *,
    pair: tuple[str, str] = ("id", "secret"),
    region: ServiceRegion | None = None,
) -> Any:
    """A client of this mode, built as its manual says."""
    builder = CLIENTS[mode].new_builder().with_app_id(app_id).with_domain(Here(address, region))
    return builder.with_credential_basic_auth(*pair).build()


def storage() -> Any:
    """A bucket, as the client's examples describe one."""
    return StorageConfig(
        vendor=1,
        region=0,
        bucket="b",
        accessKey="a",
        secretKey="s",
        fileNamePrefix=["recordings"],
    )


def said(answer: Any) -> dict[str, Any]:
    """What the client made of an answer, all of it."""
    return dict(vars(answer))
