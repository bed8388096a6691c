"""The statements that a request runs, as a script for pgbench: the limit to measure ourselves against."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from psycopg import AsyncConnection, AsyncCursor, ClientCursor

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


class Capture:
    """Writes down every statement that psycopg sends while it is on, with its parameters filled in."""

    def __init__(self, conninfo: str) -> None:
        self._quoting = psycopg.connect(conninfo, cursor_factory=ClientCursor)
        self.statements: list[str] = []

    async def of(self, work: Callable[[], Awaitable[Any]]) -> list[str]:
        """The statements of one piece of work, ``begin`` and ``commit`` included."""
        self.statements = []
        execute, commit = AsyncCursor.execute, AsyncConnection.commit
        cursor = ClientCursor(self._quoting)
        statements = self.statements

        async def noted_execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
            statements.append(cursor.mogrify(query, params))
            return await execute(self, query, params, **options)

        async def noted_commit(self: Any) -> None:
            statements.append("commit")
            await commit(self)

        AsyncCursor.execute, AsyncConnection.commit = noted_execute, noted_commit  # type: ignore[method-assign]
        try:
            await work()
        finally:
            AsyncCursor.execute, AsyncConnection.commit = execute, commit  # type: ignore[method-assign]
        return statements

    def close(self) -> None:
        self._quoting.close()


def fresh_ids(statements: list[str], known: str) -> list[str]:
    """The ids that this request made itself: they are in its statements and were not in ``known`` before."""
    found = dict.fromkeys(re.findall(UUID, "\n".join(statements)))
    return [item for item in found if item not in known]


def script(statements: list[str], made: list[str], keys: list[str]) -> str:
    """A pgbench script: one statement a line, ids that the request made are made anew for every run."""
    lines = [f"select gen_random_uuid()::text as id{index} \\gset" for index in range(len(made))]
    lines += [f"select gen_random_uuid()::text as key{index} \\gset" for index in range(len(keys))]
    for statement in statements:
        text = re.sub(r"--[^\n]*", " ", statement)
        text = re.sub(r"\s+", " ", text).strip()
        for index, item in enumerate(made):
            text = text.replace(item, f":id{index}")
        for index, item in enumerate(keys):
            text = text.replace(item, f":key{index}")
        lines.append(text + ";")
    return "\n".join(lines) + "\n"
