"""What the pickers offer: at most ten rows, the best first, in one statement."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.lists import SEARCH_WORDS_MOST

# Rank 0 is an exact code or barcode, 1 a name that begins so, 2 a word that begins so, 3 all words somewhere,
# 4 a likeness (typing errors).
PRODUCTS = """
with found as materialized (
    select
        p.id, p.form_code, platform.fold(p.name) as folded,
        p.id is not distinct from (select b.product_id from catalog.barcode b where b.code = %(barcode)s)
            as was_scanned,
        lower(p.code) = lower(%(q)s) as is_code,
        case
            when platform.fold(p.name) like platform.fold(%(beginning)s) || '%%' then 1
            when ' ' || p.search_text like '%% ' || platform.fold(%(beginning)s) || '%%' then 2
            when p.search_text like all (
                select '%%' || platform.fold(word) || '%%' from unnest(%(words)s::text[]) as word) then 3
            else 4
        end as rank,
        p.search_text
    from catalog.product p
    where p.active and (
        p.search_text like '%%' || platform.fold(%(longest)s) || '%%'
        or platform.fold(%(q)s) <%% p.search_text
        or p.id = (select b.product_id from catalog.barcode b where b.code = %(barcode)s))
),
best as (
    select
        f.id, f.was_scanned, f.folded, f.was_scanned or f.is_code as exact,
        case when f.was_scanned or f.is_code then 0 else f.rank end as rank,
        case
            when f.was_scanned or f.is_code or f.rank < 4 then 1
            else word_similarity(platform.fold(%(q)s), f.search_text)
        end as likeness
    from found f
    order by 5, 6 desc, f.folded, f.id
    limit 10
)
select
    p.id, p.code, p.name, p.kind, p.unit, p.precision, p.generic_name, p.strength,
    coalesce(d.name, '') as form, coalesce(d.name_pl, '') as form_pl, p.batch_tracked, p.expiry_tracked,
    p.high_alert, p.look_alike, p.controlled_class, f.exact,
    case when f.was_scanned then (select b.pack_id from catalog.barcode b where b.code = %(barcode)s) end
        as pack_id,
    coalesce((
        select jsonb_agg(
            jsonb_build_object('id', k.id, 'name', k.name, 'factor', trim_scale(k.factor))
            order by k.factor, k.name)
        from catalog.pack k where k.product_id = p.id and k.active), '[]')::text as packs
from best f
join catalog.product p on p.id = f.id
left join catalog.dosage_form d on d.code = p.form_code
where f.likeness >= 0.5
order by f.rank, f.likeness desc, f.folded, f.id
"""

# One or two signs say too little for a search of whole texts: only names and codes that begin so.
PRODUCTS_BY_BEGINNING = """
with best as (
    select
        p.id, platform.fold(p.name) as folded, lower(p.code) = lower(%(q)s) as exact,
        p.id is not distinct from (select b.product_id from catalog.barcode b where b.code = %(barcode)s)
            as was_scanned
    from catalog.product p
    where p.active and (
        platform.fold(p.name) like platform.fold(%(beginning)s) || '%%'
        or platform.fold(p.code) like platform.fold(%(beginning)s) || '%%'
        or p.id = (select b.product_id from catalog.barcode b where b.code = %(barcode)s))
    order by 3 desc, 4 desc, 2, p.id
    limit 10
)
select
    p.id, p.code, p.name, p.kind, p.unit, p.precision, p.generic_name, p.strength,
    coalesce(d.name, '') as form, coalesce(d.name_pl, '') as form_pl, p.batch_tracked, p.expiry_tracked,
    p.high_alert, p.look_alike, p.controlled_class, f.exact or f.was_scanned as exact,
    case when f.was_scanned then (select b.pack_id from catalog.barcode b where b.code = %(barcode)s) end
        as pack_id,
    coalesce((
        select jsonb_agg(
            jsonb_build_object('id', k.id, 'name', k.name, 'factor', trim_scale(k.factor))
            order by k.factor, k.name)
        from catalog.pack k where k.product_id = p.id and k.active), '[]')::text as packs
from best f
join catalog.product p on p.id = f.id
left join catalog.dosage_form d on d.code = p.form_code
order by f.exact desc, f.was_scanned desc, f.folded, f.id
"""

SUPPLIERS = """
with wanted as (
    select
        platform.fold(%(q)s) as q,
        (select array_agg('%%' || platform.fold(word) || '%%')
            from unnest(%(words)s::text[]) as word) as words
)
select
    s.id, s.name, s.city, s.tax_id, s.lead_time_days,
    platform.fold(s.name) = w.q or (s.tax_id <> '' and s.tax_id = %(q)s) as exact
from catalog.supplier s, wanted w
where s.active and (
    s.search_text like '%%' || platform.fold(%(longest)s) || '%%' or platform.fold(%(q)s) <%% s.search_text)
order by
    case
        when platform.fold(s.name) = w.q or (s.tax_id <> '' and s.tax_id = %(q)s) then 0
        when starts_with(platform.fold(s.name), w.q) then 1
        when s.search_text like all (w.words) then 2
        else 3
    end,
    word_similarity(w.q, s.search_text) desc, platform.fold(s.name), s.id
limit 10
"""

SCANNED = """
select
    p.id, p.code, p.name, p.unit, p.precision, p.strength, p.batch_tracked, p.expiry_tracked, p.active,
    k.id as pack_id, coalesce(k.name, '') as pack, coalesce(trim_scale(k.factor), 1) as factor
from catalog.barcode b
join catalog.product p on p.id = b.product_id
left join catalog.pack k on k.id = b.pack_id
where b.code = %(barcode)s
"""


class ProductOption(msgspec.Struct, frozen=True):
    """A product in a picker. ``packs`` is JSON, [{id, name, factor}]; ``pack_id`` the scanned pack."""

    id: UUID
    code: str
    name: str
    kind: str
    unit: str
    precision: int
    generic_name: str
    strength: str
    form: str
    form_pl: str
    batch_tracked: bool
    expiry_tracked: bool
    high_alert: bool
    look_alike: bool
    controlled_class: str
    exact: bool
    pack_id: UUID | None
    packs: str


class SupplierOption(msgspec.Struct, frozen=True):
    """A supplier in a picker."""

    id: UUID
    name: str
    city: str
    tax_id: str
    lead_time_days: int
    exact: bool


class ScannedProduct(msgspec.Struct, frozen=True):
    """The product behind a barcode, and how many base units the barcode stands for."""

    id: UUID
    code: str
    name: str
    unit: str
    precision: int
    strength: str
    batch_tracked: bool
    expiry_tracked: bool
    active: bool
    pack_id: UUID | None
    pack: str
    factor: Decimal


async def look_up_products(db: Connection, q: str, *, barcode: str) -> list[ProductOption]:
    """Active products for what was typed or scanned; nothing for nothing."""
    params = {**_search(q), "barcode": barcode.replace("\x00", "")}
    if not params["q"]:
        return []
    statement = PRODUCTS if len(params["longest"]) > 2 else PRODUCTS_BY_BEGINNING
    return await fetch_all(db, statement, params, ProductOption)


async def look_up_suppliers(db: Connection, q: str) -> list[SupplierOption]:
    params = _search(q)
    return await fetch_all(db, SUPPLIERS, params, SupplierOption) if params["q"] else []


async def find_scanned(db: Connection, barcode: str) -> ScannedProduct | None:
    return await fetch_one(db, SCANNED, {"barcode": barcode}, ScannedProduct)


def _search(q: str) -> dict[str, Any]:
    plain = q.strip()[:200].replace("\x00", "")
    words = [_escape_like(word) for word in plain.split()[:SEARCH_WORDS_MOST]]
    longest = max(words, key=len, default="")
    return {"q": plain, "beginning": _escape_like(plain), "words": words, "longest": longest}


def _escape_like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
