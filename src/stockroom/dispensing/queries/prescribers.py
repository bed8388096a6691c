"""Prescribers."""

from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_one
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

PRESCRIBER = """
select
    p.id, p.name, p.licence, p.specialty, p.position, p.department_id, coalesce(d.name, '') as department,
    p.phone, p.email, p.notes, p.active, p.version, p.created_at
from dispensing.prescriber p
left join people.department d on d.id = p.department_id
where p.id = %(id)s
"""


class Prescriber(msgspec.Struct, frozen=True):
    """Somebody who may prescribe."""

    id: UUID
    name: str
    licence: str
    specialty: str
    position: str
    department_id: UUID | None
    department: str
    phone: str
    email: str
    notes: str
    active: bool
    version: int
    created_at: datetime


PRESCRIBERS = ListSpec(
    name="prescribers",
    row=Prescriber,
    columns=(
        "p.id, p.name, p.licence, p.specialty, p.position, p.department_id,"
        " coalesce(d.name, '') as department, p.phone, p.email, p.notes, p.active, p.version, p.created_at"
    ),
    source="dispensing.prescriber p left join people.department d on d.id = p.department_id",
    sorts={
        "name": Sort("platform.fold(p.name)"),
        "licence": Sort("platform.fold(p.licence)"),
        "created_at": Sort("p.created_at", "timestamptz"),
    },
    default_sort="name",
    key=Sort("p.id", "uuid"),
    filters={
        "active": Filter("p.active = %(value)s", bool, "true or false."),
        "department_id": Filter("p.department_id = %(value)s", UUID, "Id of the prescriber's department."),
    },
    search="p.search_text",
)


async def find_prescriber(db: Connection, prescriber_id: UUID) -> Prescriber | None:
    return await fetch_one(db, PRESCRIBER, {"id": prescriber_id}, Prescriber)


async def get_prescriber(db: Connection, prescriber_id: UUID) -> Prescriber:
    """Raises NotFound."""
    found = await find_prescriber(db, prescriber_id)
    if found is None:
        raise NotFound
    return found
