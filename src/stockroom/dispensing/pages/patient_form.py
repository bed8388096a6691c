"""Pages where a patient is written: new, edit, merge."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.dispensing.actions.merge import MergeInput, merge_patient
from stockroom.dispensing.actions.patients import PatientInput, create_patient, update_patient
from stockroom.dispensing.actions.read import read_patient
from stockroom.dispensing.queries.patients import Patient, get_patient
from stockroom.dispensing.queries.typed import find_typed_patient
from stockroom.dispensing.web import AnyRequest, words
from stockroom.people import list_department_choices
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, form_version, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, logged_read

GROUP = "group_"
"""A box of the form for each allergy group: ``group_penicillins``."""


@get("/patients/new", guards=[Needs("dispensing.patient.write")], include_in_schema=False)
async def new_patient(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    return await _form(request, db, actor, None, {}, None)


@post("/patients/new", guards=[Needs("dispensing.patient.write")], include_in_schema=False, status_code=303)
async def add_patient(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            patient = convert(_structure(form), PatientInput, strict=False)
            made = await create_patient(db, patient=patient, actor=actor, at=scope_of(request).at)
    except Refusal as refusal:
        return await _form(request, db, actor, None, form, refusal)
    return redirect(request, f"/patients/{made}", flash=_("The patient's record is open."))


@get("/patients/{patient_id:uuid}/edit", guards=[Needs("dispensing.patient.write")], include_in_schema=False)
async def edit_patient(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Any]:
    async with logged_read(request):
        patient = await read_patient(db, patient_id=patient_id, actor=actor)
    return await _form(request, db, actor, patient, _texts(patient), None)


@post(
    "/patients/{patient_id:uuid}/edit",
    guards=[Needs("dispensing.patient.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_patient(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Any]:
    before = await get_patient(db, patient_id, actor)
    form = await read_form(request)
    version, at = form_version(form), scope_of(request).at
    try:
        async with savepoint(db):
            patient = convert(_structure(form), PatientInput, strict=False)
            await update_patient(
                db, patient_id=patient_id, patient=patient, version=version, actor=actor, at=at
            )
    except Refusal as refusal:
        return await _form(request, db, actor, before, form, refusal)
    return redirect(request, f"/patients/{patient_id}", flash=_("Saved."))


@get("/patients/{patient_id:uuid}/merge", guards=[Needs("dispensing.patient.write")], include_in_schema=False)
async def ask_survivor(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Any]:
    async with logged_read(request):
        patient = await read_patient(db, patient_id=patient_id, actor=actor)
    return _merge_form(request, patient, {}, None)


@post(
    "/patients/{patient_id:uuid}/merge",
    guards=[Needs("dispensing.patient.write")],
    include_in_schema=False,
    status_code=303,
)
async def merge(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Any]:
    duplicate = await get_patient(db, patient_id, actor)
    form = await read_form(request)
    version = form_version(form)
    typed = form.get("survivor", "").strip()
    if typed and not form.get("survivor_id"):
        found = await find_typed_patient(db, typed, actor)
        form["survivor_id"] = "" if found is None else str(found)
    try:
        async with savepoint(db):
            wanted = convert(structure(form), MergeInput, strict=False)
            await merge_patient(db, patient_id=patient_id, merge=wanted, version=version, actor=actor)
    except Refusal as refusal:
        return _merge_form(request, duplicate, form, refusal)
    return redirect(request, f"/patients/{wanted.survivor_id}", flash=_("The records are one now."))


def _structure(form: Mapping[str, str]) -> dict[str, Any]:
    """The boxes of the allergy groups become one list."""
    raw = structure({name: value for name, value in form.items() if not name.startswith(GROUP)})
    raw["allergy_groups"] = [name.removeprefix(GROUP) for name in form if name.startswith(GROUP)]
    return raw


def _texts(patient: Patient) -> dict[str, str]:
    return {
        "file_number": patient.file_number,
        "name": patient.name,
        "sex": patient.sex,
        "birth_date": "" if patient.birth_date is None else patient.birth_date.isoformat(),
        "birth_estimated": "true" if patient.birth_estimated else "",
        "department_id": "" if patient.department_id is None else str(patient.department_id),
        "phone": patient.phone,
        "address": patient.address,
        "allergies": patient.allergies,
        "no_known_allergies": "true" if patient.no_known_allergies else "",
        "history": patient.history,
        **{f"{GROUP}{group}": "true" for group in patient.allergy_groups},
    }


async def _form(
    request: AnyRequest,
    db: Connection,
    actor: Actor,
    patient: Patient | None,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response[bytes]:
    choices = {choice.id: choice.name for choice in await list_department_choices(db)}
    if patient is not None and patient.department_id is not None:
        choices.setdefault(patient.department_id, patient.department)
    return page(
        request,
        "dispensing/patient_form.html",
        status=200 if refusal is None else refusal.status,
        patient=patient,
        form=form,
        bound=actor.departments is not None,
        departments=[
            {"value": key, "label": name}
            for key, name in choices.items()
            if actor.departments is None or key in actor.departments
        ],
        **words(request),
        **form_errors(refusal),
    )


def _merge_form(
    request: AnyRequest, duplicate: Patient, form: dict[str, str], refusal: Refusal | None
) -> Response[bytes]:
    shown = form_errors(refusal)
    if "survivor_id" in shown["errors"]:
        shown["errors"]["survivor"] = shown["errors"]["survivor_id"]
    shown["summary"] = [{**item, "name": item["name"].removesuffix("_id")} for item in shown["summary"]]
    status = 200 if refusal is None else refusal.status
    return page(request, "dispensing/merge.html", status=status, patient=duplicate, form=form, **shown)


ROUTES = [new_patient, add_patient, edit_patient, change_patient, ask_survivor, merge]
