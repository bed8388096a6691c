"""Taking back what was dispensed: by reversing movements, to the place it came from (H4)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from stockroom.dispensing import errors
from stockroom.dispensing.actions.dispensing_input import LineNumber
from stockroom.dispensing.queries.dispensings import get_dispensing_head
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import Line, StructInput
from stockroom.stock import (
    Posted,
    PostedMovement,
    Posting,
    StockedProduct,
    back_by_line,
    check_line_count,
    check_quantity,
    lock_document,
    post,
    require_places,
    reverse_document,
)


class ReturnLine(StructInput, frozen=True, kw_only=True):
    """How much of a line (numbered from 1) comes back, in base units."""

    line: LineNumber
    quantity: Decimal


class ReturnInput(StructInput, frozen=True, kw_only=True):
    """What comes back of a dispensing, and why."""

    lines: list[ReturnLine]
    reason: Line


class ReversalInput(StructInput, frozen=True, kw_only=True):
    """Why a whole dispensing is taken back."""

    reason: Line


async def return_dispensed(
    db: Connection, *, dispensing_id: UUID, returned: ReturnInput, actor: Actor, at: datetime
) -> Posted:
    """Never more than was given less what came back before.

    Raises NotFound, ReasonMissing, LineUnknown, LineTwice, ReturnTooLarge, the refusals of places
    and quantities.
    """
    if not returned.reason.strip():
        raise errors.ReasonMissing
    check_line_count(returned.lines)
    head = await get_dispensing_head(db, dispensing_id, actor)
    await require_places(db, actor, place_id=head.place_id)
    document, movements, products = await lock_document(db, dispensing_id)
    _check_lines(returned.lines, movements, products)
    moves = back_by_line(movements, {line.line: line.quantity for line in returned.lines})
    posting = Posting(
        kind="return",
        at=at,
        from_place_id=document.to_place_id,
        to_place_id=head.place_id,
        reason=returned.reason.strip(),
        note=document.number,
        reverses_id=document.id,
    )
    facts = {"dispensing": document.number, "patient_id": head.patient_id, "lines": returned.lines}
    return await post(db, posting, moves, actor=actor, facts=facts)


async def reverse_dispensing(
    db: Connection, *, dispensing_id: UUID, reason: str, actor: Actor, at: datetime
) -> Posted:
    """Take the whole dispensing back; it owes and settles nothing any more.

    Raises NotFound, ReasonMissing, AlreadyReversed, the refusals of places.
    """
    await get_dispensing_head(db, dispensing_id, actor)
    return await reverse_document(db, document_id=dispensing_id, reason=reason, actor=actor, at=at)


def _check_lines(
    lines: Sequence[ReturnLine], movements: Sequence[PostedMovement], products: dict[UUID, StockedProduct]
) -> None:
    product_of = {movement.line: products[movement.product_id] for movement in movements}
    seen: set[int] = set()
    for index, line in enumerate(lines):
        product = product_of.get(line.line)
        if product is None:
            raise errors.LineUnknown(at=f"/lines/{index}/line")
        if line.line in seen:
            raise errors.LineTwice(at=f"/lines/{index}/line")
        seen.add(line.line)
        check_quantity(
            line.quantity, precision=product.precision, product=product.name, at=f"/lines/{index}/quantity"
        )
