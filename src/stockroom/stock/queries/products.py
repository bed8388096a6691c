"""Products as stock shows them; their own facts are the catalog's."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import NotFound

PRODUCT = """
select
    p.id, p.code, p.name, p.strength, p.kind, p.unit, p.precision, p.batch_tracked, p.expiry_tracked, p.active
from catalog.product p
where p.id = %(id)s
"""

# What people type where nothing helps them choose: a code, a barcode, or the whole name.
TYPED = """
select distinct on (given.typed) given.typed, p.id
from unnest(%(typed)s::text[]) as given (typed)
join lateral (
    select p.id, 1 as rank from catalog.product p where lower(p.code) = lower(given.typed)
    union all
    select b.product_id, 2 from catalog.barcode b where b.code in (given.typed, lpad(given.typed, 14, '0'))
    union all
    select p.id, 3 from catalog.product p where p.active and platform.fold(p.name) = platform.fold(given.typed)
) p on true
order by given.typed, p.rank, p.id
"""


class ProductHead(msgspec.Struct, frozen=True):
    """The head of a product's stock pages."""

    id: UUID
    code: str
    name: str
    strength: str
    kind: str
    unit: str
    precision: int
    batch_tracked: bool
    expiry_tracked: bool
    active: bool


class TypedProduct(msgspec.Struct, frozen=True):
    typed: str
    id: UUID


async def get_product_head(db: Connection, product_id: UUID) -> ProductHead:
    """Raises NotFound."""
    found = await fetch_one(db, PRODUCT, {"id": product_id}, ProductHead)
    if found is None:
        raise NotFound
    return found


async def find_typed_products(db: Connection, typed: Sequence[str]) -> dict[str, UUID]:
    """The product of each text, by code, barcode or whole name; one statement, unknown texts are absent."""
    if not typed:
        return {}
    rows = await fetch_all(db, TYPED, {"typed": list(typed)}, TypedProduct)
    return {row.typed: row.id for row in rows}
