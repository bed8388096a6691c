"""Pages of patients: the list, one of them with what was given and is owed, archiving."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.dispensing.actions.patients import set_patient_active
from stockroom.dispensing.actions.read import note_export, note_shown, read_patient
from stockroom.dispensing.queries.dispensing_list import DISPENSINGS
from stockroom.dispensing.queries.owed import list_owed_to_patient
from stockroom.dispensing.queries.patients import PATIENTS, Patient
from stockroom.dispensing.rules import SEXES
from stockroom.dispensing.web import AnyRequest, words
from stockroom.people import list_department_choices
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.files.rows import find_photo
from stockroom.platform.i18n import gettext as _
from stockroom.platform.lists import ListRequest, fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import form_errors, form_version, is_htmx, page, query_of, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, StepUp, logged_read

HISTORY = 10

COLUMNS: list[Column] = [
    (N_("File number"), lambda row: row.file_number),
    (N_("Full name"), lambda row: row.name),
    (N_("Sex"), lambda row: _(SEXES[row.sex])),
    (N_("Birth date"), lambda row: row.birth_date),
    (N_("Department"), lambda row: row.department),
    (N_("Active"), lambda row: row.active),
]


@get("/patients", guards=[Needs("dispensing.patient.read")], include_in_schema=False)
async def list_patients(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = parse_list(PATIENTS, query_of(request, active="true"))
    found = await fetch_page(db, PATIENTS, asked, scope={"departments": actor.department_list()})
    await note_shown(db, patients=[row.id for row in found.items], where="/patients", actor=actor)
    template = "dispensing/_patients.html" if is_htmx(request) else "dispensing/patients.html"
    departments = await list_department_choices(db)
    shown = [choice for choice in departments if actor.departments is None or choice.id in actor.departments]
    return page(request, template, found=found, asked=asked, departments=shown, **words(request))


@get("/patients/export", guards=[Needs("dispensing.patient.read"), StepUp()], include_in_schema=False)
async def export_patients(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(PATIENTS, query_of(request, active="true", leave_out=("format",)))
    async with logged_read(request) as db:
        rows = await fetch_everything(db, PATIENTS, asked, scope={"departments": actor.department_list()})
        note_export(db, patients=[row.id for row in rows], where="/patients/export", actor=actor)
    return await export("patients", rows, COLUMNS, file_format)


@get("/patients/{patient_id:uuid}", guards=[Needs("dispensing.patient.read")], include_in_schema=False)
async def show_patient(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Any]:
    async with logged_read(request):
        patient = await read_patient(db, patient_id=patient_id, actor=actor)
    if patient.merged_into_id is not None:
        flash = _("That record was merged into this one.")
        return redirect(request, f"/patients/{patient.merged_into_id}", flash=flash, kind="info")
    return await patient_page(request, db, patient, None)


async def patient_page(
    request: AnyRequest, db: Connection, patient: Patient, refusal: Refusal | None
) -> Response[bytes]:
    """One patient with what was given and is owed; ``refusal`` is about the photo."""
    patient_id, scope = patient.id, {"departments": scope_of(request).actor.department_list()}
    last = ListRequest(sort="at", descending=True, filters={"patient_id": patient_id}, per_page=HISTORY)
    return page(
        request,
        "dispensing/patient.html",
        status=200 if refusal is None else refusal.status,
        patient=patient,
        history=await fetch_page(db, DISPENSINGS, last, scope=scope),
        owed=await list_owed_to_patient(db, patient_id),
        photo=await find_photo(db, "patient", patient_id),
        **words(request),
        **form_errors(refusal),
    )


@post(
    "/patients/{patient_id:uuid}/archive",
    guards=[Needs("dispensing.patient.write")],
    include_in_schema=False,
    status_code=303,
)
async def archive(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Any]:
    version = form_version(await read_form(request))
    await set_patient_active(db, patient_id=patient_id, active=False, version=version, actor=actor)
    return redirect(request, "/patients", flash=_("Archived."))


@post(
    "/patients/{patient_id:uuid}/restore",
    guards=[Needs("dispensing.patient.write")],
    include_in_schema=False,
    status_code=303,
)
async def restore(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Any]:
    version = form_version(await read_form(request))
    await set_patient_active(db, patient_id=patient_id, active=True, version=version, actor=actor)
    return redirect(request, f"/patients/{patient_id}", flash=_("Taken into use again."))


ROUTES = [list_patients, export_patients, show_patient, archive, restore]
