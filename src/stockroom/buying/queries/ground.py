"""What a receipt stands on: its supplier under lock, the packs of its lines, an invoice entered before."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one, fetch_value

# Receipts of one supplier wait for each other here, before any product is locked: the second of two clerks
# with the same invoice sees the number that the first was given.
SUPPLIER_FOR_UPDATE = """
select s.id, s.name, s.active
from catalog.supplier s
where s.id = %(id)s
for no key update
"""

# A supplier's invoice counts once in the whole house, whoever received it.
# nosemgrep: unscoped-query (see above)
INVOICE = """
select d.number
from buying.receipt r
join stock.document d on d.id = r.id
where r.supplier_id = %(supplier_id)s and r.invoice_key = %(invoice_key)s
"""

PACKS = """
select k.id, k.product_id, k.name, trim_scale(k.factor) as factor
from catalog.pack k
where k.id = any(%(ids)s) and k.active
"""


class SupplierFacts(msgspec.Struct, frozen=True):
    """What a receipt must know about its supplier; the row is locked until the transaction ends."""

    id: UUID
    name: str
    active: bool


class PackFacts(msgspec.Struct, frozen=True):
    """A pack and how many base units it holds."""

    id: UUID
    product_id: UUID
    name: str
    factor: Decimal


async def get_supplier_for_update(db: Connection, supplier_id: UUID) -> SupplierFacts | None:
    return await fetch_one(db, SUPPLIER_FOR_UPDATE, {"id": supplier_id}, SupplierFacts)


async def find_invoice(db: Connection, *, supplier_id: UUID, invoice_key: str) -> str | None:
    """The number of the receipt that stands for this invoice."""
    return await fetch_value(db, INVOICE, {"supplier_id": supplier_id, "invoice_key": invoice_key})


async def list_packs_by_id(db: Connection, ids: Sequence[UUID]) -> dict[UUID, PackFacts]:
    """The active packs; unknown ids are absent."""
    return {row.id: row for row in await fetch_all(db, PACKS, {"ids": list(ids)}, PackFacts)}
