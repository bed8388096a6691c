"""Opening, changing and archiving places."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
import pytest

from stockroom.people import DepartmentArchiving, DepartmentOpened, NewDepartment, create_department
from stockroom.people.actions.departments import archive_department
from stockroom.people.errors import DepartmentInUse
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import NotFound, VersionStale
from stockroom.platform.events import Events
from stockroom.stock import close_department_places, list_place_choices, open_department_store, rules
from stockroom.stock.actions.places import (
    PlaceInput,
    archive_place,
    create_place,
    restore_place,
    update_place,
)
from stockroom.stock.errors import (
    BinWithoutPlace,
    MainPlaceStays,
    PlaceCodeTaken,
    PlaceDepartmentUnknown,
    PlaceHasParts,
    PlaceHoldsStock,
    PlaceInItself,
    PlaceParentUnknown,
)
from stockroom.stock.queries.places import get_place
from tests.stock.conftest import OpenStock
from tests.stock.ground import Ground


def shelf(**changes: object) -> PlaceInput:
    return msgspec.structs.replace(PlaceInput(code="S1", name="Shelf", kind="storage"), **changes)


async def places(db: Connection) -> list[tuple[object, ...]]:
    return await (
        await db.execute("select id, code, active, version from stock.place order by id")
    ).fetchall()


async def test_opens_and_changes_a_place(db: Connection, ground: Ground, actor: Actor, at: datetime) -> None:
    made = await create_place(
        db, place=shelf(kind="bin", parent_id=ground.store, location="Hall 2"), actor=actor, at=at
    )
    place = await get_place(db, made, actor=actor)
    assert (place.code, place.kind, place.parent_name, place.location) == ("S1", "bin", "Main", "Hall 2")
    after = await update_place(db, place_id=made, place=shelf(name="Cold"), version=1, actor=actor)
    assert (after.name, after.parent_id, after.version) == ("Cold", None, 2)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"code": "main"}, PlaceCodeTaken),
        ({"kind": "bin"}, BinWithoutPlace),
        ({"parent_id": uuid4()}, PlaceParentUnknown),
        ({"parent_id": UUID("00000000-0000-7000-8000-000000000001")}, PlaceParentUnknown),
        ({"department_id": uuid4()}, PlaceDepartmentUnknown),
    ],
)
async def test_refuses_a_wrong_place_and_writes_nothing(
    db: Connection, ground: Ground, actor: Actor, at: datetime, changes: dict[str, object], refusal: type
) -> None:
    before = await places(db)
    with pytest.raises(refusal):
        await create_place(db, place=shelf(**changes), actor=actor, at=at)
    with pytest.raises(refusal):
        await update_place(db, place_id=ground.quarantine, place=shelf(**changes), version=1, actor=actor)
    assert await places(db) == before


async def test_a_place_is_never_part_of_itself(
    db: Connection, ground: Ground, actor: Actor, at: datetime
) -> None:
    inner = await create_place(db, place=shelf(parent_id=ground.store), actor=actor, at=at)
    outer = shelf(code="MAIN", parent_id=inner)
    with pytest.raises(PlaceInItself):
        await update_place(db, place_id=ground.store, place=outer, version=1, actor=actor)


async def test_the_second_editor_is_told(db: Connection, ground: Ground, actor: Actor) -> None:
    await update_place(db, place_id=ground.ward, place=shelf(), version=1, actor=actor)
    with pytest.raises(VersionStale):
        await update_place(db, place_id=ground.ward, place=shelf(), version=1, actor=actor)
    with pytest.raises(VersionStale):
        await archive_place(db, place_id=ground.ward, version=1, actor=actor)
    with pytest.raises(VersionStale):
        await restore_place(db, place_id=ground.ward, version=1, actor=actor)


async def test_archives_an_empty_place_and_takes_it_back(
    db: Connection, ground: Ground, actor: Actor
) -> None:
    await archive_place(db, place_id=ground.ward, version=1, actor=actor)
    assert ground.ward not in [place.id for place in await list_place_choices(db, actor)]
    assert (await restore_place(db, place_id=ground.ward, version=2, actor=actor)).active


async def test_refuses_to_archive_what_is_needed(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    main = await create_place(db, place=shelf(code="HUB"), is_main=True, actor=actor, at=at)
    await create_place(db, place=shelf(parent_id=ground.ward), actor=actor, at=at)
    await stock_of(1)
    before = await places(db)
    for place_id, refusal in (
        (main, MainPlaceStays),
        (ground.store, PlaceHoldsStock),
        (ground.ward, PlaceHasParts),
        (uuid4(), NotFound),
        (UUID("00000000-0000-7000-8000-000000000001"), NotFound),
    ):
        with pytest.raises(refusal):
            await archive_place(db, place_id=place_id, version=1, actor=actor)
    assert await places(db) == before


@pytest.fixture
def listening(db: Connection) -> Connection:
    db.events = Events()
    db.events.subscribe(DepartmentOpened, open_department_store)
    db.events.subscribe(DepartmentArchiving, close_department_places)
    return db


async def test_a_departments_store_opens_and_closes_with_it(
    listening: Connection, actor: Actor, at: datetime
) -> None:
    made = [
        await create_department(
            listening, department=NewDepartment(name=name, with_store=True), actor=actor, at=at
        )
        for name in ("Oddział Położniczy", "Oddział Poł. II", "قسم")
    ]
    cursor = await listening.execute(
        "select code, name, kind, department_id from stock.place where not outside order by code"
    )
    rows = await cursor.fetchall()
    assert {row[0] for row in rows} == {"ODDZ-POLO", "ODDZ-POL-II", "STORE"}
    assert {row[3] for row in rows} == set(made)
    assert ("Oddział Położniczy store", "ward") in [(row[1], row[2]) for row in rows]
    await archive_department(listening, department_id=made[0], version=1, actor=actor, at=at)
    assert len(await list_place_choices(listening, actor)) == 2


async def test_a_department_whose_store_holds_stock_stays(
    listening: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    department = NewDepartment(name="Surgery", with_store=True)
    made = await create_department(listening, department=department, actor=actor, at=at)
    store = next(place for place in await list_place_choices(listening, actor) if place.code == "SURG")
    await stock_of(1, place=store.id)
    with pytest.raises(DepartmentInUse):
        await archive_department(listening, department_id=made, version=1, actor=actor, at=at)
    assert store.id in [place.id for place in await list_place_choices(listening, actor)]


async def test_somebody_bound_to_a_department_keeps_to_its_places(
    db: Connection, ground: Ground, actor: Actor, at: datetime
) -> None:
    own = await create_department(db, department=NewDepartment(name="Surgery"), actor=actor, at=at)
    bound = msgspec.structs.replace(actor, departments=frozenset({own}))
    with pytest.raises(PlaceDepartmentUnknown):
        await create_place(db, place=shelf(), actor=bound, at=at)
    with pytest.raises(PlaceParentUnknown):
        await create_place(db, place=shelf(department_id=own, parent_id=ground.store), actor=bound, at=at)
    made = await create_place(db, place=shelf(department_id=own), actor=bound, at=at)
    assert [place.id for place in await list_place_choices(db, bound)] == [made]
    with pytest.raises(NotFound):
        await update_place(db, place_id=ground.ward, place=shelf(code="S2"), version=1, actor=bound)
    with pytest.raises(NotFound):
        await archive_place(db, place_id=ground.ward, version=1, actor=bound)


@pytest.mark.parametrize(
    ("name", "code"),
    [("Oddział Położniczy", "ODDZ-POLO"), ("ICU", "ICU"), ("قسم", "STORE"), ("a b c d", "A-B-C")],
)
def test_makes_a_code_from_a_name(name: str, code: str) -> None:
    assert rules.place_code(name) == code


def test_numbers_a_code_that_is_taken() -> None:
    assert rules.free_code("ICU", {"icu", "icu-2"}) == "ICU-3"
