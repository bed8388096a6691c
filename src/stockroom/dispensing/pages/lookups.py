"""What the pickers of patients and prescribers offer."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from stockroom.dispensing.actions.read import note_shown
from stockroom.dispensing.queries.lookups import look_up_patients, look_up_prescribers
from stockroom.dispensing.web import AnyRequest
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.pages import page
from stockroom.platform.web import Needs


@get("/lookup/patients", guards=[Needs("dispensing.patient.read")], include_in_schema=False)
async def look_up_patient(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    options = await look_up_patients(db, request.query_params.get("q", ""), actor)
    await note_shown(db, patients=[option.id for option in options], where="/lookup/patients", actor=actor)
    return page(request, "dispensing/_lookup_patients.html", options=options)


@get("/lookup/prescribers", guards=[Needs("dispensing.prescriber.read")], include_in_schema=False)
async def look_up_prescriber(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    options = await look_up_prescribers(db, request.query_params.get("q", ""))
    return page(request, "dispensing/_lookup_prescribers.html", options=options)


ROUTES = [look_up_patient, look_up_prescriber]
