"""Patients: admitted to the register, changed, archived, merged."""

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
     allergy_groups, history, created_at)
values
    (%(id)s, %(file_number)s, %(name)s, %(sex)s, %(birth_date)s, %(birth_estimated)s, %(department_id)s, %(phone)s,
     %(address)s, %(allergies)s, %(allergy_groups)s, %(history)s, %(at)s)
"""

UPDATE = """
update dispensing.patient
set file_number = %(file_number)s, name = %(name)s, sex = %(sex)s, birth_date = %(birth_date)s,
    birth_estimated = %(birth_estimated)s, department_id = %(department_id)s, phone = %(phone)s,
    address = %(address)s, allergies = %(allergies)s, allergy_groups = %(allergy_groups)s, history = %(history)s,
    version = version + 1
where id = %(id)s and version = %(version)s
"""

SET_ACTIVE = """
update dispensing.patient set active = %(active)s, version = version + 1
where id = %(id)s and version = %(version)s and merged_into_id is null
"""

MERGE = """
update dispensing.patient
set active = false, merged_into_id = %(survivor_id)s, version = version + 1
where id = %(id)s or merged_into_id = %(id)s
"""


class PatientInput(StructInput, frozen=True, kw_only=True):
    """What a person writes about a patient. Without a file number one is drawn."""

    name: Name
    file_number: Line = ""
    sex: Literal["female", "male", "other", "unknown"] = "unknown"
    birth_date: date | None = None
    birth_estimated: bool = False
    department_id: UUID | None = None
    phone: Line = ""
    address: Line = ""
    allergies: Note = ""
    allergy_groups: list[str] = msgspec.field(default_factory=list[str])
    history: Note = ""


async def create_patient(db: Connection, *, patient: PatientInput, actor: Actor, at: datetime) -> UUID:
    """Raises FileNumberTaken, BirthDateImpossible, AllergyGroupUnknown, DepartmentUnknown."""
    await _check(db, patient, None, actor, today=at.date())
    file_number = patient.file_number.strip() or await fetch_value(db, NEXT_FILE_NUMBER, {"year": at.year})
    patient_id = new_id()
    columns = {**_columns(patient), "file_number": file_number}
    await execute(db, INSERT, {**columns, "id": patient_id, "at": at})
    audit.record(db, actor, "dispensing.patient.create", "patient", patient_id, after=columns)
    return patient_id


async def update_patient(
    db: Connection, *, patient_id: UUID, patient: PatientInput, version: int, actor: Actor, at: datetime
) -> Patient:
    """Raises NotFound, VersionStale, and what create_patient raises."""
    before = await get_patient(db, patient_id, actor)
    await _check(db, patient, patient_id, actor, today=at.date())
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


async def merge_patient(
    db: Connection, *, patient_id: UUID, survivor_id: UUID, reason: str, actor: Actor
) -> None:
    """The duplicate's record follows the survivor; dispensings keep the id they were posted with.

    Raises NotFound, MergeWithItself, AlreadyMerged, PatientUnknown.
    """
    if patient_id == survivor_id:
        raise errors.MergeWithItself
    before = await get_patient(db, patient_id, actor)
    survivor = await get_patient(db, survivor_id, actor)
    if before.merged_into_id is not None or survivor.merged_into_id is not None:
        raise errors.AlreadyMerged
    await execute(db, MERGE, {"id": patient_id, "survivor_id": survivor_id})
    audit.record(
        db,
        actor,
        "dispensing.patient.merge",
        "patient",
        patient_id,
        before=before,
        after={"merged_into_id": survivor_id},
        reason=reason,
    )


async def _check(
    db: Connection, patient: PatientInput, own_id: UUID | None, actor: Actor, *, today: date
) -> None:
    if not rules.possible_birth_date(patient.birth_date, today=today):
        raise errors.BirthDateImpossible
    if not set(patient.allergy_groups) <= set(ALLERGY_GROUPS):
        raise errors.AllergyGroupUnknown
    number = patient.file_number.strip()
    if number and await fetch_value(db, FILE_NUMBER_TAKEN, {"file_number": number, "id": own_id}):
        raise errors.FileNumberTaken
    if patient.department_id is not None:
        known = {choice.id for choice in await list_department_choices(db)}
        allowed = known if actor.departments is None else known & actor.departments
        if patient.department_id not in allowed:
            raise errors.DepartmentUnknown
    elif actor.departments is not None:
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
        "history": patient.history,
    }
