"""JSON endpoints of patients. Reading one record is logged."""

from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath, JSONBody

from stockroom.dispensing.actions.merge import MergeInput, merge_patient
from stockroom.dispensing.actions.patients import (
    PatientInput,
    create_patient,
    set_patient_active,
    update_patient,
)
from stockroom.dispensing.actions.read import note_shown, read_patient
from stockroom.dispensing.api import examples
from stockroom.dispensing.queries.patients import PATIENTS, Patient, PatientRow
from stockroom.dispensing.queries.patients import get_patient as find_record
from stockroom.dispensing.web import AnyRequest
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, etag, logged_read, seen_version

TAGS = ["Patients"]
PatientBody = Annotated[
    PatientInput,
    BodyKwarg(
        media_type=RequestEncodingType.JSON,
        examples=[Example("A patient with an allergy", value=examples.PATIENT)],
    ),
]


@get(
    "/api/patients",
    guards=[Needs("dispensing.patient.read")],
    operation_class=list_operation(PATIENTS),
    tags=TAGS,
    summary="List patients",
    responses=ANSWERS,
)
async def list_patients(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[PatientRow] | Slice[PatientRow]:
    """Patients of the departments that you are bound to; of all departments if you are bound to none."""
    found = await listed(request, db, PATIENTS, {"departments": actor.department_list()})
    await note_shown(db, patients=[row.id for row in found.items], where="/api/patients", actor=actor)
    return found


@get(
    "/api/patients/{patient_id:uuid}",
    guards=[Needs("dispensing.patient.read")],
    tags=TAGS,
    summary="One patient",
    responses=ANSWERS,
)
async def get_patient(
    request: AnyRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]
) -> Response[Patient]:
    """The reading is logged. `merged_into_id` names the record to go on with."""
    async with logged_read(request) as db:
        found = await read_patient(db, patient_id=patient_id, actor=actor)
    return _answer(found)


@post(
    "/api/patients",
    guards=[Needs("dispensing.patient.write")],
    tags=TAGS,
    summary="Create a patient",
    responses=ANSWERS,
)
async def post_patient(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], data: PatientBody
) -> Response[Patient]:
    """Without `file_number` the next one is drawn."""
    patient_id = await create_patient(db, patient=data, actor=actor, at=scope_of(request).at)
    answer = _answer(await find_record(db, patient_id, actor))
    answer.headers["Location"] = f"/api/patients/{patient_id}"
    return answer


@put(
    "/api/patients/{patient_id:uuid}",
    guards=[Needs("dispensing.patient.write")],
    tags=TAGS,
    summary="Change a patient",
    responses=ANSWERS,
)
async def put_patient(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
    data: PatientBody,
) -> Response[Patient]:
    version, at = seen_version(request), scope_of(request).at
    return _answer(
        await update_patient(db, patient_id=patient_id, patient=data, version=version, actor=actor, at=at)
    )


@delete(
    "/api/patients/{patient_id:uuid}",
    guards=[Needs("dispensing.patient.write")],
    tags=TAGS,
    summary="Archive a patient",
    responses=ANSWERS,
)
async def delete_patient(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> None:
    """The record stays in every dispensing that names it."""
    version = seen_version(request)
    await set_patient_active(db, patient_id=patient_id, active=False, version=version, actor=actor)


@post(
    "/api/patients/{patient_id:uuid}/restore",
    guards=[Needs("dispensing.patient.write")],
    status_code=200,
    tags=TAGS,
    summary="Take a patient's record into use again",
    responses=ANSWERS,
)
async def restore_patient(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Patient]:
    version = seen_version(request)
    await set_patient_active(db, patient_id=patient_id, active=True, version=version, actor=actor)
    return _answer(await find_record(db, patient_id, actor))


@post(
    "/api/patients/{patient_id:uuid}/merge",
    guards=[Needs("dispensing.patient.write")],
    status_code=200,
    tags=TAGS,
    summary="Merge a duplicate into another patient",
    responses=ANSWERS,
)
async def merge(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
    data: JSONBody[MergeInput],
) -> Response[Patient]:
    """The survivor shows the dispensings of both and takes over the allergies. Answers the survivor."""
    await merge_patient(db, patient_id=patient_id, merge=data, version=seen_version(request), actor=actor)
    return _answer(await find_record(db, data.survivor_id, actor))


def _answer(patient: Patient) -> Response[Patient]:
    return Answer(patient, headers=etag(patient.version))


ROUTES = [
    list_patients, get_patient, post_patient, put_patient, delete_patient, restore_patient, merge,
]  # fmt: skip
