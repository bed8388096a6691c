"""Prescribers: entered, changed, archived."""

from datetime import datetime
from uuid import UUID

from stockroom.dispensing import errors
from stockroom.dispensing.queries.prescribers import Prescriber, get_prescriber
from stockroom.people import list_department_choices
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_value
from stockroom.platform.errors import VersionStale
from stockroom.platform.fields import Email, Line, Name, Note, StructInput
from stockroom.platform.ids import new_id

LICENCE_TAKEN = """
select exists (
    select from dispensing.prescriber where lower(licence) = lower(%(licence)s) and id is distinct from %(id)s)
"""

INSERT = """
insert into dispensing.prescriber
    (id, name, licence, specialty, position, department_id, phone, email, notes, created_at)
values
    (%(id)s, %(name)s, %(licence)s, %(specialty)s, %(position)s, %(department_id)s, %(phone)s, %(email)s, %(notes)s,
     %(at)s)
"""

UPDATE = """
update dispensing.prescriber
set name = %(name)s, licence = %(licence)s, specialty = %(specialty)s, position = %(position)s,
    department_id = %(department_id)s, phone = %(phone)s, email = %(email)s, notes = %(notes)s,
    version = version + 1
where id = %(id)s and version = %(version)s
"""

SET_ACTIVE = """
update dispensing.prescriber set active = %(active)s, version = version + 1
where id = %(id)s and version = %(version)s
"""


class PrescriberInput(StructInput, frozen=True, kw_only=True):
    """What a person writes about a prescriber."""

    name: Name
    licence: Line = ""
    specialty: Line = ""
    position: Line = ""
    department_id: UUID | None = None
    phone: Line = ""
    email: Email = ""
    notes: Note = ""


async def create_prescriber(
    db: Connection, *, prescriber: PrescriberInput, actor: Actor, at: datetime
) -> UUID:
    """Raises LicenceTaken, DepartmentUnknown."""
    await _check(db, prescriber, None, None)
    prescriber_id = new_id()
    columns = _columns(prescriber)
    await execute(db, INSERT, {**columns, "id": prescriber_id, "at": at})
    audit.record(db, actor, "dispensing.prescriber.create", "prescriber", prescriber_id, after=columns)
    return prescriber_id


async def update_prescriber(
    db: Connection, *, prescriber_id: UUID, prescriber: PrescriberInput, version: int, actor: Actor
) -> Prescriber:
    """Raises NotFound, VersionStale, LicenceTaken, DepartmentUnknown."""
    before = await get_prescriber(db, prescriber_id)
    await _check(db, prescriber, prescriber_id, before.department_id)
    params = {**_columns(prescriber), "id": prescriber_id, "version": version}
    if not await execute(db, UPDATE, params):
        raise VersionStale
    after = await get_prescriber(db, prescriber_id)
    audit.record(
        db, actor, "dispensing.prescriber.update", "prescriber", prescriber_id, before=before, after=after
    )
    return after


async def set_prescriber_active(
    db: Connection, *, prescriber_id: UUID, active: bool, version: int, actor: Actor
) -> None:
    """Archive or restore. Raises NotFound, VersionStale."""
    before = await get_prescriber(db, prescriber_id)
    if not await execute(db, SET_ACTIVE, {"id": prescriber_id, "active": active, "version": version}):
        raise VersionStale
    action = "dispensing.prescriber.restore" if active else "dispensing.prescriber.archive"
    audit.record(
        db,
        actor,
        action,
        "prescriber",
        prescriber_id,
        before={"active": before.active},
        after={"active": active},
    )


async def _check(
    db: Connection, prescriber: PrescriberInput, own_id: UUID | None, own_department: UUID | None
) -> None:
    licence = prescriber.licence.strip()
    if licence and await fetch_value(db, LICENCE_TAKEN, {"licence": licence, "id": own_id}):
        raise errors.LicenceTaken
    if prescriber.department_id not in (None, own_department):
        known = {choice.id for choice in await list_department_choices(db)}
        if prescriber.department_id not in known:
            raise errors.DepartmentUnknown


def _columns(prescriber: PrescriberInput) -> dict[str, object]:
    return {
        "name": prescriber.name.strip(),
        "licence": prescriber.licence.strip(),
        "specialty": prescriber.specialty,
        "position": prescriber.position,
        "department_id": prescriber.department_id,
        "phone": prescriber.phone,
        "email": prescriber.email,
        "notes": prescriber.notes,
    }
