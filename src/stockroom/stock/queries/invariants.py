"""What must always hold (DESIGN: Stock, the heart).

Each query returns the first offenders, none for sound stock.
"""

from typing import LiteralString

import msgspec

from stockroom.platform.db import Connection, fetch_all

LEDGER_IS_BALANCES = """
select
    concat('batch ', batch_id, ' at place ', place_id, ': ledger ', sum(ledger), ', balance ', sum(balance))
        as offender
from (
    select m.batch_id, m.to_place_id as place_id, m.quantity as ledger, 0::numeric as balance
    from stock.movement m join stock.place p on p.id = m.to_place_id where not p.outside
    union all
    select m.batch_id, m.from_place_id, -m.quantity, 0::numeric
    from stock.movement m join stock.place p on p.id = m.from_place_id where not p.outside
    union all
    select b.batch_id, b.place_id, 0::numeric, b.on_hand from stock.balance b
) both_sides
group by batch_id, place_id
having sum(ledger) <> sum(balance)
order by batch_id, place_id
limit 10
"""

NONE_NEGATIVE = """
select concat('batch ', batch_id, ' at place ', place_id, ': on hand ', on_hand, ', reserved ', reserved,
    ', on hold ', on_hold) as offender
from stock.balance
where on_hand < 0 or reserved < 0 or on_hold < 0 or reserved + on_hold > on_hand
order by batch_id, place_id
limit 10
"""

BATCH_BELONGS = """
select concat('movement ', m.seq, ': batch ', m.batch_id, ' is not of product ', m.product_id) as offender
from stock.movement m
join stock.batch t on t.id = m.batch_id
where t.product_id <> m.product_id
order by m.seq
limit 10
"""

NEVER_NEGATIVE_BEFORE = """
select
    concat('batch ', batch_id, ' at place ', place_id, ' was ', running, ' after movement ', seq) as offender
from (
    select batch_id, place_id, seq, sum(delta) over (partition by batch_id, place_id order by seq) as running
    from (
        select m.batch_id, m.to_place_id as place_id, m.seq, m.quantity as delta
        from stock.movement m join stock.place p on p.id = m.to_place_id where not p.outside
        union all
        select m.batch_id, m.from_place_id, m.seq, -m.quantity
        from stock.movement m join stock.place p on p.id = m.from_place_id where not p.outside
    ) sides
) history
where running < 0
order by seq
limit 10
"""

REVERSED_WITHIN = """
select concat('movement ', m.seq, ': ', m.quantity, ' moved, ', sum(r.quantity), ' reversed') as offender
from stock.movement m
join stock.movement r on r.reverses_seq = m.seq
group by m.seq, m.quantity
having sum(r.quantity) > m.quantity
order by m.seq
limit 10
"""

NUMBERS_WITHOUT_GAPS = """
select concat('counter ', c.kind, '-', c.year, ' is at ', c.last, ', documents: ', count(d.id)) as offender
from platform.counter c
left join stock.document d on d.number like c.kind || '-' || c.year || '-%%'
where c.kind in ('GRN', 'ISS', 'TRF', 'ADJ', 'DIS', 'DSP', 'RET', 'OPN', 'REV')
group by c.kind, c.year, c.last
having count(d.id) <> c.last
limit 10
"""

DOCUMENTS_MOVE = """
select concat('document ', d.number, ' has no movement') as offender
from stock.document d
where not exists (select from stock.movement m where m.document_id = d.id)
order by d.number
limit 10
"""

INVARIANTS: dict[str, LiteralString] = {
    "ledger equals balances": LEDGER_IS_BALANCES,
    "no balance is negative and none is promised twice": NONE_NEGATIVE,
    "no balance was ever negative": NEVER_NEGATIVE_BEFORE,
    "movements name batches of their product": BATCH_BELONGS,
    "reversals stay within what they reverse": REVERSED_WITHIN,
    "document numbers have no gap": NUMBERS_WITHOUT_GAPS,
    "every document moves something": DOCUMENTS_MOVE,
}


class Offender(msgspec.Struct, frozen=True):
    offender: str


class Broken(msgspec.Struct, frozen=True):
    """An invariant that does not hold, and the first offenders."""

    invariant: str
    offenders: list[str]


async def find_broken_invariants(db: Connection) -> list[Broken]:
    """Empty for sound stock."""
    found: list[Broken] = []
    for name, sql in INVARIANTS.items():
        offenders = await fetch_all(db, sql, {}, Offender)
        if offenders:
            found.append(Broken(name, [item.offender for item in offenders]))
    return found
