"""Patients, prescribers and users."""

from datetime import date, datetime
from functools import partial
from typing import Literal
from uuid import UUID

import msgspec

from stockroom.catalog import ALLERGY_GROUPS
from stockroom.dispensing import (
    PatientInput,
    PrescriberInput,
    create_patient,
    create_prescriber,
    set_prescriber_active,
)
from stockroom.interchange import rules
from stockroom.interchange.actions.intake import Intake, Mend
from stockroom.interchange.actions.mends import leave_empty, move_to_notes
from stockroom.interchange.alorf import Finding, plan
from stockroom.people import AccountInput, create_account, disable_account

PATIENTS, DOCTORS, USERS = "patients", "doctors", "users"
SEXES: dict[str, Literal["female", "male", "other", "unknown"]] = {
    "F": "female", "M": "male", "other": "other", "unknown": "unknown",
}  # fmt: skip
LEAST_ROLE = "ward"
DEPARTMENT_CLOSED = Finding("department_closed")


async def take_patients(intake: Intake, items: tuple[plan.Patient, ...]) -> None:
    """The register has no notes of its own: they go into the history."""
    for item in items:
        if not intake.meet(PATIENTS, item):
            await _create_patient(intake, item)


async def _create_patient(intake: Intake, item: plan.Patient) -> None:
    fit = rules.Fitting()
    born = rules.birth_date(item.birth_date, item.birth_year)
    entered = f"entered: {item.entered_on.isoformat()}" if item.entered_on else ""
    impossible = f"birth date: {item.birth_date or item.birth_year}" if _is_lost(item, born) else ""
    groups = {group if group in ALLERGY_GROUPS else "other" for group in item.allergy_groups}
    wanted = PatientInput(
        name=item.name,
        file_number=fit.line("file_number", item.file_number),
        sex=SEXES[item.sex],
        birth_date=born,
        birth_estimated=item.birth_estimated and born is not None,
        department_id=intake.id_of("department", item.department_key),
        phone=fit.line("phone", item.phone),
        address=fit.line("address", item.address),
        allergies=fit.text("allergies", item.allergy_text),
        allergy_groups=sorted(groups),
        history=fit.text("medical_history", item.medical_history, item.notes, entered, impossible),
    )
    mends: dict[str, Mend[PatientInput]] = {
        "patient.file_number_taken": partial(_renumber, item.key),
        "patient.department_unknown": leave_empty("department_id", None, DEPARTMENT_CLOSED),
    }
    await intake.persist(PATIENTS, item, wanted, partial(_patient, intake, item, born), mends)
    if impossible:
        intake.mend(PATIENTS, item, "birth_date_impossible", born=impossible)
    if odd := sorted(set(item.allergy_groups) - ALLERGY_GROUPS.keys()):
        intake.mend(PATIENTS, item, "allergy_group_other", groups=", ".join(odd))
    intake.keep_whole(PATIENTS, item, *fit.cut)


def _is_lost(item: plan.Patient, born: date | None) -> bool:
    return born is None and (item.birth_date is not None or item.birth_year is not None)


def _renumber(key: str, wanted: PatientInput, tried: int) -> tuple[PatientInput, Finding]:
    given = rules.code_of(key) if tried == 1 else rules.another_code(rules.code_of(key), tried - 1)
    details = {"number": wanted.file_number, "given": given}
    return msgspec.structs.replace(wanted, file_number=given), Finding("file_number_in_use", details)


async def _patient(intake: Intake, item: plan.Patient, born: date | None, wanted: PatientInput, /) -> UUID:
    """A record made before the birth date it names was made later than it says."""
    at = _after(intake.moment(item.created_at), born, intake.at)
    return await create_patient(intake.db, patient=wanted, actor=intake.actor, at=at)


def _after(made: datetime, born: date | None, otherwise: datetime) -> datetime:
    return made if born is None or made.date() >= born else otherwise


async def take_prescribers(intake: Intake, items: tuple[plan.Prescriber, ...]) -> None:
    for item in items:
        if not intake.meet(DOCTORS, item):
            await _create_prescriber(intake, item)


async def _create_prescriber(intake: Intake, item: plan.Prescriber) -> None:
    fit = rules.Fitting()
    licence = fit.line("licence", item.licence)
    wanted = PrescriberInput(
        name=item.name,
        licence=licence,
        specialty=fit.line("specialty", item.specialty),
        position=fit.line("position", item.position),
        department_id=intake.id_of("department", item.department_key),
        phone=fit.line("phone", item.phone),
        email=item.email,
        notes=fit.text("notes", item.notes),
    )
    in_notes = Finding("licence_taken", {"licence": licence})
    mends: dict[str, Mend[PrescriberInput]] = {
        "prescriber.licence_taken": move_to_notes("licence", "", "licence", licence, in_notes),
        "patient.department_unknown": leave_empty("department_id", None, DEPARTMENT_CLOSED),
    }
    prescriber_id = await intake.persist(DOCTORS, item, wanted, partial(_prescriber, intake, item), mends)
    if not item.active:
        await set_prescriber_active(
            intake.db, prescriber_id=prescriber_id, active=False, version=1, actor=intake.actor
        )
    intake.keep_whole(DOCTORS, item, *fit.cut)


async def _prescriber(intake: Intake, item: plan.Prescriber, wanted: PrescriberInput, /) -> UUID:
    at = intake.moment(item.created_at)
    return await create_prescriber(intake.db, prescriber=wanted, actor=intake.actor, at=at)


async def take_users(intake: Intake, items: tuple[plan.User, ...]) -> None:
    """Nobody can sign in before an administrator has invited them: no account has a password.

    Wards see their own department only, so one without a department comes disabled.
    """
    for item in items:
        if not intake.meet(USERS, item):
            await _create_user(intake, item)


async def _create_user(intake: Intake, item: plan.User) -> None:
    department = intake.id_of("department", item.department_key)
    username = rules.username_of(item.username, item.key)
    role = item.role if item.active or item.role != "admin" else LEAST_ROLE
    wanted = AccountInput(
        username=username,
        name=item.name,
        role=role,
        email=item.email if item.invite else "",
        departments=[department] if department and role == LEAST_ROLE else [],
    )
    details = {"role": item.role, "given": LEAST_ROLE}
    mends: dict[str, Mend[AccountInput]] = {
        "account.username_taken": partial(_rename_user, username, item.key),
        "account.email_taken": leave_empty("email", "", Finding("email_in_use", {"email": item.email})),
        "account.role_unknown": partial(_least_role, department, Finding("role_missing", details)),
        "account.role_beyond_own": partial(_least_role, department, Finding("role_beyond_own", details)),
    }
    given: list[AccountInput] = []
    account_id = await intake.persist(USERS, item, wanted, partial(_account, intake, item, given), mends)
    if username != item.username:
        intake.mend(USERS, item, "username_changed", username=item.username, given=username)
    await _shut_out(intake, item, account_id, given[-1])
    unused_email = ["email"] if item.email != given[-1].email else []
    intake.keep_whole(USERS, item, *unused_email, *(["notes"] if item.notes else []))


async def _shut_out(intake: Intake, item: plan.User, account_id: UUID, given: AccountInput) -> None:
    unbound_ward = given.role == LEAST_ROLE and not given.departments
    if item.active and not unbound_ward:
        return
    await disable_account(intake.db, account_id=account_id, actor=intake.actor)
    code = "ward_without_department" if item.active else "user_disabled"
    intake.mend(USERS, item, code, role=item.role)


def _rename_user(first: str, key: str, wanted: AccountInput, tried: int) -> tuple[AccountInput, Finding]:
    plain = rules.username_of(f"{first[: rules.USERNAME_LIMIT - 24]}-{key}"[: rules.USERNAME_LIMIT], key)
    given = plain if tried == 1 else rules.another_code(plain, tried - 1)
    details = {"username": first, "given": given}
    return msgspec.structs.replace(wanted, username=given), Finding("username_in_use", details)


def _least_role(
    department: UUID | None, finding: Finding, wanted: AccountInput, tried: int
) -> tuple[AccountInput, Finding]:
    departments = [department] if department else []
    return msgspec.structs.replace(wanted, role=LEAST_ROLE, departments=departments), finding


async def _account(
    intake: Intake, item: plan.User, given: list[AccountInput], wanted: AccountInput, /
) -> UUID:
    """Without a password no policy is asked."""
    at = intake.moment(item.created_at)
    given.append(wanted)
    return await create_account(intake.db, account=wanted, policy="composition", actor=intake.actor, at=at)
