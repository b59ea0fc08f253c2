"""The folder where certificates are kept, and how a file comes into it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from mockrec.settings import SettingsError


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """What cannot be imported in here becomes a `SettingsError` with the command that mends it.

    It is that of the very Python that lacks it, so that the line can be pasted.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        install = f"{shlex.quote(sys.executable)} -m pip install 'mockrec[{extra}]'"
        raise SettingsError(f"the library {error.name} is missing: {install}") from None


def ca_folder(named: str | None = None) -> Path:
    """The folder that was named, or the user's own by the platform's custom."""
    if named:
        return Path(named).expanduser()
    if windows := os.environ.get("LOCALAPPDATA"):
        return Path(windows, "mockrec", "ca")
    data = os.environ.get("XDG_DATA_HOME", "")
    home = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return home / "mockrec" / "ca"


def made(folder: Path) -> Path:
    """The folder, for its owner's eyes alone where it had to be made, by its full path."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


def keep(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all, that none but its owner can read."""
    with NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.", delete=False) as draft:
        draft.write(content)  # such files are made with mode 0600
    try:
        Path(draft.name).replace(path)
    except OSError:
        Path(draft.name).unlink()
        raise
