"""Many people at once: nobody takes what another has taken, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, Database
from stockroom.platform.errors import Refusal
from stockroom.stock import find_broken_invariants
from stockroom.stock.actions.adjust import AdjustmentInput, AdjustmentLine, adjust_stock
from stockroom.stock.actions.issue import IssueInput, issue_stock
from stockroom.stock.actions.places import archive_place
from stockroom.stock.actions.take import TakeLine
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.errors import PlaceHoldsStock, PlaceNotUsable, StockShort
from tests.stock.ground import Ground, lay_ground

Work = Callable[[Connection], Awaitable[object]]


class Field(msgspec.Struct, frozen=True):
    """A database of its own with tablets in the store and in the ward."""

    database: Database
    ground: Ground
    actor: Actor
    at: datetime

    async def run(self, work: Work) -> Refusal | None:
        """One person's transaction; the refusal where there is one."""
        try:
            async with self.database.transaction() as db:
                await work(db)
        except Refusal as refusal:
            return refusal
        return None

    async def together(self, works: list[Work]) -> list[Refusal | None]:
        return await asyncio.gather(*(self.run(work) for work in works))

    def found(self, quantity: int, place: UUID, *, code: str = "A1", product: UUID | None = None) -> Work:
        tracked = product is None
        line = AdjustmentLine(
            product_id=product or self.ground.tablets,
            quantity=Decimal(quantity),
            batch_code=code if tracked else "",
            expires_on=date(2027, 1, 31) if tracked else None,
        )
        adjustment = AdjustmentInput(place_id=place, reason="found", lines=[line])
        return lambda db: adjust_stock(db, adjustment=adjustment, actor=self.actor, at=self.at)

    def issue(self, quantity: int) -> Work:
        line = TakeLine(product_id=self.ground.tablets, quantity=Decimal(quantity))
        issue = IssueInput(place_id=self.ground.store, lines=[line])
        return lambda db: issue_stock(db, issue=issue, actor=self.actor, at=self.at)

    def move(self, source: UUID, target: UUID, products: list[UUID]) -> Work:
        lines = [TakeLine(product_id=product, quantity=Decimal(1)) for product in products]
        transfer = TransferInput(from_place_id=source, to_place_id=target, lines=lines)
        return lambda db: transfer_stock(db, transfer=transfer, actor=self.actor, at=self.at)

    async def on_hand(self) -> Decimal:
        async with self.database.connection() as db:
            cursor = await db.execute(
                "select coalesce(sum(on_hand), 0) from stock.balance where product_id = %s",
                [self.ground.tablets],
            )
            row = await cursor.fetchone()
            assert row is not None
            return row[0]


@pytest.fixture
async def field(database: Database, actor: Actor, at: datetime) -> AsyncIterator[Field]:
    async with database.transaction() as db:
        ground = await lay_ground(db)
    made = Field(database, ground, actor, at)
    yield made
    async with database.connection() as db:
        assert await find_broken_invariants(db) == []


async def test_fifty_people_share_ten_boxes(field: Field) -> None:
    assert await field.run(field.found(10, field.ground.store)) is None
    refusals = await field.together([field.issue(1)] * 50)
    assert refusals.count(None) == 10
    assert [type(refusal) for refusal in refusals if refusal] == [StockShort] * 40
    assert await field.on_hand() == 0


async def test_transfers_against_each_other_neither_deadlock_nor_lose(field: Field) -> None:
    ground = field.ground
    for place in (ground.store, ground.ward):
        assert await field.run(field.found(60, place)) is None
        assert await field.run(field.found(60, place, product=ground.gauze)) is None
    there, back = [ground.tablets, ground.gauze], [ground.gauze, ground.tablets]
    works = [
        field.move(ground.store, ground.ward, there) if number % 2 else
        field.move(ground.ward, ground.store, back)
        for number in range(60)
    ]  # fmt: skip
    assert await field.together(works) == [None] * 60
    assert await field.on_hand() == 120


async def test_goods_come_in_while_others_are_moved(field: Field) -> None:
    ground = field.ground
    assert await field.run(field.found(30, ground.store)) is None
    works = [
        work
        for number in range(30)
        for work in (
            field.found(1, ground.store, code=f"N{number % 3}"),
            field.move(ground.store, ground.ward, [ground.tablets]),
        )
    ]
    assert await field.together(works) == [None] * 60
    assert await field.on_hand() == 60


async def test_two_people_who_find_the_same_new_batch_make_one(field: Field) -> None:
    assert await field.together([field.found(1, field.ground.store, code="NEW")] * 8) == [None] * 8
    async with field.database.connection() as db:
        cursor = await db.execute("select count(*) from stock.batch where code = 'NEW'")
        assert await cursor.fetchone() == (1,)


@pytest.mark.parametrize("posting_first", [True, False])
async def test_archiving_and_posting_wait_for_each_other(field: Field, *, posting_first: bool) -> None:
    ground = field.ground
    post = field.found(1, ground.ward)

    async def archive(db: Connection) -> None:
        await archive_place(db, place_id=ground.ward, version=1, actor=field.actor)

    first, second = (post, archive) if posting_first else (archive, post)
    async with field.database.transaction() as db:
        await first(db)
        waiting = asyncio.create_task(field.run(second))
        await _until_waiting(field.database)
    refusal = await waiting
    assert isinstance(refusal, PlaceHoldsStock if posting_first else PlaceNotUsable)


async def _until_waiting(database: Database) -> None:
    """Until some connection waits for a lock."""
    async with database.connection() as db:
        while True:
            cursor = await db.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock'"
            )
            if await cursor.fetchone() != (0,):
                return
            await asyncio.sleep(0)
