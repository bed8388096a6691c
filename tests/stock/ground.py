"""What stock tests stand on, and how they look at it."""

from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection
from stockroom.platform.ids import new_id


class Ground(msgspec.Struct, frozen=True):
    """Ids of two stores, a ward, and two products (one tracked by batch and expiry, one by neither)."""

    store: UUID
    ward: UUID
    quarantine: UUID
    tablets: UUID
    gauze: UUID


async def lay_ground(db: Connection) -> Ground:
    ground = Ground(*(new_id() for _ in range(5)))
    for place, code, kind in (
        (ground.store, "MAIN", "storage"),
        (ground.ward, "WARD", "ward"),
        (ground.quarantine, "QUAR", "storage"),
    ):
        await db.execute(
            "insert into stock.place (id, code, name, kind) values (%s, %s, %s, %s)",
            [place, code, code.title(), kind],
        )
    await db.execute(
        "insert into catalog.product (id, code, name, kind, unit, batch_tracked, expiry_tracked)"
        " values (%s, 'PARA500', 'Paracetamol 500 mg', 'medicine', 'tablet', true, true)",
        [ground.tablets],
    )
    await db.execute(
        "insert into catalog.product (id, code, name, kind, unit, precision)"
        " values (%s, 'GAUZE', 'Gauze', 'goods', 'm', 2)",
        [ground.gauze],
    )
    return ground


async def on_hand(db: Connection, batch: UUID, place: UUID) -> Decimal:
    cursor = await db.execute(
        "select on_hand from stock.balance where batch_id = %s and place_id = %s", [batch, place]
    )
    row = await cursor.fetchone()
    return Decimal(0) if row is None else row[0]


async def written(db: Connection) -> tuple[int, int, int, int, int]:
    """How much there is of everything a posting writes: equal before and after a refusal."""
    cursor = await db.execute(
        "select (select count(*) from stock.document), (select count(*) from stock.movement),"
        " (select count(*) from stock.batch), (select coalesce(sum(last), 0)::int from platform.counter),"
        " (select count(*) from platform.audit_entry)"
    )
    row = await cursor.fetchone()
    assert row is not None
    return (row[0], row[1], row[2], row[3], row[4])
