"""What is loaded into clients: it redirects the service's names, and disturbs nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mockrec.gateway.environment import HOOKS
from tests.clients.house import bare

TOLD = {"MOCKREC_GATEWAY": "https://127.0.0.1:2", "MOCKREC_URL": "http://127.0.0.1:1"}


def python(code: str, *before: Path, **variables: str) -> str:
    """What a Python prints that has the hook on its path."""
    paths = os.pathsep.join(map(str, [HOOKS / "python", *before]))
    environment = bare(**variables, PYTHONPATH=paths)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("getaddrinfo('api.agora.io', 443)[0][4]", "('127.0.0.1', 2)"),
        ("getaddrinfo(b'api.agora.io', '443')[0][4]", "('127.0.0.1', 2)"),
        ("getaddrinfo('API-cn-east-1.sd-rtn.com.', 'https')[0][4]", "('127.0.0.1', 2)"),
        ("getaddrinfo('api.agora.io', b'http')[0][4]", "('127.0.0.1', 1)"),
        ("getaddrinfo('api.agora.io', 22)[0][4]", "('127.0.0.1', 22)"),
        ("getaddrinfo(host='api.agora.io', port=None)[0][4]", "('127.0.0.1', 0)"),
        ("getaddrinfo('127.0.0.1', 443)[0][4]", "('127.0.0.1', 443)"),
        ("gethostbyname('api.agora.io')", "127.0.0.1"),
        ("gethostbyname('127.0.0.9')", "127.0.0.9"),
        ("gethostbyname_ex('api.agora.io')", "('api.agora.io', [], ['127.0.0.1'])"),
    ],
)
def test_python_finds_the_services_names_here(call: str, found: str) -> None:
    assert python(f"import socket; print(socket.{call})", **TOLD) == found


def test_without_a_mockrec_nothing_is_changed() -> None:
    code = "import socket; print(socket.getaddrinfo.__module__, socket.gethostbyname.__module__)"

    assert python(code) == "socket _socket"


def test_another_sitecustomize_still_runs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.there = True\n")

    assert python("print(there)", tmp_path, **TOLD) == "True"


def test_an_error_in_another_sitecustomize_is_still_seen(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("raise ValueError('theirs')\n")
    environment = bare(**TOLD, PYTHONPATH=os.pathsep.join([str(HOOKS / "python"), str(tmp_path)]))

    done = subprocess.run(
        [sys.executable, "-c", "print('runs')"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "theirs" in done.stderr
    assert done.stdout == "runs\n"
