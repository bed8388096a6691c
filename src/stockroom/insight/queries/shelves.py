"""The products behind the counts: what expires first, what runs out, what there is too much of."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all

EXPIRING = """
with stale as (
    select
        t.product_id, c.name as product, c.unit, t.id as batch_id, t.code as batch, t.expires_on,
        t.expires_on - %(today)s as days_left, min(p.name) as place, count(*) as places,
        trim_scale(sum(b.on_hand)) as on_hand, round(sum(b.on_hand) * t.unit_cost, 2) as value
    from stock.batch t
    join stock.balance b on b.batch_id = t.id and b.on_hand > 0
    join catalog.product c on c.id = t.product_id
    join stock.place p on p.id = b.place_id
    where t.expires_on <= %(soon)s
        and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
    group by t.id, c.name, c.unit
)
select
    s.product_id, s.product, s.unit, s.batch_id, s.batch, s.expires_on, s.days_left, s.place, s.places, s.on_hand,
    case when %(prices)s then s.value end as value
from (
    (select * from stale where days_left < 0 order by value desc nulls last, expires_on, batch_id
        limit %(most_expired)s)
    union all
    (select * from stale where days_left >= 0 order by expires_on, value desc nulls last, batch_id limit %(most)s)
) s
order by s.days_left >= 0, case when s.days_left >= 0 then s.days_left end, s.value desc nulls last, s.batch_id
"""

# The state as the list of low stock names it; the worst first, and then what is left of the minimum.
# The nil id stands for all places, so that both kinds of level are found by equality.
LOW = """
with there as (
    select
        b.product_id, coalesce(b.place_id, '00000000-0000-0000-0000-000000000000') as place_id,
        sum(stock.available(b.on_hand, b.reserved, b.on_hold, t.status, t.expires_on, %(today)s)) as available
    from stock.balance b
    join stock.batch t on t.id = b.batch_id
    where b.on_hand > 0
    group by grouping sets ((b.product_id), (b.product_id, b.place_id))
),
low as (
    select
        l.id, l.product_id, c.code, c.name, c.unit, c.preferred_supplier_id, p.name as place, l.minimum,
        l.reorder_at, coalesce(s.available, 0) as available,
        greatest(coalesce(l.maximum, l.reorder_at) - coalesce(s.available, 0), 0) as suggested,
        coalesce(s.available, 0) / l.reorder_at as part
    from stock.level l
    join catalog.product c on c.id = l.product_id and c.active
    left join stock.place p on p.id = l.place_id
    left join there s on s.product_id = l.product_id
        and s.place_id = coalesce(l.place_id, '00000000-0000-0000-0000-000000000000')
    where coalesce(s.available, 0) <= l.reorder_at and l.reorder_at > 0
        and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
    order by coalesce(s.available, 0) > 0, coalesce(s.available, 0) >= l.minimum, part, platform.fold(c.name), l.id
    limit %(most)s
)
select
    w.product_id, w.code, w.name as product, w.unit, w.place, trim_scale(w.available) as available,
    trim_scale(w.minimum) as minimum, trim_scale(w.reorder_at) as reorder_at,
    trim_scale(w.suggested) as suggested,
    case when w.available <= 0 then 'out' when w.available < w.minimum then 'below_minimum'
        else 'reorder' end as state,
    case when %(suppliers)s then v.id end as supplier_id, case when %(suppliers)s then v.name end as supplier,
    case when %(prices)s then round(w.suggested * (
        select r.amount
        from catalog.price r
        where r.product_id = w.product_id and r.kind = 'purchase' and r.currency = %(currency)s
            and r.valid_from <= %(today)s
        order by r.valid_from desc
        limit 1), 2) end as cost
from low w
left join catalog.supplier v on v.id = w.preferred_supplier_id
order by w.available > 0, w.available >= w.minimum, w.part, platform.fold(w.name), w.id
"""

OVERSTOCK = """
with there as (
    select
        b.product_id, coalesce(b.place_id, '00000000-0000-0000-0000-000000000000') as place_id,
        sum(b.on_hand) as on_hand,
        sum(b.on_hand * t.unit_cost) / nullif(sum(b.on_hand) filter (where t.unit_cost is not null), 0)
            as unit_cost
    from stock.balance b
    join stock.batch t on t.id = b.batch_id
    where b.on_hand > 0
    group by grouping sets ((b.product_id), (b.product_id, b.place_id))
)
select
    l.product_id, c.name as product, c.unit, p.name as place, trim_scale(s.on_hand) as on_hand,
    trim_scale(l.maximum) as maximum, trim_scale(s.on_hand - l.maximum) as above,
    case when %(prices)s then round((s.on_hand - l.maximum) * s.unit_cost, 2) end as value
from stock.level l
join catalog.product c on c.id = l.product_id and c.active
join there s on s.product_id = l.product_id
    and s.place_id = coalesce(l.place_id, '00000000-0000-0000-0000-000000000000')
left join stock.place p on p.id = l.place_id
where s.on_hand > l.maximum
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
order by (s.on_hand - l.maximum) * s.unit_cost desc nulls last, platform.fold(c.name), l.id
limit %(most)s
"""


class Expiring(msgspec.Struct, frozen=True):
    """A batch that has expired (``days_left`` below 0) or will soon, over all its places. Quantity in base units.

    ``place`` is where it lies, or the first of ``places`` by name.
    """

    product_id: UUID
    product: str
    unit: str
    batch_id: UUID
    batch: str
    expires_on: date
    days_left: int
    place: str
    places: int
    on_hand: Decimal
    value: Decimal | None


class Low(msgspec.Struct, frozen=True):
    """A product at its reorder point or below; ``place`` is null for a level of the whole organisation.

    ``state`` is out, below_minimum or reorder; ``suggested`` fills it up to the maximum; ``cost`` is what that
    costs at today's purchase price, in the organisation's currency.
    """

    product_id: UUID
    code: str
    product: str
    unit: str
    place: str | None
    available: Decimal
    minimum: Decimal
    reorder_at: Decimal
    suggested: Decimal
    state: str
    supplier_id: UUID | None
    supplier: str | None
    cost: Decimal | None


class Overstock(msgspec.Struct, frozen=True):
    """A product of which there is more than its maximum, and what the surplus is worth at its average cost."""

    product_id: UUID
    product: str
    unit: str
    place: str | None
    on_hand: Decimal
    maximum: Decimal
    above: Decimal
    value: Decimal | None


async def list_expiring(
    db: Connection, *, today: date, within_days: int, departments: list[UUID] | None, prices: bool, most: int
) -> list[Expiring]:
    """Up to half of it the dearest that has expired, then what expires next by date."""
    params = {
        "today": today,
        "soon": today + timedelta(days=within_days),
        "departments": departments,
        "prices": prices,
        "most": most,
        "most_expired": most // 2,
    }
    found = await fetch_all(db, EXPIRING, params, Expiring)
    return found[:most]


async def list_low(
    db: Connection,
    *,
    today: date,
    departments: list[UUID] | None,
    prices: bool,
    suppliers: bool,
    currency: str,
    most: int,
) -> list[Low]:
    """What has run out first, then what is below its minimum, then what is to be reordered."""
    params = {
        "today": today,
        "departments": departments,
        "prices": prices,
        "suppliers": suppliers,
        "currency": currency,
        "most": most,
    }
    return await fetch_all(db, LOW, params, Low)


async def list_overstock(
    db: Connection, *, departments: list[UUID] | None, prices: bool, most: int
) -> list[Overstock]:
    """The dearest surplus first."""
    return await fetch_all(
        db, OVERSTOCK, {"departments": departments, "prices": prices, "most": most}, Overstock
    )
