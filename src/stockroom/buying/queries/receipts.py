"""Goods receipts as they were posted."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from stockroom.buying import errors, rules
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import FieldError, NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

HEADER = """
select
    r.id, d.number, d.at, d.recorded_at, r.received_on, r.supplier_id, s.name as supplier_name,
    r.place_id, p.name as place_name, r.invoice_number,
    trim_scale(case when %(prices)s::boolean then r.invoice_total end) as invoice_total,
    trim_scale(case when %(prices)s::boolean then r.total end) as total, r.currency, d.note, d.actor_name,
    v.id as reversal_id, v.number as reversal_number, v.reason as reversal_reason
from buying.receipt r
join stock.document d on d.id = r.id
join catalog.supplier s on s.id = r.supplier_id
join stock.place p on p.id = r.place_id
left join stock.document v on v.reverses_id = r.id and v.kind = 'reversal'
where r.id = %(id)s
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
"""

LINES = """
select
    l.line, l.product_id, c.code as product_code, c.name as product_name, c.unit, l.batch_id,
    t.code as batch_code, t.expires_on, l.pack_id, l.pack_name, trim_scale(l.pack_factor) as pack_factor,
    trim_scale(l.packs) as packs, trim_scale(l.quantity) as quantity,
    trim_scale(case when %(prices)s::boolean then l.unit_price end) as unit_price,
    trim_scale(case when %(prices)s::boolean then l.pack_price end) as pack_price,
    trim_scale(case when %(prices)s::boolean then l.amount end) as amount
from buying.receipt_line l
join catalog.product c on c.id = l.product_id
join stock.batch t on t.id = l.batch_id
where l.receipt_id = %(id)s
order by l.line
"""


class ReceiptHeader(msgspec.Struct, frozen=True):
    """What stands above the lines. ``at`` is the moment in the ledger, ``recorded_at`` that of entry."""

    id: UUID
    number: str
    at: datetime
    recorded_at: datetime
    received_on: date
    supplier_id: UUID
    supplier_name: str
    place_id: UUID
    place_name: str
    invoice_number: str
    invoice_total: Decimal | None
    total: Decimal | None
    currency: str
    note: str
    actor_name: str
    reversal_id: UUID | None
    reversal_number: str | None
    reversal_reason: str | None


class ReceiptLine(msgspec.Struct, frozen=True):
    """A line as it was received. ``quantity`` and ``unit_price`` are of the base unit ``unit``."""

    line: int
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    batch_id: UUID
    batch_code: str
    expires_on: date | None
    pack_id: UUID | None
    pack_name: str
    pack_factor: Decimal
    packs: Decimal
    quantity: Decimal
    unit_price: Decimal | None
    pack_price: Decimal | None
    amount: Decimal | None


class Receipt(msgspec.Struct, frozen=True):
    """A whole goods receipt."""

    header: ReceiptHeader
    lines: list[ReceiptLine]

    @property
    def difference(self) -> Decimal:
        """By how much the invoice is above (or, negative, below) the lines; 0 where no total was given."""
        invoice, total = self.header.invoice_total, self.header.total
        return rules.ZERO if invoice is None or total is None else invoice - total

    @property
    def notices(self) -> list[FieldError]:
        """What was accepted but should be known: an invoice that differs, batches expired on arrival."""
        found = [
            _batch_expired(index, line)
            for index, line in enumerate(self.lines)
            if rules.expired_on_arrival(line.expires_on, received_on=self.header.received_on)
        ]
        if self.difference:
            found.insert(0, _total_differs(self.header))
        return found


def _batch_expired(index: int, line: ReceiptLine) -> FieldError:
    facts = {"batch": line.batch_code, "product": line.product_name, "expires_on": line.expires_on}
    return FieldError(f"/lines/{index}/expires_on", "batch.expired", errors.BATCH_EXPIRED, facts)


def _total_differs(header: ReceiptHeader) -> FieldError:
    total = header.total or rules.ZERO
    refusal = rules.total_differs(total=total, invoice_total=header.invoice_total or rules.ZERO)
    return refusal.errors[0]


class ReceiptRow(msgspec.Struct, frozen=True):
    """A receipt in the list."""

    id: UUID
    number: str
    received_on: date
    supplier_id: UUID
    supplier_name: str
    place_id: UUID
    place_name: str
    invoice_number: str
    invoice_total: Decimal | None
    total: Decimal | None
    currency: str
    line_count: int
    reversed: bool


RECEIPTS = ListSpec(
    name="receipts",
    row=ReceiptRow,
    columns=(
        "r.id, d.number, r.received_on, r.supplier_id, s.name as supplier_name, r.place_id,"
        " p.name as place_name, r.invoice_number,"
        " trim_scale(case when %(prices)s::boolean then r.invoice_total end) as invoice_total,"
        " trim_scale(case when %(prices)s::boolean then r.total end) as total, r.currency,"
        " (select count(*) from buying.receipt_line l where l.receipt_id = r.id) as line_count,"
        " exists (select from stock.document v where v.reverses_id = r.id and v.kind = 'reversal')"
        " as reversed"
    ),
    source=(
        "buying.receipt r join stock.document d on d.id = r.id"
        " join catalog.supplier s on s.id = r.supplier_id join stock.place p on p.id = r.place_id"
    ),
    sorts={
        "received_on": Sort("r.received_on", "date"),
        "number": Sort("d.number"),
        "supplier": Sort("platform.fold(s.name)"),
        "total": Sort("case when %(prices)s::boolean then r.total else 0 end", "numeric"),
    },
    default_sort="-received_on",
    key=Sort("r.id", "uuid"),
    scope="(%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))",
    filters={
        "supplier_id": Filter("r.supplier_id = %(value)s", UUID, "Id of the supplier."),
        "place_id": Filter("r.place_id = %(value)s", UUID, "Id of the place that received."),
        "product_id": Filter(
            "exists (select from buying.receipt_line l"
            " where l.receipt_id = r.id and l.product_id = %(value)s)",
            UUID,
            "Id of a product on one of the lines.",
        ),
        "received_from": Filter("r.received_on >= %(value)s", date, "On this day or later (ISO 8601)."),
        "received_to": Filter("r.received_on <= %(value)s", date, "On this day or before (ISO 8601)."),
        "reversed": Filter(
            "exists (select from stock.document v where v.reverses_id = r.id and v.kind = 'reversal')"
            " = %(value)s",
            bool,
            "true or false.",
        ),
    },
    search="r.search_text",
)


def receipt_scope(actor: Actor) -> dict[str, Any]:
    """Whose places, and whether prices may be seen: without, every amount is None."""
    return {"departments": actor.department_list(), "prices": actor.may("catalog.price.read")}


async def get_receipt(db: Connection, receipt_id: UUID, *, actor: Actor, just_typed: bool = False) -> Receipt:
    """``just_typed``: the actor has this moment entered the prices, and may see them once more.

    Raises NotFound, also for a receipt of a department that is not the actor's.
    """
    params = {"id": receipt_id, **receipt_scope(actor)}
    if just_typed:
        params["prices"] = True
    header = await fetch_one(db, HEADER, params, ReceiptHeader)
    if header is None:
        raise NotFound
    return Receipt(header, await fetch_all(db, LINES, params, ReceiptLine))
