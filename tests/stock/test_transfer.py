"""Moving stock between places."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import msgspec
import pytest

from stockroom.people import NewDepartment, create_department
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock import preview_allocation
from stockroom.stock.actions.batches import hold_batch
from stockroom.stock.actions.take import TakeLine
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.errors import (
    BatchExpired,
    BatchRecalled,
    BatchUnknown,
    NothingToPost,
    NotYourPlace,
    PlaceNotUsable,
    PlaceUnknown,
    ProductNotStocked,
    ProductUnknown,
    QuantityNotPositive,
    SamePlace,
    StockShort,
    TooManyLines,
)
from stockroom.stock.queries.documents import get_whole_document
from tests.stock.conftest import OpenStock
from tests.stock.ground import Ground, on_hand, written

SUPPLIER = UUID("00000000-0000-7000-8000-000000000001")


def to_ward(ground: Ground, quantity: str = "5", **changes: object) -> TransferInput:
    line = TakeLine(product_id=ground.tablets, quantity=Decimal(quantity))
    transfer = TransferInput(from_place_id=ground.store, to_place_id=ground.ward, lines=[line])
    return msgspec.structs.replace(transfer, **changes)


async def test_moves_by_fefo_over_batches(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    late = await stock_of(10, code="LATE", expires_on=date(2027, 12, 31))
    early = await stock_of(4, code="EARLY", expires_on=date(2026, 12, 31))
    posted = await transfer_stock(db, transfer=to_ward(ground), actor=actor, at=at)
    document = await get_whole_document(db, posted.id, actor=actor)
    assert [(line.batch_code, line.quantity) for line in document.lines] == [("EARLY", 4), ("LATE", 1)]
    assert (document.from_place_name, document.to_place_name) == ("Main", "Ward")
    assert [await on_hand(db, batch, ground.ward) for batch in (early, late)] == [4, 1]
    assert [await on_hand(db, batch, ground.store) for batch in (early, late)] == [0, 9]


async def test_brings_a_chosen_expired_batch_to_quarantine_but_not_to_a_ward(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    old = await stock_of(3, code="OLD", expires_on=date(2026, 3, 1))
    line = TakeLine(product_id=ground.tablets, quantity=Decimal(3), batch_id=old)
    before = await written(db)
    with pytest.raises(BatchExpired):
        await transfer_stock(db, transfer=to_ward(ground, lines=[line]), actor=actor, at=at)
    assert await written(db) == before
    aside = to_ward(ground, to_place_id=ground.quarantine, lines=[line])
    await transfer_stock(db, transfer=aside, actor=actor, at=at)
    assert await on_hand(db, old, ground.quarantine) == 3


async def test_leaves_a_recalled_batch_where_it_is(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    batch = await stock_of(3)
    await hold_batch(db, batch_id=batch, reason="RDG 12/2026", recall=True, version=1, actor=actor)
    line = TakeLine(product_id=ground.tablets, quantity=Decimal(1), batch_id=batch)
    before = await written(db)
    with pytest.raises(BatchRecalled) as refused:
        await transfer_stock(db, transfer=to_ward(ground, lines=[line]), actor=actor, at=at)
    assert refused.value.facts["reason"] == "RDG 12/2026"
    with pytest.raises(StockShort):
        await transfer_stock(db, transfer=to_ward(ground), actor=actor, at=at)
    assert await written(db) == before


async def test_refuses_and_writes_nothing(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(5)
    other = await stock_of(5, product=ground.gauze, code="", expires_on=None)
    await db.execute("update catalog.product set active = false where id = %s", [ground.gauze])
    await db.execute("update stock.place set active = false where id = %s", [ground.quarantine])
    before = await written(db)
    tablets = TakeLine(product_id=ground.tablets, quantity=Decimal(1))
    change = msgspec.structs.replace
    cases: list[tuple[dict[str, object], type, str]] = [
        ({"lines": []}, NothingToPost, "/lines"),
        ({"lines": [tablets] * 1001}, TooManyLines, "/lines"),
        ({"to_place_id": ground.store}, SamePlace, "/to_place_id"),
        ({"to_place_id": uuid4()}, PlaceUnknown, "/to_place_id"),
        ({"from_place_id": SUPPLIER}, PlaceNotUsable, "/from_place_id"),
        ({"to_place_id": ground.quarantine}, PlaceNotUsable, "/to_place_id"),
        ({"lines": [tablets, change(tablets, product_id=uuid4())]}, ProductUnknown, "/lines/1/product_id"),
        ({"lines": [change(tablets, product_id=ground.gauze)]}, ProductNotStocked, "/lines/0/product_id"),
        ({"lines": [change(tablets, quantity=Decimal(0))]}, QuantityNotPositive, "/lines/0/quantity"),
        ({"lines": [change(tablets, batch_id=other)]}, BatchUnknown, "/lines/0/batch_id"),
        ({"lines": [change(tablets, quantity=Decimal(6))]}, StockShort, "/lines/0/quantity"),
    ]
    for changes, refusal, pointer in cases:
        with pytest.raises(refusal) as refused:
            await transfer_stock(db, transfer=to_ward(ground, **changes), actor=actor, at=at)
        assert refused.value.errors[0].at == pointer
        assert await written(db) == before


async def test_a_bound_person_moves_only_between_own_places(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(5)
    own = await create_department(db, department=NewDepartment(name="Ward"), actor=actor, at=at)
    await db.execute("update stock.place set department_id = %s where id = %s", [own, ground.ward])
    bound = msgspec.structs.replace(actor, departments=frozenset({own}))
    before = await written(db)
    with pytest.raises(NotYourPlace) as refused:
        await transfer_stock(db, transfer=to_ward(ground), actor=bound, at=at)
    assert refused.value.errors[0].at == "/from_place_id"
    assert await written(db) == before


async def test_previews_what_the_lines_will_take_one_after_another(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(3, code="OLD", expires_on=date(2026, 3, 1))
    await stock_of(8, code="NEW")
    line = TakeLine(product_id=ground.tablets, quantity=Decimal(6))
    unknown = TakeLine(product_id=uuid4(), quantity=Decimal(1))
    first, second, third = await preview_allocation(
        db, place_id=ground.store, lines=[line, line, unknown], on=at.date(), actor=actor
    )
    assert [(part.batch_code, part.quantity) for part in first.allocation.taken] == [("NEW", 6)]
    assert [(part.batch_code, part.reason) for part in first.allocation.skipped] == [("OLD", "expired")]
    assert (second.allocation.total, second.allocation.missing) == (2, 4)
    assert (third.product, third.allocation.missing) == (None, 1)
