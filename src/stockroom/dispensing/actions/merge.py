"""Merging duplicates: one person, one record."""

from uuid import UUID

import msgspec

from stockroom.dispensing import errors, rules
from stockroom.dispensing.queries.patients import Patient, find_patient_for_update
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import NotFound, VersionStale
from stockroom.platform.fields import Line, StructInput

MERGE = """
update dispensing.patient
set active = false, merged_into_id = %(survivor_id)s, version = version + 1
where id = %(id)s or merged_into_id = %(id)s
"""

TAKE_OVER_ALLERGIES = """
update dispensing.patient
set allergies = %(allergies)s, allergy_groups = %(allergy_groups)s, no_known_allergies = %(no_known_allergies)s,
    version = version + 1
where id = %(id)s
"""


class MergeInput(StructInput, frozen=True, kw_only=True):
    """The record that stays, and why this one is the same person."""

    survivor_id: UUID
    reason: Line = ""


async def merge_patient(
    db: Connection, *, patient_id: UUID, merge: MergeInput, version: int, actor: Actor
) -> None:
    """The duplicate's record follows the survivor, who takes over its allergies; dispensings keep the id they
    were posted with.

    Raises NotFound, MergeWithItself, PatientUnknown, PatientArchived, AlreadyMerged, VersionStale.
    """
    if patient_id == merge.survivor_id:
        raise errors.MergeWithItself
    locked = {
        id_: await find_patient_for_update(db, id_, actor) for id_ in sorted((patient_id, merge.survivor_id))
    }
    duplicate, survivor = locked[patient_id], locked[merge.survivor_id]
    if duplicate is None:
        raise NotFound
    _check(duplicate, survivor, version)
    await execute(db, MERGE, {"id": patient_id, "survivor_id": merge.survivor_id})
    audit.record(
        db,
        actor,
        "dispensing.patient.merge",
        "patient",
        patient_id,
        before=duplicate,
        after={"merged_into_id": merge.survivor_id},
        reason=merge.reason.strip(),
    )
    if survivor is not None:
        await _take_over_allergies(db, duplicate, survivor, actor)


def _check(duplicate: Patient, survivor: Patient | None, version: int) -> None:
    if survivor is None:
        raise errors.PatientUnknown(at="/survivor_id")
    if duplicate.merged_into_id is not None or survivor.merged_into_id is not None:
        raise errors.AlreadyMerged
    if not survivor.active:
        raise errors.PatientArchived(at="/survivor_id")
    if duplicate.version != version:
        raise VersionStale


async def _take_over_allergies(db: Connection, duplicate: Patient, survivor: Patient, actor: Actor) -> None:
    """A warning that one of the records would have given must not be lost."""
    groups = sorted({*survivor.allergy_groups, *duplicate.allergy_groups})
    text = rules.merged_allergies(survivor.allergies, duplicate.allergies)
    none_known = not groups and not text and (survivor.no_known_allergies or duplicate.no_known_allergies)
    after = msgspec.structs.replace(
        survivor, allergies=text, allergy_groups=groups, no_known_allergies=none_known
    )
    if after == survivor:
        return
    await execute(
        db,
        TAKE_OVER_ALLERGIES,
        {"id": survivor.id, "allergies": text, "allergy_groups": groups, "no_known_allergies": none_known},
    )
    audit.record(db, actor, "dispensing.patient.update", "patient", survivor.id, before=survivor, after=after)
