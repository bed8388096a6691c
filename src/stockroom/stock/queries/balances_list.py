"""Stock as people list it, batch by batch at each place; now and at a past moment."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Filter, ListRequest, ListSpec, Sort, fetch_everything
from stockroom.stock.queries.scope import AT, Status, stock_scope


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
        "stock.balance b left join stock.batch t on t.id = b.batch_id"
        " join catalog.product pr on pr.id = b.product_id left join stock.place p on p.id = b.place_id"
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
        "at": AT,
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

# What there is now, less what has moved since: near moments are asked for more often than far ones.
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
        "   select n.product_id, n.batch_id, n.place_id, n.on_hand as delta"
        "   from stock.balance n where n.on_hand > 0"
        "   union all"
        "   select m.product_id, m.batch_id, m.to_place_id, -m.quantity"
        "   from stock.movement m where m.at > %(at)s"
        "   union all"
        "   select m.product_id, m.batch_id, m.from_place_id, m.quantity"
        "   from stock.movement m where m.at > %(at)s) sides"
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
        "at": AT,
        "product_id": Filter("b.product_id = %(value)s", UUID, "One product."),
        "batch_id": Filter("b.batch_id = %(value)s", UUID, "One batch."),
        "place_id": Filter("b.place_id = %(value)s", UUID, "One place."),
    },
    search="pr.search_text",
)


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


async def _everything(
    db: Connection, filters: dict[str, Any], sort: str, actor: Actor, now: datetime
) -> list[Balance]:
    asked = ListRequest(sort=sort, descending=False, filters=filters)
    return await fetch_everything(db, BALANCES_LIST, asked, scope=stock_scope(actor, now))
