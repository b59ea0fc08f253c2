"""The official Python client as its manual has it: a whole recording in the mode it is told.

Nothing of it is bent. What it would send elsewhere, packet or question, ends the process.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.request import Request, urlopen

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Let nothing out: neither a connection nor a question to a name server."""
    if event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        allowed = arguments[1][0] in LOOPBACK
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        allowed = arguments[0] in LOOPBACK
    else:
        return
    if not allowed:
        print("would have left this machine:", event, arguments, file=sys.stderr, flush=True)
        os._exit(99)


sys.addaudithook(watch)

from agora_rest_client.core.domain import Domain, EndpointRegion  # noqa: E402
from agora_rest_client.services.cloud_recording.v1 import api_start  # noqa: E402
from agora_rest_client.services.cloud_recording.v1.individual_recording.individual_recording_client import (  # noqa: E402,E501
    IndividualRecordingClient,
)
from agora_rest_client.services.cloud_recording.v1.mix_recording.mix_recording_client import (  # noqa: E402
    MixRecordingClient,
)
from agora_rest_client.services.cloud_recording.v1.web_recording.web_recording_client import (  # noqa: E402
    WebRecordingClient,
)

CLIENTS: dict[str, Any] = {
    "individual": IndividualRecordingClient,
    "mix": MixRecordingClient,
    "web": WebRecordingClient,
}


def control(method: str, path: str, body: object = None) -> Any:
    """A control call about this world."""
    world = f"{os.environ['MOCKREC_URL']}/_mockrec/worlds/{os.environ['MOCKREC_APP_ID']}"
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(world + path, data, method=method)) as answer:  # noqa: S310
        return json.load(answer)


def start(client: Any, mode: str, resource: str) -> Any:
    """A start, as the client's examples have it."""
    storage = api_start.StorageConfig(
        vendor=1, region=0, bucket="b", accessKey="a", secretKey="s", fileNamePrefix=["recordings"]
    )
    if mode != "web":
        return client.start(resource, "lesson", "527841", "", storage)
    page = api_start.ServiceParam(
        url="https://live.bilibili.com/",
        audioProfile=2,
        videoWidth=1280,
        videoHeight=720,
        maxRecordingHour=1,
    )
    service = api_start.ExtensionServices(serviceName="web_recorder_service", serviceParam=page)
    services = api_start.ExtensionServiceConfig(extensionServices=[service])
    return client.start(resource, "lesson", "527841", storage, services)


def main(mode: str, region: str) -> None:
    """Record for forty seconds; print what came of it, and by which names the requests came."""
    domain = Domain(EndpointRegion[region].value)
    builder = CLIENTS[mode].new_builder().with_app_id(os.environ["MOCKREC_APP_ID"])
    client = builder.with_domain(domain).with_credential_basic_auth("id", "secret").build()
    resource = client.acquire("lesson", "527841").resourceId
    sid = start(client, mode, resource).sid
    control("POST", "/clock/advance", {"by": "40s"})
    status = client.query(resource, sid).serverResponse["status"]
    stopped = client.stop(resource, sid, "lesson", "527841").serverResponse
    requests = control("GET", "/journal?kind=request")["entries"]
    hosts = sorted({entry["host"] for entry in requests})
    told = {"status": status, "stopped": stopped, "calls": len(requests), "hosts": hosts}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except BaseException as error:  # noqa: BLE001  its thread would keep the process alive
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)
