"""What the database holds, as one number a table: two that are equal say that nothing was written."""

import psycopg
from psycopg import sql

TABLES = """
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
order by 1, 2
"""
# Moves whenever somebody who is signed in asks for anything.
MOVING = "last_seen_at"
# What a refusal leaves behind: its event, and the count of who asked how often.
LEFT_BY_REFUSALS = {("platform", "security_event"), ("platform", "rate_limit")}
COUNT_EVENTS = "select coalesce(sum(times), 0) from platform.security_event where event = %s"
CONTENT = "select count(*), coalesce(sum(hashtextextended((to_jsonb(t) - {})::text, 0)), 0) from {} t"


def fingerprint(conninfo: str) -> dict[str, tuple[int, int]]:
    """Rows and a hash of their content, by table."""
    with psycopg.connect(conninfo) as db:
        names = set(db.execute(TABLES)) - LEFT_BY_REFUSALS
        return {
            f"{schema}.{table}": db.execute(
                sql.SQL(CONTENT).format(sql.Literal(MOVING), sql.Identifier(schema, table))
            ).fetchone()
            or (0, 0)
            for schema, table in names
        }


def count_events(conninfo: str, event: str) -> int:
    """How often this security event was noted."""
    with psycopg.connect(conninfo) as db:
        found = db.execute(COUNT_EVENTS, [event]).fetchone()
    assert found is not None
    return int(found[0])
