"""Values: dataclasses that are quick to declare, and the next value of one.

`dataclasses.dataclass` compiles six methods for each class, of which `__init__` alone has to
differ: with more than a hundred classes that took a sixth of the start-up. Here the others are
shared; they do the same.

`dataclasses.replace` looks at every field in turn, which for a recording takes six microseconds;
a recording is replaced a dozen times in a step. Values without slots get a copy of the whole
`__dict__` instead, in half a microsecond; filled bit by bit, it would take as long as the original.

Type checkers see the originals, with their checks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def dataclass(*, frozen=False, eq=True, slots=False, kw_only=False):
        """As the original."""

        def declared(cls):
            shape = {"init": not frozen, "slots": slots, "kw_only": kw_only}
            value = dataclasses.dataclass(cls, repr=False, eq=False, **shape)
            value.__repr__ = _repr
            if eq:
                value.__eq__, value.__hash__ = _eq, _hash if frozen else None
            if frozen:
                value.__setattr__, value.__delattr__ = _setattr, _delattr
            if frozen and vars(cls).get("__annotations__"):  # else it inherits what it needs
                value.__init__ = _init(value)
            return value

        return declared

    def replace(value, /, **changes):
        """The frozen dataclass without slots, with these fields changed."""
        following = object.__new__(type(value))
        object.__setattr__(following, "__dict__", value.__dict__ | changes)
        return following


def _init(cls: Any) -> Callable[..., None]:
    """The method that sets every field, past the lock of a frozen class."""
    fields = dataclasses.fields(cls)
    scope: dict[str, Any] = {"put": object.__setattr__, "absent": dataclasses.MISSING}
    given, lines = ["self"], []
    for one in sorted(fields, key=attrgetter("kw_only")):
        name = value = parameter = one.name
        if one.default is not dataclasses.MISSING:
            scope[f"_{name}"], parameter = one.default, f"{name}=_{name}"
        elif one.default_factory is not dataclasses.MISSING:
            scope[f"_{name}"], parameter = one.default_factory, f"{name}=absent"
            value = f"_{name}() if {name} is absent else {name}"
        given += ["*", parameter] if one.kw_only and "*" not in given else [parameter]
        lines.append(f"\n put(self, {name!r}, {value})")
    last = "\n self.__post_init__()" if hasattr(cls, "__post_init__") else ""
    text = f"def __init__({', '.join(given)}):{''.join(lines)}{last}"
    exec(text, scope)  # noqa: S102  as the original does
    method: Callable[..., None] = scope["__init__"]
    method.__qualname__ = f"{cls.__qualname__}.__init__"
    method.__annotations__ = {**{one.name: one.type for one in fields}, "return": None}
    return method


def _contents(value: Any) -> tuple[object, ...]:
    return tuple([getattr(value, name) for name in value.__dataclass_fields__])


def _repr(self: Any) -> str:
    shown = (one.name for one in dataclasses.fields(self) if one.repr)
    said = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({said})"


def _eq(self: Any, other: object) -> bool:
    same = type(self) is type(other)
    return _contents(self) == _contents(other) if same else NotImplemented


def _hash(self: Any) -> int:
    fields = dataclasses.fields(self)
    return hash(tuple([getattr(self, one.name) for one in fields if one.hash is not False]))


def _setattr(self: object, name: str, value: object) -> NoReturn:  # noqa: ARG001  the protocol's
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: object, name: str) -> NoReturn:  # noqa: ARG001  the protocol's
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


__all__ = ["dataclass", "replace"]
