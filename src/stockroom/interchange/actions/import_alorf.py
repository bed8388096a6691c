"""Bringing a planned ALORF system over: all of it or nothing, and the same thing only once."""

from datetime import datetime

import msgspec

from stockroom.interchange.actions.goods import take_forms, take_medicines, take_suppliers
from stockroom.interchange.actions.intake import SYSTEM, Intake, Progress, Tally
from stockroom.interchange.actions.organisation import take_departments, take_places
from stockroom.interchange.actions.papers import take_papers
from stockroom.interchange.actions.persons import take_patients, take_prescribers, take_users
from stockroom.interchange.actions.shelves import take_stock
from stockroom.interchange.alorf import Line, Plan, fingerprint
from stockroom.interchange.queries.matches import list_imported
from stockroom.people import sync_builtin_roles
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, savepoint

ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('interchange.import'))"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did. ``lines`` say what was matched, mended, refused or has changed since;
    ``documents`` are the numbers of the opening documents."""

    nothing_new: bool
    tallies: dict[str, Tally]
    lines: tuple[Line, ...]
    documents: tuple[str, ...]


def silent(done: float, what: str) -> None:
    """Progress nobody watches."""


async def import_alorf(
    db: Connection, *, plan: Plan, currency: str, actor: Actor, at: datetime, progress: Progress = silent
) -> Outcome:
    """Write the whole plan within the caller's transaction; what an earlier import brought stays as it is.

    ``at`` is in the organisation's zone. Stock is dated by the backup, or by ``at`` where the backup says
    nothing or claims to be from later. Raises BalancesDiffer, and whatever refusal no rule of the import
    mends; both are faults and must roll everything back.
    """
    await execute(db, ONE_AT_A_TIME)
    await sync_builtin_roles(db)
    intake = Intake(
        db,
        known=await list_imported(db, SYSTEM),
        currency=currency,
        actor=actor,
        at=at,
        stocked_at=_stocked_at(plan, at),
        progress=progress,
        items=_count(plan),
    )
    numbers = await _take(intake, plan)
    if intake.brings_something:
        await intake.write_down()
        _record(intake, plan, numbers)
    return Outcome(
        nothing_new=not intake.brings_something,
        tallies=intake.tallies,
        lines=tuple(intake.lines),
        documents=tuple(numbers),
    )


async def rehearse_alorf(
    db: Connection, *, plan: Plan, currency: str, actor: Actor, at: datetime, progress: Progress = silent
) -> Outcome:
    """The same, and then take it all back: what it would do, and nothing written. Raises as import_alorf."""
    try:
        async with savepoint(db):
            outcome = await import_alorf(
                db, plan=plan, currency=currency, actor=actor, at=at, progress=progress
            )
            raise _TakenBack(outcome)
    except _TakenBack as taken_back:
        return taken_back.outcome


class _TakenBack(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


async def _take(intake: Intake, plan: Plan) -> list[str]:
    """In the order in which one needs the other."""
    await take_departments(intake, plan.departments)
    await take_places(intake, plan.places)
    await take_suppliers(intake, plan.suppliers)
    await take_forms(intake, plan.forms)
    await take_medicines(intake, plan.products, plan.forms)
    await take_patients(intake, plan.patients)
    await take_prescribers(intake, plan.prescribers)
    await take_users(intake, plan.users)
    numbers = await take_stock(intake, plan)
    await take_papers(intake, plan)
    intake.warn_of_another_system()
    return numbers


def _stocked_at(plan: Plan, at: datetime) -> datetime:
    made_at = plan.origin.made_at
    return made_at.astimezone(at.tzinfo) if made_at and made_at <= at else at


def _count(plan: Plan) -> int:
    parts = (
        plan.departments, plan.places, plan.suppliers, plan.forms, plan.products, plan.patients,
        plan.prescribers, plan.users, plan.batches, plan.openings, plan.documents,
    )  # fmt: skip
    return sum(len(part) for part in parts)


def _record(intake: Intake, plan: Plan, numbers: list[str]) -> None:
    after = {
        "layout": plan.origin.layout,
        "made_at": plan.origin.made_at,
        "documents": numbers,
        "created": {name: tally.created for name, tally in intake.tallies.items() if tally.created},
    }
    audit.record(
        intake.db, intake.actor, "interchange.alorf.import", "import", fingerprint(plan)[:32], after=after
    )
