"""Loaded by each Python under ``mockrec run``: the names of the service lead to the mockrec there.

Some clients look up a name before they use a proxy, and some use no proxy. They are told where
mockrec listens, and no name server is asked. It imports nothing of mockrec: any Python may read it.
"""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import sys
from importlib.machinery import PathFinder
from typing import Any
from urllib.parse import urlsplit

OURS = re.compile(r"api(-[a-z]+-[a-z]+-[0-9]+)?\.(agora\.io|sd-rtn\.com)\.?", re.IGNORECASE)
_ADDRESS = "127.0.0.1"


def _redirect(tls: str, plain: str) -> None:
    """Let every lookup of the service's names find these two addresses."""
    ports = {443: urlsplit(tls), "https": urlsplit(tls), 80: urlsplit(plain)}
    ports |= {"443": ports[443], "80": ports[80], "http": ports[80]}
    look_up, by_name, by_name_ex = socket.getaddrinfo, socket.gethostbyname, socket.gethostbyname_ex

    def ours(host: object) -> bool:
        text = host.decode("latin-1") if isinstance(host, bytes) else host
        return isinstance(text, str) and bool(OURS.fullmatch(text))

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if ours(host):
            key = port.decode("latin-1") if isinstance(port, bytes) else port
            there = ports.get(key)
            host, port = (there.hostname, there.port) if there else (_ADDRESS, port)
        return look_up(host, port, *args, **kwargs)

    def gethostbyname(host: Any) -> str:
        return _ADDRESS if ours(host) else by_name(host)

    def gethostbyname_ex(host: Any) -> Any:
        return (host, [], [_ADDRESS]) if ours(host) else by_name_ex(host)

    for function in (getaddrinfo, gethostbyname, gethostbyname_ex):
        setattr(socket, function.__name__, function)


def _run_the_other() -> None:
    """Only the first ``sitecustomize`` is loaded; run the one that would have been without us."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  cheap at every start
    paths = [path for path in sys.path if os.path.abspath(path) != here]  # noqa: PTH100
    spec = PathFinder.find_spec("sitecustomize", paths)
    if spec and spec.loader:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


if "MOCKREC_GATEWAY" in os.environ:
    _redirect(os.environ["MOCKREC_GATEWAY"], os.environ.get("MOCKREC_URL", ""))
_run_the_other()
