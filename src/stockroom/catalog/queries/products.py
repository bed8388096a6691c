"""One product or several, with their packs and barcodes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_value, fetch_values
from stockroom.platform.errors import NotFound

PRODUCTS_BY_ID = """
select
    p.id, p.code, p.name, p.kind, p.category, p.unit, p.precision, trim_scale(p.vat_rate) as vat_rate,
    p.batch_tracked, p.expiry_tracked, p.lead_time_days, p.preferred_supplier_id,
    coalesce(s.name, '') as preferred_supplier, p.supplier_code, p.notes, p.generic_name, p.brand_name,
    p.strength, p.form_code,
    coalesce(f.name, '') as form, coalesce(f.name_pl, '') as form_pl, p.route, p.atc_code,
    p.prescription_only, p.controlled_class, p.storage_condition, p.high_alert, p.look_alike,
    p.allergy_groups, p.active, p.version, p.created_at
from catalog.product p
left join catalog.dosage_form f on f.code = p.form_code
left join catalog.supplier s on s.id = p.preferred_supplier_id
where p.id = any(%(ids)s)
"""

LOCK_PRODUCT = "select id from catalog.product where id = %(id)s for update"

PACKS = """
select k.id, k.product_id, k.name, trim_scale(k.factor) as factor
from catalog.pack k
where k.product_id = any(%(products)s) and k.active
order by k.product_id, k.factor, k.name, k.id
"""

BARCODES = """
select b.code, b.pack_id, coalesce(k.name, '') as pack
from catalog.barcode b
left join catalog.pack k on k.id = b.pack_id
where b.product_id = %(product)s
order by k.factor nulls first, b.code
"""

# A code beats a barcode beats a name; a name only where one product bears it.
ID_BY_CODE = """
select found.id
from (
    select p.id, 1 as rank from catalog.product p where lower(p.code) = lower(%(code)s)
    union all
    select b.product_id, 2 from catalog.barcode b where b.code = any(%(barcodes)s)
    union all
    select min(p.id::text)::uuid, 3 from catalog.product p
    where platform.fold(p.name) = platform.fold(%(code)s) and p.active having count(*) = 1
) found
order by found.rank
limit 1
"""

CODE_TAKEN = """
select p.name from catalog.product p
where lower(p.code) = lower(%(code)s) and p.id is distinct from %(id)s
"""

BARCODES_TAKEN = """
select b.code, p.name as product
from catalog.barcode b join catalog.product p on p.id = b.product_id
where b.code = any(%(codes)s) and b.product_id is distinct from %(id)s
"""

CATEGORIES = """
select distinct p.category from catalog.product p where p.category <> '' order by p.category limit 200
"""


class Product(msgspec.Struct, frozen=True):
    """A product; a medicine has the medical fields too. ``unit`` is the base unit of all its quantities."""

    id: UUID
    code: str
    name: str
    kind: str
    category: str
    unit: str
    precision: int
    vat_rate: Decimal | None
    batch_tracked: bool
    expiry_tracked: bool
    lead_time_days: int
    preferred_supplier_id: UUID | None
    preferred_supplier: str
    supplier_code: str
    notes: str
    generic_name: str
    brand_name: str
    strength: str
    form_code: str | None
    form: str
    form_pl: str
    route: str
    atc_code: str
    prescription_only: bool
    controlled_class: str
    storage_condition: str
    high_alert: bool
    look_alike: bool
    allergy_groups: list[str]
    active: bool
    version: int
    created_at: datetime


class Pack(msgspec.Struct, frozen=True):
    """A way to write a quantity: ``factor`` base units under one name."""

    id: UUID
    product_id: UUID
    name: str
    factor: Decimal


class Barcode(msgspec.Struct, frozen=True):
    """A code on the box. GTINs have 14 digits; ``pack`` is empty for one base unit."""

    code: str
    pack_id: UUID | None
    pack: str


class TakenBarcode(msgspec.Struct, frozen=True):
    code: str
    product: str


async def list_products_by_ids(db: Connection, ids: Sequence[UUID]) -> dict[UUID, Product]:
    """The products by id; unknown ids are absent."""
    rows = await fetch_all(db, PRODUCTS_BY_ID, {"ids": list(ids)}, Product)
    return {row.id: row for row in rows}


async def get_product(db: Connection, product_id: UUID) -> Product:
    """Raises NotFound."""
    found = await list_products_by_ids(db, [product_id])
    if product_id not in found:
        raise NotFound
    return found[product_id]


async def lock_product(db: Connection, product_id: UUID) -> Product:
    """The product, locked against postings until the transaction ends. Raises NotFound."""
    await fetch_value(db, LOCK_PRODUCT, {"id": product_id})
    return await get_product(db, product_id)


async def list_packs(db: Connection, product_ids: Sequence[UUID]) -> list[Pack]:
    """The packs in use, smallest first within a product."""
    return await fetch_all(db, PACKS, {"products": list(product_ids)}, Pack)


async def packs_by_product(db: Connection, product_ids: Sequence[UUID]) -> dict[UUID, list[Pack]]:
    """Of each product its packs in use, smallest first; one statement, none without a product."""
    found: dict[UUID, list[Pack]] = {id_: [] for id_ in product_ids}
    for pack in await list_packs(db, list(found)) if found else ():
        found[pack.product_id].append(pack)
    return found


async def list_barcodes(db: Connection, product_id: UUID) -> list[Barcode]:
    """The base unit's first, then by pack."""
    return await fetch_all(db, BARCODES, {"product": product_id}, Barcode)


async def find_product_id(db: Connection, code: str, barcodes: Sequence[str]) -> UUID | None:
    return await fetch_value(db, ID_BY_CODE, {"code": code, "barcodes": list(barcodes)})


async def find_code_holder(db: Connection, code: str, own_id: UUID | None) -> str | None:
    """The name of another product with this code."""
    return await fetch_value(db, CODE_TAKEN, {"code": code, "id": own_id})


async def find_taken_barcode(
    db: Connection, codes: Sequence[str], own_id: UUID | None
) -> TakenBarcode | None:
    """The first of these barcodes that belongs to another product."""
    taken = await fetch_all(db, BARCODES_TAKEN, {"codes": list(codes), "id": own_id}, TakenBarcode)
    return min(taken, key=lambda row: codes.index(row.code), default=None)


async def list_categories(db: Connection) -> list[str]:
    """The categories in use, to suggest them."""
    return await fetch_values(db, CATEGORIES)
