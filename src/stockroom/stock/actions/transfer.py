"""Moving stock from one place to another."""

from datetime import datetime
from uuid import UUID

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import Note, StructInput
from stockroom.stock import errors, queries, rules
from stockroom.stock.actions.ground import lock_products, require_places
from stockroom.stock.actions.issue import moves_of
from stockroom.stock.actions.post import Posted, Posting, post
from stockroom.stock.actions.take import TakeLine, allocate_lines


class TransferInput(StructInput, frozen=True, kw_only=True):
    """Stock that goes from one place to another in one step."""

    from_place_id: UUID
    to_place_id: UUID
    lines: list[TakeLine]
    note: Note = ""


async def transfer_stock(db: Connection, *, transfer: TransferInput, actor: Actor, at: datetime) -> Posted:
    """To a ward or a workshop only what is fit for use; to storage also an expired batch that was chosen.

    Raises SamePlace, the refusals of places, products and quantities, and StockShort.
    """
    rules.check_line_count(transfer.lines)
    if transfer.from_place_id == transfer.to_place_id:
        raise errors.SamePlace
    _, to_place = await require_places(
        db, actor, from_place_id=transfer.from_place_id, to_place_id=transfer.to_place_id
    )
    ids = [line.product_id for line in transfer.lines]
    products = await lock_products(db, ids)
    balances = await queries.list_balances(db, products=ids, place=transfer.from_place_id)
    allocations = allocate_lines(
        transfer.lines, products, balances, on=at.date(), fit_for_use=to_place.kind in ("ward", "production")
    )
    moves = moves_of(
        transfer.lines,
        allocations,
        from_place_id=transfer.from_place_id,
        to_place_id=transfer.to_place_id,
    )
    posting = Posting(
        kind="transfer",
        at=at,
        from_place_id=transfer.from_place_id,
        to_place_id=transfer.to_place_id,
        note=transfer.note,
    )
    return await post(db, posting, moves, actor=actor)
