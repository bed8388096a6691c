"""The stock card: every movement of a product or batch with its running balance (S10).

A card runs over a set of places, ``places``: what comes into the set is in, what leaves it is out, what moves
inside it is both. Its rows are the movements whose moment lies in the period, in the ledger's order; it
opens with what there was before the period, so that it always adds up.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_value

BEFORE = """
select trim_scale(coalesce(sum(
    case when m.to_place_id = any(%(places)s) then m.quantity else 0 end
    - case when m.from_place_id = any(%(places)s) then m.quantity else 0 end), 0))
from stock.movement m
where m.product_id = %(product_id)s and (%(batch_id)s::uuid is null or m.batch_id = %(batch_id)s)
    and m.at < %(moment)s
"""

ON_HAND = """
select trim_scale(coalesce(sum(b.on_hand), 0))
from stock.balance b
where b.product_id = %(product_id)s and (%(batch_id)s::uuid is null or b.batch_id = %(batch_id)s)
    and b.place_id = any(%(places)s)
"""

# One page only is read, joined and summed: its cost does not grow with the card. "between" and the order by
# both columns hold the planner to the index of the product or the batch; it would otherwise walk the whole
# ledger backwards in the hope of meeting a busy product soon.
FORWARD = """
with page as (
    (
        select m.seq
        from stock.movement m
        where %(batch_id)s::uuid is null
            and m.product_id between %(product_id)s::uuid and %(product_id)s::uuid and m.seq > %(after)s
            and (m.to_place_id = any(%(places)s) or m.from_place_id = any(%(places)s))
            and (%(since)s::timestamptz is null or m.at >= %(since)s)
            and (%(until)s::timestamptz is null or m.at < %(until)s)
        order by m.product_id, m.seq
        limit %(limit)s
    )
    union all
    (
        select m.seq
        from stock.movement m
        where m.batch_id between %(batch_id)s::uuid and %(batch_id)s::uuid and m.seq > %(after)s
            and (m.to_place_id = any(%(places)s) or m.from_place_id = any(%(places)s))
            and (%(since)s::timestamptz is null or m.at >= %(since)s)
            and (%(until)s::timestamptz is null or m.at < %(until)s)
        order by m.batch_id, m.seq
        limit %(limit)s
    )
)
select
    m.seq, m.at, m.document_id, d.number, d.kind, m.batch_id, t.code as batch_code, t.expires_on,
    m.from_place_id, f.name as from_place_name, m.to_place_id, w.name as to_place_name,
    case when w.id = any(%(places)s) then trim_scale(m.quantity) end as taken_in,
    case when f.id = any(%(places)s) then trim_scale(m.quantity) end as given_out,
    trim_scale(%(start)s::numeric + sum(
        case when w.id = any(%(places)s) then m.quantity else 0 end
        - case when f.id = any(%(places)s) then m.quantity else 0 end
    ) over (order by m.seq)) as balance
from page c
join stock.movement m on m.seq = c.seq
join stock.document d on d.id = m.document_id
join stock.batch t on t.id = m.batch_id
join stock.place f on f.id = m.from_place_id
join stock.place w on w.id = m.to_place_id
order by m.seq
"""

# From the end: ``start`` is what there is after the last row, each row says what there was after it.
BACKWARD = """
with page as (
    (
        select m.seq
        from stock.movement m
        where %(batch_id)s::uuid is null
            and m.product_id between %(product_id)s::uuid and %(product_id)s::uuid and m.seq < %(after)s
            and (m.to_place_id = any(%(places)s) or m.from_place_id = any(%(places)s))
            and (%(since)s::timestamptz is null or m.at >= %(since)s)
            and (%(until)s::timestamptz is null or m.at < %(until)s)
        order by m.product_id desc, m.seq desc
        limit %(limit)s
    )
    union all
    (
        select m.seq
        from stock.movement m
        where m.batch_id between %(batch_id)s::uuid and %(batch_id)s::uuid and m.seq < %(after)s
            and (m.to_place_id = any(%(places)s) or m.from_place_id = any(%(places)s))
            and (%(since)s::timestamptz is null or m.at >= %(since)s)
            and (%(until)s::timestamptz is null or m.at < %(until)s)
        order by m.batch_id desc, m.seq desc
        limit %(limit)s
    )
)
select
    m.seq, m.at, m.document_id, d.number, d.kind, m.batch_id, t.code as batch_code, t.expires_on,
    m.from_place_id, f.name as from_place_name, m.to_place_id, w.name as to_place_name,
    case when w.id = any(%(places)s) then trim_scale(m.quantity) end as taken_in,
    case when f.id = any(%(places)s) then trim_scale(m.quantity) end as given_out,
    trim_scale(%(start)s::numeric - coalesce(sum(
        case when w.id = any(%(places)s) then m.quantity else 0 end
        - case when f.id = any(%(places)s) then m.quantity else 0 end
    ) over (order by m.seq desc rows between unbounded preceding and 1 preceding), 0)) as balance
from page c
join stock.movement m on m.seq = c.seq
join stock.document d on d.id = m.document_id
join stock.batch t on t.id = m.batch_id
join stock.place f on f.id = m.from_place_id
join stock.place w on w.id = m.to_place_id
order by m.seq desc
"""

DAYS = """
select
    (m.at at time zone %(zone)s)::date as day,
    trim_scale(sum(case when m.to_place_id = any(%(places)s) then m.quantity else 0 end
        - case when m.from_place_id = any(%(places)s) then m.quantity else 0 end)) as change
from stock.movement m
where m.product_id = %(product_id)s and (%(batch_id)s::uuid is null or m.batch_id = %(batch_id)s)
    and (m.to_place_id = any(%(places)s) or m.from_place_id = any(%(places)s))
    and m.at >= %(since)s and (%(until)s::timestamptz is null or m.at < %(until)s)
group by 1
order by 1
"""

LAST_SEQ = 2**63 - 1


class CardOf(msgspec.Struct, frozen=True, kw_only=True):
    """What a card is of: a product or one batch of it, at these places, from since to before until."""

    product_id: UUID
    batch_id: UUID | None
    places: list[UUID]
    since: datetime | None
    until: datetime | None

    def params(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__struct_fields__}


class CardRow(msgspec.Struct, frozen=True):
    """A movement in base units: what came in, what went out, and the balance after it."""

    seq: int
    at: datetime
    document_id: UUID
    number: str
    kind: str
    batch_id: UUID
    batch_code: str
    expires_on: date | None
    from_place_id: UUID
    from_place_name: str
    to_place_id: UUID
    to_place_name: str
    taken_in: Decimal | None
    given_out: Decimal | None
    balance: Decimal

    @property
    def before(self) -> Decimal:
        return self.balance - (self.taken_in or Decimal(0)) + (self.given_out or Decimal(0))


class DayChange(msgspec.Struct, frozen=True):
    day: date
    change: Decimal


async def get_balance_before(db: Connection, card: CardOf, moment: datetime) -> Decimal:
    """The sum of the movements before a moment."""
    return await fetch_value(db, BEFORE, card.params() | {"moment": moment})


async def get_opening(db: Connection, card: CardOf) -> Decimal:
    """What there was before the period; nothing where the card has no beginning."""
    return Decimal(0) if card.since is None else await get_balance_before(db, card, card.since)


async def get_closing(db: Connection, card: CardOf) -> Decimal:
    """What there was at the end of the period; what there is now where it has no end."""
    if card.until is not None:
        return await get_balance_before(db, card, card.until)
    return await fetch_value(db, ON_HAND, card.params())


async def list_card_rows(
    db: Connection, card: CardOf, *, start: Decimal, after: int | None, limit: int, backward: bool
) -> list[CardRow]:
    """``limit`` rows in their direction. ``start`` is the balance at the side from which they are read:
    before the first of them, or (backward) after it."""
    sql: LiteralString = BACKWARD if backward else FORWARD
    seq = after if after is not None else LAST_SEQ if backward else 0
    return await fetch_all(db, sql, card.params() | {"start": start, "after": seq, "limit": limit}, CardRow)


async def list_day_changes(db: Connection, card: CardOf, *, since: datetime, zone: str) -> list[DayChange]:
    """By how much each local day with movements changed the balance."""
    return await fetch_all(db, DAYS, card.params() | {"since": since, "zone": zone}, DayChange)
