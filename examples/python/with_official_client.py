"""A recording from its start to its files, with Agora's own client (agora-rest-client 0.2.0)."""

import json
import secrets
import sys
from urllib.request import Request, urlopen

from agora_rest_client.core.client import Client
from agora_rest_client.core.domain import Domain, EndpointRegion
from agora_rest_client.services.cloud_recording.v1.individual_recording.api_start import (
    StorageConfig,
)
from agora_rest_client.services.cloud_recording.v1.mix_recording.mix_recording_client import (
    MixRecordingClient,
)
from serving import serving

CNAME, UID = "class-7", "527841"


def redirect(url: str) -> None:
    """Send the client's calls here: its hosts are hard-wired, and looked up in the DNS."""
    host = url.removeprefix("http://")
    Domain.run = lambda self, _logger: self._domain_list.append(host)
    Client.get_api_url = lambda _self, host, path, _region=None: f"http://{host}{path}"


def main(url: str) -> None:
    """Record a minute and list the files."""
    redirect(url)
    app_id = secrets.token_hex(16)  # a world of its own
    world = f"{url}/_mockrec/worlds/{app_id}"
    client = (
        MixRecordingClient.new_builder()
        .with_app_id(app_id)
        .with_domain(Domain(EndpointRegion.US.value))
        .with_credential_basic_auth("customer", "secret")
        .build()
    )
    storage = StorageConfig(
        vendor=1, region=0, bucket="lessons", accessKey="key", secretKey="secret"
    )

    resource = client.acquire(CNAME, UID).resourceId
    sid = client.start(resource, CNAME, UID, "", storage).sid

    control(f"{world}/clock/advance", {"by": "60s"})

    status = client.query(resource, sid).serverResponse["status"]
    check(status == 5, f"the status is {status}, not 5: recording")

    stopped = client.stop(resource, sid, CNAME, UID).serverResponse
    check(stopped["uploadingStatus"] == "uploaded", f"uploading ended as {stopped}")

    names = [file["key"] for file in control(f"{world}/files")["files"]]
    promised = {file["fileName"] for file in stopped["fileList"]}
    check(promised <= set(names), f"promised were {promised}, there are {names}")
    print("\n".join(names))


def control(address: str, body: object = None) -> dict:
    """A call to mockrec itself: a POST where there is a body."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(address, data)) as answer:
        return json.load(answer)


def check(holds: bool, otherwise: str) -> None:
    """Go on, or end with what is wrong."""
    if not holds:
        sys.exit(otherwise)


if __name__ == "__main__":
    with serving() as url:
        main(url)
