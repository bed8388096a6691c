"""Writing down the expiry date of a batch that came in without one."""

from datetime import date
from uuid import UUID

from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_values
from stockroom.platform.errors import VersionStale
from stockroom.platform.fields import StructInput
from stockroom.stock import errors, rules
from stockroom.stock.actions.ground import lock_products
from stockroom.stock.queries.batches import get_batch

SAME_ON_THE_BOX = """
select t.id from stock.batch t
where t.product_id = %(product_id)s and lower(t.code) = lower(%(code)s) and t.expires_on = %(expires_on)s
"""

SET_EXPIRY = """
update stock.batch set expires_on = %(expires_on)s, version = version + 1
where id = %(id)s and version = %(version)s
"""


class ExpiryInput(StructInput, frozen=True, kw_only=True):
    """The date on the box."""

    expires_on: date


async def date_batch(db: Connection, *, batch_id: UUID, expires_on: date, version: int, actor: Actor) -> None:
    """The product is locked, so that no posting decides by the date meanwhile.

    Raises NotFound, VersionStale, BatchNotTracked, BatchDated, BatchTwice, DateImpossible.
    """
    rules.check_expiry_date(expires_on, at="/expires_on")
    seen = await get_batch(db, batch_id, actor=actor)
    product = (await lock_products(db, [seen.product_id], for_stock=False))[seen.product_id]
    batch = await get_batch(db, batch_id, actor=actor)
    if not product.expiry_tracked:
        raise errors.BatchNotTracked(at="/expires_on", product=product.name)
    if batch.expires_on is not None:
        raise errors.BatchDated(batch=batch.code, expires_on=batch.expires_on)
    params = {
        "id": batch_id,
        "product_id": product.id,
        "code": batch.code,
        "expires_on": expires_on,
        "version": version,
    }
    if await fetch_values(db, SAME_ON_THE_BOX, params):
        raise errors.BatchTwice(batch=batch.code, expires_on=expires_on)
    if not await execute(db, SET_EXPIRY, params):
        raise VersionStale
    audit.record(
        db, actor, "stock.batch.dated", "batch", batch_id,
        before={"expires_on": None}, after={"expires_on": expires_on},
    )  # fmt: skip
