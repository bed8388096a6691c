"""Batches: found or made when goods come in, held and recalled by people."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_all, fetch_one
from stockroom.platform.errors import NotFound, VersionStale
from stockroom.platform.fields import Line, StructInput
from stockroom.platform.ids import new_id
from stockroom.stock import errors, rules
from stockroom.stock.queries.balances import StockedProduct
from stockroom.stock.queries.batches import get_batch

# A batch whose every movement was taken back is as good as never entered: a mistyped expiry is corrected by
# reversing the document and entering it again.
KNOWN_BATCHES = """
select
    t.id, t.product_id, t.code, t.expires_on,
    exists (
        select from stock.movement m
        where m.batch_id = t.id and m.reverses_seq is null
            and not exists (select from stock.movement r where r.reverses_seq = m.seq)) as live
from stock.batch t
where t.product_id = any(%(products)s) and lower(t.code) = any(%(codes)s)
"""

INSERT_BATCHES = """
insert into stock.batch (id, product_id, code, expires_on, supplier_id, unit_cost)
select id, product_id, code, expires_on, %(supplier_id)s, unit_cost
from unnest(
    %(ids)s::uuid[], %(products)s::uuid[], %(codes)s::text[], %(expiries)s::date[], %(costs)s::numeric[]
) as given (id, product_id, code, expires_on, unit_cost)
"""

BATCH_FOR_UPDATE = """
select id, product_id, code, status, status_reason, version from stock.batch where id = %(id)s for update
"""

SET_STATUS = """
update stock.batch
set status = %(status)s, status_reason = %(reason)s, version = version + 1
where id = %(id)s
"""


class BatchKey(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it is written on the box. ``at`` is the pointer of its line."""

    product_id: UUID
    code: str
    expires_on: date | None
    unit_cost: Decimal | None
    at: str


class ReasonInput(StructInput, frozen=True, kw_only=True):
    """Why something is held, released or taken back: kept with it and in the audit trail."""

    reason: Line


class KnownBatch(msgspec.Struct, frozen=True):
    id: UUID
    product_id: UUID
    code: str
    expires_on: date | None
    live: bool


class BatchStatus(msgspec.Struct, frozen=True):
    id: UUID
    product_id: UUID
    code: str
    status: str
    status_reason: str
    version: int


async def find_or_create_batches(
    db: Connection,
    keys: Sequence[BatchKey],
    products: Mapping[UUID, StockedProduct],
    *,
    supplier_id: UUID | None = None,
    expiry_required: bool = True,
) -> list[UUID]:
    """The batch of each key, in their order; two statements whatever their number. The products are locked.

    ``expiry_required`` is False only for stock brought in from elsewhere, of which nobody wrote the expiry down.
    Raises the batch field refusals, and BatchExpiryDiffers where the code is known with another expiry.
    """
    for key in keys:
        product = products[key.product_id]
        rules.check_batch_fields(
            product=product.name,
            batch_tracked=product.batch_tracked,
            expiry_tracked=product.expiry_tracked and expiry_required,
            code=key.code,
            expires_on=key.expires_on,
            at=key.at,
        )
    codes = sorted({key.code.lower() for key in keys})
    known = await fetch_all(db, KNOWN_BATCHES, {"products": list(products), "codes": codes}, KnownBatch)
    exact = {(batch.product_id, batch.code.lower(), batch.expires_on): batch for batch in known}
    live = {(batch.product_id, batch.code.lower()): batch for batch in known if batch.live}
    made: list[tuple[KnownBatch, Decimal | None]] = []
    found: list[UUID] = []
    for key in keys:
        code = (key.product_id, key.code.lower())
        other = live.get(code)
        if other is not None and other.expires_on != key.expires_on:
            raise errors.BatchExpiryDiffers(
                at=f"{key.at}/expires_on", batch=other.code, expires_on=other.expires_on or ""
            )
        batch = exact.get((*code, key.expires_on))
        if batch is None:
            batch = KnownBatch(new_id(), key.product_id, key.code, key.expires_on, live=True)
            exact[*code, key.expires_on] = batch
            made.append((batch, key.unit_cost))
        live[code] = batch
        found.append(batch.id)
    if made:
        await execute(
            db,
            INSERT_BATCHES,
            {
                "ids": [batch.id for batch, _ in made],
                "products": [batch.product_id for batch, _ in made],
                "codes": [batch.code for batch, _ in made],
                "expiries": [batch.expires_on for batch, _ in made],
                "costs": [cost for _, cost in made],
                "supplier_id": supplier_id,
            },
        )
    return found


async def hold_batch(
    db: Connection, *, batch_id: UUID, reason: str, recall: bool, version: int, actor: Actor
) -> None:
    """Stop a whole batch everywhere, at once. Raises NotFound, VersionStale, ReasonMissing."""
    if not reason.strip():
        raise errors.ReasonMissing
    await _set_status(
        db, batch_id, "recalled" if recall else "on_hold", reason.strip(), version=version, actor=actor
    )


async def release_batch(db: Connection, *, batch_id: UUID, reason: str, version: int, actor: Actor) -> None:
    """Let a batch be used again. Raises NotFound, VersionStale, ReasonMissing."""
    if not reason.strip():
        raise errors.ReasonMissing
    await _set_status(db, batch_id, "available", "", version=version, actor=actor, why=reason.strip())


async def _set_status(
    db: Connection,
    batch_id: UUID,
    status: str,
    reason: str,
    *,
    version: int,
    actor: Actor,
    why: str = "",
) -> None:
    await get_batch(db, batch_id, actor=actor)
    batch = await fetch_one(db, BATCH_FOR_UPDATE, {"id": batch_id}, BatchStatus)
    if batch is None:
        raise NotFound
    if batch.version != version:
        raise VersionStale
    await execute(db, SET_STATUS, {"id": batch_id, "status": status, "reason": reason})
    audit.record(
        db,
        actor,
        f"stock.batch.{status}",
        "batch",
        batch_id,
        before={"status": batch.status, "reason": batch.status_reason},
        after={"status": status, "reason": reason},
        reason=why or reason,
    )
