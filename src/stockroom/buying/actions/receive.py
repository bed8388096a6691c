"""Receiving goods from a supplier, without an order (B2)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from stockroom.buying import errors, queries, rules
from stockroom.buying.actions.lines import ReadyLine, ReceiptLineInput, columns_of, prepare_lines
from stockroom.buying.queries.ground import SupplierFacts
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.fields import Line, Note, StructInput
from stockroom.stock import (
    OUTSIDE,
    BatchCost,
    BatchKey,
    Move,
    Posted,
    Posting,
    average_batch_costs,
    check_line_count,
    find_or_create_batches,
    post,
    require_places,
)

INSERT_RECEIPT = """
insert into buying.receipt
    (id, supplier_id, place_id, invoice_number, invoice_key, invoice_total, currency, received_on, total,
     search_text)
values
    (%(id)s, %(supplier_id)s, %(place_id)s, %(invoice_number)s, %(invoice_key)s, %(invoice_total)s,
     %(currency)s, %(received_on)s, %(total)s,
     platform.fold(%(number)s || ' ' || %(invoice_number)s || ' ' || %(supplier_name)s))
"""

INSERT_LINES = """
insert into buying.receipt_line
    (receipt_id, line, product_id, batch_id, pack_id, pack_name, pack_factor, packs, quantity, unit_price,
     pack_price, amount)
select %(receipt_id)s, line, product_id, batch_id, pack_id, pack_name, pack_factor, packs, quantity,
    unit_price, pack_price, amount
from unnest(
    %(products)s::uuid[], %(batches)s::uuid[], %(pack_ids)s::uuid[], %(pack_names)s::text[],
    %(factors)s::numeric[], %(packs)s::numeric[], %(quantities)s::numeric[], %(unit_prices)s::numeric[],
    %(pack_prices)s::numeric[], %(amounts)s::numeric[]
) with ordinality as given (
    product_id, batch_id, pack_id, pack_name, pack_factor, packs, quantity, unit_price, pack_price, amount,
    line)
"""


class ReceiptInput(StructInput, frozen=True, kw_only=True):
    """Goods as they came from a supplier.

    ``invoice_number`` is unique for each supplier (case and spaces do not count) and may be empty.
    ``received_on`` is today unless told, never later. ``invoice_total`` is without tax; where the lines come
    to something else, ``accept_difference`` says that this is known.
    """

    supplier_id: UUID
    place_id: UUID
    lines: list[ReceiptLineInput]
    invoice_number: Line = ""
    received_on: date | None = None
    invoice_total: Decimal | None = None
    accept_difference: bool = False
    note: Note = ""


async def receive_goods(
    db: Connection, *, receipt: ReceiptInput, currency: str, actor: Actor, at: datetime
) -> Posted:
    """Post a goods receipt; the number of statements does not grow with its lines.

    ``at`` is the present moment in the organisation's zone: its date is today, and a back-dated receipt
    stands at noon of its day in that zone. ``currency`` is that of all prices. A batch that has expired is
    received all the same (see ``rules.notices_of``).
    Raises SupplierUnknown, SupplierArchived, InvoiceTaken, ReceivedInFuture, the refusals of ``rules``, of
    places, products, quantities and batches of stock, and TotalDiffers; then nothing is written.
    """
    check_line_count(receipt.lines)
    rules.check_invoice_total(receipt.invoice_total)
    received_on = rules.received_day(receipt.received_on, today=at.date())
    supplier = await _lock_supplier(db, receipt.supplier_id)
    await _require_new_invoice(db, receipt)
    await require_places(db, actor, place_id=receipt.place_id)
    lines = await prepare_lines(db, receipt.lines)
    total = rules.total_of(line.terms.amount for line in lines)
    rules.check_total(total=total, invoice_total=receipt.invoice_total, accepted=receipt.accept_difference)
    batches = await _batches(db, lines, supplier.id)
    posting = Posting(
        kind="receipt",
        at=rules.received_at(received_on, at=at),
        from_place_id=OUTSIDE["supplier"],
        to_place_id=receipt.place_id,
        note=receipt.note,
    )
    facts = _facts(receipt, supplier, received_on, total, lines)
    posted = await post(db, posting, _moves(lines, batches, receipt.place_id), actor=actor, facts=facts)
    await _value(db, lines, batches)
    header = _header(posted, receipt, supplier, currency=currency, on=received_on, total=total)
    await execute(db, INSERT_RECEIPT, header)
    await execute(db, INSERT_LINES, {"receipt_id": posted.id, **columns_of(lines, batches)})
    return posted


async def _lock_supplier(db: Connection, supplier_id: UUID) -> SupplierFacts:
    supplier = await queries.get_supplier_for_update(db, supplier_id)
    if supplier is None:
        raise errors.SupplierUnknown
    if not supplier.active:
        raise errors.SupplierArchived(supplier=supplier.name)
    return supplier


async def _require_new_invoice(db: Connection, receipt: ReceiptInput) -> None:
    key = rules.invoice_key(receipt.invoice_number)
    if key is None:
        return
    number = await queries.find_invoice(db, supplier_id=receipt.supplier_id, invoice_key=key)
    if number is not None:
        raise errors.InvoiceTaken(invoice=receipt.invoice_number.strip(), number=number)


async def _batches(db: Connection, lines: Sequence[ReadyLine], supplier_id: UUID) -> list[UUID]:
    keys = [
        BatchKey(
            product_id=line.product.id,
            code=line.batch_code,
            expires_on=line.given.expires_on,
            unit_cost=line.terms.unit_price,
            at=f"/lines/{index}",
        )
        for index, line in enumerate(lines)
    ]
    products = {line.product.id: line.product for line in lines}
    return await find_or_create_batches(db, keys, products, supplier_id=supplier_id)


def _moves(lines: Sequence[ReadyLine], batches: Sequence[UUID], place_id: UUID) -> list[Move]:
    return [
        Move(
            line=number,
            product_id=line.product.id,
            batch_id=batch_id,
            from_place_id=OUTSIDE["supplier"],
            to_place_id=place_id,
            quantity=line.terms.quantity,
            unit_cost=line.terms.unit_price,
        )
        for number, (line, batch_id) in enumerate(zip(lines, batches, strict=True), start=1)
    ]


async def _value(db: Connection, lines: Sequence[ReadyLine], batches: Sequence[UUID]) -> None:
    costs = [
        BatchCost(batch_id, line.terms.quantity, line.terms.unit_price)
        for line, batch_id in zip(lines, batches, strict=True)
        if line.terms.unit_price is not None
    ]
    if costs:
        await average_batch_costs(db, costs)


def _facts(
    receipt: ReceiptInput,
    supplier: SupplierFacts,
    received_on: date,
    total: Decimal,
    lines: Sequence[ReadyLine],
) -> dict[str, Any]:
    """What the audit trail tells beside the number."""
    return {
        "supplier": supplier.name,
        "supplier_id": supplier.id,
        "invoice": receipt.invoice_number.strip(),
        "invoice_total": receipt.invoice_total,
        "received_on": received_on,
        "total": total,
        "lines": [
            {
                "product": line.product.code,
                "batch": line.batch_code,
                "expires_on": line.given.expires_on,
                "quantity": line.terms.quantity,
                "amount": line.terms.amount,
            }
            for line in lines
        ],
    }


def _header(
    posted: Posted, receipt: ReceiptInput, supplier: SupplierFacts, *, currency: str, on: date, total: Decimal
) -> dict[str, Any]:
    return {
        "id": posted.id,
        "number": posted.number,
        "supplier_id": supplier.id,
        "supplier_name": supplier.name,
        "place_id": receipt.place_id,
        "invoice_number": receipt.invoice_number.strip(),
        "invoice_key": rules.invoice_key(receipt.invoice_number),
        "invoice_total": receipt.invoice_total,
        "currency": currency,
        "received_on": on,
        "total": total,
    }
