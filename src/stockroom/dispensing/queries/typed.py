"""What typed words mean, where no picker chose: a patient, a prescriber, the products of lines."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_values

PATIENTS_BY_NAME = """
select p.id
from dispensing.patient p
where p.active
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
    and platform.fold(p.name) = platform.fold(%(words)s)
limit 2
"""

PATIENT_BY_NUMBER = """
select p.id
from dispensing.patient p
where p.active and lower(p.file_number) = lower(%(words)s)
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
"""

PRESCRIBERS = """
select r.id
from dispensing.prescriber r
where r.active and (platform.fold(r.name) = platform.fold(%(words)s) or lower(r.licence) = lower(%(words)s))
limit 2
"""

# The surest reading wins: code, then barcode, then name; a barcode without letters is kept as 14 digits.
PRODUCTS = """
select distinct on (typed.place) typed.place, read.product_id
from unnest(%(words)s::text[]) with ordinality as typed (word, place)
cross join lateral (
    select 1 as rank, c.id as product_id from catalog.product c
    where lower(c.code) = lower(typed.word) and c.active
    union all
    select 2, b.product_id from catalog.barcode b
    where b.code = catalog.barcode_key(typed.word)
    union all
    select 3, min(c.id::text)::uuid from catalog.product c
    where platform.fold(c.name) = platform.fold(typed.word) and c.active
    having count(*) = 1
) read
order by typed.place, read.rank
"""


class _Read(msgspec.Struct, frozen=True):
    place: int
    product_id: UUID


async def find_typed_patient(db: Connection, words: str, actor: Actor) -> UUID | None:
    """By file number, else by the whole name if only one patient bears it."""
    params = {"words": words.strip().replace("\x00", ""), "departments": actor.department_list()}
    by_number = await fetch_values(db, PATIENT_BY_NUMBER, params)
    found = by_number or await fetch_values(db, PATIENTS_BY_NAME, params)
    return found[0] if len(found) == 1 else None


async def find_typed_prescriber(db: Connection, words: str) -> UUID | None:
    """By licence or whole name, if only one fits."""
    found = await fetch_values(db, PRESCRIBERS, {"words": words.strip().replace("\x00", "")})
    return found[0] if len(found) == 1 else None


async def list_typed_products(db: Connection, words: Sequence[str]) -> dict[int, UUID]:
    """Place among ``words`` → the product meant by exact code, barcode or name; what nothing fits is absent."""
    plain = [word.strip().replace("\x00", "") for word in words]
    return {row.place - 1: row.product_id for row in await fetch_all(db, PRODUCTS, {"words": plain}, _Read)}
