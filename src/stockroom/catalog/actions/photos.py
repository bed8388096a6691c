"""The photo of a product."""

from datetime import datetime
from uuid import UUID

from stockroom.catalog.queries import products
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import VersionStale
from stockroom.platform.files.intake import NewFile
from stockroom.platform.files.rows import File, facts_of, release_photo, replace_photo

BUMP = "update catalog.product set version = version + 1 where id = %(id)s and version = %(version)s"


async def set_product_photo(
    db: Connection, *, product_id: UUID, photo: NewFile, version: int, actor: Actor, at: datetime
) -> File:
    """Raises NotFound, VersionStale."""
    await _bump(db, product_id, version)
    before, after = await replace_photo(db, "product", product_id, photo, actor=actor, at=at)
    audit.record(
        db, actor, "catalog.product.photo", "product", product_id,
        before=None if before is None else facts_of(before), after=facts_of(after),
    )  # fmt: skip
    return after


async def remove_product_photo(
    db: Connection, *, product_id: UUID, version: int, actor: Actor, at: datetime
) -> None:
    """Raises NotFound, VersionStale."""
    await _bump(db, product_id, version)
    before = await release_photo(db, "product", product_id, at=at)
    audit.record(db, actor, "catalog.product.photo_remove", "product", product_id, before=facts_of(before))


async def _bump(db: Connection, product_id: UUID, version: int) -> None:
    await products.get_product(db, product_id)
    if not await execute(db, BUMP, {"id": product_id, "version": version}):
        raise VersionStale
