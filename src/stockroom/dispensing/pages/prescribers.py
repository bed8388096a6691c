"""Pages of prescribers."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.dispensing.actions.prescribers import (
    PrescriberInput,
    create_prescriber,
    set_prescriber_active,
    update_prescriber,
)
from stockroom.dispensing.queries.prescribers import PRESCRIBERS, Prescriber, get_prescriber
from stockroom.dispensing.web import AnyRequest
from stockroom.people import list_department_choices
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.lists import fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import form_errors, form_version, is_htmx, page, query_of, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

COLUMNS: list[Column] = [
    (N_("Full name"), lambda row: row.name),
    (N_("Licence"), lambda row: row.licence),
    (N_("Specialty"), lambda row: row.specialty),
    (N_("Position"), lambda row: row.position),
    (N_("Department"), lambda row: row.department),
    (N_("Phone"), lambda row: row.phone),
    (N_("E-mail"), lambda row: row.email),
    (N_("Active"), lambda row: row.active),
]
FIELDS = ("name", "licence", "specialty", "position", "phone", "email", "notes")


@get("/prescribers", guards=[Needs("dispensing.prescriber.read")], include_in_schema=False)
async def list_prescribers(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    asked = parse_list(PRESCRIBERS, query_of(request, active="true"))
    found = await fetch_page(db, PRESCRIBERS, asked)
    template = "dispensing/_prescribers.html" if is_htmx(request) else "dispensing/prescribers.html"
    return page(request, template, found=found, asked=asked)


@get("/prescribers/export", guards=[Needs("dispensing.prescriber.read")], include_in_schema=False)
async def export_prescribers(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(PRESCRIBERS, query_of(request, active="true", leave_out=("format",)))
    return await export("prescribers", await fetch_everything(db, PRESCRIBERS, asked), COLUMNS, file_format)


@get("/prescribers/new", guards=[Needs("dispensing.prescriber.write")], include_in_schema=False)
async def new_prescriber(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    return await _form(request, db, None, {}, None)


@post(
    "/prescribers/new",
    guards=[Needs("dispensing.prescriber.write")],
    include_in_schema=False,
    status_code=303,
)
async def add_prescriber(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            prescriber = convert(structure(form), PrescriberInput, strict=False)
            made = await create_prescriber(db, prescriber=prescriber, actor=actor, at=scope_of(request).at)
    except Refusal as refusal:
        return await _form(request, db, None, form, refusal)
    flash = _("%(name)s is in the list of prescribers.") % {"name": prescriber.name}
    return redirect(request, f"/prescribers/{made}", flash=flash)


@get(
    "/prescribers/{prescriber_id:uuid}", guards=[Needs("dispensing.prescriber.read")], include_in_schema=False
)
async def show_prescriber(
    request: AnyRequest, db: NamedDependency[Connection], prescriber_id: FromPath[UUID]
) -> Response[Any]:
    return page(request, "dispensing/prescriber.html", prescriber=await get_prescriber(db, prescriber_id))


@get(
    "/prescribers/{prescriber_id:uuid}/edit",
    guards=[Needs("dispensing.prescriber.write")],
    include_in_schema=False,
)
async def edit_prescriber(
    request: AnyRequest, db: NamedDependency[Connection], prescriber_id: FromPath[UUID]
) -> Response[Any]:
    prescriber = await get_prescriber(db, prescriber_id)
    form: dict[str, str] = {name: getattr(prescriber, name) for name in FIELDS}
    form["department_id"] = str(prescriber.department_id or "")
    return await _form(request, db, prescriber, form, None)


@post(
    "/prescribers/{prescriber_id:uuid}/edit",
    guards=[Needs("dispensing.prescriber.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_prescriber(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    prescriber_id: FromPath[UUID],
) -> Response[Any]:
    before = await get_prescriber(db, prescriber_id)
    form = await read_form(request)
    version = form_version(form)
    try:
        async with savepoint(db):
            prescriber = convert(structure(form), PrescriberInput, strict=False)
            await update_prescriber(
                db, prescriber_id=prescriber_id, prescriber=prescriber, version=version, actor=actor
            )
    except Refusal as refusal:
        return await _form(request, db, before, form, refusal)
    return redirect(request, f"/prescribers/{prescriber_id}", flash=_("Saved."))


@post(
    ["/prescribers/{prescriber_id:uuid}/archive", "/prescribers/{prescriber_id:uuid}/restore"],
    guards=[Needs("dispensing.prescriber.write")],
    include_in_schema=False,
    status_code=303,
)
async def archive_or_restore(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    prescriber_id: FromPath[UUID],
) -> Response[Any]:
    active = request.url.path.endswith("/restore")
    version = form_version(await read_form(request))
    await set_prescriber_active(db, prescriber_id=prescriber_id, active=active, version=version, actor=actor)
    flash = _("Taken into use again.") if active else _("Archived.")
    return redirect(request, f"/prescribers/{prescriber_id}" if active else "/prescribers", flash=flash)


async def _form(
    request: AnyRequest,
    db: Connection,
    prescriber: Prescriber | None,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response[bytes]:
    choices = {choice.id: choice.name for choice in await list_department_choices(db)}
    if prescriber is not None and prescriber.department_id is not None:
        choices.setdefault(prescriber.department_id, prescriber.department)
    return page(
        request,
        "dispensing/prescriber_form.html",
        status=200 if refusal is None else refusal.status,
        prescriber=prescriber,
        form=form,
        departments=[{"value": key, "label": name} for key, name in choices.items()],
        **form_errors(refusal),
    )


ROUTES = [
    list_prescribers, export_prescribers, new_prescriber, add_prescriber, show_prescriber, edit_prescriber,
    change_prescriber, archive_or_restore,
]  # fmt: skip
