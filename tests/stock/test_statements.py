"""Budgets of statements: what a page or a document asks of the database does not grow with its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.ids import new_id
from stockroom.stock.actions.adjust import AdjustmentInput, AdjustmentLine, adjust_stock
from stockroom.stock.actions.issue import IssueInput, issue_stock
from stockroom.stock.actions.preview import preview_allocation
from stockroom.stock.actions.reverse import reverse_document
from stockroom.stock.actions.take import TakeLine
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.queries.documents import get_whole_document
from tests.counting import is_beside
from tests.stock.ground import Ground
from tests.stock.shop import Shop

MANY = 1000
SESSION = 1
"""Statements by which a request learns who is asking."""

BUDGETS = {
    "/places": 1,
    "/stock": 2,
    "/stock/product/{tablets}": 4,
    "/stock/product/{tablets}/summary": 3,
    "/batches": 1,
    "/batches/{batch}": 4,
    "/documents": 1,
    "/documents/{document}": 3,
    "/transfers": 1,
    "/expiry": 3,
    "/low-stock": 2,
    "/transfer?product_id={tablets}&quantity=3": 6,  # the packs that the line may be written in, too
    "/stock/card?product_id={tablets}": 5,
    "/stock/card/chart?product_id={tablets}": 4,
    "/lookup/places?q=main": 1,
    "/lookup/batches?q=b&product_id={tablets}": 1,
    "/stock/allocation?place_id={store}&product_id={tablets}&quantity=3": 5,  # with its packs
}


class Counter:
    def __init__(self) -> None:
        self.statements = 0


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Counts every statement that goes through a cursor."""
    counter = Counter()
    execute = psycopg.AsyncCursor.execute

    async def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        counter.statements += not is_beside()
        return await execute(self, *args, **kwargs)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", counted)
    return counter


@contextmanager
def measured(counter: Counter) -> Iterator[list[int]]:
    before, found = counter.statements, [0]
    yield found
    found[0] = counter.statements - before


async def many_products(db: Connection) -> list[Any]:
    ids = [new_id() for _ in range(MANY)]
    await db.execute(
        "insert into catalog.product (id, code, name, kind, unit, batch_tracked, expiry_tracked)"
        " select id, id::text, 'Product', 'medicine', 'tablet', true, true from unnest(%s::uuid[]) as new (id)",
        [ids],
    )
    return ids


async def test_a_document_costs_the_same_for_one_line_and_for_a_thousand(
    db: Connection, ground: Ground, actor: Actor, at: datetime, counting: Counter
) -> None:
    products = await many_products(db)
    costs: list[list[int]] = []
    for chosen in (products[:1], products):
        takes = [TakeLine(product_id=product, quantity=Decimal(1)) for product in chosen]
        lines = [
            AdjustmentLine(
                product_id=product, quantity=Decimal(10), batch_code="A1", expires_on=date(2027, 1, 31)
            )
            for product in chosen
        ]
        adjustment = AdjustmentInput(place_id=ground.store, reason="found", lines=lines)
        transfer = TransferInput(from_place_id=ground.store, to_place_id=ground.ward, lines=takes)
        issue = IssueInput(place_id=ground.store, lines=takes)
        with measured(counting) as adjusting:
            await adjust_stock(db, adjustment=adjustment, actor=actor, at=at)
        with measured(counting) as moving:
            moved = await transfer_stock(db, transfer=transfer, actor=actor, at=at)
        with measured(counting) as issuing:
            await issue_stock(db, issue=issue, actor=actor, at=at)
        with measured(counting) as reading:
            await get_whole_document(db, moved.id, actor=actor)
        with measured(counting) as previewing:
            await preview_allocation(db, place_id=ground.store, lines=takes, on=at.date(), actor=actor)
        with measured(counting) as reversing:
            await reverse_document(db, document_id=moved.id, reason="x", actor=actor, at=at)
        costs.append([*adjusting, *moving, *issuing, *reading, *previewing, *reversing])
    assert costs[0] == costs[1]
    assert costs[0] == [8, 6, 6, 3, 3, 9]


async def test_a_page_costs_the_same_for_one_row_and_for_many(shop: Shop, counting: Counter) -> None:
    batch = await shop.put(500)
    facts = {
        "tablets": shop.tablets,
        "store": shop.store,
        "batch": batch,
        "document": (await shop.move(1))["id"],
    }
    costs: list[dict[str, int]] = []
    for _ in range(2):
        found: dict[str, int] = {}
        for path in BUDGETS:
            with measured(counting) as cost:
                answer = await shop.client.get(path.format(**facts))
            assert answer.status_code == 200, path
            found[path] = cost[0] - SESSION
        costs.append(found)
        for number in range(5):
            await shop.put(5, f"B{number}")
            await shop.move(2)
    assert costs[0] == costs[1]
    assert {path: cost for path, cost in costs[0].items() if cost > BUDGETS[path]} == {}
