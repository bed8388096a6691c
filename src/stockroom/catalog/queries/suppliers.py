"""Suppliers."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one, fetch_value
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

SupplierKind = Literal["wholesaler", "manufacturer", "distributor", "pharmacy", "other"]

SUPPLIER = """
select
    s.id, s.name, s.kind, s.contact_person, s.phone, s.email, s.address, s.city, s.tax_id, s.lead_time_days,
    s.notes, s.active, s.version, s.created_at
from catalog.supplier s
where s.id = %(id)s
"""

SUPPLIER_BY_NAME = """
select
    s.id, s.name, s.kind, s.contact_person, s.phone, s.email, s.address, s.city, s.tax_id, s.lead_time_days,
    s.notes, s.active, s.version, s.created_at
from catalog.supplier s
where platform.fold(s.name) = platform.fold(%(name)s) and s.active
"""

NAME_TAKEN = """
select exists (
    select from catalog.supplier s
    where s.active and platform.fold(s.name) = platform.fold(%(name)s) and s.id is distinct from %(id)s)
"""

SUPPLIED = """
select p.id, p.code, p.name, p.supplier_code
from catalog.product p
where p.preferred_supplier_id = %(id)s and p.active
order by platform.fold(p.name), p.id
limit 100
"""


class Supplier(msgspec.Struct, frozen=True):
    """Who delivers. ``tax_id`` of a Polish one is ten digits."""

    id: UUID
    name: str
    kind: str
    contact_person: str
    phone: str
    email: str
    address: str
    city: str
    tax_id: str
    lead_time_days: int
    notes: str
    active: bool
    version: int
    created_at: datetime


class SuppliedProduct(msgspec.Struct, frozen=True):
    """A product that prefers this supplier."""

    id: UUID
    code: str
    name: str
    supplier_code: str


SUPPLIERS = ListSpec(
    name="suppliers",
    row=Supplier,
    columns=(
        "s.id, s.name, s.kind, s.contact_person, s.phone, s.email, s.address, s.city, s.tax_id,"
        " s.lead_time_days, s.notes, s.active, s.version, s.created_at"
    ),
    source="catalog.supplier s",
    sorts={
        "name": Sort("platform.fold(s.name)"),
        "city": Sort("platform.fold(s.city)"),
        "created_at": Sort("s.created_at", "timestamptz"),
    },
    default_sort="name",
    key=Sort("s.id", "uuid"),
    filters={
        "active": Filter("s.active = %(value)s", bool, "true or false."),
        "kind": Filter(
            "s.kind = %(value)s", SupplierKind, "Wholesaler, manufacturer, distributor, pharmacy or other."
        ),
    },
    search="s.search_text",
)


async def get_supplier(db: Connection, supplier_id: UUID) -> Supplier:
    """Raises NotFound."""
    found = await find_supplier(db, supplier_id)
    if found is None:
        raise NotFound
    return found


async def find_supplier(db: Connection, supplier_id: UUID) -> Supplier | None:
    return await fetch_one(db, SUPPLIER, {"id": supplier_id}, Supplier)


async def find_supplier_by_name(db: Connection, name: str) -> Supplier | None:
    """The active supplier of exactly this name, case and accents folded."""
    return await fetch_one(db, SUPPLIER_BY_NAME, {"name": name.strip()}, Supplier)


async def is_supplier_name_taken(db: Connection, name: str, own_id: UUID | None) -> bool:
    return bool(await fetch_value(db, NAME_TAKEN, {"name": name.strip(), "id": own_id}))


async def list_supplied_products(db: Connection, supplier_id: UUID) -> list[SuppliedProduct]:
    """At most a hundred active products that prefer this supplier."""
    return await fetch_all(db, SUPPLIED, {"id": supplier_id}, SuppliedProduct)
