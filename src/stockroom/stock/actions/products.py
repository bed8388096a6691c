"""What a change of a product means for stock: quantities keep their unit, and stock keeps its product in use."""

from datetime import datetime
from uuid import UUID

from stockroom.catalog import (
    ProductArchiving,
    ProductHasStock,
    ProductTrackingChanging,
    ProductUnitChanging,
    TrackingInUse,
    UnitInUse,
)
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_value

WAS_MOVED = "select exists (select from stock.movement where product_id = %(product)s)"

IS_IN_STOCK = "select exists (select from stock.balance where product_id = %(product)s and on_hand > 0)"


async def keep_unit(db: Connection, event: ProductUnitChanging, /, *, actor: Actor, at: datetime) -> None:
    """The ledger's quantities are in this unit. Raises UnitInUse."""
    if await fetch_value(db, WAS_MOVED, {"product": event.product_id}):
        raise UnitInUse


async def keep_tracking(
    db: Connection, event: ProductTrackingChanging, /, *, actor: Actor, at: datetime
) -> None:
    """The batches on the shelf were received by the present rule. Raises TrackingInUse."""
    if await _is_in_stock(db, event.product_id):
        raise TrackingInUse


async def keep_product(db: Connection, event: ProductArchiving, /, *, actor: Actor, at: datetime) -> None:
    """What is archived can no longer be issued. Raises ProductHasStock."""
    if await _is_in_stock(db, event.product_id):
        raise ProductHasStock


async def _is_in_stock(db: Connection, product_id: UUID) -> bool:
    return bool(await fetch_value(db, IS_IN_STOCK, {"product": product_id}))
