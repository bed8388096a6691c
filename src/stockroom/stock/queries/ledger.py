"""Documents and their movements."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one, fetch_value
from stockroom.platform.errors import NotFound

DOCUMENT = """
select
    d.id, d.kind, d.number, d.at, d.recorded_at, d.actor_name, d.from_place_id, d.to_place_id, d.reason,
    d.note, d.reverses_id
from stock.document d
where d.id = %(id)s
"""

MOVEMENTS = """
select
    m.seq, m.line, m.product_id, m.batch_id, m.from_place_id, m.to_place_id,
    trim_scale(m.quantity) as quantity, m.unit_cost,
    trim_scale(coalesce((select sum(r.quantity) from stock.movement r where r.reverses_seq = m.seq), 0))
        as reversed
from stock.movement m
where m.document_id = %(id)s
order by m.seq
"""


LAST_MOVEMENT = "select coalesce(max(seq), 0) from stock.movement"


class Document(msgspec.Struct, frozen=True):
    """The header of a posting. ``at`` is when it happened, ``recorded_at`` when it was entered."""

    id: UUID
    kind: str
    number: str
    at: datetime
    recorded_at: datetime
    actor_name: str
    from_place_id: UUID | None
    to_place_id: UUID | None
    reason: str
    note: str
    reverses_id: UUID | None


class PostedMovement(msgspec.Struct, frozen=True):
    """A ledger line, and how much of it later movements have reversed."""

    seq: int
    line: int
    product_id: UUID
    batch_id: UUID
    from_place_id: UUID
    to_place_id: UUID
    quantity: Decimal
    unit_cost: Decimal | None
    reversed: Decimal

    @property
    def left(self) -> Decimal:
        return self.quantity - self.reversed


async def get_document(db: Connection, document_id: UUID) -> Document:
    """Raises NotFound."""
    found = await fetch_one(db, DOCUMENT, {"id": document_id}, Document)
    if found is None:
        raise NotFound
    return found


async def list_movements_of(db: Connection, document_id: UUID) -> list[PostedMovement]:
    return await fetch_all(db, MOVEMENTS, {"id": document_id}, PostedMovement)


async def last_movement(db: Connection) -> int:
    """The number of the ledger's last movement; 0 where nothing has moved."""
    return int(await fetch_value(db, LAST_MOVEMENT))
