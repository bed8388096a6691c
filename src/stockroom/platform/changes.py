"""Before → after, field by field: what a person reads in a change history. Pure."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec

UNTOLD = frozenset({"version"})
"""Fields that change with every edit and tell nothing."""


class Change(msgspec.Struct, frozen=True):
    """One field. ``field`` is a path such as ``lines[0].quantity``; an absent value is None."""

    field: str
    before: Any
    after: Any


def changes(before: Any, after: Any) -> list[Change]:
    """The fields that differ, in the order they came; all of them where there was nothing before or after."""
    was, now = dict(_flat(before)), dict(_flat(after))
    names = [*was, *(name for name in now if name not in was)]
    return [
        Change(name or "value", was.get(name), now.get(name))
        for name in names
        if was.get(name) != now.get(name) and (before is None or after is None or name not in UNTOLD)
    ]


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():  # JSON's own keys are texts
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in cast("list[Any]", value)):
        for index, inner in enumerate(cast("list[Any]", value)):
            yield from _flat(inner, f"{path}[{index}]")
    elif value is not None or path:
        yield path, value
