"""Receiving goods."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from stockroom.buying import ReceiptInput, get_receipt, receive_goods
from stockroom.buying.errors import InvoiceTaken, TotalDiffers
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import Refusal
from stockroom.stock import Posted, find_broken_invariants
from tests.buying.ground import BuyingGround, counted_statements, written
from tests.conftest import WARSAW
from tests.stock.ground import on_hand


@pytest.fixture(autouse=True)
async def sound(db: Connection):
    yield
    assert await find_broken_invariants(db) == []


class Receiving:
    """Receives as the tests' person at the tests' moment."""

    def __init__(self, db: Connection, actor: Actor, at: datetime) -> None:
        self.db, self.actor, self.at = db, actor, at

    async def __call__(self, receipt: ReceiptInput) -> Posted:
        return await receive_goods(self.db, receipt=receipt, currency="PLN", actor=self.actor, at=self.at)

    async def read(self, receipt: ReceiptInput) -> Any:
        return await get_receipt(self.db, (await self(receipt)).id, actor=self.actor)


@pytest.fixture
def receive(db: Connection, actor: Actor, at: datetime) -> Receiving:
    return Receiving(db, actor, at)


async def batch_row(db: Connection, batch_id: UUID) -> tuple[Any, ...]:
    cursor = await db.execute(
        "select code, expires_on, supplier_id, unit_cost from stock.batch where id = %s", [batch_id]
    )
    row = await cursor.fetchone()
    assert row is not None
    return row


async def test_puts_the_goods_on_the_shelf_with_batch_supplier_and_cost(
    db: Connection, ground: BuyingGround, receive: Receiving, at: datetime
) -> None:
    receipt = await receive.read(ground.receipt())
    header, line = receipt.header, receipt.lines[0]
    assert header.number == "GRN-2026-00001"
    assert (header.supplier_name, header.place_name) == ("Neuca Hurt sp. z o.o.", "Main")
    assert (header.received_on, header.at, header.total) == (at.date(), at, 12)
    assert await on_hand(db, line.batch_id, ground.stock.store) == 120
    assert await batch_row(db, line.batch_id) == (
        "A1", date(2028, 1, 31), ground.supplier, Decimal("0.1"),
    )  # fmt: skip


async def test_converts_packs_and_prices_them(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    line = ground.line(
        quantity=None, packs=Decimal(4), pack_id=ground.box, unit_price=None, pack_price=Decimal("12.40")
    )
    got = (await receive.read(ground.receipt(line))).lines[0]
    assert (got.packs, got.pack_name, got.pack_factor, got.quantity) == (4, "box of 30", 30, 120)
    assert (got.unit_price, got.pack_price, got.amount) == (
        Decimal("0.4133"),
        Decimal("12.4"),
        Decimal("49.6"),
    )
    assert await on_hand(db, got.batch_id, ground.stock.store) == 120


async def test_half_a_roll_is_a_quantity_of_gauze(ground: BuyingGround, receive: Receiving) -> None:
    line = ground.line(
        product_id=ground.stock.gauze, quantity=None, packs=Decimal("0.5"), pack_id=ground.roll,
        batch_code="", expires_on=None,
    )  # fmt: skip
    got = (await receive.read(ground.receipt(line))).lines[0]
    assert (got.quantity, got.amount, got.batch_code) == (Decimal("1.25"), Decimal("0.13"), "")


async def test_one_batch_may_come_on_two_lines(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    lines = ground.line(quantity=Decimal(30)), ground.line(quantity=Decimal(10), unit_price=Decimal("0.5"))
    receipt = await receive.read(ground.receipt(*lines))
    first, second = receipt.lines
    assert first.batch_id == second.batch_id
    assert await on_hand(db, first.batch_id, ground.stock.store) == 40
    assert (await batch_row(db, first.batch_id))[3] == Decimal("0.2")


async def test_a_batch_that_comes_again_costs_the_moving_average(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    await receive(ground.receipt())
    dearer = ground.receipt(ground.line(quantity=Decimal(60), unit_price=Decimal("0.4")), invoice_number="2")
    line = (await receive.read(dearer)).lines[0]
    assert (await batch_row(db, line.batch_id))[3] == Decimal("0.2")


async def test_goods_without_a_price_come_in_for_nothing_known(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    line = (await receive.read(ground.receipt(ground.line(unit_price=None)))).lines[0]
    assert (line.unit_price, line.amount) == (None, 0)
    assert (await batch_row(db, line.batch_id))[3] is None


async def test_a_back_dated_receipt_stands_at_noon_of_its_day(
    ground: BuyingGround, receive: Receiving
) -> None:
    receipt = await receive.read(ground.receipt(received_on=date(2025, 12, 30)))
    assert receipt.header.number == "GRN-2025-00001"
    assert receipt.header.at == datetime(2025, 12, 30, 12, tzinfo=WARSAW)


async def test_an_expired_batch_is_received_and_pointed_out(ground: BuyingGround, receive: Receiving) -> None:
    on_the_day = ground.line(batch_code="OK", expires_on=date(2026, 3, 2))
    expired = ground.line(batch_code="OLD", expires_on=date(2026, 3, 1))
    receipt = await receive.read(ground.receipt(on_the_day, expired))
    assert [(notice.code, notice.at) for notice in receipt.notices] == [
        ("batch.expired", "/lines/1/expires_on")
    ]


async def test_a_difference_from_the_invoice_must_be_accepted(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    before = await written(db)
    with pytest.raises(TotalDiffers) as refused:
        await receive(ground.receipt(invoice_total=Decimal("12.01")))
    assert refused.value.facts == {
        "total": Decimal("12.00"), "invoice_total": Decimal("12.01"), "difference": Decimal("0.01"),
    }  # fmt: skip
    assert refused.value.errors[0].at == "/invoice_total"
    assert await written(db) == before
    accepted = await receive.read(ground.receipt(invoice_total=Decimal("12.01"), accept_difference=True))
    assert [notice.code for notice in accepted.notices] == ["receipt.total_differs"]
    assert accepted.difference == Decimal("0.01")


async def test_the_same_total_needs_no_word(ground: BuyingGround, receive: Receiving) -> None:
    assert (await receive.read(ground.receipt(invoice_total=Decimal("12")))).notices == []


@pytest.mark.parametrize(
    "number", ["FV/2026/03/0482", "fv/2026/03/0482", " F V/2026/ 03/0482 ", "ＦＶ/2026/03/0482"]
)
async def test_an_invoice_is_entered_once_however_it_is_written(
    db: Connection, ground: BuyingGround, receive: Receiving, number: str
) -> None:
    await receive(ground.receipt())
    before = await written(db)
    with pytest.raises(InvoiceTaken) as refused:
        await receive(ground.receipt(invoice_number=number))
    assert refused.value.facts["number"] == "GRN-2026-00001"
    assert await written(db) == before


async def test_another_supplier_may_use_the_same_number_and_nobody_needs_one(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    other = uuid4()
    await db.execute("insert into catalog.supplier (id, name) values (%s, 'Other')", [other])
    await receive(ground.receipt())
    await receive(ground.receipt(supplier_id=other))
    await receive(ground.receipt(invoice_number=""))
    await receive(ground.receipt(invoice_number="  "))


async def test_the_audit_entry_tells_supplier_invoice_total_and_lines(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    await receive(ground.receipt(note="two boxes dented"))
    assert [entry.action for entry in db.pending_audit] == ["stock.receipt.post"]
    after = db.pending_audit[0].after
    assert (after["supplier"], after["invoice"], after["total"]) == (
        "Neuca Hurt sp. z o.o.", "FV/2026/03/0482", Decimal(12),
    )  # fmt: skip
    assert after["lines"][0]["product"] == "PARA500"
    assert after["note"] == "two boxes dented"


D = Decimal
REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    ("unknown supplier", {"supplier_id": uuid4()}, {}, "supplier.unknown", "/supplier_id"),
    ("unknown place", {"place_id": uuid4()}, {}, "place.unknown", "/place_id"),
    ("no lines", {"lines": []}, {}, "stock.nothing_to_post", "/lines"),
    ("tomorrow", {"received_on": date(2026, 3, 3)}, {}, "receipt.in_future", "/received_on"),
    ("long ago", {"received_on": date(1999, 12, 31)}, {}, "date.impossible", "/received_on"),
    ("negative total", {"invoice_total": D(-1)}, {}, "receipt.invoice_total", "/invoice_total"),
    ("total of three decimals", {"invoice_total": D("1.001")}, {}, "receipt.invoice_total", "/invoice_total"),
    ("no total", {"invoice_total": D("NaN")}, {}, "receipt.invoice_total", "/invoice_total"),
    ("unknown product", {}, {"product_id": uuid4()}, "product.unknown", "/lines/1/product_id"),
    ("unknown pack", {}, {"pack_id": uuid4(), "packs": D(1), "quantity": None}, "pack.unknown",
     "/lines/1/pack_id"),
    ("packs of nothing", {}, {"packs": D(1), "quantity": None}, "receipt.pack_missing", "/lines/1/pack_id"),
    ("quantity and packs", {}, {"packs": D(1)}, "receipt.pack_missing", "/lines/1/pack_id"),
    ("neither", {}, {"quantity": None}, "receipt.quantity_or_packs", "/lines/1/quantity"),
    ("nothing", {}, {"quantity": D(0)}, "quantity.not_positive", "/lines/1/quantity"),
    ("half a tablet", {}, {"quantity": D("0.5")}, "quantity.too_precise", "/lines/1/quantity"),
    ("too many", {}, {"quantity": D("1E15")}, "quantity.too_large", "/lines/1/quantity"),
    ("no number", {}, {"quantity": D("NaN")}, "quantity.too_large", "/lines/1/quantity"),
    ("infinitely many", {}, {"quantity": D("Infinity")}, "quantity.too_large", "/lines/1/quantity"),
    ("negative price", {}, {"unit_price": D("-0.01")}, "receipt.price", "/lines/1/unit_price"),
    ("five decimals", {}, {"unit_price": D("0.00001")}, "receipt.price", "/lines/1/unit_price"),
    ("no price", {}, {"unit_price": D("NaN")}, "receipt.price", "/lines/1/unit_price"),
    ("two prices", {}, {"pack_price": D(1)}, "receipt.price_twice", "/lines/1/pack_price"),
    ("pack price alone", {}, {"unit_price": None, "pack_price": D(1)}, "receipt.price_without_pack",
     "/lines/1/pack_price"),
    ("amount beyond money", {}, {"quantity": D("999999999999"), "unit_price": D("999999999")},
     "receipt.amount_too_large", "/lines/1/unit_price"),
    ("no batch", {}, {"batch_code": ""}, "batch.code_missing", "/lines/1/batch_code"),
    ("blank batch", {}, {"batch_code": "  "}, "batch.code_missing", "/lines/1/batch_code"),
    ("no expiry", {}, {"expires_on": None}, "batch.expiry_missing", "/lines/1/expires_on"),
    ("impossible expiry", {}, {"expires_on": date(3028, 1, 1)}, "date.impossible", "/lines/1/expires_on"),
    ("another expiry of the same batch", {}, {"expires_on": date(2028, 2, 28)}, "batch.expiry_differs",
     "/lines/1/expires_on"),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0])
async def test_refuses_at_the_field_and_writes_nothing(
    db: Connection, ground: BuyingGround, receive: Receiving, case: tuple[Any, ...]
) -> None:
    _, changes, line, code, pointer = case
    lines = (ground.line(), ground.line(**line)) if line else (ground.line(),)
    before = await written(db)
    with pytest.raises(Refusal) as refused:
        await receive(ground.receipt(*lines, **changes))
    assert [(error.code, error.at) for error in refused.value.errors] == [(code, pointer)]
    assert await written(db) == before


async def test_refuses_packs_that_come_to_half_a_tablet(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    for packs, code in (
        (D("0.01"), "quantity.too_precise"),
        (D(0), "receipt.packs"),
        (D("NaN"), "receipt.packs"),
    ):
        line = ground.line(quantity=None, packs=packs, pack_id=ground.box)
        with pytest.raises(Refusal) as refused:
            await receive(ground.receipt(line))
        assert [(error.code, error.at) for error in refused.value.errors] == [(code, "/lines/0/packs")]


async def test_refuses_a_pack_of_another_product_and_an_archived_supplier(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    with pytest.raises(Refusal, match=r"pack\.unknown"):
        await receive(ground.receipt(ground.line(quantity=None, packs=D(1), pack_id=ground.roll)))
    await db.execute("update catalog.supplier set active = false")
    with pytest.raises(Refusal, match=r"supplier\.archived"):
        await receive(ground.receipt())
    assert (await written(db))[-2:] == (0, 0)


async def test_untracked_goods_take_no_batch(ground: BuyingGround, receive: Receiving) -> None:
    with pytest.raises(Refusal, match=r"batch\.not_tracked"):
        await receive(ground.receipt(ground.line(product_id=ground.stock.gauze)))


async def test_another_departments_store_is_refused(
    db: Connection, ground: BuyingGround, actor: Actor, at: datetime
) -> None:
    bound = Actor(id=None, name="Nurse", permissions=actor.permissions, departments=frozenset({uuid4()}))
    before = await written(db)
    with pytest.raises(Refusal, match=r"place\.not_yours"):
        await receive_goods(db, receipt=ground.receipt(), currency="PLN", actor=bound, at=at)
    assert await written(db) == before


async def test_a_hundred_lines_cost_as_many_statements_as_one(
    db: Connection, ground: BuyingGround, receive: Receiving
) -> None:
    async with counted_statements(db) as one:
        await receive(ground.receipt())
    lines = [ground.line(batch_code=f"B{number}") for number in range(50)]
    lines += [
        ground.line(quantity=None, packs=D(2), pack_id=ground.box, batch_code=f"C{n}") for n in range(50)
    ]
    async with counted_statements(db) as hundred:
        await receive(ground.receipt(*lines, invoice_number="100"))
    assert len(one) == len(hundred) <= 13
