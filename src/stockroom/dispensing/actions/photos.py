"""The photo of a patient. Looking at it is reading the record."""

from datetime import datetime
from uuid import UUID

from stockroom.dispensing import errors
from stockroom.dispensing.queries.patients import get_patient
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import VersionStale
from stockroom.platform.files.intake import NewFile
from stockroom.platform.files.rows import File, facts_of, get_photo, release_photo, replace_photo

BUMP = "update dispensing.patient set version = version + 1 where id = %(id)s and version = %(version)s"


async def read_patient_photo(db: Connection, *, patient_id: UUID, actor: Actor) -> File:
    """The photo, and an audit entry that it was looked at. Raises NotFound."""
    await get_patient(db, patient_id, actor)
    found = await get_photo(db, "patient", patient_id)
    audit.record(db, actor, "dispensing.patient.read", "patient", patient_id, after={"read": "photo"})
    return found


async def set_patient_photo(
    db: Connection, *, patient_id: UUID, photo: NewFile, version: int, actor: Actor, at: datetime
) -> File:
    """Raises NotFound, AlreadyMerged, VersionStale."""
    await _bump(db, patient_id, version, actor)
    before, after = await replace_photo(db, "patient", patient_id, photo, actor=actor, at=at)
    audit.record(
        db, actor, "dispensing.patient.photo", "patient", patient_id,
        before=None if before is None else facts_of(before), after=facts_of(after),
    )  # fmt: skip
    return after


async def remove_patient_photo(
    db: Connection, *, patient_id: UUID, version: int, actor: Actor, at: datetime
) -> None:
    """Raises NotFound, AlreadyMerged, VersionStale."""
    await _bump(db, patient_id, version, actor)
    before = await release_photo(db, "patient", patient_id, at=at)
    audit.record(db, actor, "dispensing.patient.photo_remove", "patient", patient_id, before=facts_of(before))


async def _bump(db: Connection, patient_id: UUID, version: int, actor: Actor) -> None:
    patient = await get_patient(db, patient_id, actor)
    if patient.merged_into_id is not None:
        raise errors.AlreadyMerged(at="")
    if not await execute(db, BUMP, {"id": patient_id, "version": version}):
        raise VersionStale
