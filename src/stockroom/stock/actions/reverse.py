"""Correcting by reversal: a movement is never changed, another one takes it back and names it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.events import publish
from stockroom.stock import errors, queries, rules
from stockroom.stock.actions.ground import OUTSIDE, lock_products, require_places
from stockroom.stock.actions.post import Move, Posted, Posting, post
from stockroom.stock.actions.take import short
from stockroom.stock.events import DocumentReversed
from stockroom.stock.queries.balances import StockedProduct
from stockroom.stock.queries.ledger import Document, PostedMovement

OUTSIDE_IDS = frozenset(OUTSIDE.values())


async def reverse_document(
    db: Connection, *, document_id: UUID, reason: str, actor: Actor, at: datetime
) -> Posted:
    """Take a whole document back. Publishes DocumentReversed.

    Raises NotFound, ReasonMissing, NotReversible, AlreadyReversed, the refusals of places, and StockShort
    where what came in is no longer there. Publishes DocumentReversed.
    """
    if not reason.strip():
        raise errors.ReasonMissing
    document, movements, products = await lock_document(db, document_id)
    if document.kind in ("reversal", "return"):
        raise errors.NotReversible
    if any(movement.reversed > 0 for movement in movements):
        raise errors.AlreadyReversed(number=document.number)
    await _require_own_places(db, actor, document)
    await _require_still_there(db, movements, products)
    posting = Posting(
        kind="reversal",
        at=at,
        from_place_id=document.to_place_id,
        to_place_id=document.from_place_id,
        reason=reason.strip(),
        note=document.number,
        reverses_id=document.id,
    )
    moves = [back(movement, movement.quantity) for movement in movements]
    posted = await post(db, posting, moves, actor=actor, facts={"reverses": document.number})
    reversed_ = DocumentReversed(document.id, document.kind, posted.id)
    await publish(db, reversed_, actor=actor, at=at)
    return posted


async def lock_document(
    db: Connection, document_id: UUID
) -> tuple[Document, list[PostedMovement], dict[UUID, StockedProduct]]:
    """The document and its movements, its products locked so that what is left to reverse stays true.

    Raises NotFound.
    """
    document = await queries.get_document(db, document_id)
    seen = await queries.list_movements_of(db, document_id)
    products = await lock_products(db, [movement.product_id for movement in seen], for_stock=False)
    return document, await queries.list_movements_of(db, document_id), products


def back(movement: PostedMovement, quantity: Decimal) -> Move:
    """The opposite movement, which names the one it takes back."""
    return Move(
        line=movement.line,
        product_id=movement.product_id,
        batch_id=movement.batch_id,
        from_place_id=movement.to_place_id,
        to_place_id=movement.from_place_id,
        quantity=quantity,
        unit_cost=movement.unit_cost,
        reverses_seq=movement.seq,
    )


def back_by_line(movements: Sequence[PostedMovement], wanted: Mapping[int, Decimal]) -> list[Move]:
    """Movements that take back a quantity of each line, from the last batch given to the first.

    ``wanted`` is line number → quantity. Raises ReturnTooLarge at the line's index among ``wanted``.
    """
    moves: list[Move] = []
    for index, (line, quantity) in enumerate(wanted.items()):
        missing = quantity
        for movement in reversed([item for item in movements if item.line == line]):
            part = min(missing, movement.left)
            if part > 0:
                moves.append(back(movement, part))
                missing -= part
        if missing > 0:
            raise errors.ReturnTooLarge(at=f"/lines/{index}/quantity", left=quantity - missing)
    return moves


async def _require_own_places(db: Connection, actor: Actor, document: Document) -> None:
    places = {"from_place_id": document.from_place_id, "to_place_id": document.to_place_id}
    inside = {name: place for name, place in places.items() if place and place not in OUTSIDE_IDS}
    if inside:
        await require_places(db, actor, **inside)


async def _require_still_there(
    db: Connection, movements: Sequence[PostedMovement], products: Mapping[UUID, StockedProduct]
) -> None:
    batches = sorted({movement.batch_id for movement in movements})
    balances = await queries.list_balances_of_batches(db, batches)
    available = {(item.batch_id, item.place_id): item.available for item in balances}
    for index, movement in enumerate(movements):
        if movement.to_place_id in OUTSIDE_IDS:
            continue
        key = (movement.batch_id, movement.to_place_id)
        left = available.get(key, rules.ZERO)
        if left < movement.quantity:
            raise short(
                products[movement.product_id], wanted=movement.quantity, available=left, at=f"/lines/{index}"
            )
        available[key] = left - movement.quantity
