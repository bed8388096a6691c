"""What places hold of products, all batches together."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all

HELD = """
select b.place_id, b.product_id, trim_scale(sum(b.on_hand)) as on_hand
from stock.balance b
join unnest(%(places)s::uuid[], %(products)s::uuid[]) as given (place_id, product_id)
    on given.place_id = b.place_id and given.product_id = b.product_id
group by b.place_id, b.product_id
"""

Shelf = tuple[UUID, UUID]
"""A place and a product."""


class Held(msgspec.Struct, frozen=True):
    place_id: UUID
    product_id: UUID
    on_hand: Decimal


async def sum_balances(db: Connection, shelves: Iterable[Shelf]) -> dict[Shelf, Decimal]:
    """On hand by place and product; what holds nothing may be absent."""
    given = sorted(set(shelves))
    params = {"places": [place for place, _ in given], "products": [product for _, product in given]}
    return {(row.place_id, row.product_id): row.on_hand for row in await fetch_all(db, HELD, params, Held)}
