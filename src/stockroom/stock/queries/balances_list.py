"""Stock as people list it: batch by batch at each place, and product by product; now and at a past moment."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Filter, ListRequest, ListSpec, Sort, fetch_everything
from stockroom.stock.queries.past import past_moment

Status = Literal["available", "on_hold", "recalled"]
_AT = Filter(
    "true",
    str,
    "The end of that day (2026-01-31) or that moment (2026-01-31T12:00+01:00): what the movements"
    " up to it come to.",
)


class Balance(msgspec.Struct, frozen=True):
    """What one place holds of one batch, in base units.

    ``on_hold`` is what is held back, all that is not promised where the batch is held or recalled;
    ``available`` what may be taken today: nothing of an expired batch. ``value`` and ``unit_cost`` are null
    for people who may not see prices.
    """

    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    batch_id: UUID
    batch_code: str
    expires_on: date | None
    expired: bool
    status: str
    status_reason: str
    place_id: UUID
    place_code: str
    place_name: str
    on_hand: Decimal
    reserved: Decimal
    on_hold: Decimal
    available: Decimal
    unit_cost: Decimal | None
    value: Decimal | None


class PastBalance(msgspec.Struct, frozen=True):
    """What one place held of one batch at a past moment, from the movements up to it."""

    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    batch_id: UUID
    batch_code: str
    expires_on: date | None
    place_id: UUID
    place_code: str
    place_name: str
    on_hand: Decimal
    unit_cost: Decimal | None
    value: Decimal | None


BALANCES_LIST = ListSpec(
    name="balances",
    row=Balance,
    columns=(
        "b.product_id, pr.code, pr.name, pr.unit, b.batch_id, t.code, t.expires_on,"
        " coalesce(t.expires_on < %(today)s, false), t.status, t.status_reason, b.place_id, p.code, p.name,"
        " trim_scale(b.on_hand), trim_scale(b.reserved),"
        " trim_scale(stock.held(b.on_hand, b.reserved, b.on_hold, t.status)),"
        " trim_scale(stock.available(b.on_hand, b.reserved, b.on_hold, t.status, t.expires_on, %(today)s)),"
        " case when %(prices)s then t.unit_cost end,"
        " case when %(prices)s then round(b.on_hand * t.unit_cost, 2) end"
    ),
    source=(
        "stock.balance b join stock.batch t on t.id = b.batch_id"
        " join catalog.product pr on pr.id = b.product_id join stock.place p on p.id = b.place_id"
    ),
    scope=(
        "b.on_hand > 0"
        " and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))"
    ),
    sorts={
        "product": Sort("platform.fold(pr.name)"),
        "expires_on": Sort("coalesce(t.expires_on, date '9999-12-31')", "date"),
        "place": Sort("platform.fold(p.name)"),
        "on_hand": Sort("b.on_hand", "numeric"),
    },
    default_sort="product",
    key=Sort("concat(b.batch_id, b.place_id)", "text"),
    filters={
        "at": _AT,
        "product_id": Filter("b.product_id = %(value)s", UUID, "One product."),
        "batch_id": Filter("b.batch_id = %(value)s", UUID, "One batch."),
        "place_id": Filter("b.place_id = %(value)s", UUID, "One place."),
        "status": Filter("t.status = %(value)s", Status, "State of the batch."),
        "expired": Filter(
            "coalesce(t.expires_on < %(today)s, false) = %(value)s", bool, "Whether the batch has expired."
        ),
        "expires_before": Filter("t.expires_on < %(value)s", date, "Expires before this day."),
        "has_available": Filter(
            "(stock.available(b.on_hand, b.reserved, b.on_hold, t.status, t.expires_on, %(today)s) > 0)"
            " = %(value)s",
            bool,
            "Whether any of it may be taken today.",
        ),
        "has_reserved": Filter("(b.reserved > 0) = %(value)s", bool, "Whether any of it is reserved."),
        "has_hold": Filter(
            "(stock.held(b.on_hand, b.reserved, b.on_hold, t.status) > 0) = %(value)s",
            bool,
            "Whether any of it is held back.",
        ),
    },
    search="pr.search_text",
)

PAST_BALANCES = ListSpec(
    name="past-balances",
    row=PastBalance,
    columns=(
        "b.product_id, pr.code, pr.name, pr.unit, b.batch_id, t.code, t.expires_on, b.place_id, p.code,"
        " p.name, trim_scale(b.on_hand), case when %(prices)s then t.unit_cost end,"
        " case when %(prices)s then round(b.on_hand * t.unit_cost, 2) end"
    ),
    source=(
        "(select product_id, batch_id, place_id, sum(delta) as on_hand from ("
        "   select m.product_id, m.batch_id, m.to_place_id as place_id, m.quantity as delta"
        "   from stock.movement m where m.at <= %(at)s"
        "   union all"
        "   select m.product_id, m.batch_id, m.from_place_id, -m.quantity"
        "   from stock.movement m where m.at <= %(at)s) sides"
        "  group by product_id, batch_id, place_id having sum(delta) <> 0) b"
        " join stock.batch t on t.id = b.batch_id join catalog.product pr on pr.id = b.product_id"
        " join stock.place p on p.id = b.place_id"
    ),
    scope=(
        "not p.outside"
        " and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))"
    ),
    sorts={
        "product": Sort("platform.fold(pr.name)"),
        "expires_on": Sort("coalesce(t.expires_on, date '9999-12-31')", "date"),
        "place": Sort("platform.fold(p.name)"),
    },
    default_sort="product",
    key=Sort("concat(b.batch_id, b.place_id)", "text"),
    filters={
        "at": _AT,
        "product_id": Filter("b.product_id = %(value)s", UUID, "One product."),
        "batch_id": Filter("b.batch_id = %(value)s", UUID, "One batch."),
        "place_id": Filter("b.place_id = %(value)s", UUID, "One place."),
    },
    search="pr.search_text",
)


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
    "at": _AT,
    "place_id": Filter("%(value)s::uuid is not null", UUID, "Count only what lies at this place."),
    "kind": Filter("pr.kind = %(value)s", ProductKind, "Kind of product."),
    "product_id": Filter("pr.id = %(value)s", UUID, "One product."),
}

PRODUCT_STOCK = ListSpec(
    name="product-stock",
    row=ProductStock,
    columns=(
        "pr.id, pr.code, pr.name, pr.strength, pr.unit, trim_scale(s.on_hand), trim_scale(s.reserved),"
        " trim_scale(s.held), trim_scale(s.on_hand - s.reserved - s.held - s.available),"
        " trim_scale(s.available), s.earliest, case when %(prices)s then round(s.value, 2) end"
    ),
    source=(
        "catalog.product pr join ("
        "  select b.product_id, sum(b.on_hand) as on_hand, sum(b.reserved) as reserved,"
        "   sum(stock.held(b.on_hand, b.reserved, b.on_hold, t.status)) as held,"
        "   sum(stock.available("
        "     b.on_hand, b.reserved, b.on_hold, t.status, t.expires_on, %(today)s)) as available,"
        "   min(t.expires_on) as earliest, sum(b.on_hand * t.unit_cost) as value"
        "  from stock.balance b join stock.batch t on t.id = b.batch_id"
        "  join stock.place p on p.id = b.place_id"
        "  where b.on_hand > 0 and (%(place)s::uuid is null or b.place_id = %(place)s)"
        "   and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))"
        "  group by b.product_id) s on s.product_id = pr.id"
    ),
    sorts=_PRODUCT_SORTS
    | {
        "on_hand": Sort("s.on_hand", "numeric"),
        "available": Sort("s.available", "numeric"),
        "earliest_expiry": Sort("coalesce(s.earliest, date '9999-12-31')", "date"),
    },
    default_sort="name",
    key=Sort("pr.id", "uuid"),
    filters=_PRODUCT_FILTERS,
    search="pr.search_text",
)

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
        "   select m.product_id, m.batch_id, m.to_place_id as place_id, m.quantity as delta"
        "   from stock.movement m where m.at <= %(at)s"
        "   union all"
        "   select m.product_id, m.batch_id, m.from_place_id, -m.quantity"
        "   from stock.movement m where m.at <= %(at)s) sides"
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


def stock_scope(actor: Actor, now: datetime, asked: ListRequest | None = None) -> dict[str, Any]:
    """What fills the lists of stock: whose places, which day it is, whether prices may be seen, and what was
    asked of place and past moment. Raises PastMomentInvalid, DateImpossible.
    """
    filters = {} if asked is None else asked.filters
    past: str | None = filters.get("at")
    return {
        "departments": actor.department_list(),
        "today": now.date(),
        "prices": actor.may("catalog.price.read"),
        "place": filters.get("place_id"),
        "at": None if past is None else past_moment(past, now),
    }


async def list_balances_of_batch(
    db: Connection, batch_id: UUID, *, actor: Actor, now: datetime
) -> list[Balance]:
    """Where a batch lies, by place."""
    return await _everything(db, {"batch_id": batch_id}, "place", actor, now)


async def list_balances_of_product(
    db: Connection, product_id: UUID, *, actor: Actor, now: datetime
) -> list[Balance]:
    """The batches of a product at their places, earliest expiry first."""
    return await _everything(db, {"product_id": product_id}, "expires_on", actor, now)


async def find_product_stock(
    db: Connection, product_id: UUID, *, actor: Actor, now: datetime
) -> ProductStock | None:
    """The totals of one product; None where there is none of it."""
    asked = ListRequest(sort="name", descending=False, filters={"product_id": product_id})
    rows = await fetch_everything(db, PRODUCT_STOCK, asked, scope=stock_scope(actor, now), most=1)
    return rows[0] if rows else None


async def _everything(
    db: Connection, filters: dict[str, Any], sort: str, actor: Actor, now: datetime
) -> list[Balance]:
    asked = ListRequest(sort=sort, descending=False, filters=filters)
    return await fetch_everything(db, BALANCES_LIST, asked, scope=stock_scope(actor, now))
