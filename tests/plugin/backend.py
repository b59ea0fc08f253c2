"""A program that records: what the suites of this folder test, with nothing but requests.

It knows an address and credentials, as a program would from its configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import requests

from mockrec import World

STORAGE: Final = {"vendor": 1, "region": 0, "bucket": "lessons", "accessKey": "a", "secretKey": "s"}
FILES: Final = {"avFileType": ["hls", "mp4"]}
REQUEST: Final = {"recordingFileConfig": FILES, "storageConfig": STORAGE}
"""The clientRequest of a start."""


class Refused(Exception):
    """The service said no: its status and its words."""


@dataclass(frozen=True)
class Backend:
    """The program, told where the service is."""

    api: str
    auth: tuple[str, str]

    @classmethod
    def of(cls, world: World) -> Backend:
        """A program whose service is this world."""
        return cls(world.api, world.auth)

    def record(self, cname: str = "class-7", uid: str = "527841") -> Session:
        """Acquire and start, which has to succeed."""
        who = {"cname": cname, "uid": uid}
        acquired = self.post("acquire", {**who, "clientRequest": {}})
        path = f"resourceid/{acquired['resourceId']}"
        started = self.post(f"{path}/mode/mix/start", {**who, "clientRequest": REQUEST})
        return Session(self, f"{path}/sid/{started['sid']}/mode/mix", who, started["sid"])

    def post(self, path: str, body: Any) -> Any:
        """The answer to a POST, which has to be a good one."""
        return _good(requests.post(f"{self.api}/{path}", json=body, auth=self.auth, timeout=30))

    def get(self, path: str) -> Any:
        """The answer to a GET, which has to be a good one."""
        return _good(requests.get(f"{self.api}/{path}", auth=self.auth, timeout=30))


@dataclass(frozen=True)
class Session:
    """A recording under way."""

    backend: Backend
    path: str
    who: dict[str, str]
    sid: str

    def status(self) -> int:
        """The status that a query tells."""
        status: int = self.backend.get(f"{self.path}/query")["serverResponse"]["status"]
        return status

    def stop(self) -> list[str]:
        """End it; the names of its files."""
        answer = self.backend.post(f"{self.path}/stop", {**self.who, "clientRequest": {}})
        return [file["fileName"] for file in answer["serverResponse"]["fileList"]]


def _good(answer: requests.Response) -> Any:
    if not answer.ok:
        raise Refused(f"{answer.status_code} {answer.text}")
    return answer.json()
