"""The search across modules: at most eight of each kind, the best first, in one statement."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all
from stockroom.platform.lists import SEARCH_WORDS_MOST

MOST_CHARACTERS = 200
LIKENESS = 3
SHORTEST_WITH_TYPOS = 4

# Rank 0 is an exact code, number or barcode, 1 a beginning, 2 all words, 3 a likeness (typing errors).
# A branch that the person may not see is switched off by its parameter and costs nothing.
EVERYTHING = """
with wanted as (
    select
        platform.fold(%(q)s) as q,
        (select array_agg('%%' || platform.fold(word) || '%%') from unnest(%(words)s::text[]) as word) as words
),
product (kind, id, title, note, detail, day, active, rank, likeness) as (
    select
        'product', p.id, p.name, p.code, p.generic_name, null::date, p.active,
        case
            when p.id = s.product_id or platform.fold(p.code) = w.q then 0
            when starts_with(platform.fold(p.name), w.q) or starts_with(platform.fold(p.code), w.q)
                or starts_with(platform.fold(p.generic_name), w.q)
                or starts_with(platform.fold(p.brand_name), w.q) then 1
            when p.search_text like all (w.words) then 2
            else 3
        end,
        word_similarity(w.q, p.search_text)
    from wanted w
    left join catalog.barcode s on s.code = catalog.barcode_key(%(barcode)s)
    cross join catalog.product p
    where %(products)s and (
        p.search_text like '%%' || platform.fold(%(longest)s) || '%%'
        or (%(typos)s and platform.fold(%(q)s) <%% p.search_text)
        or p.id = s.product_id)
),
patient (kind, id, title, note, detail, day, active, rank, likeness) as (
    select
        'patient', p.id, p.name, p.file_number, coalesce(d.name, ''), p.birth_date, p.active,
        case
            when platform.fold(p.file_number) = w.q then 0
            when starts_with(platform.fold(p.name), w.q) or starts_with(platform.fold(p.file_number), w.q) then 1
            when p.search_text like all (w.words) then 2
            else 3
        end,
        word_similarity(w.q, p.search_text)
    from wanted w
    cross join dispensing.patient p
    left join people.department d on d.id = p.department_id
    where %(patients)s and p.merged_into_id is null
        and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
        and (p.search_text like '%%' || platform.fold(%(longest)s) || '%%'
            or (%(typos)s and platform.fold(%(q)s) <%% p.search_text))
),
supplier (kind, id, title, note, detail, day, active, rank, likeness) as (
    select
        'supplier', s.id, s.name, s.city, s.tax_id, null::date, s.active,
        case
            when platform.fold(s.name) = w.q or (s.tax_id <> '' and platform.fold(s.tax_id) = w.q) then 0
            when starts_with(platform.fold(s.name), w.q) then 1
            when s.search_text like all (w.words) then 2
            else 3
        end,
        word_similarity(w.q, s.search_text)
    from wanted w
    cross join catalog.supplier s
    where %(suppliers)s and (
        s.search_text like '%%' || platform.fold(%(longest)s) || '%%'
        or (%(typos)s and platform.fold(%(q)s) <%% s.search_text))
),
batch (kind, id, title, note, detail, day, active, rank, likeness) as (
    select
        'batch', t.id, t.code, c.name, t.status, t.expires_on, true,
        case
            when t.search_text = platform.fold(%(batch)s) then 0
            when starts_with(t.search_text, platform.fold(%(batch)s)) then 1
            else 2
        end,
        1::real
    from stock.batch t
    join catalog.product c on c.id = t.product_id
    where %(batches)s and t.code <> ''
        and t.search_text like '%%' || platform.fold(%(batch_like)s) || '%%'
        and (%(departments)s::uuid[] is null or exists (
            select from stock.balance b join stock.place p on p.id = b.place_id
            where b.batch_id = t.id and b.on_hand > 0 and p.department_id = any(%(departments)s::uuid[])))
),
document (kind, id, title, note, detail, day, active, rank, likeness) as (
    select
        'document', d.id, d.number, d.kind, d.actor_name, (d.at at time zone %(zone)s)::date, true,
        case
            when platform.fold(d.number) = w.q then 0
            when starts_with(platform.fold(d.number), w.q) then 1
            else 2
        end,
        1::real
    from wanted w
    cross join stock.document d
    left join dispensing.dispensing g on g.id = d.id
    left join stock.place f on f.id = d.from_place_id
    left join stock.place t on t.id = d.to_place_id
    where %(documents)s
        and d.search_text like '%%' || platform.fold(%(like)s) || '%%'
        and platform.fold(d.number) like '%%' || platform.fold(%(like)s) || '%%'
        and (%(departments)s::uuid[] is null or g.department_id = any(%(departments)s::uuid[])
            or f.department_id = any(%(departments)s::uuid[]) or t.department_id = any(%(departments)s::uuid[]))
)
select found.kind, found.id, found.title, found.note, found.detail, found.day, found.active, found.rank
from (
    (select * from product where rank < 3 or likeness >= 0.5
        order by rank, active desc, likeness desc, platform.fold(title), id limit %(most)s)
    union all
    (select * from patient where rank < 3 or likeness >= 0.5
        order by rank, active desc, likeness desc, platform.fold(title), id limit %(most)s)
    union all
    (select * from supplier where rank < 3 or likeness >= 0.5
        order by rank, active desc, likeness desc, platform.fold(title), id limit %(most)s)
    union all
    (select * from batch order by rank, day desc nulls last, id limit %(most)s)
    union all
    (select * from document order by rank, day desc, id desc limit %(most)s)
) found
"""


class Found(msgspec.Struct, frozen=True):
    """Something that the words fit. ``kind`` is product, patient, supplier, batch or document.

    ``note`` and ``detail`` are: code and generic name; file number and department; city and tax id; product and
    status; kind of document and person. ``day`` is the birth date, the expiry date or the document's day.
    """

    kind: str
    id: UUID
    title: str
    note: str
    detail: str
    day: date | None
    active: bool
    rank: int


async def find_everything(
    db: Connection,
    q: str,
    *,
    kinds: frozenset[str],
    barcode: str,
    batch: str,
    departments: list[UUID] | None,
    zone: str,
    most: int,
) -> list[Found]:
    """What fits, of the kinds that the person may see; nothing for nothing.

    Where something is exactly what was asked for, likenesses are left out.
    """
    params = _search(q, batch=batch)
    if not params["q"]:
        return []
    switches = {f"{kind}s" if kind != "batch" else "batches": kind in kinds for kind in KINDS}
    params |= {**switches, "barcode": _plain(barcode), "departments": departments, "zone": zone, "most": most}
    found = await fetch_all(db, EVERYTHING, params, Found)
    exact = any(one.rank == 0 for one in found)
    return [one for one in found if one.rank < LIKENESS] if exact else found


KINDS = ("product", "patient", "supplier", "batch", "document")


def _search(q: str, *, batch: str) -> dict[str, Any]:
    plain, batch = _plain(q), _plain(batch)
    words = [_escape_like(word) for word in plain.split()[:SEARCH_WORDS_MOST]]
    return {
        "q": plain,
        "words": words,
        "longest": max(words, key=len, default=""),
        "like": _escape_like(plain),
        "typos": len(plain) >= SHORTEST_WITH_TYPOS and not _is_code(plain),
        "batch": batch or plain,
        "batch_like": _escape_like(batch or plain),
    }


def _plain(text: str) -> str:
    return " ".join(text[:MOST_CHARACTERS].replace("\x00", "").split())


def _is_code(text: str) -> bool:
    """One word with a digit: other codes are like it, and mean something else."""
    return " " not in text and any(letter.isdigit() for letter in text)


def _escape_like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
