"""The shipped data: schemas, scenarios and footage, installed or in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mockrec.render.footage import Footage

_PACKAGE: Final = Path(__file__).parent


class UnknownAsset(LookupError):
    """No shipped file has that name."""


def schema(name: str) -> bytes:
    """The JSON text of one schema, such as ``start.mix``. Raises `UnknownAsset`."""
    return _find("schemas", ".json", name).read_bytes()


def schema_names() -> tuple[str, ...]:
    """The names of all schemas, sorted."""
    return tuple(sorted(_shelf("schemas", ".json")))


def scenario(name: str) -> str:
    """The YAML text of one shipped scenario. Raises `UnknownAsset`."""
    return _find("scenarios", ".yaml", name).read_text(encoding="utf-8")


def scenario_names() -> tuple[str, ...]:
    """The names of all shipped scenarios, sorted."""
    return tuple(sorted(_shelf("scenarios", ".yaml")))


@cache
def footage() -> Footage:
    """The pre-encoded pictures and tones that recordings are cut from; unpacked once."""
    from mockrec.render.footage import unpack

    return unpack((_PACKAGE / "footage" / "footage.bin").read_bytes())


def _find(kind: str, suffix: str, name: str) -> Path:
    """The file of that name. Only what the folder lists is found, so no name leads out of it."""
    try:
        return _shelf(kind, suffix)[name]
    except KeyError:
        raise UnknownAsset(f'no "{name}" among the shipped {kind}') from None


def _shelf(kind: str, suffix: str) -> dict[str, Path]:
    """The files of one kind by name: from the wheel, else (as when editable) the checkout."""
    shipped = _PACKAGE / "_shipped" / kind
    folder = shipped if shipped.is_dir() else _PACKAGE.parent / kind
    return {path.name.removesuffix(suffix): path for path in folder.glob(f"*{suffix}")}
