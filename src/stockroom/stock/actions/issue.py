"""Issuing stock for use, and disposing of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import Line, Note, StructInput
from stockroom.stock import errors, queries, rules
from stockroom.stock.actions.ground import OUTSIDE, lock_products, require_places
from stockroom.stock.actions.post import Move, Posted, Posting, post
from stockroom.stock.actions.take import TakeLine, allocate_lines
from stockroom.stock.rules import Allocation


class IssueInput(StructInput, frozen=True, kw_only=True):
    """Stock that leaves a place for use in the house."""

    place_id: UUID
    lines: list[TakeLine]
    note: Note = ""


class DisposalInput(StructInput, frozen=True, kw_only=True):
    """Stock that leaves a place as loss. ``reason`` is one of the disposal reasons."""

    place_id: UUID
    reason: Line
    lines: list[TakeLine]
    note: Note = ""


async def issue_stock(db: Connection, *, issue: IssueInput, actor: Actor, at: datetime) -> Posted:
    """Raises the refusals of places, products and quantities, and StockShort; then nothing is written."""
    rules.check_line_count(issue.lines)
    posting = Posting(
        kind="issue", at=at, from_place_id=issue.place_id, to_place_id=OUTSIDE["customer"], note=issue.note
    )
    return await _take_out(db, posting, issue.place_id, issue.lines, actor=actor, fit_for_use=True)


async def dispose_stock(db: Connection, *, disposal: DisposalInput, actor: Actor, at: datetime) -> Posted:
    """Takes expired, held and recalled batches too, where the person chose them.

    Raises as issue_stock, and ReasonUnknown.
    """
    rules.check_line_count(disposal.lines)
    if disposal.reason not in rules.DISPOSAL_REASONS:
        raise errors.ReasonUnknown
    posting = Posting(
        kind="disposal",
        at=at,
        from_place_id=disposal.place_id,
        to_place_id=OUTSIDE["loss"],
        reason=disposal.reason,
        note=disposal.note,
    )
    return await _take_out(db, posting, disposal.place_id, disposal.lines, actor=actor, fit_for_use=False)


async def _take_out(
    db: Connection,
    posting: Posting,
    place_id: UUID,
    lines: Sequence[TakeLine],
    *,
    actor: Actor,
    fit_for_use: bool,
) -> Posted:
    await require_places(db, actor, place_id=place_id)
    ids = [line.product_id for line in lines]
    products = await lock_products(db, ids, for_stock=fit_for_use)
    balances = await queries.list_balances(db, products=ids, place=place_id)
    allocations = allocate_lines(lines, products, balances, on=posting.at.date(), fit_for_use=fit_for_use)
    moves = moves_of(lines, allocations, from_place_id=place_id, to_place_id=posting.to_place_id or place_id)
    return await post(db, posting, moves, actor=actor)


def moves_of(
    lines: Sequence[TakeLine], allocations: Sequence[Allocation], *, from_place_id: UUID, to_place_id: UUID
) -> list[Move]:
    """A movement for each batch of each line; lines are numbered from 1."""
    return [
        Move(
            line=number,
            product_id=line.product_id,
            batch_id=part.batch_id,
            from_place_id=from_place_id,
            to_place_id=to_place_id,
            quantity=part.quantity,
            unit_cost=part.unit_cost,
        )
        for number, (line, allocation) in enumerate(zip(lines, allocations, strict=True), start=1)
        for part in allocation.taken
    ]
