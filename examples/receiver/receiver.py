"""A receiver of notifications that believes nobody: it checks both signatures, then prints.

    RECEIVER_SECRET=s3cr3t python receiver.py [PORT]

It needs Python and nothing else. Whatever is not signed with the secret is answered 403.
"""

import hmac
import json
import os
import signal
import sys
from contextlib import suppress
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ.get("RECEIVER_SECRET", "").encode()
SIGNATURES = {"Agora-Signature": "sha1", "Agora-Signature-V2": "sha256"}
LONGEST = 1024 * 1024


def signed(body: bytes, headers: Message) -> bool:
    """Whether both signatures are those of exactly these bytes.

    Check before parsing: JSON that was read and written again has other bytes.
    """
    return all(
        hmac.compare_digest(hmac.digest(SECRET, body, digest).hex().encode(), _given(headers, name))
        for name, digest in SIGNATURES.items()
    )


def _given(headers: Message, name: str) -> bytes:
    """The header as bytes, for `compare_digest` takes no text beyond ASCII."""
    return headers.get(name, "").encode("utf-8", "replace")


class Receiver(BaseHTTPRequestHandler):
    """Answers 200 as soon as it has understood: ten seconds later the sender would try again."""

    def do_POST(self) -> None:
        """A notification, or somebody who pretends to send one."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST:
            return self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = self.rfile.read(int(length))
        if not signed(body, self.headers):
            return self.answer(HTTPStatus.FORBIDDEN)
        note = json.loads(body)
        details = json.dumps(note["payload"], ensure_ascii=False)
        print(f"{note['eventType']:>4} {note['noticeId']} {details}", flush=True)
        return self.answer(HTTPStatus.OK)

    def do_GET(self) -> None:
        """For whoever wants to know whether it is up."""
        self.answer(HTTPStatus.OK)

    def answer(self, status: HTTPStatus) -> None:
        """Send this status and an empty document."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Only what is refused is worth a line beyond the notification's own."""
        if code != HTTPStatus.OK:
            super().log_request(code, size)


def main() -> None:
    """Listen until SIGTERM or SIGINT."""
    if not SECRET:
        sys.exit("RECEIVER_SECRET is not set: say which secret notifications are signed with")
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
    server = ThreadingHTTPServer(("", port), Receiver)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"listening on port {server.server_port}", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
