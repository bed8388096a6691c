"""Posting: the one way into the ledger. A fixed number of statements, whatever the lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_value
from stockroom.platform.ids import new_id
from stockroom.stock.errors import NothingToPost
from stockroom.stock.rules import PREFIXES

INSERT_DOCUMENT = """
with next as (
    insert into platform.counter as c (kind, year, last) values (%(prefix)s, %(year)s, 1)
    on conflict (kind, year) do update set last = c.last + 1
    returning last
)
insert into stock.document
    (id, kind, number, at, actor_id, actor_name, from_place_id, to_place_id, reason, note, reverses_id)
select
    %(id)s, %(kind)s, %(prefix)s || '-' || %(year)s || '-' || lpad(next.last::text, 5, '0'), %(at)s,
    %(actor_id)s, %(actor_name)s, %(from_place_id)s, %(to_place_id)s, %(reason)s, %(note)s, %(reverses_id)s
from next
returning number
"""

INSERT_MOVEMENTS = """
insert into stock.movement
    (document_id, line, product_id, batch_id, from_place_id, to_place_id, quantity, unit_cost, at,
    reverses_seq)
select %(document_id)s, line, product_id, batch_id, from_place_id, to_place_id, quantity, unit_cost, %(at)s,
    reverses_seq
from unnest(
    %(lines)s::integer[], %(products)s::uuid[], %(batches)s::uuid[], %(froms)s::uuid[], %(tos)s::uuid[],
    %(quantities)s::numeric[], %(costs)s::numeric[], %(reverses)s::bigint[]
) as given (line, product_id, batch_id, from_place_id, to_place_id, quantity, unit_cost, reverses_seq)
"""

# Safe without further locks because the products are locked (see queries.balances).
MERGE_BALANCES = """
merge into stock.balance b
using (
    select batch_id, place_id, product_id, sum(delta) as delta
    from (
        select batch_id, to_place_id as place_id, product_id, quantity as delta
        from unnest(%(batches)s::uuid[], %(tos)s::uuid[], %(products)s::uuid[], %(quantities)s::numeric[])
            as given (batch_id, to_place_id, product_id, quantity)
        union all
        select batch_id, from_place_id, product_id, -quantity
        from unnest(%(batches)s::uuid[], %(froms)s::uuid[], %(products)s::uuid[], %(quantities)s::numeric[])
            as given (batch_id, from_place_id, product_id, quantity)
    ) sides
    where not exists (select from stock.place p where p.id = sides.place_id and p.outside)
    group by batch_id, place_id, product_id
    having sum(delta) <> 0
) moved
on b.batch_id = moved.batch_id and b.place_id = moved.place_id
when matched then update set on_hand = b.on_hand + moved.delta
when not matched then insert (batch_id, place_id, product_id, on_hand)
    values (moved.batch_id, moved.place_id, moved.product_id, moved.delta)
"""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity of one batch from one place to another, in base units."""

    line: int
    product_id: UUID
    batch_id: UUID
    from_place_id: UUID
    to_place_id: UUID
    quantity: Decimal
    unit_cost: Decimal | None = None
    reverses_seq: int | None = None


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """The header of what is posted."""

    kind: str
    at: datetime
    from_place_id: UUID | None = None
    to_place_id: UUID | None = None
    reason: str = ""
    note: str = ""
    reverses_id: UUID | None = None


class Posted(msgspec.Struct, frozen=True):
    """The document that now stands in the ledger."""

    id: UUID
    number: str


async def post(
    db: Connection,
    posting: Posting,
    moves: Sequence[Move],
    *,
    actor: Actor,
    facts: Mapping[str, Any] | None = None,
) -> Posted:
    """Write the document, its movements and the balances. The products must be locked.

    ``facts`` go into the audit entry beside the number: what the higher module knows of the document.
    Raises NothingToPost; psycopg's CheckViolation where a balance would go below what is promised,
    the last guard behind the rules.
    """
    if not moves:
        raise NothingToPost
    document_id = new_id()
    prefix = PREFIXES[posting.kind]
    number: str = await fetch_value(
        db,
        INSERT_DOCUMENT,
        {
            "id": document_id,
            "kind": posting.kind,
            "prefix": prefix,
            "year": posting.at.year,
            "at": posting.at,
            "actor_id": actor.id,
            "actor_name": actor.name,
            "from_place_id": posting.from_place_id,
            "to_place_id": posting.to_place_id,
            "reason": posting.reason,
            "note": posting.note,
            "reverses_id": posting.reverses_id,
        },
    )
    columns = _columns(moves) | {"document_id": document_id, "at": posting.at}
    await execute(db, INSERT_MOVEMENTS, columns)
    await execute(db, MERGE_BALANCES, columns)
    audit.record(
        db,
        actor,
        f"stock.{posting.kind}.post",
        posting.kind,
        document_id,
        after={
            "number": number,
            "movements": len(moves),
            "at": posting.at,
            "note": posting.note,
            **(facts or {}),
        },
        reason=posting.reason,
    )
    return Posted(document_id, number)


def _columns(moves: Sequence[Move]) -> dict[str, object]:
    return {
        "lines": [move.line for move in moves],
        "products": [move.product_id for move in moves],
        "batches": [move.batch_id for move in moves],
        "froms": [move.from_place_id for move in moves],
        "tos": [move.to_place_id for move in moves],
        "quantities": [move.quantity for move in moves],
        "costs": [move.unit_cost for move in moves],
        "reverses": [move.reverses_seq for move in moves],
    }
