"""Importing a plan in a test, and seeing all that a database holds."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import sql

from stockroom.interchange import Migration, Outcome, import_alorf
from stockroom.platform.access import Actor, system_actor
from stockroom.platform.db import Connection

ZONE = ZoneInfo("Europe/Warsaw")
AT = datetime(2026, 1, 15, 13, 0, tzinfo=ZONE)
ACTOR = system_actor("ALORF import")
CLOCKED = {"imported_at", "recorded_at"}

TABLES = """
select table_schema, table_name from information_schema.tables
where table_type = 'BASE TABLE'
    and table_schema in ('people', 'catalog', 'stock', 'buying', 'dispensing', 'interchange', 'platform')
order by 1, 2
"""


async def bring(db: Connection, migration: Migration, *, at: datetime = AT, actor: Actor = ACTOR) -> Outcome:
    assert migration.plan is not None, migration.report.fatal
    return await import_alorf(db, plan=migration.plan, currency="PLN", actor=actor, at=at)


async def all_rows(db: Connection) -> dict[str, list[str]]:
    """Every row of every table as text, in a fixed order; audit entries that wait count too."""
    found: dict[str, list[str]] = {"waiting audit": [repr(entry) for entry in db.pending_audit]}
    for schema, table in await (await db.execute(TABLES)).fetchall():
        statement = sql.SQL("select t::text from {}.{} t order by 1").format(
            sql.Identifier(schema), sql.Identifier(table)
        )
        found[f"{schema}.{table}"] = [row[0] for row in await (await db.execute(statement)).fetchall()]
    return found


async def values(db: Connection, statement: str, **params: Any) -> list[Any]:
    """The rows of a statement; single columns unpacked."""
    rows = await (await db.execute(statement, params)).fetchall()  # pyright: ignore[reportArgumentType]  # a test's own
    return [row[0] if len(row) == 1 else row for row in rows]


def codes(outcome: Outcome, entity: str | None = None) -> list[str]:
    return [line.code for line in outcome.lines if entity in {None, line.entity}]
