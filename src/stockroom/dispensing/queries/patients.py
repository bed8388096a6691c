"""Patients."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_one, fetch_values
from stockroom.platform.errors import NotFound

PATIENT = """
select
    p.id, p.file_number, p.name, p.sex, p.birth_date, p.birth_estimated, p.department_id,
    coalesce(d.name, '') as department, p.phone, p.address, p.allergies, p.allergy_groups, p.history, p.active,
    p.merged_into_id, p.version, p.created_at
from dispensing.patient p
left join people.department d on d.id = p.department_id
where p.id = %(id)s
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
"""

GIVEN_SINCE = """
select distinct key
from dispensing.dispensing g
join stock.document h on h.id = g.id and h.at > %(since)s
join dispensing.dispensing_line l on l.dispensing_id = g.id and l.quantity > 0
join catalog.product p on p.id = l.product_id
cross join lateral unnest(array[
    p.id::text,
    case when length(p.atc_code) = 7 then p.atc_code end,
    nullif(lower(p.generic_name), '')]) as key
where g.patient_id = any(%(patients)s)
    and key is not null
    and not exists (select from stock.document r where r.reverses_id = g.id and r.kind = 'reversal')
"""

MERGED_IDS = "select id from dispensing.patient where id = %(id)s or merged_into_id = %(id)s"


class Patient(msgspec.Struct, frozen=True):
    """One patient's record. ``birth_estimated`` says that only the age was known."""

    id: UUID
    file_number: str
    name: str
    sex: str
    birth_date: date | None
    birth_estimated: bool
    department_id: UUID | None
    department: str
    phone: str
    address: str
    allergies: str
    allergy_groups: list[str]
    history: str
    active: bool
    merged_into_id: UUID | None
    version: int
    created_at: datetime


async def find_patient(db: Connection, patient_id: UUID, actor: Actor) -> Patient | None:
    """None too for a patient of a department that the person is not bound to."""
    params = {"id": patient_id, "departments": actor.department_list()}
    return await fetch_one(db, PATIENT, params, Patient)


async def get_patient(db: Connection, patient_id: UUID, actor: Actor) -> Patient:
    """Raises NotFound, for other departments' patients too."""
    found = await find_patient(db, patient_id, actor)
    if found is None:
        raise NotFound
    return found


async def list_merged_ids(db: Connection, patient_id: UUID) -> list[UUID]:
    """The patient and the duplicates merged into it."""
    return await fetch_values(db, MERGED_IDS, {"id": patient_id})


async def substances_given(db: Connection, patients: Sequence[UUID], *, since: datetime) -> frozenset[str]:
    """ATC codes, generic names (lower case) and product ids given since a moment; reversed dispensings left out."""
    return frozenset(await fetch_values(db, GIVEN_SINCE, {"patients": list(patients), "since": since}))
