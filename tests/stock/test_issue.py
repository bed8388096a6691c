"""Issuing and disposing of stock."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock.actions.batches import hold_batch
from stockroom.stock.actions.issue import DisposalInput, IssueInput, dispose_stock, issue_stock
from stockroom.stock.actions.take import TakeLine
from stockroom.stock.errors import BatchExpired, FefoReasonMissing, QuantityTooPrecise, StockShort
from tests.stock.conftest import OpenStock
from tests.stock.ground import Ground, on_hand, written


def wants(ground: Ground, quantity: str, **line: object) -> IssueInput:
    return IssueInput(
        place_id=ground.store,
        lines=[TakeLine(product_id=ground.tablets, quantity=Decimal(quantity), **line)],  # pyright: ignore[reportArgumentType]  # test shorthand
    )


async def test_takes_the_earliest_expiry_first(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    late = await stock_of(10, code="LATE", expires_on=date(2027, 12, 31))
    early = await stock_of(10, code="EARLY", expires_on=date(2026, 12, 31))
    posted = await issue_stock(db, issue=wants(ground, "12"), actor=actor, at=at)
    assert posted.number == "ISS-2026-00001"
    assert await on_hand(db, early, ground.store) == 0
    assert await on_hand(db, late, ground.store) == 8


async def test_skips_what_has_expired_or_is_held(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    expired = await stock_of(10, code="OLD", expires_on=date(2026, 3, 1))
    held = await stock_of(10, code="HELD", expires_on=date(2026, 6, 1))
    today = await stock_of(10, code="TODAY", expires_on=at.date())
    await hold_batch(db, batch_id=held, reason="inspection", recall=False, version=1, actor=actor)
    await issue_stock(db, issue=wants(ground, "10"), actor=actor, at=at)
    assert await on_hand(db, today, ground.store) == 0
    assert await on_hand(db, expired, ground.store) == 10
    assert await on_hand(db, held, ground.store) == 10


async def test_refuses_more_than_available_and_writes_nothing(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(10)
    before = await written(db)
    with pytest.raises(StockShort) as refused:
        await issue_stock(db, issue=wants(ground, "11"), actor=actor, at=at)
    assert refused.value.facts["available"] == 10
    assert refused.value.errors[0].at == "/lines/0/quantity"
    assert await written(db) == before


async def test_two_lines_of_one_product_share_what_is_there(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(10)
    line = TakeLine(product_id=ground.tablets, quantity=Decimal(6))
    before = await written(db)
    with pytest.raises(StockShort) as refused:
        await issue_stock(db, issue=IssueInput(place_id=ground.store, lines=[line, line]), actor=actor, at=at)
    assert refused.value.errors[0].at == "/lines/1/quantity"
    assert await written(db) == before


async def test_refuses_an_expired_batch_that_somebody_chose(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    expired = await stock_of(10, code="OLD", expires_on=date(2026, 3, 1))
    before = await written(db)
    with pytest.raises(BatchExpired):
        await issue_stock(db, issue=wants(ground, "1", batch_id=expired), actor=actor, at=at)
    assert await written(db) == before


async def test_asks_why_an_earlier_batch_is_passed_over(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    late = await stock_of(10, code="LATE", expires_on=date(2027, 12, 31))
    await stock_of(10, code="EARLY", expires_on=date(2026, 12, 31))
    with pytest.raises(FefoReasonMissing):
        await issue_stock(db, issue=wants(ground, "1", batch_id=late), actor=actor, at=at)
    await issue_stock(
        db, issue=wants(ground, "1", batch_id=late, batch_reason="package opened"), actor=actor, at=at
    )
    assert await on_hand(db, late, ground.store) == 9


async def test_refuses_half_a_tablet(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(10)
    with pytest.raises(QuantityTooPrecise):
        await issue_stock(db, issue=wants(ground, "0.5"), actor=actor, at=at)


async def test_disposes_of_a_chosen_expired_batch(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    expired = await stock_of(10, code="OLD", expires_on=date(2026, 3, 1))
    line = TakeLine(product_id=ground.tablets, quantity=Decimal(10), batch_id=expired)
    disposal = DisposalInput(place_id=ground.store, reason="expired", lines=[line])
    await dispose_stock(db, disposal=disposal, actor=actor, at=at)
    assert await on_hand(db, expired, ground.store) == 0
