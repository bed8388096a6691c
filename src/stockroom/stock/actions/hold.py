"""Putting a quantity on hold at one place (to inspect it, say) and releasing it."""

from decimal import Decimal
from uuid import UUID

from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.fields import Line, StructInput
from stockroom.stock import errors, queries, rules
from stockroom.stock.actions.ground import lock_products, require_places

CHANGE_HOLD = """
update stock.balance
set on_hold = on_hold + %(quantity)s
where batch_id = %(batch_id)s and place_id = %(place_id)s
"""


class HoldInput(StructInput, frozen=True, kw_only=True):
    """A quantity of one batch at one place, in base units, and why."""

    batch_id: UUID
    place_id: UUID
    quantity: Decimal
    reason: Line


async def hold_stock(db: Connection, *, hold: HoldInput, actor: Actor) -> None:
    """Raises ReasonMissing, BatchUnknown, the refusals of places and quantities, HoldTooLarge."""
    await _change(db, hold, actor=actor, release=False)


async def release_stock(db: Connection, *, hold: HoldInput, actor: Actor) -> None:
    """Raises as hold_stock, and ReleaseTooLarge."""
    await _change(db, hold, actor=actor, release=True)


async def _change(db: Connection, hold: HoldInput, *, actor: Actor, release: bool) -> None:
    if not hold.reason.strip():
        raise errors.ReasonMissing
    await require_places(db, actor, place_id=hold.place_id)
    product_id = (await queries.list_batch_products(db, [hold.batch_id])).get(hold.batch_id)
    if product_id is None:
        raise errors.BatchUnknown
    product = (await lock_products(db, [product_id], for_stock=False))[product_id]
    rules.check_quantity(hold.quantity, precision=product.precision, product=product.name, at="/quantity")
    balances = await queries.list_balances(db, products=[product_id], place=hold.place_id)
    balance = next((item for item in balances if item.batch_id == hold.batch_id), None)
    on_hold = balance.on_hold if balance else rules.ZERO
    available = balance.available if balance else rules.ZERO
    if release and hold.quantity > on_hold:
        raise errors.ReleaseTooLarge(on_hold=on_hold)
    if not release and hold.quantity > available:
        raise errors.HoldTooLarge(available=available)
    change = -hold.quantity if release else hold.quantity
    params = {"quantity": change, "batch_id": hold.batch_id, "place_id": hold.place_id}
    await execute(db, CHANGE_HOLD, params)
    audit.record(
        db,
        actor,
        "stock.hold.release" if release else "stock.hold.place",
        "batch",
        hold.batch_id,
        before={"place_id": hold.place_id, "on_hold": on_hold},
        after={"place_id": hold.place_id, "on_hold": on_hold + change},
        reason=hold.reason.strip(),
    )
