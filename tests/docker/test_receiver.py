"""The example receiver takes what mockrec signs, and nothing else."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import pytest

from tests.docker.dockerfile import ROOT
from tests.notify.receivers import mac
from tests.wire.process import environment, started

SECRET: Final = "s3cr3t"
APP: Final = "0" * 31 + "a"
PROGRAM: Final = str(ROOT / "examples" / "receiver" / "receiver.py")
BODY: Final = b'{"noticeId":"n1","eventType":40,"payload":{"sid":"s1"}}'
HEADERS: Final = {
    "Agora-Signature": mac("sha1", SECRET, BODY),
    "Agora-Signature-V2": mac("sha256", SECRET, BODY),
}


@dataclass(frozen=True, slots=True)
class Receiver:
    """The example in a process of its own."""

    process: subprocess.Popen[str]
    port: int

    def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The status that this is answered with."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=20)
        line.request("POST", "/hook", body, dict(headers))
        status = line.getresponse().status
        line.close()
        return status

    def end(self) -> str:
        """Tell it to end; what it printed since it was ready."""
        self.process.terminate()
        printed, _ = self.process.communicate(timeout=20)
        assert self.process.returncode == 0
        return printed


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with subprocess.Popen(
        [sys.executable, PROGRAM, "0"],
        env={**environment(), "RECEIVER_SECRET": SECRET},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield Receiver(process, int(process.stdout.readline().rpartition(" ")[2]))
        finally:
            process.kill()


def test_what_is_signed_is_taken_and_printed(receiver: Receiver) -> None:
    assert receiver.post(BODY, HEADERS) == 200
    assert receiver.end() == '  40 n1 {"sid": "s1"}\n'


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("value", [None, "", "0" * 40, "é"])
def test_both_signatures_have_to_be_right(
    receiver: Receiver, header: str, value: str | None
) -> None:
    others = {name: text for name, text in HEADERS.items() if name != header}
    wrong = others if value is None else others | {header: value}

    assert receiver.post(BODY, wrong) == 403
    assert receiver.end() == ""


def test_one_changed_byte_is_refused(receiver: Receiver) -> None:
    assert receiver.post(BODY.replace(b"40", b"41"), HEADERS) == 403
    assert receiver.end() == ""


def test_a_body_without_end_is_not_read(receiver: Receiver) -> None:
    assert receiver.post(b"", {**HEADERS, "Content-Length": "9999999999"}) == 413


def test_without_a_secret_it_says_so(tmp_path: Path) -> None:
    ours = {name: text for name, text in environment().items() if name != "RECEIVER_SECRET"}
    done = subprocess.run(
        [sys.executable, PROGRAM], cwd=tmp_path, env=ours, check=False, capture_output=True
    )

    assert done.returncode == 1
    assert b"RECEIVER_SECRET is not set" in done.stderr


def test_it_takes_what_mockrec_sends(receiver: Receiver, tmp_path: Path) -> None:
    hook = f"http://127.0.0.1:{receiver.port}/hook"
    with started("--callback-url", hook, "--callback-secret", SECRET, cwd=tmp_path) as server:
        line = HTTPConnection("127.0.0.1", server.line.port, timeout=20)
        line.request("POST", f"/_mockrec/worlds/{APP}/callback/check")
        answer = line.getresponse()
        said = answer.read().decode()
        line.close()

    assert answer.status == 200, said
    assert len(receiver.end().splitlines()) > 20, said
