"""What the dispensing page is filled with at the start: a patient, a product, or a rest that is owed."""

from uuid import UUID

import msgspec

from stockroom.dispensing.actions.read import read_patient
from stockroom.dispensing.queries.dispensing_list import DISPENSINGS, DispensingRow
from stockroom.dispensing.queries.dispensings import get_dispensing_head
from stockroom.dispensing.queries.owed import OwedToPatient, list_owed_to_patient
from stockroom.dispensing.queries.patients import Patient, find_last_prescriber
from stockroom.dispensing.web import AnyRequest
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import ListRequest, fetch_first
from stockroom.platform.scope import scope_of
from stockroom.platform.web import logged_read

LAST = 5


class Panel(msgspec.Struct, frozen=True):
    """What somebody who dispenses must see of the patient at once."""

    patient: Patient
    last: list[DispensingRow]
    owed: list[OwedToPatient]


async def read_panel(request: AnyRequest, patient_id: UUID, actor: Actor) -> Panel:
    """Logged as a read of the patient. Raises NotFound."""
    async with logged_read(request) as db:
        patient = await read_patient(db, patient_id=patient_id, actor=actor)
    asked = ListRequest(sort="at", descending=True, filters={"patient_id": patient_id}, per_page=LAST)
    scope = {"departments": actor.department_list()}
    last = await fetch_first(db, DISPENSINGS, asked, scope=scope)
    return Panel(patient, last, await list_owed_to_patient(db, patient_id))


async def prefilled(request: AnyRequest, actor: Actor) -> tuple[dict[str, str], Panel | None]:
    """The form's fields, and the patient's panel where one is named. Raises NotFound."""
    db = scope_of(request).db
    form: dict[str, str] = {}
    owed_id, patient_id, product_id = (_asked(request, name) for name in ("owed", "patient_id", "product_id"))
    if product_id is not None:
        form["lines-0-product_id"] = str(product_id)
    if owed_id is not None:
        head = await get_dispensing_head(db, owed_id, actor)
        patient_id = head.patient_id
        form |= {"place_id": str(head.place_id), "prescriber_id": str(head.prescriber_id)}
        form["prescriber"] = head.prescriber
    if patient_id is None:
        return form, None
    panel = await read_panel(request, patient_id, actor)
    form |= {"patient_id": str(panel.patient.id), "patient": panel.patient.name}
    if owed_id is not None:
        form |= _owed_lines([row for row in panel.owed if row.dispensing_id == owed_id])
        return form, panel
    return form | await _last_prescriber(db, patient_id), panel


async def _last_prescriber(db: Connection, patient_id: UUID) -> dict[str, str]:
    found = await find_last_prescriber(db, patient_id)
    return {} if found is None else {"prescriber_id": str(found.id), "prescriber": found.name}


def _owed_lines(rows: list[OwedToPatient]) -> dict[str, str]:
    form: dict[str, str] = {}
    for index, row in enumerate(rows):
        fields = {
            "product_id": str(row.product_id),
            "quantity": f"{row.owed:f}",
            "directions": row.directions,
            "settles_id": str(row.dispensing_id),
            "settles_line": str(row.line),
        }
        form |= {f"lines-{index}-{name}": value for name, value in fields.items()}
    return form


def _asked(request: AnyRequest, name: str) -> UUID | None:
    text = request.query_params.get(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None
