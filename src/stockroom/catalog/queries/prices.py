"""Prices: what holds on a day, and the whole history."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.lists import Filter, ListSpec, Sort

CURRENT = """
select distinct on (c.kind, c.currency)
    c.id, c.product_id, c.kind, trim_scale(c.amount) as amount, c.currency, c.valid_from, c.created_at
from catalog.price c
where c.product_id = %(product)s and c.valid_from <= %(on)s
order by c.kind, c.currency, c.valid_from desc
"""

PRICE_OF_DAY = """
select c.id, c.product_id, c.kind, trim_scale(c.amount) as amount, c.currency, c.valid_from, c.created_at
from catalog.price c
where c.product_id = %(product_id)s and c.kind = %(kind)s and c.currency = %(currency)s
    and c.valid_from = %(valid_from)s
"""


class PriceKey(msgspec.Struct, frozen=True):
    """What there is one price for."""

    product_id: UUID
    kind: str
    currency: str
    valid_from: date


class Price(msgspec.Struct, frozen=True):
    """Of one base unit, net of VAT, from a day on until the next one of its kind and currency."""

    id: UUID
    product_id: UUID
    kind: str
    amount: Decimal
    currency: str
    valid_from: date
    created_at: datetime


PRICES = ListSpec(
    name="prices",
    row=Price,
    columns="c.id, c.product_id, c.kind, trim_scale(c.amount), c.currency, c.valid_from, c.created_at",
    source="catalog.price c",
    sorts={"valid_from": Sort("c.valid_from", "date"), "created_at": Sort("c.created_at", "timestamptz")},
    default_sort="-valid_from",
    key=Sort("c.id", "uuid"),
    scope="c.product_id = %(product)s",
    filters={
        "kind": Filter("c.kind = %(value)s", describe="Purchase or sale."),
        "currency": Filter("c.currency = %(value)s", describe="ISO 4217 code."),
    },
)


async def list_current_prices(db: Connection, product_id: UUID, *, on: date) -> list[Price]:
    """One for each kind and currency that has a price by that day."""
    return await fetch_all(db, CURRENT, {"product": product_id, "on": on}, Price)


async def find_price_of_day(db: Connection, key: PriceKey) -> Price | None:
    """The price that begins exactly on that day."""
    return await fetch_one(db, PRICE_OF_DAY, msgspec.structs.asdict(key), Price)
