"""Departments."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one, fetch_values
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

DEPARTMENT = """
select
    d.id, d.name, d.description, d.responsible_person, d.phone, d.notes, d.is_main, d.active, d.version,
    d.created_at
from people.department d
where d.id = %(id)s
"""

CHOICES = """
select d.id, d.name
from people.department d
where d.active
order by d.is_main desc, platform.fold(d.name), d.id
"""


UNKNOWN = """
select wanted.position - 1
from unnest(%(ids)s::uuid[]) with ordinality as wanted (id, position)
where not exists (select from people.department d where d.id = wanted.id and d.active)
order by wanted.position
"""


class Department(msgspec.Struct, frozen=True):
    """A ward or another part of the organisation."""

    id: UUID
    name: str
    description: str
    responsible_person: str
    phone: str
    notes: str
    is_main: bool
    active: bool
    version: int
    created_at: datetime


class Choice(msgspec.Struct, frozen=True):
    """What a select offers."""

    id: UUID
    name: str


DEPARTMENTS = ListSpec(
    name="departments",
    row=Department,
    columns=(
        "d.id, d.name, d.description, d.responsible_person, d.phone, d.notes, d.is_main, d.active, d.version,"
        " d.created_at"
    ),
    source="people.department d",
    sorts={"name": Sort("platform.fold(d.name)"), "created_at": Sort("d.created_at", "timestamptz")},
    default_sort="name",
    key=Sort("d.id", "uuid"),
    filters={"active": Filter("d.active = %(value)s", bool, "true or false.")},
    search="d.search_text",
)


async def get_department(db: Connection, department_id: UUID) -> Department:
    """Raises NotFound."""
    found = await fetch_one(db, DEPARTMENT, {"id": department_id}, Department)
    if found is None:
        raise NotFound
    return found


async def list_department_choices(db: Connection) -> list[Choice]:
    """The active departments, the main pharmacy first."""
    return await fetch_all(db, CHOICES, None, Choice)


async def find_unknown_departments(db: Connection, ids: Sequence[UUID]) -> list[int]:
    """The positions of those that do not exist or are archived."""
    return await fetch_values(db, UNKNOWN, {"ids": list(ids)})
