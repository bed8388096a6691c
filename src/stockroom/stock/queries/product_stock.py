"""Stock as people list it, product by product; now and at a past moment."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Filter, ListRequest, ListSpec, Sort, fetch_everything
from stockroom.stock.queries.scope import AT, stock_scope


class ProductStock(msgspec.Struct, frozen=True):
    """A product over its batches and places, in base units.

    on hand − reserved − on hold − expired = available; ``earliest_expiry`` is of what is on hand.
    """

    product_id: UUID
    code: str
    name: str
    strength: str
    unit: str
    on_hand: Decimal
    reserved: Decimal
    on_hold: Decimal
    expired: Decimal
    available: Decimal
    earliest_expiry: date | None
    value: Decimal | None


class PastProductStock(msgspec.Struct, frozen=True):
    """A product over its batches and places at a past moment."""

    product_id: UUID
    code: str
    name: str
    strength: str
    unit: str
    on_hand: Decimal
    value: Decimal | None


ProductKind = Literal["goods", "component", "finished", "medicine"]
_PRODUCT_SORTS = {"name": Sort("platform.fold(pr.name)"), "code": Sort("platform.fold(pr.code)")}
_PRODUCT_FILTERS = {
    "at": AT,
    "place_id": Filter("%(value)s::uuid is not null", UUID, "Count only what lies at this place."),
    "kind": Filter("pr.kind = %(value)s", ProductKind, "Kind of product."),
    "product_id": Filter("pr.id = %(value)s", UUID, "One product."),
}

# The sums are made for the rows shown, not for all that are counted.
PRODUCT_STOCK = ListSpec(
    name="product-stock",
    row=ProductStock,
    columns=(
        "pr.id, pr.code, pr.name, pr.strength, pr.unit, trim_scale(s.on_hand), trim_scale(s.reserved),"
        " trim_scale(s.held), trim_scale(s.on_hand - s.reserved - s.held - s.available),"
        " trim_scale(s.available), s.earliest, case when %(prices)s then round(s.value, 2) end"
    ),
    source=(
        "catalog.product pr left join lateral ("
        "  select sum(b.on_hand) as on_hand, sum(b.reserved) as reserved,"
        "   sum(stock.held(b.on_hand, b.reserved, b.on_hold, t.status)) as held,"
        "   sum(stock.available("
        "     b.on_hand, b.reserved, b.on_hold, t.status, t.expires_on, %(today)s)) as available,"
        "   min(t.expires_on) as earliest, sum(b.on_hand * t.unit_cost) as value"
        "  from stock.balance b join stock.batch t on t.id = b.batch_id"
        "  join stock.place p on p.id = b.place_id"
        "  where b.product_id = pr.id and b.on_hand > 0"
        "   and (%(place)s::uuid is null or b.place_id = %(place)s)"
        "   and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))"
        " ) s on true"
    ),
    scope=(
        "exists (select from stock.balance b left join stock.place p on p.id = b.place_id"
        " where b.product_id = pr.id and b.on_hand > 0"
        " and (%(place)s::uuid is null or b.place_id = %(place)s)"
        " and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[])))"
    ),
    sorts=_PRODUCT_SORTS
    | {
        "on_hand": Sort("coalesce(s.on_hand, 0)", "numeric"),
        "available": Sort("coalesce(s.available, 0)", "numeric"),
        "earliest_expiry": Sort("coalesce(s.earliest, date '9999-12-31')", "date"),
    },
    default_sort="name",
    key=Sort("pr.id", "uuid"),
    filters=_PRODUCT_FILTERS,
    search="pr.search_text",
)

# As PAST_BALANCES: what there is now, less what has moved since.
PAST_PRODUCT_STOCK = ListSpec(
    name="past-product-stock",
    row=PastProductStock,
    columns=(
        "pr.id, pr.code, pr.name, pr.strength, pr.unit, trim_scale(s.on_hand),"
        " case when %(prices)s then round(s.value, 2) end"
    ),
    source=(
        "catalog.product pr join ("
        "  select sides.product_id, sum(delta) as on_hand, sum(delta * t.unit_cost) as value from ("
        "   select b.product_id, b.batch_id, b.place_id, b.on_hand as delta"
        "   from stock.balance b where b.on_hand > 0"
        "   union all"
        "   select m.product_id, m.batch_id, m.to_place_id, -m.quantity"
        "   from stock.movement m where m.at > %(at)s"
        "   union all"
        "   select m.product_id, m.batch_id, m.from_place_id, m.quantity"
        "   from stock.movement m where m.at > %(at)s) sides"
        "  join stock.batch t on t.id = batch_id join stock.place p on p.id = place_id and not p.outside"
        "  where (%(place)s::uuid is null or place_id = %(place)s)"
        "   and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))"
        "  group by sides.product_id having sum(delta) <> 0) s on s.product_id = pr.id"
    ),
    sorts=_PRODUCT_SORTS,
    default_sort="name",
    key=Sort("pr.id", "uuid"),
    filters=_PRODUCT_FILTERS,
    search="pr.search_text",
)


async def find_product_stock(
    db: Connection, product_id: UUID, *, actor: Actor, now: datetime
) -> ProductStock | None:
    """The totals of one product; None where there is none of it."""
    asked = ListRequest(sort="name", descending=False, filters={"product_id": product_id})
    rows = await fetch_everything(db, PRODUCT_STOCK, asked, scope=stock_scope(actor, now), most=1)
    return rows[0] if rows else None
