"""Pages of departments."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people import queries
from stockroom.people.actions.departments import (
    DepartmentInput,
    NewDepartment,
    archive_department,
    create_department,
    update_department,
)
from stockroom.people.queries.departments import DEPARTMENTS
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

AnyRequest = Request[Any, Any, State]

COLUMNS: list[Column] = [
    (N_("Name"), lambda row: row.name),
    (N_("Responsible person"), lambda row: row.responsible_person),
    (N_("Phone"), lambda row: row.phone),
    (N_("Active"), lambda row: row.active),
]


@get("/departments", guards=[Needs("people.department.read")], include_in_schema=False)
async def list_departments(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    asked = parse_list(DEPARTMENTS, query_of(request, active="true"))
    found = await fetch_page(db, DEPARTMENTS, asked)
    template = "people/_departments.html" if is_htmx(request) else "people/departments.html"
    return page(request, template, found=found, asked=asked)


@get("/departments/export", guards=[Needs("people.department.read")], include_in_schema=False)
async def export_departments(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(DEPARTMENTS, query_of(request, active="true", leave_out=("format",)))
    rows = await fetch_everything(db, DEPARTMENTS, asked)
    return await export("departments", rows, COLUMNS, file_format)


@get("/departments/new", guards=[Needs("people.department.write")], include_in_schema=False)
async def new_department(request: AnyRequest) -> Response[Any]:
    return _form(request, None, {"with_store": "true"}, None)


@post("/departments/new", guards=[Needs("people.department.write")], include_in_schema=False, status_code=303)
async def add_department(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            department = convert(structure(form), NewDepartment, strict=False)
            made = await create_department(db, department=department, actor=actor, at=scope_of(request).at)
    except Refusal as refusal:
        return _form(request, None, form, refusal)
    return redirect(
        request, f"/departments/{made}", flash=_("Department %(name)s is open.") % {"name": department.name}
    )


@get("/departments/{department_id:uuid}", guards=[Needs("people.department.read")], include_in_schema=False)
async def show_department(
    request: AnyRequest, db: NamedDependency[Connection], department_id: FromPath[UUID]
) -> Response[Any]:
    return await _detail(request, db, department_id, None)


async def _detail(
    request: AnyRequest, db: Connection, department_id: UUID, refusal: Refusal | None
) -> Response[bytes]:
    return page(
        request,
        "people/department.html",
        status=200 if refusal is None else refusal.status,
        department=await queries.get_department(db, department_id),
        users=await queries.list_department_users(db, department_id),
        **form_errors(refusal),
    )


@get(
    "/departments/{department_id:uuid}/edit",
    guards=[Needs("people.department.write")],
    include_in_schema=False,
)
async def edit_department(
    request: AnyRequest, db: NamedDependency[Connection], department_id: FromPath[UUID]
) -> Response[Any]:
    department = await queries.get_department(db, department_id)
    return _form(request, department, _texts(department), None)


@post(
    "/departments/{department_id:uuid}/edit",
    guards=[Needs("people.department.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_department(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    department_id: FromPath[UUID],
) -> Response[Any]:
    before = await queries.get_department(db, department_id)
    form = await read_form(request)
    version = form_version(form)
    try:
        async with savepoint(db):
            department = convert(structure(form), DepartmentInput, strict=False)
            await update_department(
                db, department_id=department_id, department=department, version=version, actor=actor
            )
    except Refusal as refusal:
        return _form(request, before, form, refusal)
    return redirect(request, f"/departments/{department_id}", flash=_("Saved."))


@post(
    "/departments/{department_id:uuid}/archive",
    guards=[Needs("people.department.write")],
    include_in_schema=False,
    status_code=303,
)
async def archive(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    department_id: FromPath[UUID],
) -> Response[Any]:
    version = form_version(await read_form(request))
    try:
        async with savepoint(db):
            await archive_department(
                db, department_id=department_id, version=version, actor=actor, at=scope_of(request).at
            )
    except Refusal as refusal:
        return await _detail(request, db, department_id, refusal)
    return redirect(request, "/departments", flash=_("Archived."))


def _texts(department: queries.Department) -> dict[str, str]:
    return {
        "name": department.name,
        "description": department.description,
        "responsible_person": department.responsible_person,
        "phone": department.phone,
        "notes": department.notes,
    }


def _form(
    request: AnyRequest, department: queries.Department | None, form: dict[str, str], refusal: Refusal | None
) -> Response[bytes]:
    return page(
        request,
        "people/department_form.html",
        status=200 if refusal is None else refusal.status,
        department=department,
        form=form,
        **form_errors(refusal),
    )


ROUTES = [
    list_departments, export_departments, new_department, add_department, show_department, edit_department,
    change_department, archive,
]  # fmt: skip
