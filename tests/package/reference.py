"""The generated parts of docs/scenarios.md: ``make docs`` writes them anew from schema and library.

What stands between ``<!-- NAME: generated -->`` and ``<!-- end -->`` is replaced; all else on the
page is written by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))

from mockrec import assets
from mockrec.playbook.faults import EFFECTS
from mockrec.playbook.loader import load
from mockrec.playbook.sources import summaries
from mockrec.playbook.timeline import CHANGES

PAGE: Final = Path(__file__).parents[2] / "docs" / "scenarios.md"
SCHEMA: Final[Any] = json.loads(assets.schema("scenario"))
DEFINED: Final[Mapping[str, Any]] = SCHEMA["$defs"]
MODIFIERS: Final = ("stall", "takes", "done")
"""What stands beside the effect of a fault, or, but for the last, alone."""

_PART: Final = re.compile(r"(<!-- ([\w-]+): generated -->\n).*?(<!-- end -->)", re.DOTALL)
_MANY: Final = 12
"""With more choices than these, the table names none of them."""
_WIDE: Final = 10_000

Node = Mapping[str, Any]


def page(written: str) -> str:
    """The page with its generated parts as they have to be. Raises KeyError for an unknown one."""
    return _PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n\n{part[3]}", written)


def _table(*steps: str, but: tuple[str, ...] = ()) -> str:
    """The keys of the object at a place of the schema, a row each."""
    node: Any = SCHEMA
    for step in steps:
        node = node[step]
    known = {name: _resolved(one) for name, one in node["properties"].items() if name not in but}
    rows = [
        f"| `{name}` | {_cell(one['description'])}{_terms(one)} | {_cell(_code(name, one))} |"
        for name, one in known.items()
    ]
    return "\n".join(("| key | what it says | example |", "|---|---|---|", *rows))


def _paragraphs(names: tuple[str, ...], definition: str, around: Callable[[Any], Any]) -> str:
    """A heading, a paragraph and an example for each of these keys of a definition."""
    told = [_paragraph(name, DEFINED[definition]["properties"][name], around) for name in names]
    return "\n\n".join(told)


def _paragraph(name: str, node: Node, around: Callable[[Any], Any]) -> str:
    one = _resolved(node)
    lines = [f"### `{name}`", "", f"{one['description']}{_terms(one)}", ""]
    if "properties" in one:
        lines += [f"- `{key}`: {_entry(inner)}" for key, inner in one["properties"].items()]
        lines.append("")
    shown = (f"- {_flow(around({name: example}))}" for example in one["examples"])
    return "\n".join((*lines, "```yaml", *shown, "```"))


def _entry(node: Node) -> str:
    one = _resolved(node)
    return f"{one['description']}{_terms(one)}"


def _terms(node: Node) -> str:
    """What it may be and what it is by itself, where that is short."""
    terms = []
    choices = node.get("enum", ())
    if 1 < len(choices) <= _MANY and not all(str(one) in node["description"] for one in choices):
        terms.append("one of " + ", ".join(f"`{value}`" for value in choices))
    if "default" in node:
        terms.append(f"by default `{_flow(node['default'])}`")
    return f" ({'; '.join(terms)})" if terms else ""


def _resolved(node: Node) -> Node:
    """What the schema says of it, the definition that it refers to included."""
    if "$ref" not in node:
        return node
    return {**_resolved(DEFINED[node["$ref"].rpartition("/")[2]]), **node}


def _code(name: str, node: Node) -> str:
    return f"`{name}: {_flow(node['examples'][0])}`"


def _flow(value: Any) -> str:
    """The value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=_WIDE, sort_keys=False)
    return text.removesuffix("...\n").strip().removesuffix("...").strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _rule(fault: Any) -> Any:
    return {"then": fault}


def _cue(change: Any) -> Any:
    return {"at": "1m", **change}


def _library() -> str:
    """The shipped scenarios, a row each."""
    rows = [f"| `{name}` | {about} | {_facts(name)} |" for name, about in summaries().items()]
    count = (
        f"{len(rows)} of them: `mockrec scenarios NAME` prints one, `mockrec replay NAME` plays it."
    )
    return "\n".join((count, "", "| scenario | what it shows | facts |", "|---|---|---|", *rows))


def _facts(name: str) -> str:
    references = load(assets.scenario(name), name).docs
    return ", ".join(
        f"[{place}]({page}.md#{place})"
        for reference in references
        for page, place in reference.items()
    )


def _timing() -> Iterator[str]:
    for name, node in SCHEMA["properties"]["timing"]["properties"].items():
        yield f"`{name}` ({node['default']})"


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "keys": _table,
    "clock": lambda: _table("properties", "clock"),
    "settings": lambda: _table("properties", "settings"),
    "callback": lambda: _table("properties", "settings", "properties", "callback"),
    "timing": lambda: ", ".join(_timing()) + ".",
    "cue": lambda: _table("$defs", "cue", but=tuple(CHANGES)),
    "changes": lambda: _paragraphs(tuple(CHANGES), "cue", _cue),
    "rule": lambda: _table("$defs", "rule"),
    "condition": lambda: _table("$defs", "condition"),
    "faults": lambda: _paragraphs((*EFFECTS, *MODIFIERS), "fault", _rule),
    "call": lambda: _table("$defs", "call"),
    "parameters": lambda: _table("$defs", "parameters"),
    "answer": lambda: _table("$defs", "answer"),
    "happening": lambda: _table("$defs", "happening"),
    "library": _library,
}


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
