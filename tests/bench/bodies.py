"""What the load is made of: resources acquired beforehand, and start bodies of a usual size."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.bench.servers import Server

APP_IDS: Final = tuple(f"{number:032x}" for number in range(10, 26))
MOST_A_WORLD: Final = 15_000
"""Of 20,000 resources that a world remembers."""

_AT_ONCE: Final = 100
_BUCKET: Final = {"vendor": 2, "region": 3, "bucket": "my-recordings"}
_KEYS: Final = {"accessKey": "x" * 24, "secretKey": "x" * 40, "fileNamePrefix": ["a", "b"]}


def details(*, bad: bool = False) -> dict[str, Any]:
    """The clientRequest of a composite start; a `bad` one breaks three rules."""
    place = {"width": 0.5, "height": 0.5, "alpha": 1.0, "render_mode": 1}
    places = [
        {"uid": str(1_000 + n), "x_axis": n % 2 * 0.5, "y_axis": n // 2 * 0.5, **place}
        for n in range(3)
    ]
    canvas = {"width": 640, "height": 360, "fps": 15, "bitrate": 500, "mixedVideoLayout": 3}
    config = {
        "channelType": 0,
        "streamTypes": 2,
        "audioProfile": 1,
        "videoStreamType": 0,
        "maxIdleTime": -1 if bad else 120,
        "subscribeUidGroup": 0,
        "transcodingConfig": {**canvas, "backgroundColor": "#000000", "layoutConfig": places},
    }
    return {
        "token": "x" * 60,
        "recordingConfig": config,
        "recordingFileConfig": {"avFileType": ["flv" if bad else "hls"]},
        "storageConfig": {**_BUCKET, **_KEYS, "vendor": 99 if bad else 2},
    }


def start_body(cname: str, uid: int, **kind: bool) -> str:
    """A start body of about 900 bytes."""
    document = {"cname": cname, "uid": str(uid), "clientRequest": details(**kind)}
    return json.dumps(document, separators=(",", ":"))


def acquired(server: Server, count: int) -> Iterator[tuple[str, str, int, str]]:
    """Acquire that many resources in as many worlds as it takes: App ID, cname, uid, id."""
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        for first in range(0, count, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, count))
            line.sendall(b"".join(_acquire(number) for number in numbers))
            for number, found in zip(numbers, _ids(line, len(numbers)), strict=True):
                yield _app_id(number), f"room{number}", number + 1, found


def write_starts(server: Server, count: int, path: Path, *, bad: bool = False) -> Path:
    """Write a start for each of so many fresh resources, a line each, for post.lua."""
    lines = (
        f"/v1/apps/{app_id}/cloud_recording/resourceid/{resource}/mode/mix/start"
        f"\t{start_body(cname, uid, bad=bad)}\n"
        for app_id, cname, uid, resource in acquired(server, count)
    )
    path.write_text("".join(lines), encoding="ascii")
    return path


def start_recordings(server: Server, count: int, app_id: str = APP_IDS[0]) -> list[str]:
    """Start so many recordings in one world; the path of the calls for each."""
    paths = []
    base = f"/v1/apps/{app_id}/cloud_recording"
    for number in range(count):
        who = {"cname": f"room{number}", "uid": str(number + 1)}
        body = json.dumps(who | {"clientRequest": {}})
        resource = json.loads(server.ask("POST", f"{base}/acquire", body)[1])["resourceId"]
        path = f"{base}/resourceid/{resource}"
        status, answer = server.ask(
            "POST", f"{path}/mode/mix/start", start_body(f"room{number}", number + 1)
        )
        if status != 200:
            raise RuntimeError(f"a start was answered {status}: {answer[:200]!r}")
        paths.append(f"{path}/sid/{json.loads(answer)['sid']}/mode/mix")
    return paths


def _app_id(number: int) -> str:
    return APP_IDS[number // MOST_A_WORLD]


def _acquire(number: int) -> bytes:
    body = f'{{"cname":"room{number}","uid":"{number + 1}","clientRequest":{{}}}}'
    path = f"/v1/apps/{_app_id(number)}/cloud_recording/acquire"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YTpi\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def _ids(line: socket.socket, count: int) -> Iterable[str]:
    """The resource ids of so many answers."""
    received = b""
    while received.count(b'"resourceId":"') < count or not received.endswith(b'"}'):
        part = line.recv(1 << 18)
        if not part:
            raise ConnectionError("the server hung up")
        received += part
    return (found.decode() for found in re.findall(rb'"resourceId":"([^"]+)"', received))
