"""What has expired and what will."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_one
from stockroom.platform.lists import Filter, ListSpec, Sort
from stockroom.stock.queries.scope import Status, stock_scope

# One pass over what expires within half a year, counted by how soon.
SUMMARY = """
select
    count(*) filter (where t.expires_on < %(today)s) as expired,
    count(*) filter (where t.expires_on between %(today)s and %(today)s + 30) as within_30,
    count(*) filter (where t.expires_on between %(today)s and %(today)s + 60) as within_60,
    count(*) filter (where t.expires_on between %(today)s and %(today)s + 90) as within_90,
    count(*) filter (where t.expires_on between %(today)s and %(today)s + 180) as within_180,
    (select count(*)
        from stock.balance b
        join stock.batch t on t.id = b.batch_id
        join catalog.product pr on pr.id = b.product_id
        join stock.place p on p.id = b.place_id
        where b.on_hand > 0 and t.expires_on is null and pr.expiry_tracked
            and (%(place)s::uuid is null or b.place_id = %(place)s)
            and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
    ) as undated,
    case when %(prices)s then coalesce(round(sum(b.on_hand * t.unit_cost)
        filter (where t.expires_on < %(today)s), 2), 0) end as expired_value,
    case when %(prices)s then coalesce(round(sum(b.on_hand * t.unit_cost)
        filter (where t.expires_on between %(today)s and %(today)s + 90), 2), 0) end as value_within_90
from stock.balance b
join stock.batch t on t.id = b.batch_id
join stock.place p on p.id = b.place_id
where b.on_hand > 0 and t.expires_on <= %(today)s + 180
    and (%(place)s::uuid is null or b.place_id = %(place)s)
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
"""

Days = Annotated[int, Meta(ge=0, le=3650)]


class Expiring(msgspec.Struct, frozen=True):
    """A batch at a place that has expired or will; ``days_left`` is negative after the expiry date.

    Without a date where one is due: nobody can say when it expires until the date is written down.
    """

    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    batch_id: UUID
    batch_code: str
    expires_on: date | None
    days_left: int | None
    status: str
    place_id: UUID
    place_name: str
    on_hand: Decimal
    available: Decimal
    value: Decimal | None


class ExpirySummary(msgspec.Struct, frozen=True):
    """How many batches at their places, those to come cumulative; values in the organisation's currency."""

    expired: int
    within_30: int
    within_60: int
    within_90: int
    within_180: int
    undated: int
    expired_value: Decimal | None
    value_within_90: Decimal | None


EXPIRY = ListSpec(
    name="expiry",
    row=Expiring,
    columns=(
        "b.product_id, pr.code, pr.name, pr.unit, b.batch_id, t.code, t.expires_on, t.expires_on - %(today)s,"
        " t.status, b.place_id, p.name, trim_scale(b.on_hand),"
        " trim_scale(stock.available(b.on_hand, b.reserved, b.on_hold, t.status, t.expires_on, %(today)s)),"
        " case when %(prices)s then round(b.on_hand * t.unit_cost, 2) end"
    ),
    source=(
        "stock.balance b join stock.batch t on t.id = b.batch_id"
        " join catalog.product pr on pr.id = b.product_id join stock.place p on p.id = b.place_id"
    ),
    scope=(
        "b.on_hand > 0 and (t.expires_on is not null or pr.expiry_tracked)"
        " and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))"
    ),
    sorts={
        "expires_on": Sort("coalesce(t.expires_on, '9999-12-31'::date)", "date"),
        "product": Sort("platform.fold(pr.name)"),
        "place": Sort("platform.fold(p.name)"),
    },
    default_sort="expires_on",
    key=Sort("concat(b.batch_id, b.place_id)", "text"),
    filters={
        "days": Filter(
            "t.expires_on <= %(today)s + %(value)s::int", Days, "Expires within so many days, or has expired."
        ),
        "expired": Filter("(t.expires_on < %(today)s) = %(value)s", bool, "Whether it has expired."),
        "undated": Filter(
            "(t.expires_on is null) = %(value)s", bool, "Whether the expiry date is missing where one is due."
        ),
        "place_id": Filter("b.place_id = %(value)s", UUID, "At this place."),
        "product_id": Filter("b.product_id = %(value)s", UUID, "One product."),
        "status": Filter("t.status = %(value)s", Status, "State of the batch."),
    },
    search="(pr.search_text || ' ' || t.search_text)",
)


async def get_expiry_summary(
    db: Connection, *, place_id: UUID | None, actor: Actor, now: datetime
) -> ExpirySummary:
    params = stock_scope(actor, now) | {"place": place_id}
    found = await fetch_one(db, SUMMARY, params, ExpirySummary)
    assert found is not None
    return found
