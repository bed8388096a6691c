"""Taking a product out of use and back."""

from datetime import datetime
from uuid import UUID

from stockroom.catalog.events import ProductArchiving
from stockroom.catalog.queries import products
from stockroom.catalog.queries.products import Product
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import VersionStale
from stockroom.platform.events import publish

SET_ACTIVE = "update catalog.product set active = %(active)s, version = version + 1 where id = %(id)s"


async def archive_product(
    db: Connection, *, product_id: UUID, version: int, actor: Actor, at: datetime
) -> Product:
    """It stays in every document that names it. Raises NotFound, VersionStale, ProductHasStock."""
    before = await _lock(db, product_id, version)
    await publish(db, ProductArchiving(product_id), actor=actor, at=at)
    return await _set_active(db, before, active=False, action="catalog.product.archive", actor=actor)


async def restore_product(db: Connection, *, product_id: UUID, version: int, actor: Actor) -> Product:
    """Raises NotFound, VersionStale."""
    before = await _lock(db, product_id, version)
    return await _set_active(db, before, active=True, action="catalog.product.restore", actor=actor)


async def _lock(db: Connection, product_id: UUID, version: int) -> Product:
    product = await products.lock_product(db, product_id)
    if product.version != version:
        raise VersionStale
    return product


async def _set_active(db: Connection, before: Product, *, active: bool, action: str, actor: Actor) -> Product:
    await execute(db, SET_ACTIVE, {"id": before.id, "active": active})
    after = await products.get_product(db, before.id)
    audit.record(db, actor, action, "product", before.id, before=before, after=after)
    return after
