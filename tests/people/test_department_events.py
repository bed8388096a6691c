"""What a department's opening and archiving mean to the modules above."""

from datetime import datetime
from uuid import UUID

import pytest

from stockroom.people.actions.departments import NewDepartment, archive_department, create_department
from stockroom.people.errors import DepartmentInUse
from stockroom.people.events import DepartmentArchiving, DepartmentOpened
from stockroom.people.queries.departments import get_department
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.events import Events


@pytest.fixture
def events(db: Connection) -> Events:
    db.events = Events()
    return db.events


async def test_opening_tells_name_and_wish_for_a_store_in_the_same_transaction(
    db: Connection, events: Events, actor: Actor, at: datetime
) -> None:
    told: list[tuple[DepartmentOpened, str, datetime]] = []

    async def listen(inner: Connection, event: DepartmentOpened, *, actor: Actor, at: datetime) -> None:
        found = await get_department(inner, event.department_id)
        told.append((event, f"{found.name} by {actor.name}", at))

    events.subscribe(DepartmentOpened, listen)
    made = await create_department(
        db, department=NewDepartment(name=" Cardiology ", with_store=True), actor=actor, at=at
    )
    assert told == [
        (DepartmentOpened(made, "Cardiology", with_store=True), "Cardiology by Test Pharmacist", at)
    ]


async def test_a_subscriber_that_still_needs_the_department_refuses_its_archiving(
    db: Connection, events: Events, actor: Actor, at: datetime
) -> None:
    asked: list[UUID] = []

    async def needs_it(_: Connection, event: DepartmentArchiving, *, actor: Actor, at: datetime) -> None:
        asked.append(event.department_id)
        raise DepartmentInUse

    made = await create_department(db, department=NewDepartment(name="Cardiology"), actor=actor, at=at)
    events.subscribe(DepartmentArchiving, needs_it)
    with pytest.raises(DepartmentInUse):
        async with savepoint(db):
            await archive_department(db, department_id=made, version=1, actor=actor, at=at)
    assert asked == [made]
    found = await get_department(db, made)
    assert (found.active, found.version) == (True, 1)
    assert [entry.action for entry in db.pending_audit] == ["people.department.create"]
