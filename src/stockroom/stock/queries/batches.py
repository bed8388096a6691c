"""Batches."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all

BATCH_PRODUCTS = "select t.id, t.product_id from stock.batch t where t.id = any(%(ids)s)"


class BatchProduct(msgspec.Struct, frozen=True):
    id: UUID
    product_id: UUID


async def list_batch_products(db: Connection, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Batch id → product id; unknown ids are absent."""
    if not ids:
        return {}
    rows = await fetch_all(db, BATCH_PRODUCTS, {"ids": list(ids)}, BatchProduct)
    return {row.id: row.product_id for row in rows}
