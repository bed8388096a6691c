"""Patients and prescribers: created, changed, archived, merged."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from stockroom.dispensing import (
    PatientInput,
    PrescriberInput,
    create_patient,
    create_prescriber,
    dispense,
    errors,
    get_dispensing,
    get_patient,
)
from stockroom.dispensing.actions.merge import MergeInput, merge_patient
from stockroom.dispensing.actions.patients import set_patient_active, update_patient
from stockroom.dispensing.actions.prescribers import set_prescriber_active, update_prescriber
from stockroom.people.rules import ALL
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import NotFound, Refusal, VersionStale
from tests.dispensing.conftest import OpenStock
from tests.dispensing.ground import DispensingGround, written


async def refuses(db: Connection, kind: type[Refusal], doing: Any) -> Refusal:
    before = await written(db)
    with pytest.raises(kind) as refused:
        async with savepoint(db):
            await doing
    assert await written(db) == before
    return refused.value


def nurse(*departments: UUID) -> Actor:
    return Actor(id=None, name="Nurse", permissions=ALL, departments=frozenset(departments))


async def test_draws_file_numbers_and_steps_over_those_written_by_hand(
    db: Connection, ground: DispensingGround, actor: Actor, at: datetime
) -> None:
    numbers: list[str] = []
    for written_number in ("", "p-2026-00002", ""):
        patient = PatientInput(name="Anna Nowak", file_number=written_number)
        made = await create_patient(db, patient=patient, actor=actor, at=at)
        numbers.append((await get_patient(db, made, actor)).file_number)
    assert numbers == ["P-2026-00001", "p-2026-00002", "P-2026-00003"]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"file_number": "k-1"}, "patient.file_number_taken", "/file_number"),
        ({"birth_date": date(2026, 3, 3)}, "patient.birth_date_impossible", "/birth_date"),
        ({"birth_date": date(1899, 12, 31)}, "patient.birth_date_impossible", "/birth_date"),
        ({"allergy_groups": ["dust"]}, "patient.allergy_group_unknown", "/allergy_groups"),
        ({"department_id": uuid4()}, "patient.department_unknown", "/department_id"),
        (
            {"no_known_allergies": True, "allergies": "eggs"},
            "patient.allergies_contradict",
            "/no_known_allergies",
        ),
    ],
)
async def test_refuses_impossible_facts(
    db: Connection,
    ground: DispensingGround,
    actor: Actor,
    at: datetime,
    changes: dict[str, Any],
    code: str,
    pointer: str,
) -> None:
    patient = PatientInput(name="Anna Nowak", **changes)
    refusal = await refuses(db, Refusal, create_patient(db, patient=patient, actor=actor, at=at))
    assert (refusal.code, refusal.errors[0].at) == (code, pointer)


async def test_changing_says_before_and_after(
    db: Connection, ground: DispensingGround, actor: Actor, at: datetime
) -> None:
    patient = PatientInput(name="Jan Wójcik", no_known_allergies=True)
    after = await update_patient(
        db, patient_id=ground.patient, patient=patient, version=1, actor=actor, at=at
    )
    assert (after.file_number, after.version, after.no_known_allergies) == ("K-1", 2, True)
    entry = db.pending_audit[-1]
    assert (entry.before.allergy_groups, entry.after.allergy_groups) == (["penicillins"], [])
    await refuses(
        db,
        VersionStale,
        update_patient(db, patient_id=ground.patient, patient=patient, version=1, actor=actor, at=at),
    )


async def test_a_patient_stays_in_a_department_that_was_archived(
    db: Connection, ground: DispensingGround, actor: Actor, at: datetime
) -> None:
    await db.execute("update people.department set active = false")
    same = PatientInput(name="Jan Wójcik", department_id=ground.cardiology)
    await update_patient(db, patient_id=ground.patient, patient=same, version=1, actor=actor, at=at)
    other = PatientInput(name="Jan Wójcik", department_id=ground.surgery)
    await refuses(
        db,
        errors.DepartmentUnknown,
        update_patient(db, patient_id=ground.patient, patient=other, version=2, actor=actor, at=at),
    )


async def test_a_nurse_admits_to_her_department_and_sees_no_other(
    db: Connection, ground: DispensingGround, at: datetime
) -> None:
    surgeon = nurse(ground.surgery)
    await refuses(db, NotFound, get_patient(db, ground.patient, surgeon))
    for department in (None, ground.cardiology):
        patient = PatientInput(name="Anna Nowak", department_id=department)
        await refuses(db, errors.DepartmentUnknown, create_patient(db, patient=patient, actor=surgeon, at=at))
    await refuses(
        db,
        NotFound,
        set_patient_active(db, patient_id=ground.patient, active=False, version=1, actor=surgeon),
    )
    patient = PatientInput(name="Anna Nowak", department_id=ground.surgery)
    made = await create_patient(db, patient=patient, actor=surgeon, at=at)
    assert (await get_patient(db, made, surgeon)).department == "Surgery"


class Merging:
    def __init__(self, db: Connection, ground: DispensingGround, actor: Actor, at: datetime) -> None:
        self.db, self.ground, self.actor, self.at = db, ground, actor, at

    async def another(self, **facts: Any) -> UUID:
        patient = PatientInput(name="Jan Wojcik", department_id=self.ground.cardiology, **facts)
        return await create_patient(self.db, patient=patient, actor=self.actor, at=self.at)

    async def __call__(self, duplicate: UUID, survivor: UUID, *, version: int = 1) -> None:
        merge = MergeInput(survivor_id=survivor, reason="same person")
        await merge_patient(self.db, patient_id=duplicate, merge=merge, version=version, actor=self.actor)


@pytest.fixture
def merge(db: Connection, ground: DispensingGround, actor: Actor, at: datetime) -> Merging:
    return Merging(db, ground, actor, at)


async def test_the_survivor_shows_the_dispensings_and_takes_over_the_allergies(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, merge: Merging, actor: Actor, at: datetime
) -> None:
    await stock_of(20)
    posted = await dispense(db, dispensing=ground.dispensing(), actor=actor, at=at)
    survivor = await merge.another(allergy_groups=["latex"], allergies="eggs", file_number="K-2")
    await merge(ground.patient, survivor)
    gone, kept = await get_patient(db, ground.patient, actor), await get_patient(db, survivor, actor)
    assert (gone.active, gone.merged_into_id) == (False, survivor)
    assert (kept.allergy_groups, kept.allergies, kept.version) == (["latex", "penicillins"], "eggs", 2)
    assert (await get_dispensing(db, posted.id, actor)).file_number == "K-2"
    # A dispensing to the duplicate goes to the survivor, who knows what the duplicate was given.
    with pytest.raises(errors.WarningsUnanswered) as refused:
        await dispense(db, dispensing=ground.dispensing(), actor=actor, at=at)
    assert [warned.code for warned in refused.value.facts["warnings"]] == ["duplicate"]


async def test_duplicates_of_a_duplicate_follow(db: Connection, merge: Merging, actor: Actor) -> None:
    first, second, third = [await merge.another() for _ in range(3)]
    await merge(first, second)
    await merge(second, third)
    assert (await get_patient(db, first, actor)).merged_into_id == third


async def test_none_known_does_not_survive_an_allergy(
    db: Connection, ground: DispensingGround, merge: Merging, actor: Actor
) -> None:
    survivor = await merge.another(no_known_allergies=True)
    await merge(ground.patient, survivor)
    kept = await get_patient(db, survivor, actor)
    assert (kept.no_known_allergies, kept.allergy_groups) == (False, ["penicillins"])


async def test_refuses_a_merge_that_goes_nowhere(
    db: Connection, ground: DispensingGround, merge: Merging, actor: Actor, at: datetime
) -> None:
    other = await merge.another()
    await refuses(db, errors.MergeWithItself, merge(other, other))
    await refuses(db, NotFound, merge(uuid4(), other))
    refusal = await refuses(db, errors.PatientUnknown, merge(other, uuid4()))
    assert refusal.errors[0].at == "/survivor_id"
    await refuses(db, VersionStale, merge(other, ground.patient, version=7))
    await merge(other, ground.patient)
    await refuses(db, errors.AlreadyMerged, merge(ground.patient, other))
    await refuses(db, errors.AlreadyMerged, merge(other, ground.patient, version=2))
    patient = PatientInput(name="X")
    await refuses(
        db,
        errors.AlreadyMerged,
        update_patient(db, patient_id=other, patient=patient, version=2, actor=actor, at=at),
    )
    await refuses(
        db,
        errors.AlreadyMerged,
        set_patient_active(db, patient_id=other, active=True, version=2, actor=actor),
    )
    archived = await merge.another()
    await set_patient_active(db, patient_id=archived, active=False, version=1, actor=actor)
    await refuses(db, errors.PatientArchived, merge(ground.patient, archived))


async def test_a_licence_belongs_to_one_prescriber(
    db: Connection, ground: DispensingGround, actor: Actor, at: datetime
) -> None:
    twin = PrescriberInput(name="dr X", licence=" 5425740")
    await refuses(db, errors.LicenceTaken, create_prescriber(db, prescriber=twin, actor=actor, at=at))
    lost = PrescriberInput(name="dr X", department_id=uuid4())
    await refuses(db, errors.DepartmentUnknown, create_prescriber(db, prescriber=lost, actor=actor, at=at))
    own = PrescriberInput(name="dr Anna Zielińska-Nowak", licence="5425740")
    after = await update_prescriber(
        db, prescriber_id=ground.prescriber, prescriber=own, version=1, actor=actor
    )
    assert (after.name, after.version) == ("dr Anna Zielińska-Nowak", 2)
    await refuses(
        db,
        VersionStale,
        set_prescriber_active(db, prescriber_id=ground.prescriber, active=False, version=1, actor=actor),
    )
