"""Whatever the records hold, the import takes what was planned, keeps the ledger whole and can be repeated."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from stockroom.interchange import Outcome, import_alorf
from stockroom.interchange.alorf import Plan
from stockroom.people import sync_builtin_roles
from stockroom.platform.db import Connection
from stockroom.stock import find_broken_invariants
from tests.interchange.alorf.ground import ACTOR, AT, all_rows, values
from tests.interchange.alorf.test_alorf_every_record import migrate, sources

TOTAL = "select coalesce(sum(on_hand), 0) from stock.balance"


async def import_twice(conninfo: str, plan: Plan) -> tuple[Outcome, Decimal]:
    async with await Connection.connect(conninfo, autocommit=True, options="-c timezone=UTC") as db:
        await db.execute("begin")
        await sync_builtin_roles(db)
        first = await import_alorf(db, plan=plan, currency="PLN", actor=ACTOR, at=AT)
        before = await all_rows(db)
        again = await import_alorf(db, plan=plan, currency="PLN", actor=ACTOR, at=AT)
        assert again.nothing_new
        assert await all_rows(db) == before
        assert await find_broken_invariants(db) == []
        (total,) = await values(db, TOTAL)
        await db.rollback()
    return first, total


@pytest.fixture(scope="module")
def conninfo(shared_database: str) -> str:
    return shared_database


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(source=sources)
def test_any_plan_comes_in_whole_and_once(conninfo: str, source: dict[str, list[object]]):
    plan = migrate(source).plan
    assert plan is not None
    outcome, total = asyncio.run(import_twice(conninfo, plan))
    assert total == sum(one.quantity for one in plan.openings)
    for tally in outcome.tallies.values():
        assert tally.planned == tally.created + tally.matched + tally.already
