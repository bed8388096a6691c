"""The statements that a request runs, as a script for pgbench: the limit to measure ourselves against."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncCursor, ClientCursor

T = TypeVar("T")
UUID = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}\b")
"""Version 7, with its dashes (in JSON) or without (as psycopg writes it)."""


class Capture:
    """Writes down every statement that psycopg sends while it is on, with its parameters filled in."""

    def __init__(self, conninfo: str) -> None:
        self._quoting = psycopg.connect(conninfo, cursor_factory=ClientCursor)

    async def of(self, work: Callable[[], Awaitable[T]]) -> tuple[list[str], T]:
        """The statements of one piece of work, ``begin`` and ``commit`` included, and its answer."""
        execute, commit = AsyncCursor.execute, AsyncConnection.commit
        cursor = ClientCursor(self._quoting)
        statements: list[str] = []

        async def noted_execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
            statements.append(cursor.mogrify(query, params))
            return await execute(self, query, params, **options)

        async def noted_commit(self: Any) -> None:
            statements.append("commit")
            await commit(self)

        AsyncCursor.execute, AsyncConnection.commit = noted_execute, noted_commit  # type: ignore[method-assign]
        try:
            answer = await work()
        finally:
            AsyncCursor.execute, AsyncConnection.commit = execute, commit  # type: ignore[method-assign]
        return statements, answer

    def close(self) -> None:
        self._quoting.close()


def fresh_ids(statements: list[str], known: str, keys: list[str]) -> list[str]:
    """The ids that this request made itself (32 digits): in its statements, not in ``known`` before."""
    found = dict.fromkeys(item.replace("-", "") for item in UUID.findall("\n".join(statements)))
    there = known.replace("-", "")
    return [item for item in found if item not in there and item not in keys]


def script(statements: list[str], made: list[str], keys: list[str]) -> str:
    """A pgbench script: one statement a line; what the request made is made anew for every run."""
    names = {item: f"id{index}" for index, item in enumerate(made)}
    names |= {item: f"key{index}" for index, item in enumerate(keys)}
    lines: list[str] = []
    if names:
        fresh = ", ".join(f"gen_random_uuid()::text as {name}" for name in names.values())
        lines.append(f"select {fresh} \\gset")
    for statement in statements:
        text = re.sub(r"\s+", " ", re.sub(r"--[^\n]*", " ", statement)).strip()
        text = UUID.sub(lambda found: _renamed(found.group(), names), text)
        lines.append(text + ";")
    return "\n".join(lines) + "\n"


def _renamed(item: str, names: dict[str, str]) -> str:
    name = names.get(item.replace("-", ""))
    return item if name is None else f":{name}"
