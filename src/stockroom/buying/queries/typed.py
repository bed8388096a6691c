"""What the receive form needs: the supplier and the products that typed words mean, and their packs."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all

SUPPLIERS = """
select s.id, s.name
from catalog.supplier s
where s.active and platform.fold(s.name) = platform.fold(%(name)s)
"""

# The surest reading wins: code, then barcode, then name; a barcode without letters is kept as 14 digits.
PRODUCTS = """
select distinct on (typed.place) typed.place, read.product_id, read.pack_id
from unnest(%(words)s::text[], %(barcodes)s::text[]) with ordinality as typed (word, barcode, place)
cross join lateral (
    select 1 as rank, c.id as product_id, null::uuid as pack_id from catalog.product c
    where lower(c.code) = lower(typed.word) and c.active
    union all
    select 2, b.product_id, b.pack_id from catalog.barcode b
    where b.code = typed.barcode
    union all
    select 3, min(c.id::text)::uuid, null from catalog.product c
    where platform.fold(c.name) = platform.fold(typed.word) and c.active
    having count(*) = 1
) read
order by typed.place, read.rank
"""

LINE_PRODUCTS = """
select
    c.id, c.code, c.name, c.unit, c.precision, c.batch_tracked, c.expiry_tracked,
    coalesce(
        (select jsonb_agg(jsonb_build_object('id', k.id, 'name', k.name, 'factor', trim_scale(k.factor)::text)
            order by k.factor, k.name)
         from catalog.pack k where k.product_id = c.id and k.active),
        '[]'::jsonb) as packs
from catalog.product c
where c.id = any(%(ids)s)
"""


class SupplierChoice(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class PackChoice(msgspec.Struct, frozen=True):
    """A pack that a line may be counted in."""

    id: UUID
    name: str
    factor: Decimal


class LineProduct(msgspec.Struct, frozen=True):
    """What a line of the form shows of its product."""

    id: UUID
    code: str
    name: str
    unit: str
    precision: int
    batch_tracked: bool
    expiry_tracked: bool
    packs: list[PackChoice]


class TypedProduct(msgspec.Struct, frozen=True):
    """The product that the words at ``place``, from 1, mean; with its pack where a barcode names one."""

    place: int
    product_id: UUID
    pack_id: UUID | None


async def list_typed_suppliers(db: Connection, name: str) -> list[SupplierChoice]:
    """The active suppliers of exactly this name, letters folded: one or none."""
    return await fetch_all(db, SUPPLIERS, {"name": name}, SupplierChoice)


async def list_typed_products(
    db: Connection, words: Sequence[str], barcodes: Sequence[str]
) -> dict[int, TypedProduct]:
    """Index among ``words`` → the product meant by exact code, barcode or name; what nothing fits is absent.

    ``barcodes`` are the same words as barcodes are kept.
    """
    if not words:
        return {}
    params = {"words": list(words), "barcodes": list(barcodes)}
    return {row.place - 1: row for row in await fetch_all(db, PRODUCTS, params, TypedProduct)}


async def list_line_products(db: Connection, ids: Sequence[UUID]) -> dict[UUID, LineProduct]:
    """By id, with their active packs; unknown ids are absent."""
    rows = await fetch_all(db, LINE_PRODUCTS, {"ids": list(ids)}, LineProduct)
    return {row.id: msgspec.structs.replace(row, packs=_packs(row.packs)) for row in rows}


def _packs(raw: list[PackChoice]) -> list[PackChoice]:
    """The driver leaves JSON as it is; the factors are texts there, so that they stay exact."""
    return msgspec.convert(raw, list[PackChoice])
