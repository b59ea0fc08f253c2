"""Writes a scenario as a person would: what fits stands on one line, what does not is spread out.

Texts that some reader of YAML could take for something else stand in quotation marks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_WIDTH: Final = 100
_PLAIN: Final = re.compile(
    r"(?!(?:true|false|null|yes|no|on|off|y|n)\Z)[A-Za-z][\w./-]*|\d+(?:\.\d+)?(?:ms|s)",
    re.ASCII | re.IGNORECASE,
)


def written(document: Mapping[str, Any], remarks: Mapping[tuple[str, int], str]) -> str:
    """The YAML of a document; remarks stand above the entries of its lists, by key and place."""
    lines: list[str] = []
    for key, value in document.items():
        if isinstance(value, list):
            lines += ["", f"{key}:"]
            for index, entry in enumerate(value):
                remark = remarks.get((key, index))
                lines += [f"  # {remark}"] if remark else []
                lines += _entry(entry)
        else:
            lines += _field(key, value, 0)
    return "\n".join([*lines, ""])


def _entry(entry: Mapping[str, Any]) -> Iterator[str]:
    whole = f"  - {_flow(entry)}"
    if len(whole) <= _WIDTH:
        yield whole
        return
    fields = [line for key, value in entry.items() for line in _field(key, value, 4)]
    yield f"  - {fields[0].lstrip()}"
    yield from fields[1:]


def _field(key: str, value: Any, indent: int) -> Iterator[str]:
    begin = f"{' ' * indent}{_scalar(key)}:"
    line = f"{begin} {_flow(value)}"
    if len(line) <= _WIDTH or not isinstance(value, dict) or not value:
        yield line
        return
    yield begin
    for name, inner in value.items():
        yield from _field(name, inner, indent + 2)


def _flow(value: Any) -> str:
    match value:
        case dict():
            inside = (f"{_scalar(key)}: {_flow(one)}" for key, one in value.items())
            return f"{{{', '.join(inside)}}}"
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case str():
            return _scalar(value)
    return json.dumps(value)


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    quoted = json.dumps(text, ensure_ascii=not text.isprintable())
    return quoted.replace("\x7f", "\\u007f")
