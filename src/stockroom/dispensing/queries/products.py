"""Products as a preview needs them: not locked."""

from collections.abc import Sequence
from uuid import UUID

from stockroom.platform.db import Connection, fetch_all
from stockroom.stock import StockedProduct

PRODUCTS = """
select
    p.id, p.code, p.name, p.kind, p.unit, p.precision, p.batch_tracked, p.expiry_tracked, p.active,
    p.atc_code, p.generic_name, p.strength, p.high_alert, p.look_alike, p.controlled_class, p.allergy_groups
from catalog.product p
where p.id = any(%(ids)s)
"""


async def list_products(db: Connection, ids: Sequence[UUID]) -> dict[UUID, StockedProduct]:
    """By id; unknown ids are absent."""
    return {row.id: row for row in await fetch_all(db, PRODUCTS, {"ids": list(ids)}, StockedProduct)}
