"""Departments and their stores."""

from uuid import UUID

from stockroom.interchange import rules
from stockroom.interchange.actions.intake import Intake, Mend
from stockroom.interchange.actions.mends import leave_empty, recode, rename
from stockroom.interchange.alorf import Finding, plan
from stockroom.interchange.queries import matches
from stockroom.interchange.queries.matches import Match
from stockroom.people import DepartmentInput, create_department, make_main_department
from stockroom.stock import PlaceInput, create_place, make_main_place

DEPARTMENTS, STORES = "departments", "stores"


async def take_departments(intake: Intake, items: tuple[plan.Department, ...]) -> None:
    """The main pharmacy becomes, or is, the main department; others are found by name or created."""
    main = await matches.find_main_department(intake.db)
    named = await matches.match_departments(intake.db, {item.key: item.name for item in items})
    for item in sorted(items, key=lambda item: not item.is_main):
        if intake.meet(DEPARTMENTS, item):
            continue
        match = named.get(item.key)
        if item.is_main and main is not None:
            match = Match(item.key, str(main), item.name)
        if not intake.claim(DEPARTMENTS, item, match):
            await _create_department(intake, item, is_main=item.is_main and main is None)
        elif item.is_main and main is None:
            await make_main_department(
                intake.db, department_id=UUID(intake.ids[item.source_id]), actor=intake.actor
            )


async def _create_department(intake: Intake, item: plan.Department, *, is_main: bool) -> None:
    fit = rules.Fitting()
    wanted = DepartmentInput(
        name=item.name,
        description=fit.text("description", item.description),
        responsible_person=fit.line("responsible_person", item.responsible_person),
        phone=fit.line("phone", item.phone),
        notes=fit.text("notes", item.notes),
    )

    async def create(wanted: DepartmentInput) -> UUID:
        at = intake.moment(item.created_at)
        return await create_department(
            intake.db, department=wanted, is_main=is_main, actor=intake.actor, at=at
        )

    mends: dict[str, Mend[DepartmentInput]] = {"department.name_taken": rename(item.name, item.key)}
    await intake.persist(DEPARTMENTS, item, wanted, create, mends)
    intake.keep_whole(DEPARTMENTS, item, *fit.cut)


async def take_places(intake: Intake, items: tuple[plan.Place, ...]) -> None:
    """The main pharmacy's store is the main place; others are found by name and department, or created."""
    main = await matches.find_main_place(intake.db)
    departments = {item.key: intake.id_of("department", item.department_key) for item in items}
    named = await matches.match_places(intake.db, {item.key: item.name for item in items}, departments)
    for item in sorted(items, key=lambda item: not item.is_main):
        if intake.meet(STORES, item):
            continue
        match = named.get(item.key)
        if item.is_main and main is not None:
            match = Match(item.key, str(main), item.name)
        if not intake.claim(STORES, item, match):
            await _create_place(intake, item, departments[item.key], is_main=item.is_main and main is None)
        elif item.is_main and main is None:
            await make_main_place(intake.db, place_id=UUID(intake.ids[item.source_id]), actor=intake.actor)


async def _create_place(
    intake: Intake, item: plan.Place, department_id: UUID | None, *, is_main: bool
) -> None:
    fit = rules.Fitting()
    wanted = PlaceInput(
        code=rules.code_of(item.key),
        name=item.name,
        kind=item.kind,
        department_id=department_id,
        location=fit.line("location", item.location),
    )
    mends: dict[str, Mend[PlaceInput]] = {
        "place.code_taken": recode(wanted.code),
        "place.department_unknown": leave_empty("department_id", None, Finding("department_closed")),
    }

    async def create(wanted: PlaceInput) -> UUID:
        at = intake.moment(item.created_at)
        return await create_place(intake.db, place=wanted, is_main=is_main, actor=intake.actor, at=at)

    await intake.persist(STORES, item, wanted, create, mends)
    intake.keep_whole(STORES, item, *fit.cut, *(["notes"] if item.notes else []))
