"""Batches."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort
from stockroom.stock.queries.scope import Status

BATCH_PRODUCTS = "select t.id, t.product_id from stock.batch t where t.id = any(%(ids)s)"

# A batch is seen by those who may see a place where it lies or has been.
BATCH = """
select
    t.id, t.product_id, pr.code as product_code, pr.name as product_name, pr.unit, t.code, t.expires_on,
    pr.expiry_tracked, t.status, t.status_reason, case when %(prices)s then t.unit_cost end as unit_cost,
    s.name as supplier_name, t.version, t.created_at
from stock.batch t
join catalog.product pr on pr.id = t.product_id
left join catalog.supplier s on s.id = t.supplier_id
where t.id = %(id)s
    and (%(departments)s::uuid[] is null or exists (
        select from stock.balance b join stock.place p on p.id = b.place_id
        where b.batch_id = t.id and p.department_id = any(%(departments)s::uuid[])))
"""

FOUND = """
select
    t.id, t.code, t.expires_on, t.status, pr.unit,
    coalesce(t.expires_on < %(today)s, false) as expired,
    trim_scale(coalesce(sum(b.on_hand), 0)) as on_hand
from stock.batch t
join catalog.product pr on pr.id = t.product_id
left join stock.place p on (%(place_id)s::uuid is null or p.id = %(place_id)s)
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
left join stock.balance b on b.batch_id = t.id and b.place_id = p.id
where t.product_id = %(product_id)s and t.code <> ''
    and t.search_text like '%%' || platform.fold(%(like)s) || '%%'
group by t.id, pr.unit
having %(departments)s::uuid[] is null or count(b.batch_id) > 0
order by lower(t.code) = lower(%(q)s) desc, coalesce(sum(b.on_hand), 0) > 0 desc, t.expires_on nulls last,
    t.code, t.id
limit 10
"""

CODES = "select t.id, t.code from stock.batch t where t.id = any(%(ids)s)"

BY_CODE = """
select distinct on (given.product_id, given.code) given.product_id, given.code, t.id, t.expires_on
from unnest(%(products)s::uuid[], %(codes)s::text[]) as given (product_id, code)
join stock.batch t on t.product_id = given.product_id and lower(t.code) = lower(given.code)
order by given.product_id, given.code, t.id
"""


class BatchProduct(msgspec.Struct, frozen=True):
    id: UUID
    product_id: UUID


class Batch(msgspec.Struct, frozen=True):
    """A lot of a product. ``unit_cost`` is null for people who may not see prices."""

    id: UUID
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    code: str
    expires_on: date | None
    expiry_tracked: bool
    status: str
    status_reason: str
    unit_cost: Decimal | None
    supplier_name: str | None
    version: int
    created_at: datetime


class ListedBatch(msgspec.Struct, frozen=True):
    """A batch in a list, with what there is of it at the places that the reader may see."""

    id: UUID
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    code: str
    expires_on: date | None
    expired: bool
    status: str
    status_reason: str
    version: int
    on_hand: Decimal


class FoundBatch(msgspec.Struct, frozen=True):
    """What a picker offers."""

    id: UUID
    code: str
    expires_on: date | None
    status: str
    unit: str
    expired: bool
    on_hand: Decimal


class BatchCode(msgspec.Struct, frozen=True):
    id: UUID
    code: str


class BatchByCode(msgspec.Struct, frozen=True):
    product_id: UUID
    code: str
    id: UUID
    expires_on: date | None


BATCHES = ListSpec(
    name="batches",
    row=ListedBatch,
    columns=(
        "t.id, t.product_id, pr.code, pr.name, pr.unit, t.code, t.expires_on,"
        " coalesce(t.expires_on < %(today)s, false), t.status, t.status_reason, t.version,"
        " (select trim_scale(coalesce(sum(b.on_hand), 0)) from stock.balance b"
        "  join stock.place p on p.id = b.place_id where b.batch_id = t.id"
        "  and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[])))"
    ),
    source="stock.batch t join catalog.product pr on pr.id = t.product_id",
    scope=(
        "t.code <> '' and (%(departments)s::uuid[] is null or exists ("
        "  select from stock.balance b join stock.place p on p.id = b.place_id"
        "  where b.batch_id = t.id and p.department_id = any(%(departments)s::uuid[])))"
    ),
    sorts={
        "expires_on": Sort("coalesce(t.expires_on, date '9999-12-31')", "date"),
        "code": Sort("t.search_text"),
        "product": Sort("platform.fold(pr.name)"),
        "created_at": Sort("t.created_at", "timestamptz"),
    },
    default_sort="expires_on",
    key=Sort("t.id", "uuid"),
    filters={
        "product_id": Filter("t.product_id = %(value)s", UUID, "Batches of this product."),
        "status": Filter("t.status = %(value)s", Status, "available, on_hold or recalled."),
        "expires_before": Filter("t.expires_on < %(value)s", date, "Expires before this day."),
        "expires_after": Filter("t.expires_on > %(value)s", date, "Expires after this day."),
        "expired": Filter(
            "coalesce(t.expires_on < %(today)s, false) = %(value)s", bool, "Whether it has expired."
        ),
        "place_id": Filter(
            "exists (select from stock.balance b join stock.place p on p.id = b.place_id"
            " where b.batch_id = t.id and b.place_id = %(value)s and b.on_hand > 0"
            " and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[])))",
            UUID,
            "With stock at this place.",
        ),
        "has_stock": Filter(
            "exists (select from stock.balance b join stock.place p on p.id = b.place_id"
            " where b.batch_id = t.id and b.on_hand > 0"
            " and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[])))"
            " = %(value)s",
            bool,
            "Whether there is any of it.",
        ),
    },
    search="(t.search_text || ' ' || pr.search_text)",
)


async def list_batch_products(db: Connection, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Batch id → product id; unknown ids are absent."""
    if not ids:
        return {}
    rows = await fetch_all(db, BATCH_PRODUCTS, {"ids": list(ids)}, BatchProduct)
    return {row.id: row.product_id for row in rows}


async def get_batch(db: Connection, batch_id: UUID, *, actor: Actor) -> Batch:
    """Raises NotFound, also where it never lay at a place of the actor's departments."""
    params = {
        "id": batch_id,
        "departments": actor.department_list(),
        "prices": actor.may("catalog.price.read"),
    }
    found = await fetch_one(db, BATCH, params, Batch)
    if found is None:
        raise NotFound
    return found


async def find_batches(
    db: Connection, q: str, *, product_id: UUID, place_id: UUID | None, today: date, actor: Actor
) -> list[FoundBatch]:
    """At most ten batches of a product for what was typed; those in stock first, by expiry."""
    like = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    params = {
        "q": q,
        "like": like,
        "product_id": product_id,
        "place_id": place_id,
        "today": today,
        "departments": actor.department_list(),
    }
    return await fetch_all(db, FOUND, params, FoundBatch)


async def list_batch_codes(db: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Batch id → code; unknown ids are absent."""
    if not ids:
        return {}
    return {row.id: row.code for row in await fetch_all(db, CODES, {"ids": list(ids)}, BatchCode)}


async def find_batches_by_code(
    db: Connection, codes: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], BatchByCode]:
    """(product id, code as given) → batch; one statement, unknown codes are absent."""
    if not codes:
        return {}
    params = {"products": [product for product, _ in codes], "codes": [code for _, code in codes]}
    return {(row.product_id, row.code): row for row in await fetch_all(db, BY_CODE, params, BatchByCode)}
