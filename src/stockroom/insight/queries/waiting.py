"""What waits to be dealt with, counted: batches to look at, products that run out, patients that are owed."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_one

BATCHES = """
select
    count(distinct t.id) filter (where t.expires_on < %(today)s) as expired,
    count(distinct t.id) filter (where t.expires_on between %(today)s and %(soon)s) as expiring,
    count(distinct t.id) filter (where t.status = 'on_hold' or t.status = 'available' and b.on_hold > 0)
        as on_hold,
    count(distinct t.id) filter (where t.status = 'recalled') as recalled,
    case when %(prices)s then coalesce(round(sum(b.on_hand * t.unit_cost)
        filter (where t.expires_on < %(today)s), 2), 0) end as expired_value,
    case when %(prices)s then coalesce(round(sum(b.on_hand * t.unit_cost)
        filter (where t.expires_on between %(today)s and %(soon)s), 2), 0) end as expiring_value,
    case when %(prices)s then coalesce(round(sum(stock.held(b.on_hand, b.reserved, b.on_hold, t.status)
        * t.unit_cost) filter (where t.status <> 'recalled'), 2), 0) end as on_hold_value,
    case when %(prices)s then coalesce(round(sum(b.on_hand * t.unit_cost)
        filter (where t.status = 'recalled'), 2), 0) end as recalled_value
from stock.balance b
join stock.batch t on t.id = b.batch_id
join stock.place p on p.id = b.place_id
where b.on_hand > 0
    and (t.expires_on <= %(soon)s or t.status <> 'available' or b.on_hold > 0)
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
"""

# A level of the whole organisation counts all places together; it is nobody's who is bound to departments.
# The nil id stands for all places, so that both kinds of level are found by equality.
LEVELS = """
with there as (
    select
        b.product_id, coalesce(b.place_id, '00000000-0000-0000-0000-000000000000') as place_id,
        sum(b.on_hand) as on_hand,
        sum(stock.available(b.on_hand, b.reserved, b.on_hold, t.status, t.expires_on, %(today)s)) as available
    from stock.balance b
    join stock.batch t on t.id = b.batch_id
    where b.on_hand > 0
    group by grouping sets ((b.product_id), (b.product_id, b.place_id))
),
kept as (
    select
        l.minimum, l.reorder_at, l.maximum, coalesce(s.on_hand, 0) as on_hand,
        coalesce(s.available, 0) as available
    from stock.level l
    join catalog.product c on c.id = l.product_id and c.active
    left join stock.place p on p.id = l.place_id
    left join there s on s.product_id = l.product_id
        and s.place_id = coalesce(l.place_id, '00000000-0000-0000-0000-000000000000')
    where %(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[])
)
select
    count(*) filter (where available <= 0 and reorder_at > 0) as run_out,
    count(*) filter (where available > 0 and available < minimum) as below_minimum,
    count(*) filter (where available > 0 and available >= minimum and available <= reorder_at) as to_reorder,
    count(*) filter (where on_hand > maximum) as overstocked,
    count(*) as levels
from kept
"""

OWED = """
select count(*) as lines, count(distinct coalesce(r.merged_into_id, r.id)) as patients
from dispensing.owed o
join dispensing.dispensing g on g.id = o.dispensing_id
join dispensing.patient r on r.id = g.patient_id
join dispensing.patient s on s.id = coalesce(r.merged_into_id, r.id)
where %(departments)s::uuid[] is null or s.department_id = any(%(departments)s::uuid[])
"""


class WaitingBatches(msgspec.Struct, frozen=True):
    """How many batches that lie somewhere have expired or will within the warning time, are held or recalled.

    Values are in the organisation's currency, null for people who may not see prices.
    """

    expired: int
    expiring: int
    on_hold: int
    recalled: int
    expired_value: Decimal | None
    expiring_value: Decimal | None
    on_hold_value: Decimal | None
    recalled_value: Decimal | None


class WaitingLevels(msgspec.Struct, frozen=True):
    """How many levels are not kept, each counted once by its worst state; ``levels`` is how many there are."""

    run_out: int
    below_minimum: int
    to_reorder: int
    overstocked: int
    levels: int


class WaitingOwed(msgspec.Struct, frozen=True):
    """Lines that patients are still owed, and how many patients they are."""

    lines: int
    patients: int


async def count_waiting_batches(
    db: Connection, *, today: date, within_days: int, departments: list[UUID] | None, prices: bool
) -> WaitingBatches:
    params = {
        "today": today,
        "soon": today + timedelta(days=within_days),
        "departments": departments,
        "prices": prices,
    }
    found = await fetch_one(db, BATCHES, params, WaitingBatches)
    assert found is not None  # an aggregate without groups always answers one row
    return found


async def count_waiting_levels(
    db: Connection, *, today: date, departments: list[UUID] | None
) -> WaitingLevels:
    found = await fetch_one(db, LEVELS, {"today": today, "departments": departments}, WaitingLevels)
    assert found is not None  # an aggregate without groups always answers one row
    return found


async def count_owed(db: Connection, *, departments: list[UUID] | None) -> WaitingOwed:
    found = await fetch_one(db, OWED, {"departments": departments}, WaitingOwed)
    assert found is not None  # an aggregate without groups always answers one row
    return found
