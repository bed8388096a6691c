"""The main pharmacy, where there is none yet."""

from uuid import UUID

from stockroom.people.errors import MainDepartmentStays
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute

MAKE_MAIN = """
update people.department d set is_main = true, version = version + 1
where d.id = %(id)s and d.active and not exists (select from people.department other where other.is_main)
"""


async def make_main_department(db: Connection, *, department_id: UUID, actor: Actor) -> None:
    """Raises MainDepartmentStays where there is a main pharmacy already."""
    if not await execute(db, MAKE_MAIN, {"id": department_id}):
        raise MainDepartmentStays
    audit.record(
        db,
        actor,
        "people.department.make_main",
        "department",
        department_id,
        before={"is_main": False},
        after={"is_main": True},
    )
