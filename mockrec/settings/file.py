"""Settings from ``mockrec.yaml``: texts that know their lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mockrec.settings.kinds import did_you_mean
from mockrec.settings.options import FILE, OPTIONS, Option
from mockrec.settings.sources import Given, Source
from mockrec.settings.values import SettingsError

if TYPE_CHECKING:
    from yaml.nodes import Node


def from_file(folder: Path, config: Sequence[Given]) -> Source:
    """What the file says: the one that was named, which must exist, or the usual one.

    Raises `SettingsError` with the line for the first entry that cannot be used.
    """
    name = config[-1].text if config else FILE
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        if not config:
            return {}
        raise SettingsError(f"{config[-1].place}: there is no file {name!r}") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{name}: cannot be read: {fault}") from None
    return _from_yaml(text, name)


def _from_yaml(text: str, name: str) -> Source:
    """The file as texts with their lines. Only composed, never constructed: ``09`` stays ``09``."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise SettingsError(f"{name}, line {line}: {fault.problem}") from None
    except yaml.YAMLError as fault:
        raise SettingsError(f"{name}: {fault}") from None
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError(f'{name}, line 1: expected settings such as "port: 8080"')
    return _entries(root.value, name)


def _entries(pairs: Iterable[tuple[Node, Node]], name: str) -> Source:
    known = {option.name: option for option in OPTIONS}
    source: dict[str, Sequence[Given]] = {}
    for key, value in pairs:
        place, word = _place(name, key), str(key.value)
        if word not in known:
            raise SettingsError(f"{place}: unknown key {word!r}{did_you_mean(word, known)}")
        if word in source:
            raise SettingsError(f"{place}: {word} is set a second time")
        source[word] = [] if _is_null(value) else _items(known[word], value, name)
    return source


def _items(option: Option, node: Node, name: str) -> Sequence[Given]:
    """The texts of one entry: a scalar, a list of them, or a mapping of halves."""
    entries = [(node,)]
    if option.many and not isinstance(node.value, str):
        entries = [item if isinstance(item, tuple) else (item,) for item in node.value]
    return [_item(option, halves, name) for halves in entries]


def _item(option: Option, halves: Sequence[Node], name: str) -> Given:
    place = f"{_place(name, halves[0])}: {option.name}"
    nested = not all(isinstance(half.value, str) for half in halves)
    if nested or (len(halves) > 1 and not option.pair):
        raise option.complaint(place, "a list or a mapping")
    return Given(place, (option.pair or "").join(half.value for half in halves))


def _is_null(node: Node) -> bool:
    """Whether nothing stands there, or a plain null: then the file says nothing about the key."""
    return node.value in ("", "~", "null") and getattr(node, "style", None) is None


def _place(name: str, node: Node) -> str:
    return f"{name}, line {node.start_mark.line + 1}"
