"""The description taken apart, so that a request stands still but for the one parameter that sqlmap turns.

A list that is asked by every filter at once is empty, and one asked by page and cursor is refused: nothing that is
tried on such a request would show.
"""

import copy
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]
METHODS = ("get", "post", "put", "delete")
# What makes an answer of substance, where the description's own example is any text.
GOOD = {"q": "a", "at": "2026-01-31", "days": "90", "kind": "medicine", "limit": 5, "per_page": 5}


def waves(description: Json) -> Iterator[Json]:
    """First paths and bodies, then the n-th of each operation's other parameters, until there are no more."""
    yield _wave(description, None)
    number = 0
    while any(_others(one)[number:] for _, _, one in _operations(description)):
        yield _wave(description, number)
        number += 1


def halves(description: Json) -> list[Json]:
    """For two attackers at once."""
    paths = list(description["paths"].items())
    return [{**description, "paths": dict(paths[first::2])} for first in (0, 1)]


def parameters(description: Json) -> int:
    """How many there are to try: in paths, queries and headers, and the leaves of every body's example."""
    return sum(
        len(operation.get("parameters", [])) + _leaves(_body(operation))
        for _, _, operation in _operations(description)
    )


def _operations(description: Json) -> list[tuple[str, str, Json]]:
    return [
        (path, method, item[method])
        for path, item in description["paths"].items()
        for method in METHODS
        if method in item
    ]


def _others(operation: Json) -> list[Json]:
    return [one for one in operation.get("parameters", []) if one["in"] != "path"]


def _body(operation: Json) -> Any:
    return operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example", {})


def _leaves(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(_leaves(inner) for inner in (value.values() if isinstance(value, dict) else value))
    return 1


def _wave(description: Json, number: int | None) -> Json:
    paths: dict[str, Json] = {}
    for path, method, operation in _operations(description):
        others = _others(operation)
        if number is None:
            if "{" not in path and not _leaves(_body(operation)):
                continue
            chosen, address = _only(operation, [one for one in others if one.get("required")]), path
        elif number < len(others):
            turned = others[number]
            kept = [one for one in others if one is turned or one.get("required")]
            chosen, address = _only(operation, kept, paths_too=False), _filled(path, operation)
        else:
            continue
        paths.setdefault(address, {})[method] = chosen
    return {**description, "paths": paths}


def _only(operation: Json, kept: list[Json], *, paths_too: bool = True) -> Json:
    found = copy.deepcopy(operation)
    in_path = [one for one in operation.get("parameters", []) if one["in"] == "path"] if paths_too else []
    found["parameters"] = [
        {**one, "example": GOOD[one["name"]]} if one["name"] in GOOD and "example" not in one else one
        for one in [*in_path, *kept]
    ]
    return found


def _filled(path: str, operation: Json) -> str:
    for one in operation.get("parameters", []):
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(str(one.get("example", "1")), safe=""))
    return path
