"""What the pickers of patients and prescribers offer: at most ten rows, the best first, in one statement."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all
from stockroom.platform.lists import SEARCH_WORDS_MOST

# Rank 0 is an exact file number, 1 a beginning, 2 all words, 3 a likeness (typing errors).
PATIENTS = """
with wanted as (
    select
        platform.fold(%(q)s) as q,
        (select array_agg('%%' || platform.fold(word) || '%%') from unnest(%(words)s::text[]) as word) as words
),
found as (
    select
        p.*,
        case
            when platform.fold(p.file_number) = w.q then 0
            when starts_with(platform.fold(p.name), w.q) or starts_with(platform.fold(p.file_number), w.q) then 1
            when p.search_text like all (w.words) then 2
            else 3
        end as rank,
        word_similarity(w.q, p.search_text) as likeness
    from dispensing.patient p, wanted w
    where p.active
        and (p.search_text like '%%' || platform.fold(%(longest)s) || '%%'
            or platform.fold(%(q)s) <%% p.search_text)
        and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
),
best as (
    select f.* from found f order by f.rank, f.likeness desc, platform.fold(f.name), f.id limit 10
)
select
    f.id, f.name, f.file_number, f.birth_date, coalesce(d.name, '') as department, f.rank = 0 as exact,
    last.id as prescriber_id, coalesce(last.name, '') as prescriber
from best f
left join people.department d on d.id = f.department_id
left join lateral (
    select r.id, r.name
    from dispensing.dispensing g
    join dispensing.prescriber r on r.id = g.prescriber_id and r.active
    where g.patient_id = f.id
    order by g.id desc
    limit 1
) last on true
order by f.rank, f.likeness desc, platform.fold(f.name), f.id
"""

PRESCRIBERS = """
with wanted as (
    select
        platform.fold(%(q)s) as q,
        (select array_agg('%%' || platform.fold(word) || '%%') from unnest(%(words)s::text[]) as word) as words
)
select
    r.id, r.name, r.licence, r.specialty,
    r.licence <> '' and platform.fold(r.licence) = w.q or platform.fold(r.name) = w.q as exact
from dispensing.prescriber r, wanted w
where r.active
    and (r.search_text like '%%' || platform.fold(%(longest)s) || '%%' or platform.fold(%(q)s) <%% r.search_text)
order by
    case
        when r.licence <> '' and platform.fold(r.licence) = w.q or platform.fold(r.name) = w.q then 0
        when starts_with(platform.fold(r.name), w.q) then 1
        when r.search_text like all (w.words) then 2
        else 3
    end,
    word_similarity(w.q, r.search_text) desc, platform.fold(r.name), r.id
limit 10
"""


class PatientOption(msgspec.Struct, frozen=True):
    """A patient in a picker, with whoever prescribed last."""

    id: UUID
    name: str
    file_number: str
    birth_date: date | None
    department: str
    exact: bool
    prescriber_id: UUID | None
    prescriber: str


class PrescriberOption(msgspec.Struct, frozen=True):
    """A prescriber in a picker."""

    id: UUID
    name: str
    licence: str
    specialty: str
    exact: bool


async def look_up_patients(db: Connection, q: str, actor: Actor) -> list[PatientOption]:
    """Active patients that this person may see; nothing for nothing."""
    params = {**_search(q), "departments": actor.department_list()}
    return await fetch_all(db, PATIENTS, params, PatientOption) if params["q"] else []


async def look_up_prescribers(db: Connection, q: str) -> list[PrescriberOption]:
    params = _search(q)
    return await fetch_all(db, PRESCRIBERS, params, PrescriberOption) if params["q"] else []


def _search(q: str) -> dict[str, Any]:
    plain = q.strip()[:200].replace("\x00", "")
    words = [_escape_like(word) for word in plain.split()[:SEARCH_WORDS_MOST]]
    return {"q": plain, "words": words, "longest": max(words, key=len, default="")}


def _escape_like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
