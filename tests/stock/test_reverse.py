"""Taking documents back."""

from datetime import datetime
from decimal import Decimal
from uuid import uuid4

import msgspec
import pytest

from stockroom.people import NewDepartment, create_department
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import NotFound
from stockroom.platform.events import Events
from stockroom.stock import DocumentReversed
from stockroom.stock.actions.issue import IssueInput, issue_stock
from stockroom.stock.actions.reverse import back_by_line, reverse_document
from stockroom.stock.actions.take import TakeLine
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.errors import (
    AlreadyReversed,
    NotReversible,
    NotYourPlace,
    ReasonMissing,
    ReturnTooLarge,
    StockShort,
)
from stockroom.stock.queries import list_movements_of
from stockroom.stock.queries.documents import get_whole_document
from tests.stock.conftest import OpenStock
from tests.stock.ground import Ground, on_hand, written


def moved(ground: Ground, quantity: int) -> TransferInput:
    line = TakeLine(product_id=ground.tablets, quantity=Decimal(quantity))
    return TransferInput(from_place_id=ground.store, to_place_id=ground.ward, lines=[line])


def used(ground: Ground, quantity: int) -> IssueInput:
    line = TakeLine(product_id=ground.tablets, quantity=Decimal(quantity))
    return IssueInput(place_id=ground.ward, lines=[line])


async def test_takes_back_every_movement_and_names_it(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    batch = await stock_of(10)
    await stock_of(10, code="B2")
    posted = await transfer_stock(db, transfer=moved(ground, 15), actor=actor, at=at)
    heard: list[DocumentReversed] = []

    async def listen(_: Connection, event: DocumentReversed, /, *, actor: Actor, at: datetime) -> None:
        heard.append(event)

    db.events = Events()
    db.events.subscribe(DocumentReversed, listen)
    back = await reverse_document(db, document_id=posted.id, reason="wrong ward", actor=actor, at=at)
    reversal = await get_whole_document(db, back.id, actor=actor)
    original = await get_whole_document(db, posted.id, actor=actor)
    assert (reversal.number, reversal.reverses_number) == ("REV-2026-00001", posted.number)
    assert [(line.quantity, line.to_place_id) for line in reversal.lines] == [
        (10, ground.store),
        (5, ground.store),
    ]
    assert [line.reversed for line in original.lines] == [10, 5]
    assert [item.number for item in original.corrections] == [back.number]
    assert (original.is_reversible, reversal.is_reversible) == (False, False)
    assert await on_hand(db, batch, ground.store) == 10
    assert heard == [DocumentReversed(posted.id, "transfer", back.id)]


async def test_nobody_takes_back_a_document_of_other_places(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(10)
    theirs = await transfer_stock(db, transfer=moved(ground, 5), actor=actor, at=at)
    own = await create_department(db, department=NewDepartment(name="Ward"), actor=actor, at=at)
    bound = msgspec.structs.replace(actor, departments=frozenset({own}))
    before = await written(db)
    with pytest.raises(NotYourPlace):
        await reverse_document(db, document_id=theirs.id, reason="x", actor=bound, at=at)
    assert await written(db) == before


async def test_refuses_and_writes_nothing(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(10)
    gone = await transfer_stock(db, transfer=moved(ground, 5), actor=actor, at=at)
    await issue_stock(db, issue=used(ground, 3), actor=actor, at=at)
    twice = await transfer_stock(db, transfer=moved(ground, 1), actor=actor, at=at)
    back = await reverse_document(db, document_id=twice.id, reason="x", actor=actor, at=at)
    own = await create_department(db, department=NewDepartment(name="Ward"), actor=actor, at=at)
    bound = msgspec.structs.replace(actor, departments=frozenset({own}))
    before = await written(db)
    for document_id, reason, who, refusal in (
        (gone.id, "typing error", actor, StockShort),
        (gone.id, "  ", actor, ReasonMissing),
        (twice.id, "again", actor, AlreadyReversed),
        (back.id, "no", actor, NotReversible),
        (uuid4(), "x", actor, NotFound),
        (gone.id, "x", bound, NotYourPlace),
    ):
        with pytest.raises(refusal):
            await reverse_document(db, document_id=document_id, reason=reason, actor=who, at=at)
        assert await written(db) == before


async def test_takes_a_part_of_a_line_back_from_the_last_batch_given(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(4)
    last = await stock_of(10, code="B2")
    posted = await transfer_stock(db, transfer=moved(ground, 6), actor=actor, at=at)
    movements = await list_movements_of(db, posted.id)
    moves = back_by_line(movements, {1: Decimal(3)})
    assert [(move.batch_id == last, move.quantity) for move in moves] == [(True, 2), (False, 1)]
    with pytest.raises(ReturnTooLarge) as refused:
        back_by_line(movements, {1: Decimal(7)})
    assert refused.value.facts["left"] == 6
