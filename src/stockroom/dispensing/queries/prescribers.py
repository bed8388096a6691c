"""Prescribers."""

from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_one
from stockroom.platform.errors import NotFound

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


async def find_prescriber(db: Connection, prescriber_id: UUID) -> Prescriber | None:
    return await fetch_one(db, PRESCRIBER, {"id": prescriber_id}, Prescriber)


async def get_prescriber(db: Connection, prescriber_id: UUID) -> Prescriber:
    """Raises NotFound."""
    found = await find_prescriber(db, prescriber_id)
    if found is None:
        raise NotFound
    return found
