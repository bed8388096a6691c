"""Opening, changing and archiving departments (H1)."""

from datetime import datetime
from uuid import UUID

from stockroom.people.errors import DepartmentInUse, DepartmentNameTaken, MainDepartmentStays
from stockroom.people.events import DepartmentArchiving, DepartmentOpened
from stockroom.people.queries.departments import Department, get_department
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_value
from stockroom.platform.errors import VersionStale
from stockroom.platform.events import publish
from stockroom.platform.fields import Line, Name, Note, StructInput
from stockroom.platform.ids import new_id

NAME_TAKEN = """
select exists (
    select from people.department
    where active and platform.fold(name) = platform.fold(%(name)s) and id is distinct from %(id)s)
"""

INSERT = """
insert into people.department
    (id, name, description, responsible_person, phone, notes, is_main, created_at)
values
    (%(id)s, %(name)s, %(description)s, %(responsible_person)s, %(phone)s, %(notes)s, %(is_main)s, %(at)s)
"""

UPDATE = """
update people.department
set name = %(name)s, description = %(description)s, responsible_person = %(responsible_person)s,
    phone = %(phone)s, notes = %(notes)s, version = version + 1
where id = %(id)s and version = %(version)s
"""

SET_ACTIVE = """
update people.department set active = %(active)s, version = version + 1
where id = %(id)s and version = %(version)s
"""

HAS_ACTIVE_USERS = """
select exists (
    select from people.account_department m join people.account a on a.id = m.account_id
    where m.department_id = %(id)s and a.active)
"""


class DepartmentInput(StructInput, frozen=True, kw_only=True):
    """What a person writes about a department."""

    name: Name
    description: Note = ""
    responsible_person: Line = ""
    phone: Line = ""
    notes: Note = ""


class NewDepartment(DepartmentInput, frozen=True, kw_only=True):
    """A department to open; ``with_store`` opens a store of its own with it."""

    with_store: bool = False


async def create_department(
    db: Connection, *, department: DepartmentInput, is_main: bool = False, actor: Actor, at: datetime
) -> UUID:
    """Publishes DepartmentOpened. Raises DepartmentNameTaken."""
    await _require_free_name(db, department.name, None)
    department_id = new_id()
    await execute(db, INSERT, {**_columns(department), "id": department_id, "is_main": is_main, "at": at})
    audit.record(
        db, actor, "people.department.create", "department", department_id, after=_columns(department)
    )
    with_store = isinstance(department, NewDepartment) and department.with_store
    opened = DepartmentOpened(department_id, department.name.strip(), with_store=with_store)
    await publish(db, opened, actor=actor, at=at)
    return department_id


async def update_department(
    db: Connection, *, department_id: UUID, department: DepartmentInput, version: int, actor: Actor
) -> Department:
    """Raises NotFound, DepartmentNameTaken, VersionStale."""
    before = await get_department(db, department_id)
    await _require_free_name(db, department.name, department_id)
    params = {**_columns(department), "id": department_id, "version": version}
    if not await execute(db, UPDATE, params):
        raise VersionStale
    after = await get_department(db, department_id)
    audit.record(
        db, actor, "people.department.update", "department", department_id, before=before, after=after
    )
    return after


async def archive_department(
    db: Connection, *, department_id: UUID, version: int, actor: Actor, at: datetime
) -> None:
    """Publishes DepartmentArchiving. Raises NotFound, MainDepartmentStays, DepartmentInUse, VersionStale."""
    before = await get_department(db, department_id)
    if before.is_main:
        raise MainDepartmentStays
    if await fetch_value(db, HAS_ACTIVE_USERS, {"id": department_id}):
        raise DepartmentInUse
    await publish(db, DepartmentArchiving(department_id), actor=actor, at=at)
    if not await execute(db, SET_ACTIVE, {"id": department_id, "version": version, "active": False}):
        raise VersionStale
    audit.record(db, actor, "people.department.archive", "department", department_id, before=before)


async def _require_free_name(db: Connection, name: str, own_id: UUID | None) -> None:
    if await fetch_value(db, NAME_TAKEN, {"name": name, "id": own_id}):
        raise DepartmentNameTaken


def _columns(department: DepartmentInput) -> dict[str, str]:
    return {
        "name": department.name.strip(),
        "description": department.description,
        "responsible_person": department.responsible_person,
        "phone": department.phone,
        "notes": department.notes,
    }
