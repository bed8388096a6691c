"""Setting minimum, reorder point and maximum of a product, for the organisation or for one place."""

from decimal import Decimal
from uuid import UUID

from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import VersionStale
from stockroom.platform.fields import StructInput
from stockroom.platform.ids import new_id
from stockroom.stock import errors, rules
from stockroom.stock.actions.ground import require_places
from stockroom.stock.queries.balances import list_products_for_update
from stockroom.stock.queries.levels import Level, find_level

UPSERT = """
insert into stock.level as l (id, product_id, place_id, minimum, reorder_at, maximum)
values (%(id)s, %(product_id)s, %(place_id)s, %(minimum)s, %(reorder_at)s, %(maximum)s)
on conflict (product_id, place_id) do update
set minimum = excluded.minimum, reorder_at = excluded.reorder_at, maximum = excluded.maximum,
    version = l.version + 1
"""


class LevelInput(StructInput, frozen=True, kw_only=True):
    """Quantities in base units. Without a place they count for the whole organisation."""

    product_id: UUID
    place_id: UUID | None = None
    minimum: Decimal = rules.ZERO
    reorder_at: Decimal = rules.ZERO
    maximum: Decimal | None = None


async def set_level(db: Connection, *, level: LevelInput, actor: Actor, version: int | None = None) -> Level:
    """``version`` is the one seen, 0 where there was no level; None overwrites whatever is there.

    Raises ProductUnknown, the refusals of places and quantities, LevelOrder, VersionStale.
    """
    product = (await list_products_for_update(db, [level.product_id])).get(level.product_id)
    if product is None:
        raise errors.ProductUnknown
    if level.place_id is not None:
        await require_places(db, actor, place_id=level.place_id)
    elif actor.departments is not None:
        raise errors.NotYourPlace
    rules.check_level(
        level.minimum, level.reorder_at, level.maximum, precision=product.precision, product=product.name
    )
    before = await find_level(db, level.product_id, level.place_id)
    if version is not None and version != (before.version if before else 0):
        raise VersionStale
    params = {name: getattr(level, name) for name in level.__struct_fields__}
    await execute(db, UPSERT, params | {"id": new_id()})
    after = await find_level(db, level.product_id, level.place_id)
    assert after is not None
    audit.record(db, actor, "stock.level.set", "product", level.product_id, before=before, after=after)
    return after
