"""Adjusting stock to what is really there, with a reason; and opening balances."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import ONE_LINE, Line, Note, StructInput
from stockroom.stock import errors, queries, rules
from stockroom.stock.actions.batches import BatchKey, find_or_create_batches
from stockroom.stock.actions.ground import OUTSIDE, lock_products, require_places
from stockroom.stock.actions.post import Move, Posted, Posting, post
from stockroom.stock.actions.take import short
from stockroom.stock.queries.balances import StockedProduct
from stockroom.stock.rules import BatchBalance

BatchCode = Annotated[str, Meta(max_length=64, pattern=ONE_LINE)]


class AdjustmentLine(StructInput, frozen=True, kw_only=True):
    """A difference in base units: more is positive, less is negative. The batch by id, or as on the box."""

    product_id: UUID
    quantity: Decimal
    batch_id: UUID | None = None
    batch_code: BatchCode = ""
    expires_on: date | None = None
    unit_cost: Decimal | None = None


class AdjustmentInput(StructInput, frozen=True, kw_only=True):
    """Corrections of one place. ``reason`` is one of the adjustment reasons."""

    place_id: UUID
    reason: Line
    lines: list[AdjustmentLine]
    note: Note = ""


async def adjust_stock(db: Connection, *, adjustment: AdjustmentInput, actor: Actor, at: datetime) -> Posted:
    """Raises ReasonUnknown, the refusals of places, products, batches and quantities, and StockShort."""
    if adjustment.reason not in rules.ADJUSTMENT_REASONS:
        raise errors.ReasonUnknown
    posting = Posting(
        kind="adjustment",
        at=at,
        to_place_id=adjustment.place_id,
        reason=adjustment.reason,
        note=adjustment.note,
    )
    return await _correct(db, posting, adjustment, OUTSIDE["loss"], actor=actor)


async def open_stock(db: Connection, *, opening: AdjustmentInput, actor: Actor, at: datetime) -> Posted:
    """Opening balances: what was there when the ledger began. Raises as adjust_stock."""
    posting = Posting(
        kind="opening",
        at=at,
        from_place_id=OUTSIDE["opening"],
        to_place_id=opening.place_id,
        reason=opening.reason,
        note=opening.note,
    )
    return await _correct(db, posting, opening, OUTSIDE["opening"], actor=actor)


async def _correct(
    db: Connection, posting: Posting, adjustment: AdjustmentInput, outside: UUID, *, actor: Actor
) -> Posted:
    rules.check_line_count(adjustment.lines)
    await require_places(db, actor, place_id=adjustment.place_id)
    lines = adjustment.lines
    products = await lock_products(db, [line.product_id for line in lines], for_stock=False)
    for index, line in enumerate(lines):
        product = products[line.product_id]
        rules.check_quantity(
            line.quantity,
            precision=product.precision,
            product=product.name,
            at=f"/lines/{index}/quantity",
            signed=True,
        )
        rules.check_cost(line.unit_cost, at=f"/lines/{index}/unit_cost")
    balances = await queries.list_balances(db, products=list(products), place=adjustment.place_id)
    batches = await _batches(db, lines, products)
    _require_enough(lines, batches, products, balances)
    costs = {balance.batch_id: balance.unit_cost for balance in balances}
    moves = [
        Move(
            line=index + 1,
            product_id=line.product_id,
            batch_id=batch_id,
            from_place_id=outside if line.quantity > 0 else adjustment.place_id,
            to_place_id=adjustment.place_id if line.quantity > 0 else outside,
            quantity=abs(line.quantity),
            unit_cost=line.unit_cost if line.unit_cost is not None else costs.get(batch_id),
        )
        for index, (line, batch_id) in enumerate(zip(lines, batches, strict=True))
    ]
    return await post(db, posting, moves, actor=actor)


async def _batches(
    db: Connection, lines: Sequence[AdjustmentLine], products: Mapping[UUID, StockedProduct]
) -> list[UUID]:
    known = await queries.list_batch_products(db, [line.batch_id for line in lines if line.batch_id])
    for index, line in enumerate(lines):
        if line.batch_id is not None and known.get(line.batch_id) != line.product_id:
            raise errors.BatchUnknown(at=f"/lines/{index}/batch_id")
    keys = [
        BatchKey(
            product_id=line.product_id,
            code=line.batch_code.strip(),
            expires_on=line.expires_on,
            unit_cost=line.unit_cost,
            at=f"/lines/{index}",
        )
        for index, line in enumerate(lines)
        if line.batch_id is None
    ]
    made = iter(await find_or_create_batches(db, keys, products)) if keys else iter(())
    return [line.batch_id if line.batch_id is not None else next(made) for line in lines]


def _require_enough(
    lines: Sequence[AdjustmentLine],
    batches: Sequence[UUID],
    products: Mapping[UUID, StockedProduct],
    balances: Sequence[BatchBalance],
) -> None:
    """What is promised to somebody or held back cannot be adjusted away."""
    available = {balance.batch_id: balance.available for balance in balances}
    for index, (line, batch_id) in enumerate(zip(lines, batches, strict=True)):
        left = available.get(batch_id, rules.ZERO)
        if left + line.quantity < 0:
            raise short(
                products[line.product_id],
                wanted=-line.quantity,
                available=left,
                at=f"/lines/{index}/quantity",
            )
        available[batch_id] = left + line.quantity
