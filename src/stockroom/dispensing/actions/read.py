"""Reading what is about one patient leaves a trace (P11, P26)."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from stockroom.dispensing.queries.dispensings import Dispensing, get_dispensing
from stockroom.dispensing.queries.patients import Patient, get_patient
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection


async def read_patient(db: Connection, *, patient_id: UUID, actor: Actor) -> Patient:
    """The record, and an audit entry that it was read. Raises NotFound."""
    found = await get_patient(db, patient_id, actor)
    audit.record(db, actor, "dispensing.patient.read", "patient", patient_id)
    return found


async def read_dispensing(db: Connection, *, dispensing_id: UUID, actor: Actor) -> Dispensing:
    """The whole dispensing, and an audit entry that the patient's was read. Raises NotFound."""
    found = await get_dispensing(db, dispensing_id, actor)
    audit.record(
        db, actor, "dispensing.patient.read", "patient", found.patient_id, after={"read": found.number}
    )
    return found


async def note_shown(db: Connection, *, patients: Iterable[UUID], where: str, actor: Actor) -> None:
    """An audit entry that these patients were shown in a list, a picker or a search; none where there were none.

    Written at once: what only reads has no transaction at whose end it could be.
    """
    ids = sorted({str(patient) for patient in patients})
    if ids:
        audit.record(db, actor, "dispensing.patient.list", "patient", "", after={"shown": where, "ids": ids})
        await audit.write_pending(db)


def note_export(db: Connection, *, patients: Sequence[UUID], where: str, actor: Actor) -> None:
    """An audit entry that a list of patients, a row for each, left the house as a file."""
    ids = sorted({str(patient) for patient in patients})
    shown = {"shown": where, "rows": len(patients), "ids": ids}
    audit.record(db, actor, "dispensing.patient.export", "patient", "", after=shown)
