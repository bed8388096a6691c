"""Levels: what a product should not fall below, and what is low."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.lists import Filter, ListSpec, Sort

LEVEL = """
select
    l.id, l.product_id, l.place_id, p.name as place_name, trim_scale(l.minimum) as minimum,
    trim_scale(l.reorder_at) as reorder_at, trim_scale(l.maximum) as maximum, l.version
from stock.level l
left join stock.place p on p.id = l.place_id
where l.product_id = %(product_id)s and l.place_id is not distinct from %(place_id)s
"""

LEVELS_OF_PRODUCT = """
select
    l.id, l.product_id, l.place_id, p.name as place_name, trim_scale(l.minimum) as minimum,
    trim_scale(l.reorder_at) as reorder_at, trim_scale(l.maximum) as maximum, l.version
from stock.level l
left join stock.place p on p.id = l.place_id
where l.product_id = %(product_id)s
    and (%(departments)s::uuid[] is null or l.place_id is null
        or p.department_id = any(%(departments)s::uuid[]))
order by p.name nulls first, l.id
"""


class Level(msgspec.Struct, frozen=True):
    """Quantities in base units; without a place the level of the whole organisation."""

    id: UUID
    product_id: UUID
    place_id: UUID | None
    place_name: str | None
    minimum: Decimal
    reorder_at: Decimal
    maximum: Decimal | None
    version: int


class LowStock(msgspec.Struct, frozen=True):
    """A product that is at its reorder point or below. ``suggested`` fills it up to the maximum.

    ``available`` is what may be taken today: not promised, held, recalled or expired.
    ``state`` is out, below_minimum or reorder.
    """

    level_id: UUID
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    place_id: UUID | None
    place_name: str | None
    minimum: Decimal
    reorder_at: Decimal
    maximum: Decimal | None
    on_hand: Decimal
    available: Decimal
    suggested: Decimal
    state: str


LEVELS = ListSpec(
    name="levels",
    row=Level,
    columns=(
        "l.id, l.product_id, l.place_id, p.name, trim_scale(l.minimum), trim_scale(l.reorder_at),"
        " trim_scale(l.maximum), l.version"
    ),
    source="stock.level l left join stock.place p on p.id = l.place_id",
    scope=(
        "(%(departments)s::uuid[] is null or l.place_id is null"
        " or p.department_id = any(%(departments)s::uuid[]))"
    ),
    sorts={"id": Sort("l.id", "uuid")},
    default_sort="id",
    key=Sort("l.id", "uuid"),
    filters={
        "product_id": Filter("l.product_id = %(value)s", UUID, "Levels of this product."),
        "place_id": Filter("l.place_id = %(value)s", UUID, "Levels of this place."),
    },
)

LOW_STOCK = ListSpec(
    name="low-stock",
    row=LowStock,
    columns=(
        "l.id, l.product_id, pr.code, pr.name, pr.unit, l.place_id, p.name, trim_scale(l.minimum),"
        " trim_scale(l.reorder_at), trim_scale(l.maximum), trim_scale(s.on_hand), trim_scale(s.available),"
        " trim_scale(greatest(coalesce(l.maximum, l.reorder_at) - s.available, 0)),"
        " case when s.available <= 0 then 'out' when s.available < l.minimum then 'below_minimum'"
        " else 'reorder' end"
    ),
    source=(
        "stock.level l join catalog.product pr on pr.id = l.product_id"
        " left join stock.place p on p.id = l.place_id cross join lateral ("
        "  select coalesce(sum(b.on_hand), 0) as on_hand,"
        "   coalesce(sum(stock.available("
        "     b.on_hand, b.reserved, b.on_hold, t.status, t.expires_on, %(today)s)), 0) as available"
        "  from stock.balance b join stock.batch t on t.id = b.batch_id"
        "  where b.product_id = l.product_id and (l.place_id is null or b.place_id = l.place_id)) s"
    ),
    scope=(
        "pr.active and s.available <= l.reorder_at"
        " and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))"
    ),
    sorts={
        "name": Sort("platform.fold(pr.name)"),
        "code": Sort("platform.fold(pr.code)"),
        "available": Sort("s.available", "numeric"),
    },
    default_sort="name",
    key=Sort("l.id", "uuid"),
    filters={
        "place_id": Filter("l.place_id = %(value)s", UUID, "Levels of this place."),
        "product_id": Filter("l.product_id = %(value)s", UUID, "One product."),
        "state": Filter(
            "case when s.available <= 0 then 'out' when s.available < l.minimum then 'below_minimum'"
            " else 'reorder' end = %(value)s",
            Literal["out", "below_minimum", "reorder"],
            "out, below_minimum or reorder.",
        ),
    },
    search="pr.search_text",
)


async def find_level(db: Connection, product_id: UUID, place_id: UUID | None) -> Level | None:
    return await fetch_one(db, LEVEL, {"product_id": product_id, "place_id": place_id}, Level)


async def list_levels(db: Connection, product_id: UUID, *, actor: Actor) -> list[Level]:
    """The organisation's level first, then the places' by name."""
    params = {"product_id": product_id, "departments": actor.department_list()}
    return await fetch_all(db, LEVELS_OF_PRODUCT, params, Level)
