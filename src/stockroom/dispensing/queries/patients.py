"""Patients."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_one, fetch_values
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

PATIENT = """
select
    p.id, p.file_number, p.name, p.sex, p.birth_date, p.birth_estimated, p.department_id,
    coalesce(d.name, '') as department, p.phone, p.address, p.allergies, p.allergy_groups, p.no_known_allergies,
    p.history, p.active, p.merged_into_id, p.version, p.created_at
from dispensing.patient p
left join people.department d on d.id = p.department_id
where p.id = %(id)s
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
"""

# Locked so that two dispensings to one patient see each other's medicines, and a merge waits for them.
PATIENT_FOR_UPDATE = """
select
    p.id, p.file_number, p.name, p.sex, p.birth_date, p.birth_estimated, p.department_id,
    coalesce(d.name, '') as department, p.phone, p.address, p.allergies, p.allergy_groups, p.no_known_allergies,
    p.history, p.active, p.merged_into_id, p.version, p.created_at
from dispensing.patient p
left join people.department d on d.id = p.department_id
where p.id = %(id)s
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
for no key update of p
"""

# What is counted is what the patient still has: returned and reversed quantities are left out.
# These three are asked only for a patient whom a scoped query has given to the caller.
# nosemgrep: unscoped-query (see above)
GIVEN_SINCE = """
select distinct p.id as product_id, p.atc_code, p.generic_name
from dispensing.dispensing g
join stock.document h on h.id = g.id
join stock.movement m on m.document_id = g.id
join catalog.product p on p.id = m.product_id
where g.patient_id in (select id from dispensing.patient where id = %(patient)s or merged_into_id = %(patient)s)
    and h.at > %(since)s
    and g.id <> all(%(leave_out)s::uuid[])
    and m.quantity > (select coalesce(sum(r.quantity), 0) from stock.movement r where r.reverses_seq = m.seq)
"""

# nosemgrep: unscoped-query (see above)
MERGED_IDS = "select id from dispensing.patient where id = %(id)s or merged_into_id = %(id)s"

# nosemgrep: unscoped-query (see above)
LAST_PRESCRIBER = """
select r.id, r.name
from dispensing.dispensing g
join dispensing.prescriber r on r.id = g.prescriber_id and r.active
where g.patient_id in (select id from dispensing.patient where id = %(id)s or merged_into_id = %(id)s)
order by g.id desc
limit 1
"""

Sex = Literal["female", "male", "other", "unknown"]


class Patient(msgspec.Struct, frozen=True):
    """One patient's record. ``birth_estimated`` says that only the age was known.

    ``no_known_allergies`` says that the patient was asked and has none; without it and without any allergy
    nothing is recorded.
    """

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
    no_known_allergies: bool
    history: str
    active: bool
    merged_into_id: UUID | None
    version: int
    created_at: datetime


class PatientRow(msgspec.Struct, frozen=True):
    """A patient in the list: no more than it takes to find one."""

    id: UUID
    file_number: str
    name: str
    sex: str
    birth_date: date | None
    birth_estimated: bool
    department_id: UUID | None
    department: str
    active: bool
    merged_into_id: UUID | None


class Named(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class Substance(msgspec.Struct, frozen=True):
    """What a patient was given, by the names that its substance is known under."""

    product_id: UUID
    atc_code: str
    generic_name: str


PATIENTS = ListSpec(
    name="patients",
    row=PatientRow,
    columns=(
        "p.id, p.file_number, p.name, p.sex, p.birth_date, p.birth_estimated, p.department_id,"
        " coalesce(d.name, '') as department, p.active, p.merged_into_id"
    ),
    source="dispensing.patient p left join people.department d on d.id = p.department_id",
    scope="(%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))",
    sorts={
        "name": Sort("platform.fold(p.name)"),
        "file_number": Sort("platform.fold(p.file_number)"),
        "created_at": Sort("p.created_at", "timestamptz"),
    },
    default_sort="name",
    key=Sort("p.id", "uuid"),
    filters={
        "active": Filter("p.active = %(value)s", bool, "true or false."),
        "department_id": Filter("p.department_id = %(value)s", UUID, "Id of the patient's department."),
        "sex": Filter("p.sex = %(value)s", Sex, "female, male, other or unknown."),
    },
    search="p.search_text",
)


async def find_patient(db: Connection, patient_id: UUID, actor: Actor) -> Patient | None:
    """None too for a patient of a department that the person is not bound to."""
    params = {"id": patient_id, "departments": actor.department_list()}
    return await fetch_one(db, PATIENT, params, Patient)


async def find_patient_for_update(db: Connection, patient_id: UUID, actor: Actor) -> Patient | None:
    params = {"id": patient_id, "departments": actor.department_list()}
    return await fetch_one(db, PATIENT_FOR_UPDATE, params, Patient)


async def get_patient(db: Connection, patient_id: UUID, actor: Actor) -> Patient:
    """Raises NotFound, for other departments' patients too."""
    found = await find_patient(db, patient_id, actor)
    if found is None:
        raise NotFound
    return found


async def list_merged_ids(db: Connection, patient_id: UUID) -> list[UUID]:
    """The patient and the duplicates merged into it."""
    return await fetch_values(db, MERGED_IDS, {"id": patient_id})


async def list_substances_given(
    db: Connection, patient_id: UUID, *, since: datetime, leave_out: Sequence[UUID] = ()
) -> list[Substance]:
    """What the patient was given since a moment and did not bring back; ``leave_out`` are dispensings."""
    params = {"patient": patient_id, "since": since, "leave_out": list(leave_out)}
    return await fetch_all(db, GIVEN_SINCE, params, Substance)


async def find_last_prescriber(db: Connection, patient_id: UUID) -> Named | None:
    """Who prescribed for the patient last, if they still do."""
    return await fetch_one(db, LAST_PRESCRIBER, {"id": patient_id}, Named)
