"""What was done: today beside the same weekday before, the last documents, deliveries, and the trends."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all

# One row a window of time, in the order given. Documents that were taken back do not count.
COUNTS = """
select
    w.number,
    coalesce(w.since >= (select min(f.at) from stock.document f), false) as known,
    count(d.id) filter (where d.kind = 'dispensing') as dispensings,
    coalesce(sum((
        select count(*) from dispensing.dispensing_line l where l.dispensing_id = d.id)), 0)::bigint as lines,
    count(d.id) filter (where d.kind = 'receipt') as receipts,
    count(d.id) filter (where d.kind = 'transfer') as transfers
from unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) with ordinality as w (since, until, number)
left join (
    stock.document d
    left join dispensing.dispensing g on g.id = d.id
    left join stock.place f on f.id = d.from_place_id
    left join stock.place t on t.id = d.to_place_id
) on d.at >= w.since and d.at <= w.until
    and d.kind in ('dispensing', 'receipt', 'transfer')
    and (%(departments)s::uuid[] is null or g.department_id = any(%(departments)s::uuid[])
        or f.department_id = any(%(departments)s::uuid[]) or t.department_id = any(%(departments)s::uuid[]))
    and not exists (select from stock.document r where r.reverses_id = d.id and r.kind = 'reversal')
group by w.number, w.since
order by w.number
"""

DOCUMENTS = """
select
    d.id, d.kind, d.number, d.at, d.actor_name, f.name as from_place, t.name as to_place,
    (select count(distinct m.line) from stock.movement m where m.document_id = d.id) as lines,
    exists (select from stock.document r where r.reverses_id = d.id and r.kind = 'reversal') as reversed
from stock.document d
left join dispensing.dispensing g on g.id = d.id
left join stock.place f on f.id = d.from_place_id and not f.outside
left join stock.place t on t.id = d.to_place_id and not t.outside
where (%(kinds)s::text[] is null or d.kind = any(%(kinds)s::text[]))
    and (%(departments)s::uuid[] is null or g.department_id = any(%(departments)s::uuid[])
        or t.department_id = any(%(departments)s::uuid[])
        or (not %(incoming)s and f.department_id = any(%(departments)s::uuid[])))
order by d.at desc, d.id desc
limit %(most)s
"""

DELIVERIES = """
select
    r.supplier_id, s.name as supplier, count(*) as deliveries,
    sum((select count(*) from buying.receipt_line l where l.receipt_id = r.id))::bigint as lines,
    max(r.received_on) as last_on,
    case when %(prices)s then coalesce(sum(r.total) filter (where r.currency = %(currency)s), 0) end as total
from buying.receipt r
join catalog.supplier s on s.id = r.supplier_id
join stock.place p on p.id = r.place_id
where r.received_on >= %(since)s
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
    and not exists (select from stock.document v where v.reverses_id = r.id and v.kind = 'reversal')
group by r.supplier_id, s.name
order by sum(r.total) filter (where r.currency = %(currency)s) desc nulls last, platform.fold(s.name), r.supplier_id
limit %(most)s
"""

# What patients kept: returned and reversed quantities are taken off the day they were given on.
DISPENSED = """
with day as (
    select generate_series(%(first)s::date, %(last)s::date, interval '1 day')::date as day
),
given as (
    select
        (d.at at time zone %(zone)s)::date as day, m.document_id, m.line,
        sum(m.quantity - coalesce(back.quantity, 0)) as quantity,
        sum((m.quantity - coalesce(back.quantity, 0)) * m.unit_cost) as value
    from stock.document d
    join dispensing.dispensing g on g.id = d.id
    join stock.movement m on m.document_id = d.id
    left join (
        select r.reverses_seq, sum(r.quantity) as quantity
        from stock.movement r
        where r.reverses_seq is not null and r.at >= %(since)s
        group by r.reverses_seq
    ) back on back.reverses_seq = m.seq
    where d.kind = 'dispensing' and d.at >= %(since)s
        and (%(departments)s::uuid[] is null or g.department_id = any(%(departments)s::uuid[]))
    group by 1, m.document_id, m.line
    having sum(m.quantity - coalesce(back.quantity, 0)) > 0
)
select
    day.day, count(given.line) as lines, count(distinct given.document_id) as documents,
    case when %(prices)s then coalesce(round(sum(given.value), 2), 0) end as value
from day
left join given on given.day = day.day
group by day.day
order by day.day
"""

RECEIVED = """
with week as (
    select generate_series(
        date_trunc('week', %(first)s::date), date_trunc('week', %(last)s::date), interval '1 week')::date as day
)
select
    week.day, coalesce(sum(r.lines), 0)::bigint as lines, count(r.id) as documents,
    case when %(prices)s then coalesce(round(sum(r.total), 2), 0) end as value
from week
left join (
    select
        r.id, r.received_on, case when r.currency = %(currency)s then r.total end as total,
        (select count(*) from buying.receipt_line l where l.receipt_id = r.id) as lines
    from buying.receipt r
    join stock.place p on p.id = r.place_id
    where r.received_on >= date_trunc('week', %(first)s::date)
        and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
        and not exists (select from stock.document v where v.reverses_id = r.id and v.kind = 'reversal')
) r on r.received_on >= week.day and r.received_on < week.day + 7
group by week.day
order by week.day
"""


class WindowCounts(msgspec.Struct, frozen=True):
    """What was posted within one window; ``known`` where the ledger had begun by then."""

    number: int
    known: bool
    dispensings: int
    lines: int
    receipts: int
    transfers: int


class LastDocument(msgspec.Struct, frozen=True):
    """A posted document; places outside the organisation are left out."""

    id: UUID
    kind: str
    number: str
    at: datetime
    actor_name: str
    from_place: str | None
    to_place: str | None
    lines: int
    reversed: bool


class Delivered(msgspec.Struct, frozen=True):
    """What one supplier delivered since a day; ``total`` in the organisation's currency."""

    supplier_id: UUID
    supplier: str
    deliveries: int
    lines: int
    last_on: date
    total: Decimal | None


class TrendPoint(msgspec.Struct, frozen=True):
    """One day or week (by its Monday): how many lines and documents, and their value."""

    day: date
    lines: int
    documents: int
    value: Decimal | None


async def count_in_windows(
    db: Connection, windows: Sequence[tuple[datetime, datetime]], *, departments: list[UUID] | None
) -> list[WindowCounts]:
    params = {
        "since": [since for since, _ in windows],
        "until": [until for _, until in windows],
        "departments": departments,
    }
    return await fetch_all(db, COUNTS, params, WindowCounts)


async def list_last_documents(
    db: Connection,
    *,
    departments: list[UUID] | None,
    most: int,
    kinds: Sequence[str] | None = None,
    incoming: bool = False,
) -> list[LastDocument]:
    """The newest first. A ward's are those of its places and of its patients; ``incoming`` leaves out what its
    places sent."""
    params = {
        "kinds": None if kinds is None else list(kinds),
        "departments": departments,
        "incoming": incoming,
        "most": most,
    }
    return await fetch_all(db, DOCUMENTS, params, LastDocument)


async def list_deliveries(
    db: Connection, *, since: date, departments: list[UUID] | None, prices: bool, currency: str, most: int
) -> list[Delivered]:
    """By supplier, the dearest first."""
    params = {
        "since": since,
        "departments": departments,
        "prices": prices,
        "currency": currency,
        "most": most,
    }
    return await fetch_all(db, DELIVERIES, params, Delivered)


async def trend_of_dispensing(
    db: Connection, *, first: datetime, last: datetime, departments: list[UUID] | None, prices: bool
) -> list[TrendPoint]:
    """A point a day, days without any included; ``first`` is midnight in the organisation's zone."""
    params = {
        "first": first.date(),
        "last": last.date(),
        "since": first,
        "zone": str(first.tzinfo),
        "departments": departments,
        "prices": prices,
    }
    return await fetch_all(db, DISPENSED, params, TrendPoint)


async def trend_of_receiving(
    db: Connection, *, first: date, last: date, departments: list[UUID] | None, prices: bool, currency: str
) -> list[TrendPoint]:
    """A point a week, weeks without any included."""
    params = {
        "first": first,
        "last": last,
        "departments": departments,
        "prices": prices,
        "currency": currency,
    }
    return await fetch_all(db, RECEIVED, params, TrendPoint)
