"""Where a running mockrec is reached, and what becomes of a place where it cannot listen."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from mockrec.domain.values import dataclass


class CannotListen(OSError):
    """A listener that cannot be had: which, and why."""


@dataclass(slots=True)
class Listeners:
    """The addresses of a server, as URLs; None where it does not listen. Filled in as it opens."""

    http: str = ""
    tls: str | None = None
    proxy: str | None = None
    dns: str | None = None
    authority: str | None = None
    """The certificate that clients have to trust, as PEM."""

    def others(self) -> Iterator[str]:
        """A line about each but the plain one."""
        for name, where in (("tls", self.tls), ("proxy", self.proxy), ("dns", self.dns)):
            if where:
                yield f"{name} on {where}"

    def seen_from(self, host: str) -> Listeners:
        """The same for who calls this machine `host`: what listens everywhere, listens there."""
        return Listeners(
            _placed(self.http, host) or "",
            _placed(self.tls, host),
            _placed(self.proxy, host),
            _placed(self.dns, host),
            self.authority,
        )


def _placed(where: str | None, host: str) -> str | None:
    return re.sub(r"//(0\.0\.0\.0|\[::\]):", f"//{host}:", where) if where else where


@contextmanager
def opening(host: str, port: int) -> Iterator[None]:
    """What the system says against listening there becomes one clear `CannotListen`."""
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else error
        way_out = "; port 0 is any free one" if error.errno == errno.EADDRINUSE else ""
        raise CannotListen(f"cannot listen on {host}:{port}: {why}{way_out}") from error


def url(address: tuple[str, int], scheme: str = "http") -> str:
    """The URL of a socket's address."""
    host, port = address[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
