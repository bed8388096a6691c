"""Products under lock, and what places hold of their batches."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all
from stockroom.stock.rules import BatchBalance

# One lock a product, in one order, taken before anything else of a posting: two clerks wait for each other
# and cannot deadlock, whatever batches and places they touch (docs/decisions: posting locks the product).
PRODUCTS_FOR_UPDATE = """
select
    p.id, p.code, p.name, p.kind, p.unit, p.precision, p.batch_tracked, p.expiry_tracked, p.active,
    p.atc_code, p.generic_name, p.strength, p.high_alert, p.look_alike, p.controlled_class, p.allergy_groups
from catalog.product p
where p.id = any(%(ids)s)
order by p.id
for no key update
"""

PRODUCT_LINES = """
select p.id, p.code, p.name, p.unit, p.precision, p.batch_tracked, p.expiry_tracked
from catalog.product p
where p.id = any(%(ids)s)
"""

BALANCES = """
select
    b.batch_id, b.place_id, b.product_id, t.code as batch_code, t.expires_on, t.status, t.status_reason,
    t.unit_cost, trim_scale(b.on_hand) as on_hand, trim_scale(b.reserved) as reserved,
    trim_scale(b.on_hold) as on_hold
from stock.balance b
join stock.batch t on t.id = b.batch_id
where b.product_id = any(%(products)s) and b.place_id = %(place)s
order by b.batch_id, b.place_id
"""

BALANCES_OF_BATCHES = """
select
    b.batch_id, b.place_id, b.product_id, t.code as batch_code, t.expires_on, t.status, t.status_reason,
    t.unit_cost, trim_scale(b.on_hand) as on_hand, trim_scale(b.reserved) as reserved,
    trim_scale(b.on_hold) as on_hold
from stock.balance b
join stock.batch t on t.id = b.batch_id
where b.batch_id = any(%(batches)s)
order by b.batch_id, b.place_id
"""


class StockedProduct(msgspec.Struct, frozen=True):
    """What a posting must know about a product; the row is locked until the transaction ends."""

    id: UUID
    code: str
    name: str
    kind: str
    unit: str
    precision: int
    batch_tracked: bool
    expiry_tracked: bool
    active: bool
    atc_code: str
    generic_name: str
    strength: str
    high_alert: bool
    look_alike: bool
    controlled_class: str
    allergy_groups: list[str]


class ProductLine(msgspec.Struct, frozen=True):
    """What a line on a page shows of its product."""

    id: UUID
    code: str
    name: str
    unit: str
    precision: int
    batch_tracked: bool
    expiry_tracked: bool


async def list_product_lines(db: Connection, ids: Sequence[UUID]) -> dict[UUID, ProductLine]:
    """By id; unknown ids are absent."""
    return {row.id: row for row in await fetch_all(db, PRODUCT_LINES, {"ids": list(ids)}, ProductLine)}


async def list_products_for_update(db: Connection, ids: Sequence[UUID]) -> dict[UUID, StockedProduct]:
    """The products by id, locked in the order of their ids; unknown ids are absent."""
    rows = await fetch_all(db, PRODUCTS_FOR_UPDATE, {"ids": sorted(set(ids))}, StockedProduct)
    return {row.id: row for row in rows}


async def list_balances(db: Connection, *, products: Sequence[UUID], place: UUID) -> list[BatchBalance]:
    """What one place holds of these products. Exact within a posting, because the products are locked."""
    return await fetch_all(db, BALANCES, {"products": list(products), "place": place}, BatchBalance)


async def list_balances_of_batches(db: Connection, batches: Sequence[UUID]) -> list[BatchBalance]:
    return await fetch_all(db, BALANCES_OF_BATCHES, {"batches": list(batches)}, BatchBalance)
