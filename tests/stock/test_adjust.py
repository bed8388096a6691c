"""Adjusting stock by differences."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import msgspec
import pytest

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.stock.actions.adjust import AdjustmentInput, AdjustmentLine, adjust_stock
from stockroom.stock.actions.hold import HoldInput, hold_stock
from stockroom.stock.errors import (
    BatchCodeMissing,
    BatchExpiryDiffers,
    BatchExpiryMissing,
    BatchNotTracked,
    BatchUnknown,
    CostImpossible,
    DateImpossible,
    QuantityTooLarge,
    QuantityTooPrecise,
    QuantityZero,
    ReasonUnknown,
    StockShort,
)
from stockroom.stock.queries.documents import get_whole_document
from tests.stock.conftest import OpenStock
from tests.stock.ground import Ground, on_hand, written

GOOD = date(2027, 1, 31)


def counted(ground: Ground, *lines: AdjustmentLine, reason: str = "count") -> AdjustmentInput:
    return AdjustmentInput(place_id=ground.store, reason=reason, lines=list(lines))


def found(ground: Ground, quantity: str = "1", **changes: object) -> AdjustmentLine:
    line = AdjustmentLine(
        product_id=ground.tablets, quantity=Decimal(quantity), batch_code="A1", expires_on=GOOD
    )
    return msgspec.structs.replace(line, **changes)


async def test_corrects_upwards_and_downwards_in_one_document(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    batch = await stock_of(10)
    more = AdjustmentLine(product_id=ground.gauze, quantity=Decimal("2.50"), unit_cost=Decimal("1.25"))
    less = AdjustmentLine(product_id=ground.tablets, quantity=Decimal(-4), batch_id=batch)
    posted = await adjust_stock(db, adjustment=counted(ground, more, less), actor=actor, at=at)
    document = await get_whole_document(db, posted.id, actor=actor)
    assert posted.number == "ADJ-2026-00001"
    assert [(line.quantity, line.to_place_id == ground.store) for line in document.lines] == [
        (Decimal("2.5"), True),
        (4, False),
    ]
    assert await on_hand(db, batch, ground.store) == 6


async def test_finds_the_batch_by_its_code_whatever_the_case(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    batch = await stock_of(1, code="Ab1")
    await adjust_stock(db, adjustment=counted(ground, found(ground, batch_code="aB1")), actor=actor, at=at)
    assert await on_hand(db, batch, ground.store) == 2


async def test_what_is_held_back_cannot_be_adjusted_away(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    batch = await stock_of(10)
    hold = HoldInput(batch_id=batch, place_id=ground.store, quantity=Decimal(7), reason="inspection")
    await hold_stock(db, hold=hold, actor=actor)
    before = await written(db)
    line = found(ground, "-4", batch_id=batch, batch_code="", expires_on=None)
    with pytest.raises(StockShort) as refused:
        await adjust_stock(db, adjustment=counted(ground, line), actor=actor, at=at)
    assert refused.value.facts["available"] == 3
    assert await written(db) == before


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"quantity": Decimal(0)}, QuantityZero, "quantity"),
        ({"quantity": Decimal("0.5")}, QuantityTooPrecise, "quantity"),
        ({"quantity": Decimal("NaN")}, QuantityTooLarge, "quantity"),
        ({"quantity": Decimal("1e13")}, QuantityTooLarge, "quantity"),
        ({"quantity": Decimal(-1)}, StockShort, "quantity"),
        ({"batch_code": ""}, BatchCodeMissing, "batch_code"),
        ({"expires_on": None}, BatchExpiryMissing, "expires_on"),
        ({"expires_on": date(1026, 1, 1)}, DateImpossible, "expires_on"),
        ({"batch_id": uuid4()}, BatchUnknown, "batch_id"),
        ({"unit_cost": Decimal(-1)}, CostImpossible, "unit_cost"),
        ({"unit_cost": Decimal("0.00001")}, CostImpossible, "unit_cost"),
        ({"unit_cost": Decimal("NaN")}, CostImpossible, "unit_cost"),
    ],
)
async def test_refuses_a_wrong_line_and_writes_nothing(
    db: Connection,
    ground: Ground,
    actor: Actor,
    at: datetime,
    changes: dict[str, object],
    refusal: type,
    field: str,
) -> None:
    before = await written(db)
    gauze = AdjustmentLine(product_id=ground.gauze, quantity=Decimal(1))
    lines = counted(ground, gauze, found(ground, **changes))
    with pytest.raises(refusal) as refused:
        async with savepoint(db):
            await adjust_stock(db, adjustment=lines, actor=actor, at=at)
    assert refused.value.errors[0].at == f"/lines/1/{field}"
    assert await written(db) == before


async def test_refuses_what_does_not_fit_the_batch_or_the_reasons(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(1)
    before = await written(db)
    gauze = AdjustmentLine(product_id=ground.gauze, quantity=Decimal(1), batch_code="X")
    for adjustment, refusal in (
        (counted(ground, found(ground, expires_on=date(2028, 1, 1))), BatchExpiryDiffers),
        (counted(ground, gauze), BatchNotTracked),
        (counted(ground, found(ground), reason="because"), ReasonUnknown),
    ):
        with pytest.raises(refusal):
            await adjust_stock(db, adjustment=adjustment, actor=actor, at=at)
        assert await written(db) == before
