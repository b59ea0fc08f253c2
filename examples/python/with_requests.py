"""A recording from its start to its files, with requests."""

import secrets
import sys

import requests
from serving import serving

WHO = {"cname": "class-7", "uid": "527841"}
STORAGE = {"vendor": 1, "region": 0, "bucket": "lessons", "accessKey": "key", "secretKey": "secret"}
FILES = {"avFileType": ["hls", "mp4"]}


def main(url: str) -> None:
    """Record a minute and list the files."""
    app_id = secrets.token_hex(16)  # a world of its own
    api, world = f"{url}/v1/apps/{app_id}/cloud_recording", f"{url}/_mockrec/worlds/{app_id}"
    service = requests.Session()
    service.auth = ("customer", "secret")

    def call(method: str, address: str, body: object = None) -> dict:
        answer = service.request(method, address, json=body, timeout=10)
        check(answer.status_code == 200, f"{address} answered {answer.status_code} {answer.text}")
        return answer.json()

    check(call("GET", f"{url}/_mockrec/health")["status"] == "ok", "mockrec is not well")

    resource = call("POST", f"{api}/acquire", {**WHO, "clientRequest": {}})["resourceId"]
    start = {"recordingFileConfig": FILES, "storageConfig": STORAGE}
    path = f"{api}/resourceid/{resource}"
    sid = call("POST", f"{path}/mode/mix/start", {**WHO, "clientRequest": start})["sid"]

    call("POST", f"{world}/clock/advance", {"by": "60s"})

    status = call("GET", f"{path}/sid/{sid}/mode/mix/query")["serverResponse"]["status"]
    check(status == 5, f"the status is {status}, not 5: recording")

    stop = {**WHO, "clientRequest": {}}
    stopped = call("POST", f"{path}/sid/{sid}/mode/mix/stop", stop)["serverResponse"]
    check(stopped["uploadingStatus"] == "uploaded", f"uploading ended as {stopped}")

    names = [file["key"] for file in call("GET", f"{world}/files")["files"]]
    promised = {file["fileName"] for file in stopped["fileList"]}
    check(promised <= set(names), f"promised were {promised}, there are {names}")
    print("\n".join(names))


def check(holds: bool, otherwise: str) -> None:
    """Go on, or end with what is wrong."""
    if not holds:
        sys.exit(otherwise)


if __name__ == "__main__":
    with serving() as url:
        main(url)
