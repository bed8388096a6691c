"""Holding back a quantity at a place, or a whole batch everywhere."""

from datetime import datetime
from decimal import Decimal
from uuid import uuid4

import msgspec
import pytest

from stockroom.people import NewDepartment, create_department
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import NotFound, VersionStale
from stockroom.stock.actions.batches import hold_batch, release_batch
from stockroom.stock.actions.hold import HoldInput, hold_stock, release_stock
from stockroom.stock.actions.issue import IssueInput, issue_stock
from stockroom.stock.actions.take import TakeLine
from stockroom.stock.errors import (
    BatchUnknown,
    HoldTooLarge,
    NotYourPlace,
    QuantityNotPositive,
    QuantityTooPrecise,
    ReasonMissing,
    ReleaseTooLarge,
    StockShort,
)
from stockroom.stock.queries.balances_list import list_balances_of_batch
from stockroom.stock.queries.batches import get_batch
from tests.stock.conftest import OpenStock
from tests.stock.ground import Ground, written


def part(ground: Ground, batch: object, quantity: str = "4", **changes: object) -> HoldInput:
    hold = HoldInput(
        batch_id=batch,  # pyright: ignore[reportArgumentType]  # test shorthand
        place_id=ground.store,
        quantity=Decimal(quantity),
        reason="inspection",
    )
    return msgspec.structs.replace(hold, **changes)


def issue(ground: Ground, quantity: int) -> IssueInput:
    line = TakeLine(product_id=ground.tablets, quantity=Decimal(quantity))
    return IssueInput(place_id=ground.store, lines=[line])


async def figures(db: Connection, batch: object, actor: Actor, at: datetime) -> list[tuple[Decimal, ...]]:
    rows = await list_balances_of_batch(db, batch, actor=actor, now=at)  # pyright: ignore[reportArgumentType]
    return [(row.on_hand, row.on_hold, row.available) for row in rows]


async def test_a_part_on_hold_cannot_be_issued_until_it_is_released(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    batch = await stock_of(10)
    await hold_stock(db, hold=part(ground, batch), actor=actor)
    assert await figures(db, batch, actor, at) == [(10, 4, 6)]
    before = await written(db)
    with pytest.raises(StockShort):
        await issue_stock(db, issue=issue(ground, 7), actor=actor, at=at)
    assert await written(db) == before
    await release_stock(db, hold=part(ground, batch, "3"), actor=actor)
    await issue_stock(db, issue=issue(ground, 7), actor=actor, at=at)
    assert await figures(db, batch, actor, at) == [(3, 1, 2)]


async def test_refuses_a_wrong_hold_and_changes_nothing(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    batch = await stock_of(10)
    await hold_stock(db, hold=part(ground, batch), actor=actor)
    own = await create_department(db, department=NewDepartment(name="Ward"), actor=actor, at=at)
    bound = msgspec.structs.replace(actor, departments=frozenset({own}))
    before = await figures(db, batch, actor, at)
    for hold, refusal in (
        (part(ground, batch, "7"), HoldTooLarge),
        (part(ground, batch, "0"), QuantityNotPositive),
        (part(ground, batch, "0.5"), QuantityTooPrecise),
        (part(ground, uuid4()), BatchUnknown),
        (part(ground, batch, reason="  "), ReasonMissing),
        (part(ground, batch, place_id=ground.ward), HoldTooLarge),
    ):
        with pytest.raises(refusal):
            await hold_stock(db, hold=hold, actor=actor)
    with pytest.raises(ReleaseTooLarge):
        await release_stock(db, hold=part(ground, batch, "5"), actor=actor)
    with pytest.raises(NotYourPlace):
        await hold_stock(db, hold=part(ground, batch, "1"), actor=bound)
    assert await figures(db, batch, actor, at) == before


async def test_a_recalled_batch_is_stopped_everywhere_until_it_is_released(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    batch = await stock_of(10)
    await stock_of(5, place=ground.ward)
    await hold_batch(db, batch_id=batch, reason="RDG 1", recall=True, version=1, actor=actor)
    assert await figures(db, batch, actor, at) == [(10, 10, 0), (5, 5, 0)]
    assert (await get_batch(db, batch, actor=actor)).status == "recalled"
    await release_batch(db, batch_id=batch, reason="false alarm", version=2, actor=actor)
    assert await figures(db, batch, actor, at) == [(10, 0, 10), (5, 0, 5)]
    assert (await get_batch(db, batch, actor=actor)).version == 3


async def test_holding_a_batch_needs_a_reason_the_version_and_its_sight(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    batch = await stock_of(10)
    own = await create_department(db, department=NewDepartment(name="Ward"), actor=actor, at=at)
    bound = msgspec.structs.replace(actor, departments=frozenset({own}))
    hold = {"batch_id": batch, "reason": "look", "recall": False, "version": 1, "actor": actor}
    for changes, refusal in (
        ({"reason": " "}, ReasonMissing),
        ({"version": 2}, VersionStale),
        ({"batch_id": uuid4()}, NotFound),
        ({"actor": bound}, NotFound),
    ):
        with pytest.raises(refusal):
            await hold_batch(db, **(hold | changes))  # pyright: ignore[reportArgumentType]
    with pytest.raises(ReasonMissing):
        await release_batch(db, batch_id=batch, reason="", version=1, actor=actor)
    assert (await get_batch(db, batch, actor=actor)).version == 1
