"""Suppliers: create, change, archive, restore."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.catalog.errors import SupplierNameTaken
from stockroom.catalog.queries.suppliers import Supplier, SupplierKind, get_supplier, is_supplier_name_taken
from stockroom.catalog.rules import normalise_tax_id
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import VersionStale
from stockroom.platform.fields import Email, Line, Name, Note, StructInput
from stockroom.platform.ids import new_id

INSERT = """
insert into catalog.supplier
    (id, name, kind, contact_person, phone, email, address, city, tax_id, lead_time_days, notes, created_at)
values
    (%(id)s, %(name)s, %(kind)s, %(contact_person)s, %(phone)s, %(email)s, %(address)s, %(city)s, %(tax_id)s,
     %(lead_time_days)s, %(notes)s, %(at)s)
"""

UPDATE = """
update catalog.supplier
set name = %(name)s, kind = %(kind)s, contact_person = %(contact_person)s, phone = %(phone)s,
    email = %(email)s, address = %(address)s, city = %(city)s, tax_id = %(tax_id)s,
    lead_time_days = %(lead_time_days)s, notes = %(notes)s, version = version + 1
where id = %(id)s and version = %(version)s
"""

SET_ACTIVE = """
update catalog.supplier set active = %(active)s, version = version + 1
where id = %(id)s and version = %(version)s
"""


class SupplierInput(StructInput, frozen=True, kw_only=True):
    """What a person writes about a supplier."""

    name: Name
    kind: SupplierKind = "wholesaler"
    contact_person: Line = ""
    phone: Line = ""
    email: Email = ""
    address: Line = ""
    city: Line = ""
    tax_id: Annotated[str, Meta(max_length=30, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")] = ""
    lead_time_days: Annotated[int, Meta(ge=0, le=3650)] = 0
    notes: Note = ""


async def create_supplier(db: Connection, *, supplier: SupplierInput, actor: Actor, at: datetime) -> UUID:
    """Raises SupplierNameTaken, TaxIdInvalid."""
    columns = _columns(supplier)
    await _require_free_name(db, columns["name"], None)
    supplier_id = new_id()
    await execute(db, INSERT, {**columns, "id": supplier_id, "at": at})
    audit.record(db, actor, "catalog.supplier.create", "supplier", supplier_id, after=columns)
    return supplier_id


async def update_supplier(
    db: Connection, *, supplier_id: UUID, supplier: SupplierInput, version: int, actor: Actor
) -> Supplier:
    """Raises NotFound, SupplierNameTaken, TaxIdInvalid, VersionStale."""
    columns = _columns(supplier)
    before = await get_supplier(db, supplier_id)
    if before.active:
        await _require_free_name(db, columns["name"], supplier_id)
    if not await execute(db, UPDATE, {**columns, "id": supplier_id, "version": version}):
        raise VersionStale
    after = await get_supplier(db, supplier_id)
    audit.record(db, actor, "catalog.supplier.update", "supplier", supplier_id, before=before, after=after)
    return after


async def archive_supplier(db: Connection, *, supplier_id: UUID, version: int, actor: Actor) -> Supplier:
    """Raises NotFound, VersionStale."""
    return await _set_active(db, supplier_id, version, active=False, actor=actor)


async def restore_supplier(db: Connection, *, supplier_id: UUID, version: int, actor: Actor) -> Supplier:
    """Raises NotFound, VersionStale, SupplierNameTaken."""
    await _require_free_name(db, (await get_supplier(db, supplier_id)).name, supplier_id)
    return await _set_active(db, supplier_id, version, active=True, actor=actor)


async def _set_active(
    db: Connection, supplier_id: UUID, version: int, *, active: bool, actor: Actor
) -> Supplier:
    before = await get_supplier(db, supplier_id)
    if not await execute(db, SET_ACTIVE, {"id": supplier_id, "version": version, "active": active}):
        raise VersionStale
    after = await get_supplier(db, supplier_id)
    action = "catalog.supplier.restore" if active else "catalog.supplier.archive"
    audit.record(db, actor, action, "supplier", supplier_id, before=before, after=after)
    return after


async def _require_free_name(db: Connection, name: str, own_id: UUID | None) -> None:
    if await is_supplier_name_taken(db, name, own_id):
        raise SupplierNameTaken


def _columns(supplier: SupplierInput) -> dict[str, Any]:
    columns = msgspec.structs.asdict(supplier)
    return columns | {"name": supplier.name.strip(), "tax_id": normalise_tax_id(supplier.tax_id)}
