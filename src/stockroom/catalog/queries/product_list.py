"""The list of products."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from stockroom.platform.lists import Filter, ListSpec, Sort

ProductKind = Literal["goods", "component", "finished", "service", "medicine"]


class ProductRow(msgspec.Struct, frozen=True):
    """A product in a list. Prices are today's in the organisation's currency, null without the permission."""

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
    preferred_supplier_id: UUID | None
    preferred_supplier: str
    generic_name: str
    brand_name: str
    strength: str
    form_code: str | None
    form: str
    form_pl: str
    atc_code: str
    prescription_only: bool
    controlled_class: str
    high_alert: bool
    look_alike: bool
    active: bool
    version: int
    purchase_price: Decimal | None
    sale_price: Decimal | None


PRODUCTS = ListSpec(
    name="products",
    row=ProductRow,
    columns=(
        "p.id, p.code, p.name, p.kind, p.category, p.unit, p.precision, trim_scale(p.vat_rate),"
        " p.batch_tracked, p.expiry_tracked, p.preferred_supplier_id, coalesce(s.name, ''), p.generic_name,"
        " p.brand_name, p.strength, p.form_code, coalesce(f.name, ''), coalesce(f.name_pl, ''), p.atc_code,"
        " p.prescription_only, p.controlled_class, p.high_alert, p.look_alike, p.active, p.version,"
        " (select trim_scale(c.amount) from catalog.price c where %(prices)s and c.product_id = p.id"
        " and c.kind = 'purchase' and c.currency = %(currency)s and c.valid_from <= %(today)s"
        " order by c.valid_from desc limit 1),"
        " (select trim_scale(c.amount) from catalog.price c where %(prices)s and c.product_id = p.id"
        " and c.kind = 'sale' and c.currency = %(currency)s and c.valid_from <= %(today)s"
        " order by c.valid_from desc limit 1)"
    ),
    source=(
        "catalog.product p left join catalog.dosage_form f on f.code = p.form_code"
        " left join catalog.supplier s on s.id = p.preferred_supplier_id"
    ),
    sorts={
        "name": Sort("platform.fold(p.name)"),
        "code": Sort("platform.fold(p.code)"),
        "category": Sort("platform.fold(p.category)"),
        "created_at": Sort("p.created_at", "timestamptz"),
    },
    default_sort="name",
    key=Sort("p.id", "uuid"),
    filters={
        "kind": Filter("p.kind = %(value)s", ProductKind, "Goods, component, finished, service or medicine."),
        "category": Filter(
            "platform.fold(p.category) = platform.fold(%(value)s)", describe="The whole category."
        ),
        "active": Filter("p.active = %(value)s", bool, "true or false."),
        "form_code": Filter("p.form_code = %(value)s", describe="Code of a dosage form."),
        "supplier_id": Filter("p.preferred_supplier_id = %(value)s", UUID, "Id of the preferred supplier."),
        "atc": Filter("starts_with(p.atc_code, upper(%(value)s))", describe="Beginning of the ATC code."),
        "controlled": Filter("(p.controlled_class <> '') = %(value)s", bool, "true or false."),
        "high_alert": Filter("p.high_alert = %(value)s", bool, "true or false."),
        "barcode": Filter(
            "p.id = (select b.product_id from catalog.barcode b"
            " where b.code = catalog.barcode_key(%(value)s))",
            describe="A whole barcode; GTINs of 8, 12, 13 or 14 digits alike.",
        ),
    },
    search="p.search_text",
)


def price_scope(*, may_see_prices: bool, currency: str, today: date) -> dict[str, Any]:
    """What the list needs beside its query string."""
    return {"prices": may_see_prices, "currency": currency, "today": today}
