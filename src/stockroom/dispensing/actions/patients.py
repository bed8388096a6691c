"""Patients: admitted to the register, read, changed, archived."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from stockroom.catalog import ALLERGY_GROUPS
from stockroom.dispensing import errors, rules
from stockroom.dispensing.queries.patients import Patient, get_patient
from stockroom.people import list_department_choices
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_value
from stockroom.platform.errors import VersionStale
from stockroom.platform.fields import Line, Name, Note, StructInput
from stockroom.platform.ids import new_id

# File numbers are unique in the whole hospital; only that it is taken is told.
# nosemgrep: unscoped-query (see above)
FILE_NUMBER_TAKEN = """
select exists (
    select from dispensing.patient where lower(file_number) = lower(%(file_number)s) and id is distinct from %(id)s)
"""

NEXT_FILE_NUMBER = """
insert into platform.counter as c (kind, year, last) values ('P', %(year)s, 1)
on conflict (kind, year) do update set last = c.last + 1
returning 'P-' || year || '-' || lpad(last::text, 5, '0')
"""

INSERT = """
insert into dispensing.patient
    (id, file_number, name, sex, birth_date, birth_estimated, department_id, phone, address, allergies,
     allergy_groups, no_known_allergies, history, created_at)
values
    (%(id)s, %(file_number)s, %(name)s, %(sex)s, %(birth_date)s, %(birth_estimated)s, %(department_id)s, %(phone)s,
     %(address)s, %(allergies)s, %(allergy_groups)s, %(no_known_allergies)s, %(history)s, %(at)s)
"""

UPDATE = """
update dispensing.patient
set file_number = %(file_number)s, name = %(name)s, sex = %(sex)s, birth_date = %(birth_date)s,
    birth_estimated = %(birth_estimated)s, department_id = %(department_id)s, phone = %(phone)s,
    address = %(address)s, allergies = %(allergies)s, allergy_groups = %(allergy_groups)s,
    no_known_allergies = %(no_known_allergies)s, history = %(history)s, version = version + 1
where id = %(id)s and version = %(version)s
"""

SET_ACTIVE = """
update dispensing.patient set active = %(active)s, version = version + 1
where id = %(id)s and version = %(version)s and merged_into_id is null
"""


class PatientInput(StructInput, frozen=True, kw_only=True):
    """What a person writes about a patient. Without a file number one is drawn.

    ``allergy_groups`` are codes of the catalog; ``no_known_allergies`` says that the patient has none.
    """

    name: Name
    file_number: Line = ""
    sex: Literal["female", "male", "other", "unknown"] = "unknown"
    birth_date: date | None = None
    birth_estimated: bool = False
    department_id: UUID | None = None
    phone: Line = ""
    address: Line = ""
    allergies: Note = ""
    allergy_groups: list[Line] = msgspec.field(default_factory=list[Line])
    no_known_allergies: bool = False
    history: Note = ""


async def create_patient(db: Connection, *, patient: PatientInput, actor: Actor, at: datetime) -> UUID:
    """Raises FileNumberTaken, BirthDateImpossible, AllergyGroupUnknown, AllergiesContradict, DepartmentUnknown."""
    _check_facts(patient, today=at.date())
    await _require_own_department(db, patient.department_id, None, actor)
    await _require_free_number(db, patient.file_number.strip(), None)
    file_number = patient.file_number.strip() or await _draw_file_number(db, at.year)
    patient_id = new_id()
    columns = {**_columns(patient), "file_number": file_number}
    await execute(db, INSERT, {**columns, "id": patient_id, "at": at})
    audit.record(db, actor, "dispensing.patient.create", "patient", patient_id, after=columns)
    return patient_id


async def update_patient(
    db: Connection, *, patient_id: UUID, patient: PatientInput, version: int, actor: Actor, at: datetime
) -> Patient:
    """Raises NotFound, AlreadyMerged, VersionStale, and what create_patient raises."""
    before = await get_patient(db, patient_id, actor)
    if before.merged_into_id is not None:
        raise errors.AlreadyMerged(at="")
    _check_facts(patient, today=at.date())
    await _require_own_department(db, patient.department_id, before.department_id, actor)
    await _require_free_number(db, patient.file_number.strip(), patient_id)
    file_number = patient.file_number.strip() or before.file_number
    columns = {**_columns(patient), "file_number": file_number, "id": patient_id, "version": version}
    if not await execute(db, UPDATE, columns):
        raise VersionStale
    after = await get_patient(db, patient_id, actor)
    audit.record(db, actor, "dispensing.patient.update", "patient", patient_id, before=before, after=after)
    return after


async def set_patient_active(
    db: Connection, *, patient_id: UUID, active: bool, version: int, actor: Actor
) -> None:
    """Archive or restore. Raises NotFound, AlreadyMerged, VersionStale."""
    before = await get_patient(db, patient_id, actor)
    if before.merged_into_id is not None:
        raise errors.AlreadyMerged(at="")
    if not await execute(db, SET_ACTIVE, {"id": patient_id, "active": active, "version": version}):
        raise VersionStale
    action = "dispensing.patient.restore" if active else "dispensing.patient.archive"
    audit.record(
        db, actor, action, "patient", patient_id, before={"active": before.active}, after={"active": active}
    )


def _check_facts(patient: PatientInput, *, today: date) -> None:
    if not rules.possible_birth_date(patient.birth_date, today=today):
        raise errors.BirthDateImpossible
    if not set(patient.allergy_groups) <= set(ALLERGY_GROUPS):
        raise errors.AllergyGroupUnknown
    if patient.no_known_allergies and (patient.allergy_groups or patient.allergies.strip()):
        raise errors.AllergiesContradict


async def _require_free_number(db: Connection, number: str, own_id: UUID | None) -> None:
    if number and await fetch_value(db, FILE_NUMBER_TAKEN, {"file_number": number, "id": own_id}):
        raise errors.FileNumberTaken


async def _draw_file_number(db: Connection, year: int) -> str:
    """The next number that nobody has written by hand."""
    number: str = await fetch_value(db, NEXT_FILE_NUMBER, {"year": year})
    while await fetch_value(db, FILE_NUMBER_TAKEN, {"file_number": number, "id": None}):
        number = await fetch_value(db, NEXT_FILE_NUMBER, {"year": year})
    return number


async def _require_own_department(
    db: Connection, department_id: UUID | None, before: UUID | None, actor: Actor
) -> None:
    """An active department, or the one the patient is in already; of those a bound person has."""
    if actor.departments is not None and department_id not in actor.departments:
        raise errors.DepartmentUnknown
    if department_id is None or department_id == before:
        return
    if department_id not in {choice.id for choice in await list_department_choices(db)}:
        raise errors.DepartmentUnknown


def _columns(patient: PatientInput) -> dict[str, object]:
    return {
        "name": patient.name.strip(),
        "sex": patient.sex,
        "birth_date": patient.birth_date,
        "birth_estimated": patient.birth_estimated,
        "department_id": patient.department_id,
        "phone": patient.phone,
        "address": patient.address,
        "allergies": patient.allergies.strip(),
        "allergy_groups": sorted(set(patient.allergy_groups)),
        "no_known_allergies": patient.no_known_allergies,
        "history": patient.history,
    }
