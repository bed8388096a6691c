"""Taking a receipt back, and what must follow wherever a receipt is reversed."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.buying import queries
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_all
from stockroom.stock import BatchCost, DocumentReversed, Posted, average_batch_costs, reverse_document

FREE_INVOICE = "update buying.receipt set invoice_key = null where id = %(id)s"

COSTS_TAKEN_BACK = """
select l.batch_id, -l.quantity as quantity, l.unit_price
from buying.receipt_line l
where l.receipt_id = %(id)s and l.unit_price is not null
order by l.line
"""


class CostTakenBack(msgspec.Struct, frozen=True):
    batch_id: UUID
    quantity: Decimal
    unit_price: Decimal


async def reverse_receipt(
    db: Connection, *, receipt_id: UUID, reason: str, actor: Actor, at: datetime
) -> Posted:
    """Take a whole receipt back; its invoice can be entered again.

    Raises NotFound, ReasonMissing, AlreadyReversed, and StockShort where something is no longer there.
    """
    receipt = await queries.get_receipt(db, receipt_id, actor=actor)
    return await reverse_document(db, document_id=receipt.header.id, reason=reason, actor=actor, at=at)


async def forget_invoice(db: Connection, event: DocumentReversed, /, *, actor: Actor, at: datetime) -> None:
    """However a receipt is reversed, its invoice number is free again and its prices leave the average."""
    if event.kind != "receipt":
        return
    await execute(db, FREE_INVOICE, {"id": event.document_id})
    costs = await fetch_all(db, COSTS_TAKEN_BACK, {"id": event.document_id}, CostTakenBack)
    if costs:
        await average_batch_costs(
            db, [BatchCost(cost.batch_id, cost.quantity, cost.unit_price) for cost in costs]
        )
