"""Creating and changing a product as a whole."""

from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.catalog.actions.packs import require_free_barcodes, save_packs_and_barcodes
from stockroom.catalog.actions.product_input import CheckedProduct, ProductInput, check_product
from stockroom.catalog.errors import FormUnknown, ProductCodeTaken, SupplierUnknown
from stockroom.catalog.events import ProductTrackingChanging, ProductUnitChanging
from stockroom.catalog.queries import forms, products, suppliers
from stockroom.catalog.queries.products import Barcode, Pack, Product
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import VersionStale
from stockroom.platform.events import publish
from stockroom.platform.ids import new_id

INSERT = """
insert into catalog.product (
    id, code, name, kind, category, unit, precision, vat_rate, batch_tracked, expiry_tracked, lead_time_days,
    preferred_supplier_id, supplier_code, notes, generic_name, brand_name, strength, form_code, route,
    atc_code, prescription_only, controlled_class, storage_condition, high_alert, look_alike, allergy_groups,
    created_at)
values (
    %(id)s, %(code)s, %(name)s, %(kind)s, %(category)s, %(unit)s, %(precision)s, %(vat_rate)s,
    %(batch_tracked)s, %(expiry_tracked)s, %(lead_time_days)s, %(preferred_supplier_id)s, %(supplier_code)s,
    %(notes)s, %(generic_name)s, %(brand_name)s, %(strength)s, %(form_code)s, %(route)s, %(atc_code)s,
    %(prescription_only)s, %(controlled_class)s, %(storage_condition)s, %(high_alert)s, %(look_alike)s,
    %(allergy_groups)s::text[], %(at)s)
"""

UPDATE = """
update catalog.product
set code = %(code)s, name = %(name)s, kind = %(kind)s, category = %(category)s, unit = %(unit)s,
    precision = %(precision)s, vat_rate = %(vat_rate)s, batch_tracked = %(batch_tracked)s,
    expiry_tracked = %(expiry_tracked)s, lead_time_days = %(lead_time_days)s,
    preferred_supplier_id = %(preferred_supplier_id)s, supplier_code = %(supplier_code)s, notes = %(notes)s,
    generic_name = %(generic_name)s, brand_name = %(brand_name)s, strength = %(strength)s,
    form_code = %(form_code)s, route = %(route)s, atc_code = %(atc_code)s,
    prescription_only = %(prescription_only)s, controlled_class = %(controlled_class)s,
    storage_condition = %(storage_condition)s, high_alert = %(high_alert)s, look_alike = %(look_alike)s,
    allergy_groups = %(allergy_groups)s::text[], version = version + 1
where id = %(id)s and version = %(version)s
"""


class ProductRecord(msgspec.Struct, frozen=True):
    """A product with its packs and barcodes, as the audit trail keeps it."""

    product: Product
    packs: list[Pack]
    barcodes: list[Barcode]


async def create_product(db: Connection, *, product: ProductInput, actor: Actor, at: datetime) -> UUID:
    """Raises Invalid with every wrong field, ProductCodeTaken, BarcodeTaken, FormUnknown, SupplierUnknown."""
    checked = check_product(product)
    await _require_known(db, checked, None)
    product_id = new_id()
    await execute(db, INSERT, {**checked.columns, "id": product_id, "at": at})
    await save_packs_and_barcodes(db, product_id, checked)
    after = await _record_of(db, await products.get_product(db, product_id))
    audit.record(db, actor, "catalog.product.create", "product", product_id, after=after)
    return product_id


async def update_product(
    db: Connection, *, product_id: UUID, product: ProductInput, version: int, actor: Actor, at: datetime
) -> Product:
    """Change the product, its packs and its barcodes as a whole.

    Raises NotFound, VersionStale, UnitInUse, TrackingInUse, and what ``create_product`` raises.
    """
    checked = check_product(product)
    before = await _record_of(db, await products.lock_product(db, product_id))
    if before.product.version != version:
        raise VersionStale
    await _require_known(db, checked, before.product)
    await _announce(db, before.product, checked, actor=actor, at=at)
    await execute(db, UPDATE, {**checked.columns, "id": product_id, "version": version})
    await save_packs_and_barcodes(db, product_id, checked)
    after = await _record_of(db, await products.get_product(db, product_id))
    audit.record(db, actor, "catalog.product.update", "product", product_id, before=before, after=after)
    return after.product


async def _announce(
    db: Connection, before: Product, checked: CheckedProduct, *, actor: Actor, at: datetime
) -> None:
    """Those who keep quantities in this unit, or batches of this product, may refuse."""
    wanted = checked.columns
    if (before.unit, before.precision) != (wanted["unit"], wanted["precision"]):
        await publish(db, ProductUnitChanging(before.id), actor=actor, at=at)
    tracking = (before.batch_tracked, before.expiry_tracked, before.kind == "service")
    if tracking != (wanted["batch_tracked"], wanted["expiry_tracked"], wanted["kind"] == "service"):
        await publish(db, ProductTrackingChanging(before.id), actor=actor, at=at)


async def _require_known(db: Connection, checked: CheckedProduct, before: Product | None) -> None:
    columns = checked.columns
    own_id = None if before is None else before.id
    holder = await products.find_code_holder(db, columns["code"], own_id)
    if holder is not None:
        raise ProductCodeTaken(product=holder)
    await require_free_barcodes(db, [code for code, _ in checked.barcodes], own_id)
    form_code, supplier_id = columns["form_code"], columns["preferred_supplier_id"]
    if form_code is not None and (before is None or before.form_code != form_code):
        form = await forms.find_form(db, form_code)
        if form is None or not form.active:
            raise FormUnknown
    if supplier_id is not None and (before is None or before.preferred_supplier_id != supplier_id):
        supplier = await suppliers.find_supplier(db, supplier_id)
        if supplier is None or not supplier.active:
            raise SupplierUnknown(at="/preferred_supplier_id")


async def _record_of(db: Connection, product: Product) -> ProductRecord:
    packs = await products.list_packs(db, [product.id])
    return ProductRecord(product, packs, await products.list_barcodes(db, product.id))
