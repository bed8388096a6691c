"""What a posting would take, said before it is posted. Reads only."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock import queries, rules
from stockroom.stock.actions.ground import require_places
from stockroom.stock.actions.take import Remaining, TakeLine
from stockroom.stock.queries.balances import ProductLine
from stockroom.stock.rules import Allocation, BatchBalance


class LinePreview(msgspec.Struct, frozen=True):
    """The product of a line, where it will come from, and what stands at the place besides."""

    product: ProductLine | None
    allocation: Allocation


async def preview_allocation(
    db: Connection, *, place_id: UUID, lines: Sequence[TakeLine], on: date, actor: Actor
) -> list[LinePreview]:
    """One preview a line, the lines taking one after another; two statements, no lock, nothing is refused
    besides the place: what is missing is told in the allocation, an unknown product has none.

    Raises PlaceUnknown, NotYourPlace, PlaceNotUsable.
    """
    await require_places(db, actor, place_id=place_id)
    ids = [line.product_id for line in lines]
    products = await queries.list_product_lines(db, ids)
    remaining = Remaining(await queries.list_balances(db, products=ids, place=place_id))
    found: list[LinePreview] = []
    for line in lines:
        allocation = _allocate(line, remaining.of(line.product_id), on=on)
        remaining.take(line.product_id, allocation.taken)
        found.append(LinePreview(products.get(line.product_id), allocation))
    return found


def _allocate(line: TakeLine, candidates: Sequence[BatchBalance], *, on: date) -> Allocation:
    wanted = line.quantity if line.quantity.is_finite() and line.quantity > 0 else rules.ZERO
    if line.batch_id is None:
        return rules.allocate_fefo(candidates, wanted, on=on)
    chosen = [balance for balance in candidates if balance.batch_id == line.batch_id]
    part = min(wanted, max(chosen[0].available, rules.ZERO)) if chosen else rules.ZERO
    return Allocation([rules.take(chosen[0], part)] if part > 0 else [], [], wanted - part)
